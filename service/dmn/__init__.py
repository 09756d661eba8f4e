"""Decisions to the standard: reads DMN 1.1-1.5, evaluates decisions, and shows how each result came
about.

`load_model` once, `Model.evaluate` as often as wanted; a value that cannot be computed is null,
with its reason. `check_model` verifies a file before it is released: syntax and types of every
cell, gaps, forbidden overlaps and unreachable rules of the tables. Pure: no database, no clock, no
network; `now` is an argument. Also the one hardened way to parse XML, which `engine` and
`definitions` share.
"""

from service.dmn.bundle import load_models
from service.dmn.check import check_model, check_models
from service.dmn.model import DecisionInfo, InputInfo, Model, load_model
from service.dmn.outside import json_text, result_to_json
from service.dmn.parts import Table
from service.dmn.record import decision_record
from service.dmn.result import DecisionResult, NullReason
from service.dmn.rows import table_rules
from service.dmn.xml import XmlRefused, parse_xml

__all__ = [
    "DecisionInfo",
    "DecisionResult",
    "InputInfo",
    "Model",
    "NullReason",
    "Table",
    "XmlRefused",
    "check_model",
    "check_models",
    "decision_record",
    "json_text",
    "load_model",
    "load_models",
    "parse_xml",
    "result_to_json",
    "table_rules",
]
