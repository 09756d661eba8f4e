"""Process instances: one row with one compact state for each root instance."""

from service.instances.instance import Instance

__all__ = ["Instance"]
