"""What any element may have: mappings, listeners, properties, loops; and flows and events."""

from __future__ import annotations

import json

from lxml import etree

from service.bpmn import names as n
from service.bpmn.cron import MACROS
from service.bpmn.read_listeners import NOT_AT_END, NOT_AT_START
from service.bpmn.tree import extensions_of, inside, make, put, raw_of
from service.conversion.juel import NoFeel, is_expression
from service.conversion.scripts import script_in_feel
from service.conversion.tree import Draft
from service.sentence import Sentence

TIMES = ("timeDate", "timeDuration", "timeCycle")


def flow(draft: Draft, node: etree._Element) -> None:
    """A sequence flow's condition."""
    condition = node.find(n.b("conditionExpression"))
    if condition is None:
        return
    language = condition.get("language") or ""
    draft.take(condition, "resource")
    text = raw_of(condition).strip()
    for name in ("language", "evaluatesToTypeRef"):
        condition.attrib.pop(name, None)
    if not text:
        node.remove(condition)
    elif language and not is_expression(text):
        put(condition, _scripted(draft, node, text, language))
    elif is_expression(text):
        put(condition, draft.feel(node, text, "condition"))


def _scripted(draft: Draft, node: etree._Element, text: str, language: str) -> str:
    try:
        found = script_in_feel(text, language)
        if not found.value or found.entries:
            raise NoFeel(text[:60])
    except NoFeel as part:
        draft.to_do(
            node,
            Sentence(
                "the script ({language}) has no equivalent in FEEL ({part}): write the condition; "
                "it was: {text}",
                language=language,
                part=str(part)[:80],
                text=text[:300],
            ),
        )
        return "=false"
    draft.report.done(node, Sentence("the script ({language}) → FEEL", language=language))
    return f"={found.value}"


def event(draft: Draft, node: etree._Element) -> None:
    """Timers, and the conditions of an event."""
    for definition in node:
        for each in definition:
            if n.local(each) in TIMES:
                _time(draft, node, each)
            elif n.local(each) == "condition":
                draft.take(definition, "variableName")
                draft.take(definition, "variableEvents")
                text = raw_of(each).strip()
                if is_expression(text):
                    put(each, draft.feel(node, text, "condition"))
        for name in ("errorCodeVariable", "errorMessageVariable", "escalationCodeVariable"):
            if variable := draft.take(definition, name):
                draft.to_do(
                    node,
                    Sentence(
                        "{name} {variable}: map it in the output of the event",
                        name=name,
                        variable=variable,
                    ),
                )


def _time(draft: Draft, node: etree._Element, time: etree._Element) -> None:
    text = raw_of(time).strip()
    found = draft.feel(node, text, n.local(time)) if is_expression(text) else text
    fields = found.split()
    if n.local(time) == "timeCycle" and len(fields) == 7 and found not in MACROS:
        found = " ".join(fields[:6])
        draft.report.done(
            node, Sentence("{what}: {text} → {found}", what="cron", text=text, found=found)
        )
    if found != text:
        put(time, found)


def message(draft: Draft, node: etree._Element) -> None:
    """A message, or a signal, whose name is an expression."""
    if is_expression(node.get("name") or ""):
        node.set("name", draft.feel(node, node.get("name", ""), "name"))


def correlations(draft: Draft) -> None:
    """Camunda 8 finds who waits for a message by a key, Camunda 7 by the business key or by
    variables that the sender names."""
    ids = {each.get("id"): each for each in draft.root.iterfind(n.b("message"))}
    for node in draft.root.iter(*map(n.b, ("messageEventDefinition", "receiveTask"))):
        holder = node if n.local(node) == "receiveTask" else node.getparent()
        found = ids.get(node.get("messageRef") or "")
        if holder is None or found is None or not _waits_inside(holder):
            continue
        if found.find(f"{n.b('extensionElements')}/{n.z('subscription')}") is None:
            make(extensions_of(found), "subscription", correlationKey="=businessKey")
            draft.to_do(
                holder,
                Sentence(
                    "say by which variable the message {name} finds this case: businessKey is a "
                    "guess",
                    name=found.get("name") or "?",
                ),
            )


def _waits_inside(node: etree._Element) -> bool:
    """Whether something waits for a message within a case that has begun."""
    if n.local(node) != "startEvent":
        return n.local(node) in n.CATCHING
    parent = node.getparent()
    return parent is not None and n.local(parent) == "subProcess"


def throws(draft: Draft, node: etree._Element) -> None:
    """A message that is thrown is a job, as what sends it."""
    definition = node.find(n.b("messageEventDefinition"))
    if definition is None:
        return
    for key in list(definition.attrib):
        if "}" in str(key):
            node.set(key, str(definition.attrib.pop(key)))
    for holder in definition.iterfind(n.b("extensionElements")):
        for child in list(holder):
            extensions_of(node).append(child)
        definition.remove(holder)


def loop(draft: Draft, node: etree._Element) -> None:
    """A collection and its item, or a number of times."""
    found = node.find(n.b("multiInstanceLoopCharacteristics"))
    if found is None:
        return
    source = _items(draft, node, found)
    named = found.find(n.b("inputDataItem"))
    item = draft.take(found, "elementVariable")
    if named is not None:
        item = item or named.get("name") or ""
    for tag in ("loopCardinality", "loopDataInputRef", "inputDataItem"):
        for each in found.findall(n.b(tag)):
            found.remove(each)
    given = {"inputCollection": source} | ({"inputElement": item} if item else {})
    make(extensions_of(found), "loopCharacteristics", **given)
    draft.report.done(node, Sentence("the collection → {source}", source=source))
    condition = found.find(n.b("completionCondition"))
    if condition is not None and is_expression(raw_of(condition)):
        put(condition, draft.feel(node, raw_of(condition).strip(), "completionCondition"))


