"""Plain BPMN, as the zeebe extension says it: loops, calls, data, and expressions without `=`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

from service.bpmn import names as n
from service.bpmn.python_feel import expression_in_feel
from service.bpmn.spiff_python import Reports, as_feel, compiles, told
from service.bpmn.timers import due_of
from service.bpmn.tree import extensions_of, inside, make, put, text_in

_TIMES = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


def _condition(reader: Reports, node: etree._Element) -> None:
    """Python that says the same in other words in FEEL; what is FEEL as it stands is left to the
    reader."""
    text = text_in(node)
    if not text or text.startswith("="):
        return
    found = expression_in_feel(text)
    if found is not None and compiles(found):
        if found != text:
            told(reader, node, text, found)
            put(node, f"={found}")
    elif not compiles(text) and as_feel(reader, text, node) is None:
        put(node, "=false")


def _time(reader: Reports, node: etree._Element) -> None:
    """A time is a Python expression of a text: `"PT1H"` in quotes, or a variable."""
    text = text_in(node)
    if not text or text.startswith("=") or _is_time(node, text):
        return
    found = expression_in_feel(text)
    if found is None or not compiles(found):
        return  # it is no time either, which is told
    if found.startswith('"') and found.endswith('"') and found.count('"') == 2:
        put(node, found[1:-1])
    else:
        told(reader, node, text, found)
        put(node, f"={found}")


def _is_time(node: etree._Element, text: str) -> bool:
    try:
        due_of(_TIMES[n.local(node)], text, now=n.SOME_DAY)
    except (ValueError, OverflowError):
        return False
    return True


def _called(reader: Reports, node: etree._Element) -> None:
    called = (node.get("calledElement") or "").strip()
    if called:
        make(extensions_of(node), "calledElement", processId=called)


def _loop(reader: Reports, node: etree._Element) -> None:
    """A loop over data by reference, or so often as a number says: the item is then counted from
    0."""
    collection = _collection(reader, node)
    if collection is None:
        return
    given = {"inputCollection": f"={collection}"}
    item, output = _id_of(node, "inputDataItem"), _id_of(node, "outputDataItem")
    into = text_in(node.find(n.b("loopDataOutputRef")))
    if item:
        given["inputElement"] = item
    if into and output:
        given |= {"outputCollection": into, "outputElement": f"={output}"}
    make(extensions_of(node), "loopCharacteristics", **given)


def _collection(reader: Reports, node: etree._Element) -> str | None:
    named, number = node.find(n.b("loopDataInputRef")), node.find(n.b("loopCardinality"))
    if named is not None and text_in(named):
        return text_in(named)
    count = None if number is None else as_feel(reader, text_in(number), number)
    if count is None:
        return None
    return f"if ({count}) < 1 then [] else for each in 1..({count}) return each - 1"


def _id_of(node: etree._Element, name: str) -> str:
    found = node.find(n.b(name))
    return "" if found is None else found.get("id") or found.get("name") or ""


def _inputs_and_outputs(reader: Reports, node: etree._Element) -> None:
    """What an activity says it takes in and gives out; of a process see `data_of`."""
    owner = node.getparent()
    if owner is None or n.local(owner) not in n.ACTIVITIES:
        return
    for kind, names in zip(("input", "output"), data_of(owner), strict=True):
        for name in names:
            mapping = inside(extensions_of(owner), "ioMapping")
            make(mapping, kind, source=f"={name}", target=name)


def data_of(node: etree._Element) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The data that a process or activity takes in, and gives out, as the sets of its
    ioSpecification say; empty where they say nothing: then all goes in, and all comes out."""
    return _set_of(node, "inputSet/dataInputRefs"), _set_of(node, "outputSet/dataOutputRefs")


def _set_of(node: etree._Element, path: str) -> tuple[str, ...]:
    steps = "/".join(map(n.b, ("ioSpecification", *path.split("/"))))
    return tuple(filter(None, map(text_in, node.iterfind(steps))))


def _data_object(reader: Reports, node: etree._Element) -> None:
    """A data object is a variable; one that is drawn in a sub-process is that sub-process's own."""
    owner, name = node.getparent(), node.get("id")
    if owner is not None and n.local(owner) in n.SCOPES and name:
        mapping = inside(extensions_of(owner), "ioMapping")
        make(mapping, "input", source="=null", target=name)


_Rewrite = Callable[[Reports, etree._Element], None]
PLAIN: Mapping[str, _Rewrite] = {
    "conditionExpression": _condition,
    "completionCondition": _condition,
    "timeDate": _time,
    "timeDuration": _time,
    "timeCycle": _time,
    "callActivity": _called,
    "multiInstanceLoopCharacteristics": _loop,
    "ioSpecification": _inputs_and_outputs,
    "dataObject": _data_object,
}
