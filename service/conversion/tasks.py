"""Tasks of Camunda 7, Flowable and Activiti as Camunda 8 has them."""

from __future__ import annotations

import re

from lxml import etree

from service.bpmn import names as n
from service.bpmn.tree import extensions_of, inside, make, raw_of
from service.conversion.form_fields import form_of
from service.conversion.juel import NoFeel, is_expression
from service.conversion.scripts import script_in_feel
from service.conversion.tree import Draft
from service.sentence import Sentence

_RETRIES = re.compile(r"R(\d{1,3})/")
_BEAN = re.compile(r"[$#]\{\s*([^\W\d][\w-]*)")
_NOT_NAME = re.compile(r"[^\w.-]+")
JOBS = ("serviceTask", "sendTask", "businessRuleTask")


def user_task(draft: Draft, node: etree._Element) -> None:
    """Who does it, by when, and with which form."""
    who = {
        name: draft.take(node, name) for name in ("assignee", "candidateGroups", "candidateUsers")
    }
    for role in ("humanPerformer", "potentialOwner"):
        _plain_role(draft, node, role, who)
    holder = extensions_of(node)
    if holder.find(n.z("userTask")) is None:
        make(holder, "userTask")
    _said(draft, node, "assignmentDefinition", who)
    dates = {name: draft.take(node, name) for name in ("dueDate", "followUpDate")}
    _said(draft, node, "taskSchedule", dates)
    _said(draft, node, "priorityDefinition", {"priority": draft.take(node, "priority")})
    form_of(draft, node)


def _said(draft: Draft, node: etree._Element, tag: str, texts: dict[str, str]) -> None:
    """Attributes of an extension, of those texts that are given."""
    given = {name: draft.feel(node, text, name) for name, text in texts.items() if text}
    if given:
        make(extensions_of(node), tag, **given)
        draft.report.done(node, Sentence("{what} → zeebe:{tag}", what=list(given), tag=tag))


def _plain_role(draft: Draft, node: etree._Element, role: str, who: dict[str, str]) -> None:
    """`user(kermit), group(staff)` in BPMN's own resource roles."""
    for owner in list(node.iterfind(n.b(role))):
        for name in re.split(r",\s*", raw_of(owner).strip()):
            kind, _, inner = name.strip().partition("(")
            inner = inner.rstrip(")") or kind
            key = "candidateUsers" if kind == "user" else "candidateGroups"
            key = "assignee" if role == "humanPerformer" else key
            who[key] = ",".join(filter(None, (who.get(key, ""), inner.strip())))
        node.remove(owner)


def service_task(draft: Draft, node: etree._Element) -> None:
    """An external task is a job of its topic; a class or a bean is a worker still to be written."""
    if n.local(node) == "businessRuleTask" and _decision(draft, node):
        return
    kind, topic = draft.take(node, "type"), draft.take(node, "topic")
    code = _code(draft, node)
    result = draft.take(node, "resultVariable") or draft.take(node, "resultVariableName")
    if _sets_variable(draft, node, code, result):
        return
    type_, why = _job_type(draft, node, kind=kind, topic=topic, code=code)
    if not type_:
        return
    holder = extensions_of(node)
    given = {"type": type_}
    if retries := _retries(draft, node):
        given["retries"] = retries
    make(holder, "taskDefinition", **given)
    _fields(draft, node)
    draft.report.done(node, Sentence("the work of the task → the job type {type}", type=type_))
    if priority := draft.take(node, "taskPriority"):
        make(holder, "priorityDefinition", priority=draft.feel(node, priority, "taskPriority"))
    if why:
        said = "{why} is run by Java: have a worker take the job type {type}"
        draft.to_do(node, Sentence(said, why=why, type=type_))
    elif not topic:
        draft.to_do(
            node, Sentence("nothing says what does this: a worker is to take {type}", type=type_)
        )
    if result:
        draft.to_do(node, Sentence("the worker is to return the variable {result}", result=result))


def _sets_variable(draft: Draft, node: etree._Element, code: str, result: str) -> bool:
    """Whether an expression only works out a value: then the task is a script here."""
    if not is_expression(code) or n.local(node) != "serviceTask":
        return False
    try:
        found = script_in_feel(code.strip()[2:-1], "juel")
        if found.entries or not result:
            result = ""
        name, feel = (result, found.value) if result else next(iter(found.entries.items()))
    except (NoFeel, StopIteration):
        return False
    if not feel or (feel == found.value and feel.isidentifier()):
        return False  # a bean by its name
    node.tag = n.b("scriptTask")
    make(extensions_of(node), "script", expression=f"={feel}", resultVariable=name)
    draft.report.done(
        node, Sentence("{what}: {text} → {found}", what="expression", text=code, found=f"={feel}")
    )
    return True


def _code(draft: Draft, node: etree._Element) -> str:
    found = ""
    for name in ("class", "delegateExpression", "expression"):
        found = draft.take(node, name) or found
    return found


def _job_type(
    draft: Draft, node: etree._Element, *, kind: str, topic: str, code: str
) -> tuple[str, str]:
    """The type of the job, and what has to be written for it."""
    if topic:
        return draft.feel(node, topic, "topic"), ""
    if code:
        bean = _BEAN.match(code)
        return (bean[1] if bean else code.rpartition(".")[2]) or code, code
    connector = _connector(draft, node)
    if connector:
        return connector, Sentence("the connector {name!r}", name=connector)
    if kind and kind not in ("external", "dmn"):
        return kind, Sentence("the task type {kind!r}", kind=kind)
    if n.local(node) in JOBS:
        return _own_name(node), ""
    return "", ""


