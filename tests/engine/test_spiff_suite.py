"""SpiffWorkflow's own public test suite, where its diagrams are at hand.

`SPIFFWORKFLOW_DIAGRAMS` names the folder of its tests; without it nothing is run. Each diagram is
accepted, or refused with a reason; a script of plain assignments is taken as the FEEL that the
finding offers; what is accepted goes the way that SpiffWorkflow goes by itself. The table of
results is printed (`-s`).
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.util.task import TaskState

from service.engine import EngineError, check_bundle, load_bundle
from service.errors import Problem, Severity
from tests.kit.playing import Player

FOLDER = Path(os.environ.get("SPIFFWORKFLOW_DIAGRAMS", "/nowhere"))
DIAGRAMS = sorted(FOLDER.rglob("*.bpmn"))
OFFER = re.compile(r"Write (?P<feel>=\{.*\}) in its place\.", re.DOTALL)
SCRIPT = re.compile(
    rb"(?P<open><(?P<tag>[\w:]*(?:script|preScript|postScript))\b[^>]*>)(?P<text>.*?)(?P<close></(?P=tag)>)",
    re.DOTALL,
)
MOST = 40
CONSTRUCTS = ("bpmn-unsupported-", "bpmn-event-place", "bpmn-timer-cycle", "bpmn-error-not-")
FOREIGN = ("bpmn-camunda7", "bpmn-flowable", "bpmn-activiti")

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not DIAGRAMS, reason="SPIFFWORKFLOW_DIAGRAMS names no folder of diagrams"),
]


@cache
def _defined() -> dict[str, Path]:
    """Where each process and decision of the suite is."""
    found: dict[str, Path] = {}
    for path in [*DIAGRAMS, *sorted(FOLDER.rglob("*.dmn"))]:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r'<(?:\w+:)?(?:process|decision)\b[^>]*?\bid="([^"]+)"', text):
            found.setdefault(name, path)
    return found


def _with_called(path: Path) -> dict[str, bytes]:
    """A diagram with the files of the processes and decisions that it calls."""
    files, todo = dict[str, bytes](), [path]
    while todo:
        at = todo.pop()
        if at.name in files:
            continue
        files[at.name] = at.read_bytes()
        text = files[at.name].decode()
        names = re.findall(r'calledElement="([^"]+)"', text)
        names += re.findall(r"calledDecisionId>\s*([^<\s]+)", text)
        todo += [_defined()[name] for name in names if name in _defined()]
    return files


def _errors(files: dict[str, bytes]) -> list[Problem]:
    return [each for each in check_bundle(files) if each.severity is Severity.ERROR]


def _take_offers(files: dict[str, bytes], errors: list[Problem]) -> dict[str, bytes]:
    """The files with the FEEL that was offered in place of its script."""
    offers = [(each.file, OFFER.search(str(each.fix))) for each in errors]
    changed = dict(files)
    for file, offer in offers:
        if offer is not None:
            changed[file] = SCRIPT.sub(_one(offer["feel"]), changed[file], count=0)
    return changed


def _one(feel: str):
    done = False

    def put(found: re.Match[bytes]) -> bytes:
        nonlocal done
        if done or found["text"].strip().startswith(b"="):
            return found[0]
        done = True
        return found["open"] + escape(feel).encode() + found["close"]

    return put


def judge(path: Path) -> tuple[str, list[Problem], dict[str, bytes]]:
    """How a diagram is taken: `accepted`, `accepted with the FEEL offered`, or `refused`."""
    files = _with_called(path)
    errors = _errors(files)
    if not errors:
        return "accepted", [], files
    python = [each for each in errors if each.code == "bpmn-python-script"]
    if len(python) == len(errors) and all(OFFER.search(str(each.fix)) for each in python):
        taken = _take_offers(files, errors)
        if not _errors(taken):
            return "accepted with the FEEL offered", [], taken
    return "refused", errors, files


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.name)
def test_a_diagram_is_accepted_or_refused_with_its_reason(path):
    how, errors, _ = judge(path)
    assert (how == "refused") == bool(errors)
    for each in errors:
        assert each.code
        assert str(each.message)
        assert str(each.fix)


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.name)
def test_what_is_accepted_goes_the_way_that_spiffworkflow_goes(path):
    how, _, files = judge(path)
    if how != "accepted":
        pytest.skip(how)
    bundle = load_bundle(files)
    process = next((p.id for p in bundle.processes.values() if p.file == path.name), None)
    if process is None or bundle.models[process].start_of("") is None:
        pytest.skip("nothing in it starts by itself")
    try:
        alone = _alone(files, process)
    except Exception as wrong:  # what SpiffWorkflow itself does not take
        pytest.skip(f"SpiffWorkflow: {wrong}")
    try:
        ours = Player(bundle).start(process)
        for _ in range(MOST):
            _pass_by(alone)
            assert _asked(ours, bundle) == _ready(alone)
            if not _ready(alone):
                return
            name = _ready(alone)[0]
            ours.complete(name)
            _complete(alone, name)
    except (EngineError, SpiffWorkflowException, NameError) as stopped:
        pytest.skip(f"it wants data: {stopped}")


def _alone(files: dict[str, bytes], process: str) -> BpmnWorkflow:
    parser = SpiffBpmnParser()
    for name, content in files.items():
        parser.add_bpmn_str(content) if name.endswith(".bpmn") else parser.add_dmn_str(content)
    workflow = BpmnWorkflow(parser.get_spec(process), parser.get_subprocess_specs(process))
    workflow.do_engine_steps()
    return workflow


def _manual(workflow: BpmnWorkflow) -> list:
    return list(workflow.get_tasks(state=TaskState.READY, manual=True))


def _is_asked(task) -> bool:
    return type(task.task_spec).__name__ == "UserTask"


def _pass_by(workflow: BpmnWorkflow) -> None:
    """Tasks that are only passed here are completed at once."""
    while passed := [task for task in _manual(workflow) if not _is_asked(task)]:
        passed[0].run()
        workflow.do_engine_steps()


def _ready(workflow: BpmnWorkflow) -> list[str]:
    return sorted(task.task_spec.name.removesuffix(" [child]") for task in _manual(workflow))


def _complete(workflow: BpmnWorkflow, name: str) -> None:
    task = next(
        each for each in _manual(workflow) if each.task_spec.name.removesuffix(" [child]") == name
    )
    task.run()
    workflow.do_engine_steps()


def _asked(player: Player, bundle) -> list[str]:
    kinds = {e.id: e.kind for p in bundle.models.values() for e in p.elements.values()}
    return [name for name in player.waiting() if kinds[name] == "userTask"]


def test_the_table_of_results(capsys):
    rows = [(path, *judge(path)[:2]) for path in DIAGRAMS]
    with capsys.disabled():
        for path, how, errors in rows:
            codes = ", ".join(dict.fromkeys(each.code for each in errors))
            print(f"| {path.relative_to(FOLDER)} | {how} | {codes} |")
    plain = [errors for _, how, errors in rows if how == "refused"]
    known = (*CONSTRUCTS, *FOREIGN, "bpmn-python-", "bpmn-no-", "bpmn-missing-", "feel-")
    unknown = {e.code for errors in plain for e in errors if not e.code.startswith(known)}
    assert not unknown - {"called-process-missing", "decision-missing", "bpmn-duplicate-id"}
