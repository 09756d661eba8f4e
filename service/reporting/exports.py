"""Event logs as files: CSV, XES (IEEE 1849), and OCEL 2.0 in JSON. Written as they are read,
whatever their size."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import IO, Any
from xml.sax.saxutils import quoteattr  # only writes; nothing is parsed

from service.reporting.event_log import LoggedCase, LoggedEvent

Events = Iterable[LoggedEvent]
CSV_COLUMNS = (
    "case",
    "event",
    "activity",
    "element",
    "at",
    "actor",
    "task",
    "channel",
    "product",
    "severity",
    "outcome",
)
CASE_FACTS = ("channel", "product", "severity", "outcome")
EPOCH = "1970-01-01T00:00:00+00:00"
"""OCEL: the time of an attribute that did not change."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
XES_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Identity" prefix="identity" uri="http://www.xes-standard.org/identity.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/>
<date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/>
<string key="org:resource" value=""/><string key="lifecycle:transition" value="complete"/></global>
<classifier name="Activity" keys="concept:name"/>
"""


def write_csv(events: Events, out: IO[str]) -> int:
    """One line per event. A cell that a spreadsheet would take for a formula begins with an
    apostrophe."""
    lines, count = csv.writer(out), 0
    lines.writerow(CSV_COLUMNS)
    for each in events:
        case = each.case
        cells = (
            case.id,
            each.event,
            each.activity,
            each.element,
            each.at.isoformat(),
            each.actor,
            each.task,
        )
        lines.writerow(
            [_no_formula(cell) for cell in (*cells, *(getattr(case, name) for name in CASE_FACTS))]
        )
        count += 1
    return count


def write_xes(events: Events, out: IO[str]) -> int:
    """A trace per case."""
    out.write(XES_HEAD)
    count = 0
    for case, trace in groupby(events, lambda each: each.case):
        out.write("<trace>" + _string("concept:name", case.id))
        out.write(
            "".join(
                _string(f"case:{name}", value)
                for name in CASE_FACTS
                if (value := getattr(case, name))
            )
        )
        for each in trace:
            out.write(f"\n<event>{_string('concept:name', each.activity)}")
            out.write(_string("org:resource", each.actor))
            out.write(f'<date key="time:timestamp" value="{each.at.isoformat()}"/>')
            out.write(_string("lifecycle:transition", "complete") + _string("identity:id", each.id))
            out.write(
                _string("event", each.event)
                + (_string("element", each.element) if each.element else "")
            )
            out.write("</event>")
            count += 1
        out.write("</trace>\n")
    out.write("</log>\n")
    return count


def write_ocel(events: Events, out: IO[str]) -> int:
    """Complaints, tasks and people are the objects; each event names those it touched."""
    objects: dict[str, dict[str, Any]] = {}
    kinds: set[str] = set()
    count = 0
    out.write('{"events": [')
    for each in events:
        out.write(
            ("," if count else "")
            + "\n"
            + json.dumps(_ocel_event(each, objects), ensure_ascii=False)
        )
        kinds.add(each.event)
        count += 1
    names = [{"name": name, "type": "string"} for name in CASE_FACTS]
    object_types = [
        {"name": "complaint", "attributes": names},
        {"name": "task", "attributes": [{"name": "name", "type": "string"}]},
        {"name": "person", "attributes": []},
    ]
    attributes = [{"name": name, "type": "string"} for name in ("activity", "element")]
    event_types = [{"name": name, "attributes": attributes} for name in sorted(kinds)]
    out.write('],\n"objects": [')
    for position, found in enumerate(objects.values()):
        out.write(("," if position else "") + "\n" + json.dumps(found, ensure_ascii=False))
    out.write(
        f'],\n"objectTypes": {json.dumps(object_types)},\n"eventTypes": '
        f"{json.dumps(event_types)}}}\n"
    )
    return count


def _ocel_event(each: LoggedEvent, objects: dict[str, dict[str, Any]]) -> dict[str, Any]:
    touched = [
        (_object(objects, "complaint", each.case.id, _facts(each.case)), "case"),
        (_object(objects, "person", each.actor, {}), "actor"),
    ]
    if each.task:
        touched.append((_object(objects, "task", each.task, {"name": each.activity}), "task"))
    attributes = {"activity": each.activity, "element": each.element}
    return {
        "id": each.id,
        "type": each.event,
        "time": each.at.isoformat(),
        "attributes": [{"name": name, "value": value} for name, value in attributes.items()],
        "relationships": [{"objectId": key, "qualifier": qualifier} for key, qualifier in touched],
    }


def _facts(case: LoggedCase) -> dict[str, str]:
    return {name: value for name in CASE_FACTS if (value := getattr(case, name))}


def _object(objects: dict[str, dict[str, Any]], kind: str, name: str, facts: dict[str, str]) -> str:
    """The id of an object, which is made when it is first named."""
    key = f"{kind}:{name}"
    if key not in objects:
        attributes = [
            {"name": each, "time": EPOCH, "value": value} for each, value in facts.items()
        ]
        objects[key] = {"id": key, "type": kind, "attributes": attributes, "relationships": []}
    return key


def _string(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(_NOT_XML.sub('', value))}/>"


def _no_formula(cell: str) -> str:
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


EXPORTS: dict[str, Callable[[Events, IO[str]], int]] = {
    "csv": write_csv,
    "ocel": write_ocel,
    "xes": write_xes,
}
