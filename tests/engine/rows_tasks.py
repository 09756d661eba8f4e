"""What the tasks do, and what any activity does with its flows and mappings."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.engine import BpmnError, EngineError, Host
from service.engine import changes as c
from service.engine import commands as q
from tests.engine.rows import Play, row
from tests.kit.clock import NOON

LANES = """
  <laneSet id="lanes"><lane id="l1" name="Handler"><flowNodeRef>ask</flowNodeRef></lane></laneSet>
"""


def one(kind: str, extra: str = "") -> str:
    return f"""process p {{
      startEvent start
      {kind} it {extra}
      endEvent done
      start -> it -> done
    }}"""


@row("task", "manualTask")
def passes(play: Play) -> None:
    for kind in ("task", "manualTask"):
        it = play(one(kind)).start()
        assert it.ended
        assert it.entered() == ["start", "it", "done"]
        assert it.last[-1] == c.InstanceEnded("completed", ("done",))


@row("userTask")
def user_task(play: Play) -> None:
    it = play(
        one(
            "userTask",
            'name=Ask form=f groups="Handler, Chief" assignee="=clerk" due=P1D follow="=date and '
            'time(when)" '
            "priority=80 prop.fourEyes=it,it prop.clause=S1",
        )
    ).start(clerk="li", when="2026-02-01T08:00:00+08:00")
    task = it.find("it")
    assert (task.name, task.form_id, task.assignee, task.priority) == ("Ask", "f", "li", 80)
    assert task.candidate_groups == ("handler", "chief")
    assert task.due_at == NOON.replace(month=2, day=1)
    assert task.follow_up_at == NOON.replace(month=2, day=1, hour=0)
    assert task.excluded == ("it", "it")
    assert task.properties["clause"] == "S1"
    assert task.variables["clerk"] == "li"
    with pytest.raises(EngineError) as unknown:
        it.send(q.CompleteTask("nobody"))
    assert unknown.value.code == "unknown-id"
    it.complete("it", amount=0.1, list=[1, {"a": None}])
    assert it.ended
    assert it.variables["amount"] == Decimal("0.1")
    assert it.variables["list"] == [1, {"a": None}]


@row("userTask lane")
def lane(play: Play) -> None:
    it = play(
        f"""process p {{
          {LANES}
          startEvent start
          userTask ask
          userTask other groups="=[\\"a\\", \\"B\\"]"
          start -> ask -> other
        }}"""
    ).start()
    assert it.find("ask").candidate_groups == ("handler",)
    it.complete("ask")
    assert it.find("other").candidate_groups == ("a", "b")


CAUGHT = """process p {
  startEvent start
  KIND it job=do
  boundaryEvent failed on=it error=no-funds
  endEvent done
  endEvent bad
  start -> it -> done
  failed -> bad
}"""


@row("userTask thrown error", "serviceTask thrown error")
def thrown_error(play: Play) -> None:
    for kind, ended in (("userTask", c.TaskEnded), ("serviceTask", c.JobEnded)):
        with pytest.raises(EngineError) as uncaught:
            play(CAUGHT.replace("KIND", kind)).start().error("it", "other")
        assert uncaught.value.code == "uncaught-error"
        it = play(CAUGHT.replace("KIND", kind)).start()
        it.error("it", "no-funds", missing=5)
        assert it.ended
        assert it.variables["missing"] == 5
        assert [each.how for each in it.of(ended)] == [
            "cancelled" if kind == "userTask" else "error"
        ]
        assert it.of(c.ErrorRaised) == [c.ErrorRaised("it", "no-funds", "failed")]
        assert it.of(c.InstanceEnded)[0].end_elements == ("bad",)


@row("serviceTask thrown escalation")
def thrown_escalation(play: Play) -> None:
    it = play(
        CAUGHT.replace("KIND", "serviceTask").replace(
            "error=no-funds", "escalation=slow interrupting=no"
        )
    ).start()
    it.escalate("it", "slow").escalate("it", "slow").escalate("it", "unknown")
    assert [each.caught_by for each in it.of(c.EscalationRaised)] == ["failed", "failed", ""]
    assert it.waiting() == ["it"]
    assert it.complete("it").ended
    assert it.entered().count("bad") == 2


@row("serviceTask", "sendTask", "scriptTask job", "businessRuleTask job")
def jobs(play: Play) -> None:
    for kind in ("serviceTask", "sendTask", "scriptTask", "businessRuleTask"):
        it = play(one(kind, 'job="=\\"pay-\\" + who" retries=5 in.sum="=amount + 1"')).start(
            who="me", amount=1
        )
        job = it.find("it")
        assert (job.type, job.retries, job.kind) == ("pay-me", 5, kind)
        assert job.variables == {"who": "me", "amount": 1, "sum": 2}
        it.complete("it", paid=True)
        assert it.ended
        assert it.variables == {"who": "me", "amount": 1, "paid": True}
        assert it.of(c.JobEnded) == [c.JobEnded(job.id, "it", "completed")]

    def pay(job: c.JobCreated) -> dict[str, object]:
        if job.variables["amount"] > 5:
            raise BpmnError("no-funds")
        return {"paid": job.variables["amount"] * 2}

    drawing = CAUGHT.replace("KIND", "serviceTask")
    inside = play(drawing, host=Host(services={"do": pay})).start(amount=2)
    assert inside.ended
    assert inside.variables["paid"] == 4
    assert [type(each) for each in inside.last].count(c.JobCreated) == 1
    failed = play(drawing, host=Host(services={"do": pay})).start(amount=9)
    assert failed.of(c.InstanceEnded)[0].end_elements == ("bad",)


@row("receiveTask")
def receive_task(play: Play) -> None:
    it = play(one("receiveTask", 'message=paid key="=order" out.got="=sum"')).start(order=7)
    wait = it.find("it")
    assert (wait.kind, wait.name, wait.correlation_key) == ("message", "paid", "7")
    assert it.deliver("it", sum=3).ended
    assert it.variables == {"order": 7, "got": 3}


@row("scriptTask FEEL")
def script(play: Play) -> None:
    it = play(
        one("scriptTask", 'script="=if x > 1 then \\"big\\" else \\"small\\"" result=size')
    ).start(x=2)
    assert it.ended
    assert it.variables == {"x": 2, "size": "big"}


DMN = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
  id="d" name="d" namespace="n">
  <decision id="size" name="Size"><variable name="Size"/>
    <literalExpression><text>if amount &gt; 5 then "big" else "small"</text></literalExpression>
     </decision>
  <inputData id="a" name="amount"><variable name="amount" typeRef="number"/></inputData>
</definitions>"""


