"""What diagrams may ask of the product, bound to one case: services, and functions in FEEL.

A service is carried out inside the engine's step and is pure: it only notes an effect. The write
transaction turns effects into rows; if the step fails, nothing has happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import product

from service.bpmn import names as n
from service.builtins.case_view import CaseView
from service.builtins.emergency_services import EMERGENCY_SERVICES
from service.builtins.functions import functions_of
from service.builtins.lazy_table import Bound
from service.builtins.review_services import REVIEW_SERVICES
from service.builtins.services import PLAIN_SERVICES, SERVICES, Service
from service.engine import Host

_SERVICES: Mapping[tuple[bool, bool, bool], Mapping[str, Service]] = {
    (case, emergency, review): {
        **(SERVICES if case else {}),
        **(EMERGENCY_SERVICES if emergency else {}),
        **(REVIEW_SERVICES if review else {}),
        **({} if case or emergency or review else PLAIN_SERVICES),
    }
    for case, emergency, review in product((False, True), repeat=3)
}
"""The services by what there is: a complaint, an emergency, a version under review, or a process by
itself. Where several have one of a name, it is the last one's."""


def host_of(view: CaseView) -> Host:
    """The services and functions that this case can be given."""
    known = _SERVICES[
        view.complaint is not None, view.emergency is not None, view.review is not None
    ]
    services = Bound(known, lambda _, service: partial(service, view))
    return Host(functions_of(view), services, n.BUILT_IN)
