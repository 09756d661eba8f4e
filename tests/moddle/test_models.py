"""Files go to Camunda's tools and come back as the same models: the shipped ones, and one with
every extension."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.definitions import compare, shipped_files
from service.engine import load_bundle
from tests.moddle.reading import every_extension, need_readers, read_models

SHIPPED = shipped_files()
DRAWN = {path: content for path, content in SHIPPED.items() if path.endswith((".bpmn", ".dmn"))}


@pytest.fixture(autouse=True)
def _readers() -> None:
    need_readers()


def test_camundas_readers_find_nothing_odd_and_lose_nothing(tmp_path: Path) -> None:
    found = read_models(DRAWN, tmp_path)
    assert {path: each["warnings"] for path, each in found.items() if each["warnings"]} == {}
    written = {path: each["written"].encode() for path, each in found.items()}
    again = read_models(written, tmp_path)
    assert [path for path in DRAWN if again[path]["model"] != found[path]["model"]] == []
    # what they write runs here as what was shipped does
    bundle = load_bundle({**SHIPPED, **written})
    assert set(bundle.models) == set(load_bundle(SHIPPED).models)
    assert [
        change for path in DRAWN for change in compare({path: DRAWN[path]}, {path: written[path]})
    ] == []


def test_a_file_with_every_extension_is_read_and_written_whole(tmp_path: Path) -> None:
    content = every_extension()
    assert content.count(b"<zeebe:") > 100
    found = read_models({"every.bpmn": content}, tmp_path)["every.bpmn"]
    assert found["warnings"] == []
    written = found["written"].encode()
    assert read_models({"every.bpmn": written}, tmp_path)["every.bpmn"]["model"] == found["model"]
    assert compare({"processes/every.bpmn": content}, {"processes/every.bpmn": written}) == []
