"""What every request meets before a page or an operation of the API does, and every answer after.

`parts` is what the application hands down; `authenticate` finds the account behind a request and
refuses what another site made a browser send; `problems` turns errors into statuses; `headers` is
what browsers are told. Pages and API import it; it knows neither, and is handed what an error looks
like there.
"""

from service.edge.authenticate import ALWAYS, API, COOKIE, check_host, count_failures, identify
from service.edge.gateway import Gateway
from service.edge.headers import CSP, set_headers
from service.edge.parts import STATIC, Parts, parts, parts_of
from service.edge.problems import STATUS, Shapes, handle_errors
from service.edge.readings import Readings, note_reading
from service.edge.slow_clients import Doorway, Patience, check_arrival, close_refused
from service.edge.walls import check_named, check_nothing_hidden

__all__ = [
    "ALWAYS",
    "API",
    "COOKIE",
    "CSP",
    "STATIC",
    "STATUS",
    "Doorway",
    "Gateway",
    "Parts",
    "Patience",
    "Readings",
    "Shapes",
    "check_arrival",
    "check_host",
    "check_named",
    "check_nothing_hidden",
    "close_refused",
    "count_failures",
    "handle_errors",
    "identify",
    "note_reading",
    "parts",
    "parts_of",
    "set_headers",
]
