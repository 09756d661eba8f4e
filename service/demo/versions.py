"""What became of the procedure in the demo's four months: a second version that was reviewed and
released, a third that waits for its review, and a draft that its owner is at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service import definitions, operations
from service.builtins import Evidence
from service.definitions import ReviewState, Version
from service.definitions import review as rows
from service.engine import check_bundle, load_bundle
from service.errors import NotFound
from service.execution import Runtime
from service.identity import Actor, Role
from service.scenarios import find_all

ACKNOWLEDGEMENT = "acknowledgement.{language}.letter.txt"
HELP = {
    "en": "If you would like large print, an interpreter or a visit instead of letters, tell us.",
    "zh-Hant": "如需大字版、口譯或改以到府方式說明，請告訴我們。",
    "zh-Hans": "如需大字版、口译或改以上门方式说明，请告诉我们。",
}
CALL_BACK = "call-back.{language}.letter.txt"
HOURS = {
    "en": "We are there from 9 to 18 on working days.",
    "zh-Hant": "服務時間為營業日 9 時至 18 時。",
    "zh-Hans": "服务时间为营业日 9 时至 18 时。",
}
OPINIONS = "investigate-complaint.bpmn"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the procedure: its title, who makes it, and for the end of each file's name what
    replaces what. An empty text is appended to."""

    title: str
    owner: Actor
    edits: Mapping[str, tuple[str, str]]


def _letters(name: str, texts: Mapping[str, str]) -> Mapping[str, tuple[str, str]]:
    return {name.format(language=each): ("", f"\n{text}\n") for each, text in texts.items()}


def _owner(name: str) -> Actor:
    return Actor(name, frozenset({Role.OWNER.value}))


SECOND = Change(
    "Offer help with letters in the acknowledgement",
    _owner("sun.weilun"),
    _letters(ACKNOWLEDGEMENT, HELP),
)
THIRD = Change(
    "Chase departments after two working days instead of three",
    _owner("owner"),
    {OPINIONS: ("working days after(now(), 3)", "working days after(now(), 2)")},
)
FOURTH = Change(
    "Say in the letter when we can be called back", _owner("owner"), _letters(CALL_BACK, HOURS)
)
REVIEWER = Actor("jiang.peishan", frozenset({Role.COMPLIANCE.value}))


def release_second(runtime: Runtime, *, now: datetime) -> None:
    """The second version, reviewed for three days and released; what is done of it is not done
    again."""
    version = _find(runtime, 2)
    if version is None:
        key = _draft(runtime, SECOND, now=now - timedelta(days=5))
        made = operations.deploy_draft(
            runtime, key, actor=SECOND.owner, now=now - timedelta(days=3)
        )
        version = _get(runtime, made)
    if version.state is ReviewState.IN_REVIEW:
        operations.approve_bundle(
            runtime,
            version.key,
            _evidence(runtime, version, now),
            reason="The letters say it in all three languages; rules and scenarios hold.",
            actor=REVIEWER,
            now=now - timedelta(hours=20),
        )
        version = _get(runtime, version.key)
    if version.state is ReviewState.APPROVED:
        operations.release_bundle(runtime, version.key, at=None, actor=REVIEWER, now=now)


def submit_third(runtime: Runtime, *, now: datetime) -> None:
    """The third version, in review since yesterday, and a draft after it."""
    if _find(runtime, 3) is None:
        key = _draft(runtime, THIRD, now=now - timedelta(days=4))
        operations.deploy_draft(runtime, key, actor=THIRD.owner, now=now - timedelta(days=1))
    _draft(runtime, FOURTH, now=now - timedelta(hours=6))


def _draft(runtime: Runtime, change: Change, *, now: datetime) -> int:
    """The draft of that title with its changes, made as far as it is not there; its key."""
    with runtime.database.read() as connection:
        known = {each.title: each.key for each in definitions.list_drafts(connection)}
    key = known.get(change.title)
    if key is None:
        key = operations.open_draft(runtime, change.title, actor=change.owner, now=now)
    with runtime.database.read() as connection:
        files = definitions.read_draft(connection, key)
        revisions = {
            each.path: each.revision for each in definitions.list_draft_files(connection, key)
        }
    for end, (old, new) in change.edits.items():
        path = next((each for each in files if each.endswith("/" + end)), None)
        if path is None:
            raise NotFound("There is no file {name}.", name=end)
        text = files[path].decode()
        if new.strip() in text:
            continue
        edited = text.replace(old, new) if old else text.rstrip("\n") + "\n" + new
        operations.save_draft_file(
            runtime,
            key,
            path,
            edited.encode(),
            revision=revisions[path],
            actor=change.owner,
            now=now,
        )
    return key


def _evidence(runtime: Runtime, version: Version, now: datetime) -> Evidence:
    """What the approval stands on: check, proofs and scenarios of the very files."""
    with runtime.database.read() as connection:
        files = definitions.read_files(connection, version.key)
    bundle, checked = load_bundle(files), check_bundle(files)
    proofs = operations.prove_bundle(files, profile=runtime.profile, now=now)
    return find_all(bundle, files, checked=checked, proofs=proofs).evidence(version.content_hash)


def _find(runtime: Runtime, number: int) -> Version | None:
    with runtime.database.read() as connection:
        known = rows.list_versions(connection)
    return next((each for each in known if each.version == number), None)


def _get(runtime: Runtime, key: int) -> Version:
    with runtime.database.read() as connection:
        return rows.get_version(connection, key)