def _own_name(node: etree._Element) -> str:
    name = _NOT_NAME.sub("-", node.get("name") or node.get("id") or "").strip("-")
    return name or "work"


def _connector(draft: Draft, node: etree._Element) -> str:
    for connector in draft.children(node, "connector"):
        for each in connector.iter():
            if n.local(each) == "connectorId":
                return raw_of(each).strip() or "connector"
    return ""


def _retries(draft: Draft, node: etree._Element) -> str:
    cycle = draft.take(node, "failedJobRetryTimeCycle")
    for child in draft.children(node, "failedJobRetryTimeCycle"):
        cycle = raw_of(child).strip()
    found = _RETRIES.match(cycle)
    return found[1] if found else ""


def _fields(draft: Draft, node: etree._Element) -> None:
    """Injected fields are headers of the job, or its inputs where they are expressions."""
    for each in draft.children(node, "field"):
        name = each.get("name", "")
        value = each.get("stringValue") or each.get("expression") or ""
        for child in each:
            value = value or raw_of(child).strip()
        if "${" in value or "#{" in value:
            source = draft.feel(node, value, name)
            make(inside(extensions_of(node), "ioMapping"), "input", source=source, target=name)
        elif name and value:
            make(inside(extensions_of(node), "taskHeaders"), "header", key=name, value=value)


def _decision(draft: Draft, node: etree._Element) -> bool:
    """A decision that is named; Flowable names it in a field."""
    decision = draft.take(node, "decisionRef")
    for each in draft.children(node, "field"):
        if each.get("name") in ("decisionTableReferenceKey", "decisionServiceReferenceKey"):
            decision = decision or each.get("stringValue") or raw_of(each).strip()
    if not decision:
        return False
    result = draft.take(node, "resultVariable") or "result"
    called = draft.feel(node, decision, "decisionRef")
    make(extensions_of(node), "calledDecision", decisionId=called, resultVariable=result)
    draft.report.done(node, Sentence("decisionRef → zeebe:calledDecision {id}", id=called))
    mapped = draft.take(node, "mapDecisionResult")
    if mapped and mapped != "singleEntry":
        draft.to_do(
            node,
            Sentence(
                "mapDecisionResult {how}: here the hit policy of the decision says whether "
                "{result} is a value, a context or a list: look at what reads it",
                how=mapped,
                result=result,
            ),
        )
    return True


def script_task(draft: Draft, node: etree._Element) -> None:
    """A simple script becomes FEEL, any other a job for a worker."""
    script, result = node.find(n.b("script")), draft.take(node, "resultVariable")
    language = (node.get("scriptFormat") or "").strip()
    draft.take(node, "autoStoreVariables")
    resource = draft.take(node, "resource")
    text = "" if script is None else raw_of(script)
    _script(draft, node, text if not resource else "", language, result or "result")
    if script is not None:
        node.remove(script)
    node.attrib.pop("scriptFormat", None)


def _script(draft: Draft, node: etree._Element, text: str, language: str, result: str) -> None:
    holder = extensions_of(node)
    try:
        if not text.strip():
            raise NoFeel("a script elsewhere")
        _as_feel(holder, text, language, result)
    except NoFeel as part:
        type_ = _own_name(node)
        make(holder, "taskDefinition", type=type_)
        draft.to_do(
            node,
            Sentence(
                "the script ({language}) has no equivalent in FEEL ({part}): have a worker take "
                "the job type {type}, or write FEEL; it was: {text}",
                language=language or "?",
                part=str(part)[:80],
                type=type_,
                text=text.strip()[:500],
            ),
        )
    else:
        draft.report.done(
            node, Sentence("the script ({language}) → FEEL", language=language or "?")
        )


def _as_feel(holder: etree._Element, text: str, language: str, result: str) -> None:
    found = script_in_feel(text, language)
    if not found.entries:
        make(holder, "script", expression=f"={found.value}", resultVariable=result)
        return
    if found.value:
        found.entries["value"] = found.value
    if len(found.entries) == 1 and len(found.sets) == 1:
        [(name, feel)] = found.entries.items()
        make(holder, "script", expression=f"={feel}", resultVariable=name)
        return
    make(holder, "script", expression=f"={found.context()}", resultVariable="_script")
    mapping = inside(holder, "ioMapping")
    for name in found.sets:
        make(mapping, "output", source=f"=_script.{name}", target=name)
    if found.value:
        make(mapping, "output", source="=_script.value", target=result)


def call_activity(draft: Draft, node: etree._Element) -> None:
    """What is called, and what goes in and out."""
    called = node.attrib.pop("calledElement", None) or draft.take(node, "caseRef")
    every = {"in": "false", "out": "false"}
    if draft.take(node, "inheritVariables") == "true":
        every["in"] = "true"
    for way in every:
        for each in draft.children(node, way):
            if each.get("variables") == "all":
                every[way] = "true"
            elif each.get("businessKey"):
                draft.report.dropped(node, Sentence("the business key of the called process"))
            else:
                _passed(draft, node, each, way)
    make(
        extensions_of(node),
        "calledElement",
        processId=draft.feel(node, str(called or ""), "calledElement"),
        propagateAllParentVariables=every["in"],
        propagateAllChildVariables=every["out"],
    )
    draft.report.done(node, Sentence("calledElement → zeebe:calledElement {id}", id=str(called)))


def _passed(draft: Draft, node: etree._Element, each: etree._Element, way: str) -> None:
    target, source = each.get("target", ""), each.get("source", "")
    expression = each.get("sourceExpression", "")
    said = draft.feel(node, expression, target) if expression else f"={source}"
    tag = "input" if way == "in" else "output"
    if target and (source or expression):
        make(inside(extensions_of(node), "ioMapping"), tag, source=said, target=target)
