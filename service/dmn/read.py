"""Reads a DMN file, of version 1.1 to 1.5, into the records of `parts`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from service.dmn import parts
from service.dmn.read_boxed import (
    child,
    children,
    find_boxed,
    local,
    name_of,
    place,
    plain,
    read_function,
    text_of,
    type_ref,
    variable,
)
from service.dmn.xml import parse_xml
from service.errors import DefinitionInvalid, Problem
from service.sentence import Sentence

NAMESPACES = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
_POLICIES = {policy.value for policy in parts.HitPolicy}
_AGGREGATIONS = {"", "SUM", "MIN", "MAX", "COUNT"}


def read_definitions(xml: bytes, *, file: str) -> parts.Definitions:
    """Read `xml`, or raise `DefinitionInvalid` with every problem of form."""
    root = parse_xml(xml, file=file)
    _check_root(root, file)
    problems = list(_check_tables(root, file))
    if problems:
        raise DefinitionInvalid(problems)
    return parts.Definitions(
        file=file,
        id=root.get("id", ""),
        name=root.get("name", ""),
        namespace=root.get("namespace", ""),
        imports=tuple(_read_import(each) for each in children(root, "import")),
        items=tuple(_read_item(each) for each in children(root, "itemDefinition")),
        inputs=tuple(_read_input_data(each) for each in children(root, "inputData")),
        decisions=tuple(_read_decision(each) for each in children(root, "decision")),
        knowledge=tuple(_read_knowledge(each) for each in children(root, "businessKnowledgeModel")),
        services=tuple(_read_service(each) for each in children(root, "decisionService")),
        prefixes=tuple((prefix or "", uri) for prefix, uri in root.nsmap.items()),
        names=frozenset(_long_names(root)),
    )


# A context's key of several words in a FEEL text: other texts may name it after a dot.
_KEY = re.compile(r"""[{,]\s*"?([^\W\d]\w*(?: \w+)+)"?\s*:""")


def _long_names(root: etree._Element) -> Iterable[str]:
    for element in root.iter():
        if (
            local(element)
            and not (name := name_of(element)).isidentifier()
            and name
            and "." not in name
        ):
            yield name
        if local(element) == "text":
            yield from _KEY.findall(element.text or "")


def _check_root(root: etree._Element, file: str) -> None:
    name = etree.QName(root)
    if name.localname == "definitions" and name.namespace in NAMESPACES:
        return
    raise DefinitionInvalid(
        [
            Problem(
                code="dmn-not-dmn",
                file=file,
                line=int(root.sourceline or 0),
                element=root.get("id", ""),
                message=Sentence(
                    "Expected DMN definitions of version 1.1 to 1.5, found {localname!r} in "
                    "{namespace!r}.",
                    localname=name.localname,
                    namespace=name.namespace,
                ),
                fix="Save the decision as DMN 1.3 or later in the modeler.",
            )
        ]
    )


def _check_tables(root: etree._Element, file: str) -> Iterable[Problem]:
    for element in root.iter():
        if local(element) != "decisionTable":
            continue
        policy = element.get("hitPolicy", "UNIQUE")
        aggregation = element.get("aggregation", "")
        if policy not in _POLICIES:
            yield _problem(
                element,
                file,
                "dmn-hit-policy",
                Sentence("Unknown hit policy {policy!r}.", policy=policy),
            )
        if aggregation not in _AGGREGATIONS:
            yield _problem(
                element,
                file,
                "dmn-hit-policy",
                Sentence("Unknown aggregation {aggregation!r}.", aggregation=aggregation),
            )
        width = len(list(children(element, "input"))), len(list(children(element, "output")))
        for rule in children(element, "rule"):
            found = (
                len(list(children(rule, "inputEntry"))),
                len(list(children(rule, "outputEntry"))),
            )
            if found != width:
                has, wants = (f"{each[0]} inputs and {each[1]}" for each in (found, width))
                message = Sentence(
                    "The rule has {has} outputs, its table {wants}.", has=has, wants=wants
                )
                yield _problem(rule, file, "dmn-rule-width", message)


def _problem(element: etree._Element, file: str, code: str, message: str) -> Problem:
    fix = "Open the table in the modeler and save it again, or fix the element named."
    spot = place(element)
    return Problem(code=code, file=file, line=spot.line, element=spot.id, message=message, fix=fix)


def _read_import(element: etree._Element) -> parts.Import:
    return parts.Import(
        name=name_of(element),
        namespace=element.get("namespace", ""),
        location=element.get("locationURI", ""),
        kind=element.get("importType", ""),
        place=place(element),
    )


def _read_item(element: etree._Element) -> parts.ItemDefinition:
    function = child(element, "functionItem")
    return parts.ItemDefinition(
        name=name_of(element),
        place=place(element),
        type_ref=type_ref(element),
        is_collection=element.get("isCollection", "false") in ("true", "1"),
        allowed_values=text_of(child(element, "allowedValues")),
        type_constraint=text_of(child(element, "typeConstraint")),
        components=tuple(_read_item(each) for each in children(element, "itemComponent")),
        function=None if function is None else _read_function_item(function),
    )


def _read_function_item(element: etree._Element) -> parts.FunctionItem:
    parameters = tuple(variable(each) for each in children(element, "parameters"))
    output = " ".join(
        (element.get("outputTypeRef") or plain(child(element, "outputTypeRef"))).split()
    )
    return parts.FunctionItem(parameters=parameters, output_type_ref=output)


def _read_input_data(element: etree._Element) -> parts.InputData:
    return parts.InputData(
        name=name_of(element), place=place(element), variable=_own_variable(element)
    )


def _own_variable(element: etree._Element) -> parts.Variable:
    slot = child(element, "variable")
    if slot is None:
        return parts.Variable(name=name_of(element), type_ref="", place=place(element))
    found = variable(slot)
    return parts.Variable(
        name=found.name or name_of(element), type_ref=found.type_ref, place=found.place
    )


def _hrefs(element: etree._Element, requirement: str, target: str) -> tuple[str, ...]:
    found = (child(each, target) for each in children(element, requirement))
    return tuple(each.get("href", "") for each in found if each is not None)


def _read_decision(element: etree._Element) -> parts.Decision:
    return parts.Decision(
        name=name_of(element),
        place=place(element),
        variable=_own_variable(element),
        required_inputs=_hrefs(element, "informationRequirement", "requiredInput"),
        required_decisions=_hrefs(element, "informationRequirement", "requiredDecision"),
        required_knowledge=_hrefs(element, "knowledgeRequirement", "requiredKnowledge"),
        logic=find_boxed(element),
        names=_names(element),
    )


def _names(element: etree._Element) -> dict[str, str]:
    """The names in other languages: extension properties `name:TAG`."""
    extension = child(element, "extensionElements")
    return {
        (each.get("name") or "").removeprefix("name:"): each.get("value") or ""
        for each in (() if extension is None else extension.iter("{*}property"))
        if (each.get("name") or "").startswith("name:")
    }


def _read_knowledge(element: etree._Element) -> parts.Knowledge:
    logic = child(element, "encapsulatedLogic")
    return parts.Knowledge(
        name=name_of(element),
        place=place(element),
        variable=_own_variable(element),
        required_knowledge=_hrefs(element, "knowledgeRequirement", "requiredKnowledge"),
        logic=None if logic is None else read_function(logic),
    )


def _read_service(element: etree._Element) -> parts.DecisionService:
    def hrefs(name: str) -> tuple[str, ...]:
        return tuple(each.get("href", "") for each in children(element, name))

    return parts.DecisionService(
        name=name_of(element),
        place=place(element),
        variable=_own_variable(element),
        outputs=hrefs("outputDecision"),
        encapsulated=hrefs("encapsulatedDecision"),
        input_decisions=hrefs("inputDecision"),
        input_data=hrefs("inputData"),
    )
