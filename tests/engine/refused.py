"""A diagram for every construct that is refused: one fault each."""

from __future__ import annotations

EVENT_CODES = ("cancel",)


def task(extra: str = "", kind: str = "userTask") -> str:
    return f"process p {{\nstartEvent start\n{kind} it {extra}\nstart -> it\n}}"


def catch(mark: str) -> str:
    return task(mark, "intermediateCatchEvent")


def throw(mark: str) -> str:
    return task(mark, "intermediateThrowEvent")


def end(mark: str) -> str:
    return task(mark, "endEvent")


def start(mark: str) -> str:
    return (
        f"process p {{\nstartEvent start\nstartEvent it {mark}\nuserTask t\nstart -> t\nit -> t\n}}"
    )


def attached(mark: str) -> str:
    return (
        f"process p {{\nstartEvent start\nuserTask t\nboundaryEvent it on=t {mark}\nuserTask "
        "u\nstart -> t\nit -> u\n}"
    )


def event_sub_process(mark: str) -> str:
    return (
        f"process p {{\nstartEvent start\nuserTask t\nsubProcess sub event {{\nstartEvent it "
        f"{mark}\nuserTask u\n"
        "it -> u\n}\nstart -> t\n}"
    )


def _listened(kind: str, what: str) -> str:
    return (
        f'<{kind} id="it"><extensionElements><zeebe:{what}Listeners>'
        f'<zeebe:{what}Listener eventType="completing" type="ask"/>'
        f"</zeebe:{what}Listeners></extensionElements></{kind}>"
    )


PLACES = {
    "startEvent": start,
    "intermediateCatchEvent": catch,
    "boundaryEvent": attached,
    "intermediateThrowEvent": throw,
    "endEvent": end,
}
GATEWAY = """process p {
  startEvent start
  eventBasedGateway wait
  intermediateCatchEvent a timer=PT1H
  intermediateCatchEvent b signal=s
  userTask c
  start -> wait -> a
  wait -> b
  a -> c
}"""


def ad_hoc(marks: str) -> str:
    return f"""process p {{
      startEvent start
      adHocSubProcess free {marks} {{
        userTask a
        userTask b
      }}
      start -> free
    }}"""


REFUSED = {
    "complexGateway": task(kind="complexGateway"),
    "adHocSubProcess for each of many items": ad_hoc('"each==[1]"'),
    "adHocSubProcess decided by a worker": ad_hoc("job=agent"),
    "adHocSubProcess with start or end events": ad_hoc("").replace("userTask a", "startEvent a"),
    "transaction": task(kind="transaction"),
    "choreographyTask": task(kind="choreographyTask"),
    "subChoreography": task(kind="subChoreography"),
    "callChoreography": task(kind="callChoreography"),
    "any other flow element": task(kind="quantumTask"),
    "any activity standard loop": task("standardLoop"),
    "multi-instance without input collection": task().replace(
        "userTask it",
        '<userTask id="it"><multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>'
        "</multiInstanceLoopCharacteristics></userTask>",
    ),
    "userTask task listeners": task().replace("userTask it", _listened("userTask", "task")),
    "any element execution listeners where it has none": task().replace(
        "userTask it", _listened("intermediateThrowEvent", "execution")
    ),
    "startEvent compensate": start("compensate"),
    "intermediateCatchEvent compensate": catch("compensate"),
    "boundaryEvent compensate without a handler": attached("compensate"),
    "any activity for compensation of nothing": task().replace(
        "userTask it", '<userTask id="it" isForCompensation="true"/>'
    ),
    "startEvent conditional": start("when=x"),
    "intermediateThrowEvent conditional": throw("when=x"),
    "endEvent conditional": end("when=x"),
    **{f"{place} {event}": draw(event) for event in EVENT_CODES for place, draw in PLACES.items()},
    "any event multiple": catch("timer=PT1H signal=s"),
    "startEvent error": start("error=e"),
    "startEvent escalation": start("escalation=e"),
    "startEvent any in a sub-process entered by a flow": (
        "process p {\nstartEvent start\nsubProcess it {\nstartEvent s timer=PT1H\nuserTask u\ns "
        "-> u\n}\nstart -> it\n}"
    ),
    "intermediateCatchEvent none": catch(""),
    "intermediateCatchEvent error": catch("error=e"),
    "intermediateCatchEvent timer cycle": catch("cycle=R3/PT1H"),
    "intermediateThrowEvent error": throw("error=e"),
    "intermediateThrowEvent terminate": throw("terminate"),
    "intermediateThrowEvent timer": throw("timer=PT1H"),
    "boundaryEvent none": attached(""),
    "boundaryEvent timer cycle interrupting": attached("cycle=R3/PT1H"),
    "boundaryEvent error non-interrupting": attached("error=e interrupting=no"),
    "event sub-process error non-interrupting": event_sub_process("error=e interrupting=no"),
    "event sub-process none": event_sub_process(""),
    "eventBasedGateway other followers": GATEWAY.replace("wait -> b", "wait -> b\nwait -> c"),
    "eventBasedGateway starts the process": GATEWAY.replace(
        "eventBasedGateway wait", '<eventBasedGateway id="wait" instantiate="true"/>'
    ),
    "eventBasedGateway waits for all": GATEWAY.replace(
        "eventBasedGateway wait", '<eventBasedGateway id="wait" eventGatewayType="Parallel"/>'
    ),
    "receiveTask starts the process": task('message=m "key==1"', "receiveTask").replace(
        "receiveTask it", "receiveTask it instantiate"
    ),
}