def _items(draft: Draft, node: etree._Element, found: etree._Element) -> str:
    """What a loop goes over, as FEEL."""
    collection = draft.take(found, "collection")
    times, data = found.find(n.b("loopCardinality")), found.find(n.b("loopDataInputRef"))
    if not collection and data is not None:
        collection = raw_of(data).strip()
    if not collection and times is not None:
        count = draft.feel(node, raw_of(times).strip(), "loopCardinality").removeprefix("=")
        return f"=for i in 1..{count} return i"
    if is_expression(collection):
        return draft.feel(node, collection, "collection")
    return f"={collection or 'null'}"


def mappings(draft: Draft, node: etree._Element) -> None:
    """Input and output parameters."""
    for holder in draft.children(node, "inputOutput"):
        for each in holder:
            way = n.local(each).removesuffix("Parameter")
            if way in ("input", "output"):
                value = _value(draft, node, each)
                target = each.get("name", "")
                made = make(inside(extensions_of(node), "ioMapping"), way)
                made.set("source", value)
                made.set("target", target)
    _sort_mappings(node)
    found = node.findall(f"{n.b('extensionElements')}/{n.z('ioMapping')}/{n.z('output')}")
    if found and n.local(node) in ("userTask", "serviceTask", "receiveTask"):
        draft.report.done(
            node,
            Sentence(
                "with output mappings, other variables of the result stay on the element: add "
                "those that are read later"
            ),
        )


def _sort_mappings(node: etree._Element) -> None:
    mapping = node.find(f"{n.b('extensionElements')}/{n.z('ioMapping')}")
    if mapping is not None:
        mapping[:] = sorted(mapping, key=n.local)


def _value(draft: Draft, node: etree._Element, each: etree._Element) -> str:
    """The value of a parameter as FEEL: a text, an expression, a list, a map or a script."""
    inner = [child for child in each if isinstance(child.tag, str)]
    what = each.get("name", "")
    if not inner:
        text = raw_of(each).strip()
        return draft.feel(node, text, what) if is_expression(text) else f"={json.dumps(text)}"
    return _nested(draft, node, inner[0], what)


def _nested(draft: Draft, node: etree._Element, first: etree._Element, what: str) -> str:
    match n.local(first):
        case "script":
            language = first.get("scriptFormat") or ""
            return _scripted(draft, node, raw_of(first).strip(), language)
        case "list":
            return f"=[{', '.join(_item(draft, node, child, what) for child in first)}]"
        case "map":
            pairs = [
                f"{json.dumps(child.get('key', ''))}: {_item(draft, node, child, what)}"
                for child in first
            ]
            return "={" + ", ".join(pairs) + "}"
    draft.to_do(node, Sentence("the parameter {name} cannot be converted", name=what))
    return "=null"


def _item(draft: Draft, node: etree._Element, child: etree._Element, what: str) -> str:
    text = raw_of(child).strip()
    if is_expression(text):
        return draft.feel(node, text, what).removeprefix("=")
    return json.dumps(text, ensure_ascii=False)


def listeners(draft: Draft, node: etree._Element) -> None:
    """A listener to the start or end is a job; others are told."""
    for each in draft.children(node, "executionListener"):
        _listener(draft, node, each.get("event") or "start", _listener_type(each))
    for each in draft.children(node, "taskListener"):
        draft.to_do(
            node,
            Sentence(
                "a listener of the task ({event}: {type}) has no place here",
                event=each.get("event") or "?",
                type=_listener_type(each),
            ),
        )


def _listener(draft: Draft, node: etree._Element, moment: str, kind: str) -> None:
    tables = {"start": NOT_AT_START, "end": NOT_AT_END}
    if n.local(node) in tables.get(moment, (n.local(node),)) or not kind or _is_flow(node):
        draft.to_do(
            node,
            Sentence("a listener ({event}: {type}) has no place here", event=moment, type=kind),
        )
        return
    holder = inside(extensions_of(node), "executionListeners")
    known = [(other.get("eventType"), other.get("type")) for other in holder]
    if (moment, kind) not in known:
        make(holder, "executionListener", eventType=moment, type=kind)
    draft.to_do(
        node,
        Sentence(
            "{why} is run by Java: have a worker take the job type {type}", why=kind, type=kind
        ),
    )


def _is_flow(node: etree._Element) -> bool:
    return n.local(node) == "sequenceFlow"


def _listener_type(each: etree._Element) -> str:
    text = each.get("class") or each.get("delegateExpression") or each.get("expression") or ""
    inner = text.strip().removeprefix("${").removeprefix("#{").removesuffix("}")
    name = inner.partition("(")[0].strip()
    return name.rpartition(".")[2] if each.get("class") else name or ("script" if len(each) else "")


def properties(draft: Draft, node: etree._Element) -> None:
    """Properties of an element stay."""
    for holder in draft.children(node, "properties"):
        for each in holder:
            name, value = each.get("name", ""), each.get("value", "")
            if name:
                made = inside(extensions_of(node), "properties")
                make(made, "property", name=name, value=value)
