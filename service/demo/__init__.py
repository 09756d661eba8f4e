"""A living demonstration: a bank with the complaints of its last four months, made by scripted
people through the product's own operations, each step at the time at which it is said to have been.

`fill` makes what is not there yet of the bank that `begin` has promised; it may be stopped at any
moment and goes on where it was. It touches only a database that `redress serve --demo` has made.
"""

from service.demo.customer import find_number
from service.demo.fill import fill, total
from service.demo.people import AGE, VISITORS
from service.demo.progress import Progress, begin, find_progress, has_begun
from service.demo.stories import Story, read_stories

__all__ = [
    "AGE",
    "VISITORS",
    "Progress",
    "Story",
    "begin",
    "fill",
    "find_number",
    "find_progress",
    "has_begun",
    "read_stories",
    "total",
]
