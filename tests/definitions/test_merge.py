"""A new release of the shipped procedure and a bank's changes of it come together by element."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from service.definitions import Clash, merge_files, merge_values
from service.definitions.merge_xml import shape_of
from service.definitions.shipped import shipped_files
from service.engine import load_bundle

SHIPPED = shipped_files()
MAIN = "processes/complaint.bpmn"
B = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
Z = "{http://camunda.org/schema/zeebe/1.0}"


def edited(content: bytes, *changes: Any) -> bytes:
    root = etree.fromstring(content)
    for change in changes:
        change(root)
    return etree.tostring(root)


def named(element_id: str, name: str) -> Any:
    def change(root: etree._Element) -> None:
        root.xpath(f"//*[@id='{element_id}']")[0].set("name", name)

    return change


def without(element_id: str) -> Any:
    def change(root: etree._Element) -> None:
        for each in root.xpath(f"//*[@id='{element_id}' or @bpmnElement='{element_id}']"):
            each.getparent().remove(each)

    return change


def with_task_on(flow_id: str, task_id: str) -> Any:
    """A task of its own in the middle of a flow."""

    def change(root: etree._Element) -> None:
        flow = root.xpath(f"//*[@id='{flow_id}']")[0]
        task = etree.SubElement(flow.getparent(), f"{B}manualTask", id=task_id, name=task_id)
        etree.SubElement(task, f"{B}incoming").text = flow_id
        etree.SubElement(task, f"{B}outgoing").text = f"{task_id}-on"
        target = flow.get("targetRef")
        etree.SubElement(
            flow.getparent(),
            f"{B}sequenceFlow",
            id=f"{task_id}-on",
            sourceRef=task_id,
            targetRef=target,
        )
        flow.set("targetRef", task_id)
        for each in root.xpath(f"//*[@id='{target}']/*[text()='{flow_id}']"):
            each.text = f"{task_id}-on"

    return change


def flows(content: bytes) -> list[str]:
    """Unconditioned flows of the main process between two nodes."""
    root = etree.fromstring(content)
    return [each.get("id") for each in root.iter(f"{B}sequenceFlow") if not len(each)]


def same(one: bytes, other: bytes) -> bool:
    return shape_of(etree.fromstring(one)) == shape_of(etree.fromstring(other))


@pytest.mark.parametrize("path", sorted(SHIPPED))
def test_what_only_one_side_has_changed_comes_from_it(path: str) -> None:
    content = SHIPPED[path]
    changed = content + b"\n"
    for ours, theirs in ((content, changed), (changed, content), (changed, changed)):
        merged = merge_files({path: content}, {path: ours}, {path: theirs})
        assert merged.files == {path: changed} and not merged.clashes
    assert merge_files({path: content}, {path: content}, {}).files == {}
    assert merge_files({path: content}, {}, {path: content}).files == {}
    gone = merge_files({path: content}, {}, {path: changed})
    assert gone.files == {} and gone.clashes == (Clash(path),)


def test_a_bank_that_changed_a_diagram_gets_the_release_of_the_same_diagram() -> None:
    one, other, *_ = flows(SHIPPED[MAIN])
    root = etree.fromstring(SHIPPED[MAIN])
    first, second = [each.get("id") for each in root.iter(f"{B}callActivity", f"{B}userTask")][:2]
    ours = edited(SHIPPED[MAIN], named(first, "Ours"), with_task_on(one, "bank-step"))
    theirs = edited(SHIPPED[MAIN], named(second, "Theirs"), with_task_on(other, "new-step"))
    merged = merge_files(SHIPPED, SHIPPED | {MAIN: ours}, SHIPPED | {MAIN: theirs})
    assert merged.joined == (MAIN,) and not merged.clashes
    made = etree.fromstring(merged.files[MAIN])
    say = {each.get("id"): each.get("name") for each in made.iter() if each.get("id")}
    assert (say[first], say[second]) == ("Ours", "Theirs")
    assert {"bank-step", "new-step", "bank-step-on", "new-step-on"} <= set(say)
    assert load_bundle(merged.files).processes


def test_where_both_changed_the_same_the_bank_stands_and_it_is_told() -> None:
    root = etree.fromstring(SHIPPED[MAIN])
    task = next(root.iter(f"{B}callActivity", f"{B}userTask")).get("id")
    ours, theirs = (edited(SHIPPED[MAIN], named(task, each)) for each in ("Ours", "Theirs"))
    merged = merge_files({MAIN: SHIPPED[MAIN]}, {MAIN: ours}, {MAIN: theirs})
    assert merged.clashes == (Clash(MAIN, task, "Ours"),) and same(merged.files[MAIN], ours)
    gone = edited(SHIPPED[MAIN], without(task))
    kept = merge_files({MAIN: SHIPPED[MAIN]}, {MAIN: ours}, {MAIN: gone})
    assert kept.clashes == (Clash(MAIN, task, "Ours"),)
    drawn = etree.fromstring(kept.files[MAIN])
    assert drawn.xpath(f"//*[@bpmnElement='{task}']"), "what stays is still drawn"


def test_what_both_added_in_different_places_stands_once_and_is_told() -> None:
    root = etree.fromstring(SHIPPED[MAIN])
    plain = [each for each in root.iter(f"{B}sequenceFlow") if not len(each)]
    one = plain[0]
    other = next(each for each in plain if each.getparent() is not one.getparent())
    ours, theirs = (
        edited(SHIPPED[MAIN], with_task_on(each.get("id"), "step")) for each in (one, other)
    )
    merged = merge_files({MAIN: SHIPPED[MAIN]}, {MAIN: ours}, {MAIN: theirs})
    made = etree.fromstring(merged.files[MAIN])
    [step] = made.xpath("//*[@id='step']")
    assert step.getparent().get("id") == one.getparent().get("id")
    assert "step" in {each.place for each in merged.clashes} and _is_valid(merged.files[MAIN])


def test_a_rule_that_the_bank_added_and_one_of_the_release_stand_in_one_table() -> None:
    path = "processes/severity.dmn"
    rules = etree.fromstring(SHIPPED[path]).xpath("//*[local-name()='rule']")

    def copied(number: int, name: str) -> Any:
        def change(root: etree._Element) -> None:
            rule = root.xpath("//*[local-name()='rule']")[number]
            more = etree.fromstring(etree.tostring(rule))
            for each in more.iter():
                if each.get("id"):
                    each.set("id", f"{each.get('id')}-{name}")
            rule.addnext(more)

        return change

    ours = edited(SHIPPED[path], copied(0, "bank"))
    theirs = edited(SHIPPED[path], copied(len(rules) - 1, "new"))
    merged = merge_files({path: SHIPPED[path]}, {path: ours}, {path: theirs})
    found = etree.fromstring(merged.files[path]).xpath("//*[local-name()='rule']/@id")
    assert len(found) == len(rules) + 2 and not merged.clashes
    assert [found[1][-5:], found[-1][-4:]] == ["-bank", "-new"]


def test_fields_of_a_form_come_together_in_their_order() -> None:
    path = next(each for each in sorted(SHIPPED) if each.endswith("propose-solution.form.json"))
    form = json.loads(SHIPPED[path])

    def more(name: str, at: int) -> bytes:
        made = json.loads(SHIPPED[path])
        made["schema"]["properties"][name] = {"type": "string", "title": name}
        made["uiSchema"].setdefault("ui:order", list(form["schema"]["properties"])).insert(at, name)
        return json.dumps(made).encode()

    merged = merge_files({path: SHIPPED[path]}, {path: more("bank", 1)}, {path: more("new", 3)})
    made = json.loads(merged.files[path])
    assert {"bank", "new"} <= set(made["schema"]["properties"]) and not merged.clashes
    order = made["uiSchema"]["ui:order"]
    assert order.index("bank") == 1 and order.index("new") == 4


values = st.recursive(
    st.none() | st.booleans() | st.integers(2, 5) | st.text("ab", max_size=2),
    lambda inner: (
        st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)
        | st.lists(st.integers(2, 6), unique=True, max_size=4)
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(values, values, values)
def test_merging_values_keeps_its_promises(base: Any, ours: Any, theirs: Any) -> None:
    places: list[str] = []
    assert merge_values(base, base, theirs, places=places) == theirs
    assert merge_values(base, ours, base, places=places) == ours
    assert merge_values(base, ours, ours, places=places) == ours
    assert not places
    merged = merge_values(base, ours, theirs, places=places)
    turned: list[str] = []
    other = merge_values(base, theirs, ours, places=turned)
    assert sorted(places) == sorted(turned)
    if not places:
        assert _sorted(merged) == _sorted(other)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in value.items()}
    return sorted(value) if isinstance(value, list) else value


elements = [
    each.get("id")
    for each in etree.fromstring(SHIPPED[MAIN]).iter(f"{B}userTask", f"{B}callActivity", f"{B}task")
]
changes = st.one_of(
    st.builds(named, st.sampled_from(elements), st.sampled_from(["one", "two"])),
    st.builds(without, st.sampled_from(elements)),
    st.builds(with_task_on, st.sampled_from(flows(SHIPPED[MAIN])), st.sampled_from(["p", "q"])),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(changes, max_size=3), st.lists(changes, max_size=3))
def test_no_change_is_lost_unsaid(mine: list[Any], new: list[Any]) -> None:
    """Every attribute that the release has changed is in the merge, or its element is told."""
    try:
        ours, theirs = edited(SHIPPED[MAIN], *mine), edited(SHIPPED[MAIN], *new)
    except IndexError:
        return  # a change of what an earlier one removed
    merged = merge_files({MAIN: SHIPPED[MAIN]}, {MAIN: ours}, {MAIN: theirs})
    if any(not _is_valid(each) for each in (ours, theirs)):
        return  # the same was added twice
    assert _is_valid(merged.files[MAIN])
    told = {each.place for each in merged.clashes}
    sides = [_by_id(each) for each in (SHIPPED[MAIN], theirs, merged.files[MAIN])]
    before, wanted, made = sides
    for name, said in wanted.items():
        if before.get(name) != said and name not in told:
            assert made.get(name) == said, name
    for name in before.keys() - wanted.keys() - told:
        assert name not in made, name


def _by_id(content: bytes) -> dict[str, dict[str, str]]:
    root = etree.fromstring(content)
    found = root.xpath("//*[local-name()='process']//*[@id]")
    return {each.get("id"): dict(each.attrib) for each in found}


def _is_valid(content: bytes) -> bool:
    ids = etree.fromstring(content).xpath("//@id")
    return len(set(ids)) == len(ids)
