"""Files from elsewhere come in: diagrams of Camunda 7, Flowable and Activiti, decisions, Camunda
forms, drawings without a picture.

`convert_file` gives for each the files that this product reads, and a line of the report for what
each element said: what it became, what has no effect here, and what is left to be done by a person.
Pure: no database, no clock, no network; nothing in a file is run.
"""

from service.conversion.camunda_forms import FormRefused, export_form, import_form
from service.conversion.files import Converted, convert_file, dialect_of, is_foreign
from service.conversion.report import Fate, Line

__all__ = [
    "Converted",
    "Fate",
    "FormRefused",
    "Line",
    "convert_file",
    "dialect_of",
    "export_form",
    "import_form",
    "is_foreign",
]
