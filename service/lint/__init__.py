"""The check that knows the data: which variables there are at each element, of which kinds, and
what is wrong with whatever reads or names them. Pure: no database and no clock.

`check_data` gives the problems of a bundle; `known_at` what an editor can offer at an element. What
the product offers around the diagrams (functions, services, groups, clocks, messages) is a `World`
that the caller hands in.
"""

from service.lint.check import Analysis, analysis_of, bundle_of, check_data
from service.lint.completion import Offer, known_at
from service.lint.kinds import ANY, Kind, context, list_of, nullable, of, text
from service.lint.world import Offered, Parameter, Service, World

__all__ = [
    "ANY",
    "Analysis",
    "Kind",
    "Offer",
    "Offered",
    "Parameter",
    "Service",
    "World",
    "analysis_of",
    "bundle_of",
    "check_data",
    "context",
    "known_at",
    "list_of",
    "nullable",
    "of",
    "text",
]
