"""Returns to authorities by mapping files: which complaints, what each line of a form counts, what
is wrong with them, and what was handed in before.

A mapping (`data/*.json`) says what a form asks for, where its text is from, and what compliance has
still to confirm. What has no code is listed and never guessed; a return that was made once stays,
and another one of the same period is a resubmission with a reason.
"""

from service.returns.build import Return, build
from service.returns.freeze import Frozen, freeze
from service.returns.mapping import Mapping, list_mappings, load_mapping
from service.returns.rows import Row, read_rows

__all__ = [
    "Frozen",
    "Mapping",
    "Return",
    "Row",
    "build",
    "freeze",
    "list_mappings",
    "load_mapping",
    "read_rows",
]
