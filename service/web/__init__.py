"""Server-rendered pages for the bank's people. They work without scripts, under a strict content security policy."""

from service.web.pages import COOKIE, STATIC, blueprint, check_ready, error_page

__all__ = ["COOKIE", "STATIC", "blueprint", "check_ready", "error_page"]
