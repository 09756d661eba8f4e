"""Read only: where cases stand, what was kept, what it costs."""

from service.reporting.standing import Standing, count_active, get_standing, list_active

__all__ = ["Standing", "count_active", "get_standing", "list_active"]
