"""The loop that is measured: 14 elements and a called process, in Camunda's dialect and in
SpiffWorkflow's.

Each trip is three user tasks (one with a timer at its border), a call activity, a script and two
gateways.
"""

from __future__ import annotations

TASKS = ("investigate", "approve", "ask")
_DEFINITIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'id="{name}-file" targetNamespace="bench">{process}</bpmn:definitions>'
)
_FLOWS = (
    ("start", "merge"),
    ("merge", "investigate"),
    ("investigate", "worth"),
    ("worth", "approve"),
    ("worth", "join"),
    ("approve", "join"),
    ("join", "notify"),
    ("notify", "ask"),
    ("ask", "satisfied"),
    ("satisfied", "closed"),
    ("satisfied", "again"),
    ("again", "merge"),
    ("late", "told"),
)
_DEFAULTS = {"worth": "worth-join", "satisfied": "satisfied-again"}


def loop_xml(*, zeebe: bool) -> bytes:
    """The looping process."""
    conditions = {
        "worth-approve": "=amount > 1000" if zeebe else "amount > 1000",
        "satisfied-closed": "=satisfied = true" if zeebe else "satisfied == True",
    }
    again = (
        '<bpmn:scriptTask id="again" name="Again"><bpmn:extensionElements>'
        '<zeebe:script expression="=rounds + 1" '
        'resultVariable="rounds"/></bpmn:extensionElements></bpmn:scriptTask>'
        if zeebe
        else (
            '<bpmn:scriptTask id="again"><bpmn:script>rounds = rounds + '
            "1</bpmn:script></bpmn:scriptTask>"
        )
    )
    notify = (
        '<bpmn:callActivity id="notify" name="Notify"><bpmn:extensionElements>'
        '<zeebe:calledElement processId="letter" propagateAllChildVariables="false"/>'
        "</bpmn:extensionElements></bpmn:callActivity>"
        if zeebe
        else '<bpmn:callActivity id="notify" calledElement="letter"/>'
    )
    mark = "<bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements>" if zeebe else ""
    days = "P5D" if zeebe else '"P5D"'
    body = "".join(
        f'<bpmn:userTask id="{name}" name="{name}">{mark}</bpmn:userTask>' for name in TASKS
    )
    body += "".join(
        f'<bpmn:exclusiveGateway id="{name}" name="{name}"'
        + (f' default="{_DEFAULTS[name]}"' if name in _DEFAULTS else "")
        + "/>"
        for name in ("merge", "worth", "join", "satisfied")
    )
    body += (
        '<bpmn:startEvent id="start"/><bpmn:endEvent id="closed" name="closed"/><bpmn:endEvent '
        'id="told" name="told"/>'
        '<bpmn:boundaryEvent id="late" name="late" attachedToRef="investigate" '
        'cancelActivity="false">'
        '<bpmn:timerEventDefinition id="late-timer"><bpmn:timeDuration '
        f'xsi:type="bpmn:tFormalExpression">{days}'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>" + again + notify
    )
    return _file("loop", body + _flows(_FLOWS, conditions))


def letter_xml(*, zeebe: bool) -> bytes:
    """The called process: a script between start and end."""
    script = (
        '<bpmn:scriptTask id="write" name="Write"><bpmn:extensionElements>'
        '<zeebe:script expression="=&quot;Dear &quot; + customer" resultVariable="letter"/>'
        "</bpmn:extensionElements></bpmn:scriptTask>"
        if zeebe
        else (
            "<bpmn:scriptTask id=\"write\"><bpmn:script>letter = 'Dear ' + "
            "customer</bpmn:script></bpmn:scriptTask>"
        )
    )
    body = '<bpmn:startEvent id="begin"/><bpmn:endEvent id="written" name="written"/>' + script
    return _file("letter", body + _flows((("begin", "write"), ("write", "written")), {}))


def _flows(flows: tuple[tuple[str, str], ...], conditions: dict[str, str]) -> str:
    found = ""
    for source, target in flows:
        name = f"{source}-{target}"
        condition = conditions.get(name, "").replace(">", "&gt;")
        inside = (
            (
                "<bpmn:conditionExpression "
                f'xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
            )
            if condition
            else ""
        )
        ends = f'sourceRef="{source}" targetRef="{target}"'
        found += f'<bpmn:sequenceFlow id="{name}" {ends}>{inside}</bpmn:sequenceFlow>'
    return found


def _file(name: str, body: str) -> bytes:
    process = f'<bpmn:process id="{name}" name="{name}" isExecutable="true">{body}</bpmn:process>'
    return _DEFINITIONS.format(name=name, process=process).encode()
