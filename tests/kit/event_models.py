"""Models with an event sub-process in every place where one can be drawn."""

from __future__ import annotations

import itertools

CATCHES = {"timer": "timer=PT1H", "message": "message=m key==1", "signal": "signal=s"}
SHAPES = {
    "task": "userTask W\nIN -> W -> OUT",
    "two tasks": "userTask W\nuserTask X\nIN -> W -> X -> OUT",
    "loop": """exclusiveGateway J
        userTask W
        exclusiveGateway Q
        IN -> J -> W -> Q
        Q -> J if x = 1
        Q -> OUT default""",
    "parallel": """parallelGateway J
        userTask W
        userTask X
        parallelGateway Q
        IN -> J
        J -> W -> Q
        J -> X -> Q
        Q -> OUT""",
    "inclusive": """inclusiveGateway J
        userTask W
        userTask X
        inclusiveGateway Q
        IN -> J
        J -> W if x = 1
        J -> X if x = 2
        W -> Q
        X -> Q
        Q -> OUT""",
    "decision": """exclusiveGateway J
        userTask W
        scriptTask X "script==1" result=y
        exclusiveGateway Q
        IN -> J
        J -> W if x = 1
        J -> X default
        W -> Q
        X -> Q
        Q -> OUT""",
}
HANDLERS = {
    "task": "userTask H\nheard -> H -> over",
    "at once": 'scriptTask H "script==1" result=z\nheard -> H -> over',
    "parallel": """parallelGateway HA
        userTask H
        userTask HB
        parallelGateway HZ
        heard -> HA
        HA -> H -> HZ
        HA -> HB -> HZ
        HZ -> over""",
}
PLACES = ("process", "sub-process", "parallel branch", "loop")


def event_models() -> list[tuple[str, str]]:
    """Sound models by what they are, one for each combination."""
    kinds = itertools.product(CATCHES, (True, False), SHAPES, HANDLERS, PLACES)
    return [(" | ".join(map(str, kind)), _model(*kind)) for kind in kinds]


def _model(caught: str, interrupting: bool, shape: str, handler: str, place: str) -> str:
    catch = CATCHES[caught] + ("" if interrupting else " interrupting=no")
    event = f"""subProcess event event {{
        startEvent heard {catch}
        endEvent over
        {HANDLERS[handler]}
    }}"""
    scope = f"""startEvent IN
        endEvent OUT
        {SHAPES[shape]}
        {event}"""
    return "process p {\n" + _PLACED[place].replace("SCOPE", scope) + "\n}"


_PLACED = {
    "process": "SCOPE",
    "sub-process": """startEvent start
        subProcess sub {
        SCOPE
        }
        endEvent end
        start -> sub -> end""",
    "parallel branch": """startEvent start
        parallelGateway fork
        subProcess sub {
        SCOPE
        }
        userTask beside
        parallelGateway join
        endEvent end
        start -> fork
        fork -> sub -> join
        fork -> beside -> join
        join -> end""",
    "loop": """startEvent start
        exclusiveGateway again
        subProcess sub {
        SCOPE
        }
        exclusiveGateway enough
        endEvent end
        start -> again -> sub -> enough
        enough -> again if n = 1
        enough -> end default""",
}
