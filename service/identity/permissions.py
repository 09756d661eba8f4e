"""Who may do what: one table, a row for each permission, with the roles that have it and why.

Pages, navigation, templates, the API and operations ask for a permission by its name
(`signed_in(may=…)`, `actor.may(…)`, `check_permission(…)`); no role is named anywhere else. A
permission opens the door: which task, job or case somebody may then touch is said by the rules of
that thing (`service.tasks.rules`). docs/permissions.md is written from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from service.identity.roles import AnyRole, HouseRole, Role


class Permission(StrEnum):
    """What somebody may be allowed to do."""

    SIGNED_IN = "signed-in"
    REGISTER_COMPLAINTS = "complaints:register"
    READ_COMPLAINTS = "complaints:read"
    EXPORT_COMPLAINTS = "complaints:export"
    LINK_COMPLAINTS = "complaints:link"
    REASSIGN_COMPLAINTS = "complaints:reassign"
    ESCALATE_COMPLAINTS = "complaints:escalate"
    CONFIRM_ALARMS = "complaints:confirm-alarms"
    INVESTIGATE_COMPLAINTS = "complaints:investigate"
    HOLD_COMPLAINTS = "complaints:hold"
    RESTRICT_COMPLAINTS = "complaints:restrict"
    BREAK_GLASS = "complaints:break-glass"
    CHOOSE_REGIMES = "complaints:choose-regimes"
    ADD_EVIDENCE = "evidence:add"
    RECORD_MONEY = "money:record"
    OPEN_QUARANTINED = "evidence:open-quarantined"
    SIGN_REPORTS = "reports:sign"
    WRITE_LETTERS = "letters:write"
    SHARE_REPLIES = "replies:share"
    POST_LETTERS = "letters:post"
    READ_MAILBOX = "mailbox:read"
    GIVE_PORTAL_ACCESS = "portal:give-access"
    SPEAK_AS_CUSTOMER = "messages:speak-as-customer"
    RAISE_BY_RULE = "emergencies:raise-by-rule"
    SEE_ALL_TASKS = "tasks:see-all"
    SEE_TEAM = "tasks:see-team"
    ASSIGN_TASKS = "tasks:assign"
    RELEASE_TASKS = "tasks:release"
    TAKE_UNOFFERED_TASKS = "tasks:take-unoffered"
    PLAN_STAFF = "staff:plan"
    MANAGE_ACCOUNTS = "accounts:manage"
    MAKE_CODES = "accounts:make-codes"
    BE_ALARMED = "house:be-alarmed"
    DECLARE_EMERGENCIES = "emergencies:declare"
    READ_INSTANCES = "instances:read"
    SEE_COURSE = "instances:see-course"
    START_INSTANCES = "instances:start"
    CANCEL_INSTANCES = "instances:cancel"
    CHANGE_INSTANCES = "instances:change"
    MIGRATE_INSTANCES = "instances:migrate"
    MODIFY_INSTANCES = "instances:modify"
    SUSPEND_INSTANCES = "instances:suspend"
    BEGIN_STEPS = "instances:begin-steps"
    READ_DIAGRAMS = "diagrams:read"
    WATCH_PROCEDURE = "diagrams:watch"
    FOLLOW_PLAN = "plan:follow"
    SEE_INSIGHT = "insight:see"
    DEPLOY = "definitions:deploy"
    READ_DRAFTS = "drafts:read"
    EDIT_DRAFTS = "drafts:edit"
    SEE_REVIEWS = "versions:see-reviews"
    COMMENT_VERSIONS = "versions:comment"
    SUBMIT_VERSIONS = "versions:submit"
    DECIDE_VERSIONS = "versions:decide"
    DECIDE_OTHER_VERSIONS = "versions:decide-other"
    SET_REVIEW_POLICY = "versions:set-policy"
    SKIP_REVIEW = "versions:skip-review"
    DECIDE = "decisions:evaluate"
    SEND_MESSAGES = "messages:send"
    BROADCAST_SIGNALS = "signals:broadcast"
    WORK_JOBS = "jobs:work"
    READ_JOBS = "jobs:read"
    READ_INCIDENTS = "incidents:read"
    RESOLVE_INCIDENTS = "incidents:resolve"


@dataclass(frozen=True, slots=True)
class Grant:
    """The roles that have a permission, and why they do. Without roles it is everybody's."""

    roles: tuple[AnyRole, ...]
    reason: str


