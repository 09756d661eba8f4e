"""What every request meets before a page or an operation of the API does, and every answer after.

`parts` is what the application hands down; `authenticate` finds the account behind a request and
refuses what another site made a browser send; `problems` turns errors into statuses; `headers` is
what browsers are told. Pages and API import it; it knows neither, and is handed what an error looks
like there.
"""

from service.edge.authenticate import API, COOKIE, check_host, count_failures, identify
from service.edge.headers import CSP, set_headers
from service.edge.parts import STATIC, Parts, parts
from service.edge.problems import STATUS, Shapes, handle_errors

__all__ = [
    "API",
    "COOKIE",
    "CSP",
    "STATIC",
    "STATUS",
    "Parts",
    "Shapes",
    "check_host",
    "count_failures",
    "handle_errors",
    "identify",
    "parts",
    "set_headers",
]