@row("businessRuleTask decision")
def decision(play: Play) -> None:
    drawing = DMN.replace(
        b'<variable name="Size"/>',
        (
            b'<variable name="Size"/><informationRequirement><requiredInput '
            b'href="#a"/></informationRequirement>'
        ),
    )
    it = play(one("businessRuleTask", "decision=size result=size"), rules_dmn=drawing).start(
        amount=6
    )
    assert it.ended
    assert it.variables["size"] == "big"
    (made,) = it.of(c.DecisionMade)
    assert made.decision_id == "size"
    assert made.record["result"] == "big"


@row("any activity input and output mappings")
def mappings(play: Play) -> None:
    it = play(
        one("userTask", 'in.a="=x + 1" in.b.c="=a * 2" out.y="=a + b.c + form" out.deep.er="=form"')
    ).start(x=1)
    assert it.find("it").variables == {"x": 1, "a": 2, "b": {"c": 4}}
    it.complete("it", form=10)
    assert it.variables == {"x": 1, "y": 16, "deep": {"er": 10}}


@row("any activity several outgoing flows", "any activity no outgoing flow")
def split(play: Play) -> None:
    it = play(
        """process p {
          startEvent start
          task it
          userTask a
          userTask b
          start -> it -> a
          it -> b
        }"""
    ).start()
    assert it.waiting() == ["a", "b"]
    it.complete("b")
    assert not it.ended
    assert it.complete("a").ended


@row("any activity conditional flows")
def conditional(play: Play) -> None:
    drawing = """process p {
      startEvent start
      userTask it
      userTask a
      userTask b
      userTask c
      start -> it
      it -> a if n > 1
      it -> b if n > 2
      it -> c default
    }"""
    for n, expected in ((3, ["a", "b"]), (2, ["a"]), (1, ["c"])):
        it = play(drawing).start().complete("it", n=n)
        assert it.waiting() == expected


@row("any activity several incoming flows")
def several_incoming(play: Play) -> None:
    it = play(
        """process p {
          startEvent start
          parallelGateway fork
          task a
          task b
          userTask both
          start -> fork -> a -> both
          fork -> b -> both
        }"""
    ).start()
    assert it.waiting() == ["both", "both"]
    it.complete("both").complete("both")
    assert it.ended