_STAFF = (
    Role.CLERK,
    Role.HANDLER,
    Role.APPROVER,
    Role.EXECUTIVE,
    Role.OWNER,
    Role.COMPLIANCE,
    Role.ADMIN,
)
GRANTS: Mapping[Permission, Grant] = {
    Permission.SIGNED_IN: Grant(
        (),
        "Whatever only needs to know who asks; what it then shows is the rules' of each thing.",
    ),
    Permission.REGISTER_COMPLAINTS: Grant(
        (
            Role.CLERK,
            Role.HANDLER,
            Role.ADMIN,
            HouseRole.CUSTOMER,
            HouseRole.CHANNEL,
            HouseRole.MAILBOX,
            HouseRole.IMPORT,
            HouseRole.SYSTEM,
        ),
        "A complaint enters the record through those who hear customers, and through the "
        "channels themselves.",
    ),
    Permission.READ_COMPLAINTS: Grant(
        _STAFF,
        "All who work on complaints read them; a department sees only those it has a task of.",
    ),
    Permission.EXPORT_COMPLAINTS: Grant(
        (Role.HANDLER, Role.COMPLIANCE, Role.OWNER, Role.ADMIN),
        "A whole dossier leaves the house only through those who answer to authorities.",
    ),
    Permission.LINK_COMPLAINTS: Grant(
        (Role.CLERK, Role.HANDLER, Role.APPROVER, Role.ADMIN),
        "Whoever reads both complaints at work knows whether they belong together.",
    ),
    Permission.REASSIGN_COMPLAINTS: Grant(
        (Role.APPROVER, Role.EXECUTIVE, Role.ADMIN),
        "An investigator is chosen by those who give out the work, not by investigators.",
    ),
    Permission.ESCALATE_COMPLAINTS: Grant(
        (
            Role.CLERK,
            Role.HANDLER,
            Role.APPROVER,
            Role.EXECUTIVE,
            Role.COMPLIANCE,
            Role.ADMIN,
            HouseRole.CHANNEL,
            HouseRole.IMPORT,
            HouseRole.SYSTEM,
        ),
        "Whoever hears of a danger calls for help at once; a visitor of the portal or a mail is "
        "confirmed by staff first, so that nobody unknown can call the duty executive out.",
    ),
    Permission.CONFIRM_ALARMS: Grant(
        (Role.CLERK, Role.HANDLER),
        "They are told of a danger that somebody unknown reports, and find out whether it is so.",
    ),
    Permission.INVESTIGATE_COMPLAINTS: Grant(
        (Role.HANDLER,),
        "To them a complaint can be given for its investigation.",
    ),
    Permission.HOLD_COMPLAINTS: Grant(
        (Role.COMPLIANCE, Role.ADMIN),
        "Keeping a case beyond its retention is a decision about the law.",
    ),
    Permission.RESTRICT_COMPLAINTS: Grant(
        (Role.COMPLIANCE,),
        "Who may know of a case about an executive or of a fraud is decided apart from the line.",
    ),
    Permission.BREAK_GLASS: Grant(
        (Role.EXECUTIVE, Role.COMPLIANCE, Role.ADMIN),
        "A restricted case that burns at night is opened for an hour, with a reason and an alarm.",
    ),
    Permission.CHOOSE_REGIMES: Grant(
        (Role.APPROVER, Role.COMPLIANCE, Role.ADMIN),
        "Which law governs a complaint sets every date of it; who works on it does not choose.",
    ),
    Permission.ADD_EVIDENCE: Grant(
        _STAFF,
        "Whoever works on a case may come upon something that belongs into its file.",
    ),
    Permission.RECORD_MONEY: Grant(
        (Role.CLERK, Role.ADMIN),
        "Who pays sees what comes back; who proposes or approves a payment books none.",
    ),
    Permission.OPEN_QUARANTINED: Grant(
        (Role.COMPLIANCE, Role.ADMIN),
        "A file that may do harm is opened only by those who know how to.",
    ),
    Permission.SIGN_REPORTS: Grant(
        (Role.HANDLER, Role.APPROVER, Role.COMPLIANCE),
        "Who signs an investigation off answers for what it says.",
    ),
    Permission.WRITE_LETTERS: Grant(
        (Role.CLERK, Role.HANDLER, Role.APPROVER),
        "The customer hears from those who know the case.",
    ),
    Permission.SHARE_REPLIES: Grant(
        (Role.APPROVER,),
        "What everybody's letters may say is worded by those who answer for them.",
    ),
    Permission.POST_LETTERS: Grant(
        (Role.CLERK, Role.HANDLER, Role.ADMIN),
        "Printed letters are put into envelopes at the desk.",
    ),
    Permission.READ_MAILBOX: Grant(
        (Role.CLERK, Role.HANDLER, Role.ADMIN),
        "What came by mail and fits no case is sorted at the desk.",
    ),
    Permission.GIVE_PORTAL_ACCESS: Grant(
        (Role.CLERK, Role.HANDLER, Role.ADMIN),
        "Who speaks with the customer can let a new secret be sent to them.",
    ),
    Permission.SPEAK_AS_CUSTOMER: Grant(
        (HouseRole.CUSTOMER, HouseRole.CHANNEL, HouseRole.SYSTEM),
        "Only the customer withdraws, or says whether the outcome settles it: in the "
        "portal, or through a channel of the bank that knows them.",
    ),
    Permission.RAISE_BY_RULE: Grant(
        (HouseRole.SYSTEM,),
        "That an emergency is one level higher by rule is said by the rule alone.",
    ),
    Permission.SEE_ALL_TASKS: Grant(
        (Role.COMPLIANCE, Role.ADMIN, Role.EXECUTIVE),
        "Oversight needs to see work that is offered to others.",
    ),
    Permission.SEE_TEAM: Grant(
        (Role.APPROVER, Role.EXECUTIVE, Role.OWNER, Role.ADMIN),
        "Who answers for the work sees who has how much of it.",
    ),
    Permission.ASSIGN_TASKS: Grant(
        (Role.APPROVER, Role.ADMIN),
        "Work of others is given out and rescheduled by their superiors.",
    ),
    Permission.RELEASE_TASKS: Grant(
        (Role.ADMIN,),
        "A task of somebody who is gone has to come free again.",
    ),
    Permission.TAKE_UNOFFERED_TASKS: Grant(
        (Role.ADMIN,),
        "What is offered to nobody must not stand still for ever.",
    ),
    Permission.PLAN_STAFF: Grant(
        (Role.APPROVER, Role.EXECUTIVE, Role.ADMIN, HouseRole.OPERATOR),
        "Units, capacities and absences decide who is given work.",
    ),
    Permission.MANAGE_ACCOUNTS: Grant(
        (Role.ADMIN, HouseRole.OPERATOR),
        "Whoever looks after accounts; what gives somebody more needs another administrator.",
    ),
    Permission.MAKE_CODES: Grant(
        (HouseRole.OPERATOR,),
        "Whoever sees a code could use it: only who has the machine anyway is shown one.",
    ),
    Permission.BE_ALARMED: Grant(
        (Role.ADMIN,),
        "Somebody has to hear that a part of the product does not work.",
    ),
    Permission.DECLARE_EMERGENCIES: Grant(
        (Role.HANDLER, Role.APPROVER, Role.EXECUTIVE, Role.COMPLIANCE, Role.ADMIN),
        "An emergency is called by whoever sees it first; the clerk's desk tells a handler.",
    ),
    Permission.READ_INSTANCES: Grant(
        _STAFF,
        "Where a case stands is part of the case.",
    ),
    Permission.SEE_COURSE: Grant(
        (Role.OWNER, Role.COMPLIANCE, Role.ADMIN),
        "The variables and tokens of a case are for those who answer for the procedure.",
    ),
    Permission.START_INSTANCES: Grant(
        (Role.OWNER, Role.ADMIN),
        "A process that no customer asked for is started by its owner.",
    ),
    Permission.CANCEL_INSTANCES: Grant(
        (Role.ADMIN,),
        "Ending a case outside its procedure is repair.",
    ),
    Permission.CHANGE_INSTANCES: Grant(
        (Role.ADMIN,),
        "Correcting what routes a case is repair, with a reason that is recorded.",
    ),
    Permission.MIGRATE_INSTANCES: Grant(
        (Role.OWNER, Role.COMPLIANCE, Role.ADMIN),
        "Which version a case is judged by is decided by those who answer for versions.",
    ),
    Permission.MODIFY_INSTANCES: Grant(
        (Role.ADMIN,),
        "Moving a case by hand is repair.",
    ),
    Permission.BEGIN_STEPS: Grant(
        (Role.CLERK, Role.HANDLER, Role.EXECUTIVE, Role.ADMIN),
        "Which of the optional steps a case takes is decided by those who work on it.",
    ),
    Permission.SUSPEND_INSTANCES: Grant(
        (Role.OWNER, Role.ADMIN),
        "A case stands still only at the word of who answers for the procedure.",
    ),
    Permission.READ_DIAGRAMS: Grant(
        _STAFF,
        "Everybody may see the procedure they work by.",
    ),
    Permission.WATCH_PROCEDURE: Grant(
        (Role.APPROVER, Role.EXECUTIVE, Role.OWNER, Role.COMPLIANCE, Role.ADMIN),
        "How the whole house does is for those who lead it.",
    ),
    Permission.FOLLOW_PLAN: Grant(
        (Role.COMPLIANCE, Role.OWNER, Role.EXECUTIVE, Role.ADMIN),
        "The execution plan is in the navigation of those who answer for its dates; all "
        "staff may read it.",
    ),
    Permission.SEE_INSIGHT: Grant(
        (Role.COMPLIANCE, Role.APPROVER, Role.EXECUTIVE, Role.ADMIN),
        "Figures of all complaints are for those who answer for them; the cases behind a figure "
        "are those that the reader may know of.",
    ),
    Permission.DEPLOY: Grant(
        (Role.OWNER, Role.ADMIN),
        "A version is made by the owner of the procedure.",
    ),
    Permission.READ_DRAFTS: Grant(
        (Role.OWNER, Role.COMPLIANCE, Role.ADMIN),
        "Compliance follows a change while it is drawn.",
    ),
    Permission.EDIT_DRAFTS: Grant(
        (Role.OWNER, Role.ADMIN),
        "The procedure is drawn by its owner; compliance, who reviews it, does not write.",
    ),
    Permission.SEE_REVIEWS: Grant(
        (Role.COMPLIANCE, Role.OWNER, Role.ADMIN),
        "Authors and reviewers need the same page before them.",
    ),
    Permission.COMMENT_VERSIONS: Grant(
        (Role.COMPLIANCE, Role.OWNER),
        "A review is a talk between the reviewer and the author.",
    ),
    Permission.SUBMIT_VERSIONS: Grant(
        (Role.OWNER,),
        "The author says when a version is ready.",
    ),
    Permission.DECIDE_VERSIONS: Grant(
        (Role.COMPLIANCE,),
        "Approving, returning, releasing and retiring is the second pair of eyes.",
    ),
    Permission.DECIDE_OTHER_VERSIONS: Grant(
        (Role.OWNER, Role.COMPLIANCE),
        "Where four eyes are enough, the second pair is any owner's who wrote none of it.",
    ),
    Permission.SET_REVIEW_POLICY: Grant(
        (Role.COMPLIANCE,),
        "Who reviews a procedure is not said by those who are reviewed.",
    ),
    Permission.SKIP_REVIEW: Grant(
        (Role.ADMIN,),
        "A first version, or a repair at night, cannot wait for a review; the history says so.",
    ),
    Permission.DECIDE: Grant(
        (Role.OWNER, Role.COMPLIANCE, Role.ADMIN, HouseRole.WORKER),
        "Trying a decision table changes nothing.",
    ),
    Permission.SEND_MESSAGES: Grant(
        (
            Role.CLERK,
            Role.HANDLER,
            Role.ADMIN,
            HouseRole.WORKER,
            HouseRole.CHANNEL,
            HouseRole.CUSTOMER,
            HouseRole.SYSTEM,
        ),
        "What happened outside is told to a case by the desk and by other systems.",
    ),
    Permission.BROADCAST_SIGNALS: Grant(
        (Role.OWNER, Role.ADMIN),
        "A signal reaches every case at once.",
    ),
    Permission.WORK_JOBS: Grant(
        (HouseRole.WORKER, Role.ADMIN),
        "Service tasks are done by programs with an account of their own.",
    ),
    Permission.READ_JOBS: Grant(
        (HouseRole.WORKER, Role.OWNER, Role.ADMIN),
        "Who repairs has to see what waits.",
    ),
    Permission.READ_INCIDENTS: Grant(
        (Role.OWNER, Role.ADMIN),
        "What went wrong is read by those who can repair it.",
    ),
    Permission.RESOLVE_INCIDENTS: Grant(
        (Role.OWNER, Role.ADMIN),
        "Who knows the cause lets it be tried again.",
    ),
}


def _check_rows() -> None:
    """Raises for a permission without a row, and says where it is: nothing starts without one."""
    missing = [each for each in Permission if each not in GRANTS]
    if missing:
        lines = Path(__file__).read_text("utf-8").splitlines()
        line = next(n for n, text in enumerate(lines, 1) if f" {missing[0].name} = " in text)
        raise AssertionError(
            f"service/identity/permissions.py:{line}: expected a row in GRANTS for "
            f"{missing[0].name}, found none"
        )


_check_rows()


def roles_with(permission: Permission) -> tuple[str, ...]:
    """The names of the roles that have a permission, which are also candidate groups."""
    return tuple(role.value for role in GRANTS[permission].roles)
