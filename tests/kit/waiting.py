"""Small processes that wait for messages, start by messages, signals and times."""

from __future__ import annotations

from tests.kit.small import HEAD

MESSAGES = """
<bpmn:message id="again" name="again"><bpmn:extensionElements>
<zeebe:subscription correlationKey="=ref"/></bpmn:extensionElements></bpmn:message>
<bpmn:message id="new" name="new order"/>
<bpmn:signal id="sig" name="alarm"/>
"""


def process(identifier: str, start: str, middle: str, flows: str = "") -> str:
    """Start → middle (in at f1, out at f2) → end."""
    return (
        HEAD.replace('id="d"', f'id="d-{identifier}"')
        + MESSAGES
        + f"""<bpmn:process id="{identifier}" isExecutable="true">
 <bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing>{start}</bpmn:startEvent>
 {middle}
 <bpmn:endEvent id="e"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="mid"/>
 <bpmn:sequenceFlow id="f2" sourceRef="mid" targetRef="e"/>{flows}
</bpmn:process></bpmn:definitions>"""
    )


def catch(message: str) -> str:
    return f"""<bpmn:intermediateCatchEvent id="mid"><bpmn:incoming>f1</bpmn:incoming>
     <bpmn:outgoing>f2</bpmn:outgoing>
 <bpmn:messageEventDefinition messageRef="{message}"/></bpmn:intermediateCatchEvent>"""


TASK = """<bpmn:userTask id="mid" name="Work"><bpmn:extensionElements><zeebe:userTask/>
 <zeebe:assignmentDefinition candidateGroups="handler"/></bpmn:extensionElements>
 <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:userTask>"""
NOTED = """<bpmn:boundaryEvent id="b" attachedToRef="mid" cancelActivity="false">
 <bpmn:outgoing>f3</bpmn:outgoing>
 <bpmn:messageEventDefinition messageRef="again"/></bpmn:boundaryEvent>
 <bpmn:endEvent id="noted"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>"""
TIMER = """<bpmn:timerEventDefinition>
 <bpmn:timeCycle xsi:type="bpmn:tFormalExpression">{cycle}</bpmn:timeCycle>
 </bpmn:timerEventDefinition>"""


def files(cycle: str = "R3/PT1H") -> dict[str, bytes]:
    """One file each: `waits`, `other` (waits for the same), `notes`, `ordered`, `hourly`,
    `alarmed`."""
    flow = '<bpmn:sequenceFlow id="f3" sourceRef="b" targetRef="noted"/>'
    made = {
        "waits": process("waits", "", catch("m")),
        "other": process("other", "", catch("m")),
        "notes": process("notes", "", TASK + NOTED, flow),
        "ordered": process("ordered", '<bpmn:messageEventDefinition messageRef="new"/>', TASK),
        "hourly": process("hourly", TIMER.format(cycle=cycle), TASK),
        "alarmed": process("alarmed", '<bpmn:signalEventDefinition signalRef="sig"/>', TASK),
    }
    return {f"{name}.bpmn": text.encode() for name, text in made.items()}
