"""What a worker has done stays done: the token that cannot go on waits at its element, and the rest
of the step is made."""

from __future__ import annotations

import pytest

from service.engine import BpmnError, EngineError, Host, advance, advance_together, inspect
from service.engine import changes as c
from service.engine import commands as q
from tests.kit.clock import NOON
from tests.kit.playing import Player, bundle_of

AFTER = {
    "a gateway without a way": ("exclusiveGateway it", "it -> a if x = 1\nit -> b if x = 2"),
    "a gateway with null": ("exclusiveGateway it", "it -> a if nothing > 3\nit -> b default"),
    "a job without a type": ("serviceTask it job==nothing", "it -> a\nit -> b"),
    "a subscription without a key": (
        'intermediateCatchEvent it message=m "key==nothing"',
        "it -> a\nit -> b",
    ),
    "a signal without a name": ('intermediateThrowEvent it "signal==nothing"', "it -> a\nit -> b"),
    "a timer without a time": ('intermediateCatchEvent it "timer==nothing"', "it -> a\nit -> b"),
    "a listener without a type": ("task it listen.start==nothing", "it -> a\nit -> b"),
    "no list of items": ("userTask it each==nothing item=i", "it -> a\nit -> b"),
    "an error nobody catches": ("endEvent it error=no", "ask -> a\nask -> b"),
}


def drawing(element: str, flows: str) -> str:
    return f"""process p {{
      startEvent start
      serviceTask job job=work
      parallelGateway fork
      userTask ask
      {element}
      userTask a
      userTask b
      userTask beside
      start -> job -> fork -> it
      fork -> beside
      start -> ask
      {flows}
    }}"""


class Parking(Player):
    """Plays with `park`, and keeps the incidents that are open."""

    def send(self, command: q.Command) -> list[c.Change]:
        step = advance(self.bundle, self.state, command, now=self.now, host=self.host, park=True)
        self.state, self.ended, self.last = step.state, step.ended, list(step.changes)
        for change in step.changes:
            if isinstance(change, (c.TaskCreated, c.JobCreated, c.IncidentRaised)):
                self.open[change.id] = change
            elif isinstance(change, (c.TaskEnded, c.JobEnded, c.IncidentEnded)):
                del self.open[change.id]
        self.all += step.changes
        return self.last

    def incidents(self) -> list[c.IncidentRaised]:
        return [each for each in self.open.values() if isinstance(each, c.IncidentRaised)]


@pytest.mark.parametrize("after", AFTER, ids=str)
def test_a_completed_job_stays_completed_whatever_comes_next(after):
    it = Parking(bundle_of(drawing(*AFTER[after]))).start()
    it.complete("job", done=True)
    assert [each.how for each in it.of(c.JobEnded)] == ["completed"]
    [incident] = it.incidents()
    assert incident.element_id == "it"
    assert incident.message
    assert it.variables == {"done": True}
    assert it.waiting() == ["ask", "beside", "it"]  # the other branch has gone on
    with pytest.raises(EngineError):  # without `park` nothing is done
        Player(it.bundle).start().complete("job")
    it.complete("beside")
    assert it.waiting() == ["ask", "it"]


def test_a_retry_runs_what_failed_and_ends_its_incident():
    it = Parking(bundle_of(drawing(*AFTER["a gateway without a way"]))).start()
    it.complete("job")
    it.send(q.Retry("it"))
    assert it.waiting() == ["ask", "beside", "it"]  # it failed once more: another incident
    assert [type(each) for each in it.last] == [c.IncidentEnded, c.IncidentRaised]
    it.send(q.SetVariables({"x": 2}))
    it.send(q.Retry("it"))
    assert it.waiting() == ["ask", "b", "beside"]
    assert [each.element_id for each in it.of(c.ElementEntered)].count("it") == 1
    with pytest.raises(EngineError) as nothing:
        it.send(q.Retry("it"))
    assert nothing.value.code == "not-parked"


def test_a_job_whose_own_result_cannot_be_mapped_is_not_done_again():
    text = """process p {
      startEvent s
      serviceTask job job=work "out.y==count(for i in 1..n, j in 1..n return i)"
      userTask t
      s -> job -> t
    }"""
    it = Parking(bundle_of(text)).start(n=100_000).complete("job")
    assert [(each.code, each.element_id) for each in it.incidents()] == [
        ("expression-limit", "job")
    ]
    it.send(q.SetVariables({"n": 2}))
    it.send(q.Retry("job"))
    assert it.waiting() == ["t"]
    assert it.variables["y"] == 4


