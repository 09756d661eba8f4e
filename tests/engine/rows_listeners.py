"""What execution listeners do: jobs that hold an element, or a process, until they are done."""

from __future__ import annotations

import pytest

from service.engine import EngineError, Host
from service.engine import changes as c
from service.engine import commands as q
from tests.engine.rows import Play, row
from tests.kit.playing import Player

HELD = """process p {
  startEvent start
  KIND it MORE listen.start=before,ready listen.end=after head.what=thing
  userTask next
  start -> it -> next
}"""


def job_at(it: Player, element_id: str, kind: str) -> c.JobCreated:
    job: c.JobCreated = it.find(element_id, c.JobCreated)
    assert job.type == kind
    return job


def through(it: Player, *kinds: str, **variables: object) -> None:
    """Complete the listeners of `it` in their order."""
    for kind in kinds:
        job_at(it, "it", kind)
        assert it.waiting() == ["it"]
        it.complete("it", **variables)


@row("any element execution listeners")
def listeners(play: Play) -> None:
    its_own_work(play)
    at_every_kind(play)
    for_each(play)
    with_boundary(play)
    as_a_service(play)


def its_own_work(play: Play) -> None:
    drawing = HELD.replace("KIND", "serviceTask").replace(
        "MORE", 'job="=\\"pay-\\" + who" in.sum==1 out.paid==got+sum'
    )
    it = play(drawing).start(who="nobody", other=1)
    first = job_at(it, "it", "before")
    assert (first.kind, first.retries, first.headers) == ("listener.start", 3, {"what": "thing"})
    assert first.variables == {"who": "nobody", "other": 1, "sum": 1}
    it.complete("it", who="me", sum=2)
    assert job_at(it, "it", "ready").variables == {"who": "me", "other": 1, "sum": 2}
    it.complete("it")
    assert job_at(it, "it", "pay-me").kind == "serviceTask"
    assert it.variables == {"who": "nobody", "other": 1}
    it.complete("it", got=5)
    last = job_at(it, "it", "after")
    assert (last.kind, it.variables["paid"]) == ("listener.end", 7)
    assert last.variables["paid"] == 7
    it.complete("it", told=True, paid=8)
    assert it.variables == {"who": "nobody", "other": 1, "paid": 8, "told": True}
    assert it.waiting() == ["next"]
    assert it.entered() == ["start", "it", "next"]
    assert len({each.id for each in it.of(c.JobCreated)}) == 4


def at_every_kind(play: Play) -> None:
    kinds = {
        "task": "",
        "userTask": "",
        "scriptTask": "script==1+1 result=two",
        "intermediateThrowEvent": "",
        "intermediateCatchEvent": 'timer==time message=""',
        "receiveTask": "message=m key==id",
        "callActivity": "calls=q",
    }
    for kind, more in kinds.items():
        drawing = HELD.replace("KIND", kind).replace("MORE", more.replace(' message=""', ""))
        it = play(drawing, "process q {\nstartEvent s\ntask t\ns -> t\n}").start()
        through(it, "before", "ready", time="PT1H", id="7")
        match kind:
            case "userTask":
                it.complete("it")
            case "intermediateCatchEvent":
                it.fire("it")
            case "receiveTask":
                it.deliver("it")
        through(it, "after")
        assert it.waiting() == ["next"]
    it = play(
        """process p {
          startEvent start listen.end=begun
          exclusiveGateway which listen.start=ask
          userTask a
          endEvent done listen.end=over
          start -> which
          which -> a if big
          which -> done default
        }"""
    ).start()
    it.complete("start")
    it.complete("which", big=False)
    assert job_at(it, "done", "over").kind == "listener.end"
    assert it.complete("done").ended
    sub = play(
        """process p {
          startEvent start
          subProcess it listen.start=before listen.end=after {
            startEvent s
            userTask work
            s -> work
          }
          start -> it
        }"""
    ).start()
    sub.complete("it", mine=1).complete("work")
    assert sub.find("it").variables["mine"] == 1
    assert sub.complete("it").ended
    with pytest.raises(EngineError) as null:
        play("process p {\nstartEvent s\ntask t listen.start==missing\ns -> t\n}").start()
    assert (null.value.code, null.value.element_id) == ("expression-null", "t")


def for_each(play: Play) -> None:
    it = play(HELD.replace("KIND", "userTask").replace("MORE", "each==[1,2] item=n")).start()
    assert [it.find("it", nth=at).variables["n"] for at in (0, 1)] == [1, 2]
    for _ in range(2):
        it.complete("it").complete("it").complete("it").complete("it")
    assert it.waiting() == ["next"]


def with_boundary(play: Play) -> None:
    drawing = HELD.replace("KIND", "userTask").replace(
        "userTask next",
        "userTask next\nboundaryEvent late on=it timer==wait\nuserTask hurry",
    )
    drawing = drawing.replace("MORE", "").replace("start -> it", "late -> hurry\nstart -> it")
    it = play(drawing).start()
    assert it.waiting() == ["it"]
    it.complete("it").complete("it", wait="PT1H")
    assert it.waiting() == ["it", "late"]
    assert it.complete("it").waiting() == ["it", "late"]
    job = job_at(it, "it", "after")
    it.fire("late")
    assert it.waiting() == ["hurry"]
    assert c.JobEnded(job.id, "it", "cancelled") in it.all
    with pytest.raises(EngineError) as gone:
        it.send(q.CompleteJob(job.id))
    assert gone.value.code == "unknown-id"
    other = play(drawing).start()
    with pytest.raises(EngineError) as thrown:
        other.error("it", "no")
    assert thrown.value.code == "unknown-id"
    other.send(q.Cancel())
    assert other.ended


def as_a_service(play: Play) -> None:
    told: list[str] = []

    def tell(job: c.JobCreated) -> dict[str, object]:
        told.append(job.kind)
        return {"seen": len(told)}

    host = Host(services={"before": tell, "ready": tell, "after": tell})
    it = play(HELD.replace("KIND", "task").replace("MORE", ""), host=host).start()
    assert it.waiting() == ["next"]
    assert it.variables == {"seen": 3}


@row("process execution listeners")
def of_a_process(play: Play) -> None:
    inner = "process q listen.start=open listen.end=shut {\nstartEvent s\nuserTask t\ns -> t\n}"
    it = play(inner).start("q", x=1)
    assert it.entered() == []
    assert job_at(it, "q", "open").variables == {"x": 1}
    it.complete("q", y=2)
    assert it.find("t").variables == {"x": 1, "y": 2}
    it.complete("t")
    assert it.complete("q", z=3).ended
    assert it.of(c.InstanceEnded) == [c.InstanceEnded("completed", ())]
    ended = play(inner).start("q")
    ended.send(q.Cancel())
    assert ended.ended
    outer = "process p {\nstartEvent s\ncallActivity it calls=q\nuserTask u\ns -> it -> u\n}"
    called = play(outer, inner).start()
    called.complete("q", y=2).complete("t").complete("q", z=3)
    assert called.waiting() == ["u"]
    assert called.variables == {"y": 2, "z": 3}
    away = play(outer.replace("userTask u", "userTask u\nboundaryEvent b on=it timer=PT1H"), inner)
    assert away.start().waiting() == ["b", "q"]
    assert away.fire("b").ended
