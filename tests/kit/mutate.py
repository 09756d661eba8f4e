"""Mistakes that people make, made one by one in every expression, mapping, form, group, clock and
name of a bundle."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson
from lxml import etree

from service.errors import Problem
from service.feel import BUILTINS

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
OWNERS = frozenset(
    {
        "userTask",
        "serviceTask",
        "sendTask",
        "scriptTask",
        "businessRuleTask",
        "receiveTask",
        "callActivity",
        "subProcess",
        "adHocSubProcess",
        "startEvent",
        "endEvent",
        "boundaryEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "exclusiveGateway",
        "sequenceFlow",
        "process",
        "lane",
    }
)
TEXTS = ("conditionExpression", "timeDate", "timeDuration", "timeCycle", "completionCondition")
ATTRIBUTES = {
    "input": ("source",),
    "output": ("source",),
    "assignmentDefinition": ("assignee", "candidateGroups", "candidateUsers"),
    "taskSchedule": ("dueDate", "followUpDate"),
    "script": ("expression",),
    "subscription": ("correlationKey",),
    "loopCharacteristics": ("inputCollection", "outputElement"),
    "adHoc": ("activeElementsCollection", "outputElement"),
}
NAMES = {
    "output": ("target",),
    "input": ("target",),
    "script": ("resultVariable",),
    "calledDecision": ("decisionId", "resultVariable"),
    "calledElement": ("processId",),
    "formDefinition": ("formId",),
    "taskDefinition": ("type",),
    "loopCharacteristics": ("inputElement",),
}
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{3,}")
LITERAL = re.compile(r'"([^"]{2,})"')
KEPT = frozenset(
    {
        "then",
        "else",
        "true",
        "false",
        "null",
        "some",
        "every",
        "satisfies",
        "return",
        "between",
        "instance",
        "function",
        "item",
    }
)


@dataclass(frozen=True)
class Mutant:
    """One mistake: what kind, where, and the files with it. `elements` are those on which a finding
    is on the right element; what is missing is right to be told wherever the `variable` is read."""

    operator: str
    place: str
    detail: str
    elements: frozenset[str]
    files: Mapping[str, bytes]
    variable: str = ""

    def is_told_by(self, problem: Problem) -> bool:
        """Whether a finding is on the right element."""
        if self.variable and repr(self.variable) in problem.message:
            return True
        return "*" in self.elements or problem.element in self.elements


def misspell(word: str, chance: random.Random) -> str:
    """As fingers do: two letters changed over, one left out, one doubled, or another one."""
    at = chance.randrange(1, len(word) - 1)
    kinds = [
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + ("q" if word[at] != "q" else "z") + word[at + 1 :],
    ]
    found = [each for each in kinds if each != word]
    return chance.choice(found)


def mutants(files: Mapping[str, bytes], seed: int = 1) -> Iterator[Mutant]:
    """Every mistake, in the order of the files."""
    for path, content in sorted(files.items()):
        chance = random.Random(f"{seed}:{path}")
        if path.endswith(".bpmn"):
            yield from _diagram(files, path, content, chance)
        elif path.endswith(".form.json"):
            yield from _form(files, path, content, chance)
        elif path.endswith(".dmn"):
            yield from _decision(files, path, content, chance)


def _diagram(files, path, content, chance) -> Iterator[Mutant]:
    root = etree.fromstring(content)

    def made(operator, node, detail, variable=""):
        owner = _owner(node)
        near = {owner.get("id"), owner.get("sourceRef"), owner.get("attachedToRef")}
        near |= {
            flow.get("id")
            for flow in root.iter(f"{BPMN}sequenceFlow")
            if flow.get("sourceRef") in near
        }
        place = f"{path}#{owner.get('id')}"
        changed = {**files, path: etree.tostring(root)}
        return Mutant(operator, place, detail, frozenset(near - {None}), changed, variable)

    for node in list(root.iter(etree.Element)):
        tag = etree.QName(node).localname
        if tag in TEXTS and node.text and node.text.strip():
            text = node.text
            for operator, changed in _expressions(text.strip(), chance):
                node.text = changed
                yield made(operator, node, changed)
            node.text = text
        for name in ATTRIBUTES.get(tag, ()) if node.tag.startswith(ZEEBE) else ():
            value = node.get(name)
            if value is None:
                continue
            for operator, changed in _expressions(value, chance):
                node.set(name, changed)
                yield made(operator, node, changed)
            node.set(name, value)
        yield from _labels(node, tag, chance, made)
        if tag in ("input", "output") and node.tag.startswith(ZEEBE):
            parent, at = node.getparent(), node.getparent().index(node)
            if tag == "output" and len(parent.findall(f"{ZEEBE}output")) > 1:
                # without its only output an activity gives all its variables: no mistake
                parent.remove(node)
                target = node.get("target")
                yield made("removed mapping", parent, target, target)
                parent.insert(at, node)


def _labels(node, tag, chance, made) -> Iterator[Mutant]:
    names = NAMES.get(tag, ()) if node.tag.startswith(ZEEBE) else ()
    if tag == "header" and node.get("key") in ("group", "clock", "meets", "template", "process"):
        names = ("key", "value")
    if tag == "property" and node.get("name") in (
        "meets",
        "fourEyes",
        "check",
        "decides",
        "clause",
    ):
        names = ("value", "name")
    if tag == "message" and node.tag.startswith(BPMN):
        names = ("name",)
    if tag == "lane" and node.tag.startswith(BPMN):
        return
    for name in names:
        value = node.get(name)
        if not value or len(value) < 4:
            continue
        changed = misspell(value, chance)
        node.set(name, changed)
        yield made(f"misspelt {tag} {name}", node, changed)
        node.set(name, value)


def _expressions(text: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    if not text.startswith("="):
        if len(text) > 3:
            yield "misspelt literal", misspell(text, chance)
        return
    if text[1:].strip() not in ("null", "true", "false"):
        yield "missing =", text[1:]
    outside = [(m.start(), m.end()) for m in WORD.finditer(text) if not _quoted(text, m.start())]
    for start, end in outside:
        word = text[start:end]
        if word not in KEPT:
            yield "misspelt name", text[:start] + misspell(word, chance) + text[end:]
    for match in LITERAL.finditer(text):
        start, end = match.span(1)
        if len(match[1]) > 3:
            yield "misspelt text", text[:start] + misspell(match[1], chance) + text[end:]
        yield "wrong type (text as number)", text[: start - 1] + "42" + text[end + 1 :]
    for match in re.finditer(r"\b\d+(\.\d+)?\b", text):
        if not _quoted(text, match.start()):
            yield (
                "wrong type (number as text)",
                text[: match.start()] + '"many"' + text[match.end() :],
            )
    for match in re.finditer(r"= (true|false)\b", text):
        yield (
            "wrong type (boolean as text)",
            text[: match.start()] + '= "yes"' + text[match.end() :],
        )
    for match in re.finditer(r"\(([^(),]+(?:\(\))?), ([^(),]+)\)", text):
        swapped = f"({match[2]}, {match[1]})"
        yield "swapped arguments", text[: match.start()] + swapped + text[match.end() :]
        fewer = f"({match[1]})"
        yield "removed argument", text[: match.start()] + fewer + text[match.end() :]


def _quoted(text: str, at: int) -> bool:
    return text[:at].count('"') % 2 == 1


def _form(files, path, content, chance) -> Iterator[Mutant]:
    form = orjson.loads(content)
    key = form["id"]
    fields = form["schema"].get("properties", {})

    def made(operator, detail):
        return Mutant(
            operator, path, detail, frozenset({key, "*"}), {**files, path: orjson.dumps(form)}
        )

    for name in list(fields):
        field = fields[name]
        renamed = misspell(name, chance) if len(name) > 3 else name + "x"
        form["schema"]["properties"] = {
            (renamed if each == name else each): value for each, value in fields.items()
        }
        yield made("misspelt field", renamed)
        form["schema"]["properties"] = {
            each: value for each, value in fields.items() if each != name
        }
        yield made("removed field", name)
        form["schema"]["properties"] = fields
        if isinstance(field.get("type"), str):
            kind = field["type"]
            field["type"] = "string" if kind != "string" else "boolean"
            yield made("wrong type of a field", f"{name} {kind} -> {field['type']}")
            field["type"] = kind


def _decision(files, path, content, chance) -> Iterator[Mutant]:
    root = etree.fromstring(content)
    for node in root.iter(f"{DMN}inputExpression"):
        text = node.find(f"{DMN}text")
        owner = node
        while etree.QName(owner).localname != "decision":
            owner = owner.getparent()
        value = text.text
        words = [m for m in WORD.finditer(value) if not _quoted(value, m.start())]
        for match in words:
            if match[0] in KEPT or match[0] in BUILTINS:
                continue
            text.text = value[: match.start()] + misspell(match[0], chance) + value[match.end() :]
            yield Mutant(
                "misspelt name in a decision",
                f"{path}#{owner.get('id')}",
                text.text,
                frozenset({owner.get("id")}),
                {**files, path: etree.tostring(root)},
            )
            text.text = value


def _owner(node):
    at = node
    while etree.QName(at).localname not in OWNERS:
        if at.getparent() is None:
            return at
        at = at.getparent()
    return at