def test_services_of_the_host_are_asked_once_however_often_the_step_is_played():
    asked = []

    def service(job: c.JobCreated) -> dict[str, int]:
        asked.append(job.element_id)
        return {"n": len(asked)}

    def failing(job: c.JobCreated) -> dict[str, int]:
        asked.append(job.element_id)
        raise BpmnError("no")

    text = """process p {
      startEvent start
      serviceTask job job=work
      serviceTask one job=own
      serviceTask two job=bad
      boundaryEvent caught on=two error=no
      exclusiveGateway it
      userTask a
      start -> job -> one -> two
      caught -> it -> a if nothing
    }"""
    host = Host(services={"own": service, "bad": failing})
    it = Parking(bundle_of(text), host=host).start().complete("job")
    assert asked == ["one", "two"]
    assert [each.element_id for each in it.incidents()] == ["it"]
    assert it.variables == {"n": 1}


def test_what_is_parked_ends_with_what_is_around_it():
    text = """process p {
      startEvent start
      subProcess sub {
        startEvent begin
        serviceTask job job=work
        exclusiveGateway it
        userTask a
        begin -> job -> it -> a if nothing
      }
      boundaryEvent late on=sub timer=PT1H
      userTask z
      start -> sub
      late -> z
    }"""
    it = Parking(bundle_of(text)).start().complete("job")
    assert [each.element_id for each in it.incidents()] == ["it"]
    timer = it.of(c.TimerSet)[0]
    it.send(q.FireTimer(timer.id))
    assert it.waiting() == ["z"]


def test_what_is_parked_can_be_taken_away_by_a_modification():
    it = Parking(bundle_of(drawing(*AFTER["a gateway without a way"]))).start().complete("job")
    active = [each.element_id for each in inspect(it.bundle, it.state).active]
    assert sorted(active) == ["ask", "beside", "it"]
    it.send(q.Modify(move=(q.Move(q.Which(element_id="it"), q.Activate("a")),)))
    assert it.waiting() == ["a", "ask", "beside"]


def test_joins_that_wait_for_ever_after_a_job_are_told_and_the_job_is_done():
    text = """process p {
      startEvent start
      serviceTask job job=work
      exclusiveGateway which
      parallelGateway join
      userTask next
      start -> job -> which
      which -> join if true
      which -> next default
      next -> join
    }"""
    it = Parking(bundle_of(text)).start().complete("job")
    [incident] = it.incidents()
    assert (incident.code, incident.element_id) == ("stuck", "join")
    assert [each.how for each in it.of(c.JobEnded)] == ["completed"]


def test_an_endless_loop_after_a_job_holds_all_that_follows_with_one_incident():
    text = """process p {
      startEvent start
      serviceTask job job=work
      parallelGateway fork
      exclusiveGateway merge
      exclusiveGateway enough
      scriptTask turn "script==1" result=n
      userTask beside
      start -> job -> fork -> merge -> turn -> enough
      enough -> merge if go
      enough -> beside default
      fork -> beside
    }"""
    it = Parking(bundle_of(text)).start(go=True).complete("job")
    [incident] = it.incidents()
    assert incident.code == "step-limit"
    assert incident.element_id == "fork"
    assert "merge → turn → enough → merge" in incident.message
    it.send(q.SetVariables({"go": False}))
    it.send(q.Retry("fork"))
    assert it.waiting() == ["beside", "beside"]


def test_jobs_done_together_park_what_fails_for_one_of_them():
    text = """process p {
      startEvent start
      subProcess each each==items item=i {
        startEvent s
        serviceTask job job=work
        exclusiveGateway it
        userTask a
        s -> job -> it -> a if i > 1
      }
      start -> each
    }"""
    it = Parking(bundle_of(text)).start(items=[1, 2, None])
    jobs = [q.CompleteJob(each.id) for each in it.open.values()]
    step, parts = advance_together(it.bundle, it.state, jobs, now=NOON, park=True)
    failed = [each for each in step.changes if isinstance(each, c.IncidentRaised)]
    assert [each.code for each in failed] == ["no-flow", "expression-null"]
    assert [type(each) for each in parts[1]].count(c.TaskCreated) == 1


def test_what_only_the_command_is_wrong_about_is_still_refused():
    it = Parking(bundle_of(drawing(*AFTER["a gateway without a way"]))).start()
    for command in (q.CompleteJob("77"), q.Retry("it"), q.Modify(), q.FireTimer("77")):
        with pytest.raises(EngineError):
            it.send(command)
    job = next(each for each in it.open.values() if isinstance(each, c.JobCreated))
    with pytest.raises(EngineError) as uncaught:
        it.send(q.ThrowError(job.id, "no"))
    assert uncaught.value.code == "uncaught-error"
