"""Exports are read back by the rules of their formats, and hold exactly the events of the
histories."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import etree

from service import audit
from service.cli import main
from service.db import Database
from service.definitions import shipped_files
from service.identity import Actor
from service.intake import parse_complaint
from service.operations import complete_task, register_complaint, start_instance
from service.tasks import list_open_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import FILES

CLERK = Actor("=chen", frozenset({"clerk", "handler"}))
GIVEN = {
    "customerName": "王小明",
    "contact": {"email": "w@customer.invalid"},
    "content": "秘密",
    "product": 'A<b>&"c',
}
XES = "{http://www.xes-standard.org/}"
KINDS = {"string", "date", "int", "float", "boolean", "id", "list", "container"}


@pytest.fixture
def filled(database: Database) -> list[audit.HistoryRow]:
    """Three complaints and a case that is none; every row of their histories."""
    runtime = release_files(database, {**shipped_files(), **FILES})
    for _ in range(3):
        register_complaint(runtime, parse_complaint(GIVEN, now=NOW), actor=CLERK, now=NOW)
    root_key = start_instance(runtime, "small", {}, actor=CLERK, now=NOW).root_key
    with database.read() as connection:
        [task] = list_open_tasks(connection, root_key)
    complete_task(runtime, task.key, {}, actor=CLERK, now=NOW)
    with database.read() as connection:
        return [
            row
            for key in audit.list_cases(connection)
            for row in audit.list_history(connection, key)
        ]


def export(database: Database, form: str, tmp_path: Path) -> str:
    file = tmp_path / "log"
    environment = {"REDRESS_DATABASE_URL": database.url.render_as_string(hide_password=False)}
    arguments = ["export", "--format", form, "--output", str(file)]
    done = CliRunner().invoke(main, arguments, env=environment, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    text = file.read_text("utf-8")
    assert "秘密" not in text
    assert "王小明" not in text
    return text


def ids(rows: list[audit.HistoryRow]) -> list[str]:
    return [f"{row.root_key}-{row.seq}" for row in rows]


def test_csv(filled: list[audit.HistoryRow], database: Database, tmp_path: Path) -> None:
    lines = list(csv.DictReader(export(database, "csv", tmp_path).splitlines()))
    assert [line["event"] for line in lines] == [row.event for row in filled]
    assert [datetime.fromisoformat(line["at"]) for line in lines] == [row.at for row in filled]
    assert {line["actor"] for line in lines} == {"'=chen"}
    assert len({line["case"] for line in lines}) == 4
    assert lines[-1]["activity"] == "First"


def test_xes(filled: list[audit.HistoryRow], database: Database, tmp_path: Path) -> None:
    """IEEE 1849: extensions, globals and classifiers first; attributes are typed, with a key and a
    value, and every event carries what the log declares global."""
    log = etree.fromstring(export(database, "xes", tmp_path).encode())
    assert (log.tag, log.get("xes.version")) == (f"{XES}log", "1849-2016")
    order = ["extension", "global", "classifier", *KINDS, "trace"]
    places = [order.index(etree.QName(child).localname) for child in log]
    assert places == sorted(places)
    prefixes = {extension.get("prefix") for extension in log.iter(f"{XES}extension")}
    wanted = {each.get("key") for each in log.find(f"{XES}global[@scope='event']")}
    events = list(log.iter(f"{XES}event"))
    for attributes in [*events, *log.iter(f"{XES}trace")]:
        keys = [each.get("key") for each in attributes if each.tag != f"{XES}event"]
        assert len(keys) == len(set(keys))
        assert all(etree.QName(each).localname in {*KINDS, "event"} for each in attributes)
    for event in events:
        found = {each.get("key"): each.get("value") for each in event}
        assert wanted <= set(found)
        assert {key.partition(":")[0] for key in found if ":" in key} <= prefixes
        assert datetime.fromisoformat(found["time:timestamp"]).tzinfo is not None
    assert [event.find(f"{XES}string[@key='identity:id']").get("value") for event in events] == ids(
        filled
    )
    assert len(log.findall(f"{XES}trace")) == 4


def test_ocel(filled: list[audit.HistoryRow], database: Database, tmp_path: Path) -> None:
    """OCEL 2.0: every type is declared with its attributes, every id is unique, every relationship
    leads somewhere."""
    log: dict[str, Any] = json.loads(export(database, "ocel", tmp_path))
    assert set(log) == {"events", "objects", "eventTypes", "objectTypes"}
    for things, types in (("events", "eventTypes"), ("objects", "objectTypes")):
        declared = {each["name"]: {a["name"] for a in each["attributes"]} for each in log[types]}
        assert len(declared) == len(log[types])
        assert len({each["id"] for each in log[things]}) == len(log[things])
        for each in log[things]:
            assert {attribute["name"] for attribute in each["attributes"]} <= declared[each["type"]]
    objects = {each["id"] for each in log["objects"]}
    for event in log["events"]:
        assert event["relationships"]
        assert {each["objectId"] for each in event["relationships"]} <= objects
        assert datetime.fromisoformat(event["time"]).tzinfo is not None
    assert [event["id"] for event in log["events"]] == ids(filled)
    assert sum(each["type"] == "complaint" for each in log["objects"]) == 4
