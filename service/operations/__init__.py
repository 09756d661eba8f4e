"""What a person or a clock does: one verb, one file, one function. Each says what is wanted and who
may, and hands it to `service.execution`. The caller passes the actor and the time.
"""

from service.builtins import Choice, list_choices
from service.definitions import COMPLAINT_PROCESS
from service.execution.enter_contact import NewContact
from service.operations.add_account import NewAccount, add_account, add_group, names_of
from service.operations.add_draft_files import add_draft_files
from service.operations.add_evidence import add_evidence, write_evidence
from service.operations.background import fire_timer, make_worker
from service.operations.begin_steps import begin_steps
from service.operations.bring_in_release import bring_in_release
from service.operations.cancel_instance import cancel_instance
from service.operations.change_account import change_account, decide_grant
from service.operations.choose_notices import choose_notices
from service.operations.claim_task import assign_task, claim_task, release_task, update_task
from service.operations.comment_case import comment_case
from service.operations.complete_job import (
    activate_jobs,
    await_jobs,
    complete_job,
    fail_job,
    throw_job_error,
    update_job,
)
from service.operations.complete_task import complete_task
from service.operations.declare_emergency import declare_emergency, link_emergency
from service.operations.delete_filter import delete_filter
from service.operations.deploy_draft import deploy_draft
from service.operations.deploy_files import deploy_files
from service.operations.discard_draft import discard_draft
from service.operations.drop_absence import drop_absence
from service.operations.drop_draft import drop_draft, forget_draft
from service.operations.enter_demo import enter_demo
from service.operations.erase_cases import Expired, erase_case, list_expired, remove_files
from service.operations.escalate import escalate
from service.operations.evaluate_decision import Evaluation, evaluate_decision
from service.operations.find_blind import briefing_of
from service.operations.finish_letter import finish_letter, rewrite_letter
from service.operations.foresee_escalation import Foresight, foresee_escalation
from service.operations.foresee_letters import foresee_letters, writes_letters
from service.operations.hear_customer import INFORMATION, Said, hear_customer, hear_within
from service.operations.keep_interest import keep_interest
from service.operations.keep_reply import drop_reply, keep_reply, use_reply
from service.operations.link_cases import link_cases, merge_cases
from service.operations.log_contact import log_contact
from service.operations.manage_tokens import (
    NewToken,
    make_token,
    replace_token,
    revoke_token,
)
from service.operations.mark_letter_returned import mark_returned
from service.operations.messages import correlate_message, publish_message, send_message
from service.operations.migrate_instance import (
    Report,
    migrate_instance,
    migrate_instances,
    try_migration,
)
from service.operations.modify_instance import modify_instance
from service.operations.note_reads import note_reads
from service.operations.note_seen import note_seen
from service.operations.open_draft import draw_procedure, open_draft
from service.operations.plan_migration import carry_on_migration, draw_up_migration, edit_migration
from service.operations.prove_bundle import prove_bundle
from service.operations.put_in_force import needs_review, put_in_force
from service.operations.read_notices import read_notices
from service.operations.reassign_case import reassign_case
from service.operations.record_past import PastComplaint, record_past
from service.operations.record_recovery import Recovery, record_recovery
from service.operations.record_withdrawal import record_withdrawal
from service.operations.remove_draft_file import remove_draft_file
from service.operations.resolve_incident import resolve_incident
from service.operations.restore_draft_file import restore_draft_file
from service.operations.restrict_case import (
    admit_reader,
    break_glass,
    dismiss_reader,
    lift_restriction,
    restrict_case,
)
from service.operations.retire_bundle import retire_bundle
from service.operations.review_bundle import (
    approve_bundle,
    comment_bundle,
    release_bundle,
    release_due_bundles,
    resolve_comment,
    return_bundle,
    submit_bundle,
    tag_bundle,
)
from service.operations.review_process import REVIEW_PROCESS
from service.operations.rewrite import version_name
from service.operations.save_draft import save_draft
from service.operations.save_draft_file import save_draft_file
from service.operations.save_filter import save_filter
from service.operations.seal_record import compare, every_column, leaves_now, prove
from service.operations.second_factor import (
    begin_factor,
    confirm_factor,
    drop_factor,
    forget_factor,
    pass_factor,
)
from service.operations.send_code import make_code, send_code
from service.operations.send_letter import BY_HAND as LETTERS_BY_HAND
from service.operations.send_letter import preview_letter, send_letter
from service.operations.set_absence import set_absence
from service.operations.set_legal_hold import set_legal_hold
from service.operations.set_password import change_password, set_password
from service.operations.set_regime import set_regime
from service.operations.set_review_policy import set_review_policy
from service.operations.set_staff import set_staff
from service.operations.set_superior import set_superior
from service.operations.set_variables import set_variables
from service.operations.sign_in import (
    CodeWanted,
    check_token_attempts,
    count_token_failure,
    enter_vouched,
    sign_in,
)
from service.operations.sign_out import sign_out
from service.operations.sign_report import sign_report
from service.operations.signals import broadcast_signal
from service.operations.snooze_task import snooze_task, take_up_task
from service.operations.start import (
    Registered,
    Started,
    register_complaint,
    start_instance,
    start_variables,
)
from service.operations.start_by_hand import (
    LONGEST_BUSINESS_KEY,
    find_to_start,
    list_to_start,
    start_by_hand,
)
from service.operations.start_events import fire_due_starts
from service.operations.suspend_instance import (
    resume_instance,
    suspend_instance,
    suspended_since,
)
from service.operations.tell_deadlines import make_deadline_chore, tell_deadlines
from service.operations.tell_staff import tell_staff
from service.operations.tell_unmanned import tell_unmanned
from service.operations.undo_hold import find_undo, undo_hold
from service.operations.upload_draft_files import upload_draft_files
from service.operations.work_migrations import work_migrations

__all__ = [
    "COMPLAINT_PROCESS",
    "INFORMATION",
    "LETTERS_BY_HAND",
    "LONGEST_BUSINESS_KEY",
    "REVIEW_PROCESS",
    "Choice",
    "CodeWanted",
    "Evaluation",
    "Expired",
    "Foresight",
    "NewAccount",
    "NewContact",
    "NewToken",
    "PastComplaint",
    "Recovery",
    "Registered",
    "Report",
    "Said",
    "Started",
    "activate_jobs",
    "add_account",
    "add_draft_files",
    "add_evidence",
    "add_group",
    "admit_reader",
    "approve_bundle",
    "assign_task",
    "await_jobs",
    "begin_factor",
    "begin_steps",
    "break_glass",
    "briefing_of",
    "bring_in_release",
    "broadcast_signal",
    "cancel_instance",
    "carry_on_migration",
    "change_account",
    "change_password",
    "check_token_attempts",
    "choose_notices",
    "claim_task",
    "comment_bundle",
    "comment_case",
    "compare",
    "complete_job",
    "complete_task",
    "confirm_factor",
    "correlate_message",
    "count_token_failure",
    "decide_grant",
    "declare_emergency",
    "delete_filter",
    "deploy_draft",
    "deploy_files",
    "discard_draft",
    "dismiss_reader",
    "draw_procedure",
    "draw_up_migration",
    "drop_absence",
    "drop_draft",
    "drop_factor",
    "drop_reply",
    "edit_migration",
    "enter_demo",
    "enter_vouched",
    "erase_case",
    "escalate",
    "evaluate_decision",
    "every_column",
    "fail_job",
    "find_to_start",
    "find_undo",
    "finish_letter",
    "fire_due_starts",
    "fire_timer",
    "foresee_escalation",
    "foresee_letters",
    "forget_draft",
    "forget_factor",
    "hear_customer",
    "hear_within",
    "keep_interest",
    "keep_reply",
    "leaves_now",
    "lift_restriction",
    "link_cases",
    "link_emergency",
    "list_choices",
    "list_expired",
    "list_to_start",
    "log_contact",
    "make_code",
    "make_deadline_chore",
    "make_token",
    "make_worker",
    "mark_returned",
    "merge_cases",
    "migrate_instance",
    "migrate_instances",
    "modify_instance",
    "names_of",
    "needs_review",
    "note_reads",
    "note_seen",
    "open_draft",
    "pass_factor",
    "preview_letter",
    "prove",
    "prove_bundle",
    "publish_message",
    "put_in_force",
    "read_notices",
    "reassign_case",
    "record_past",
    "record_recovery",
    "record_withdrawal",
    "register_complaint",
    "release_bundle",
    "release_due_bundles",
    "release_task",
    "remove_draft_file",
    "remove_files",
    "replace_token",
    "resolve_comment",
    "resolve_incident",
    "restore_draft_file",
    "restrict_case",
    "resume_instance",
    "retire_bundle",
    "return_bundle",
    "revoke_token",
    "rewrite_letter",
    "save_draft",
    "save_draft_file",
    "save_filter",
    "send_code",
    "send_letter",
    "send_message",
    "set_absence",
    "set_legal_hold",
    "set_password",
    "set_regime",
    "set_review_policy",
    "set_staff",
    "set_superior",
    "set_variables",
    "sign_in",
    "sign_out",
    "sign_report",
    "snooze_task",
    "start_by_hand",
    "start_instance",
    "start_variables",
    "submit_bundle",
    "suspend_instance",
    "suspended_since",
    "tag_bundle",
    "take_up_task",
    "tell_deadlines",
    "tell_staff",
    "tell_unmanned",
    "throw_job_error",
    "try_migration",
    "undo_hold",
    "update_job",
    "update_task",
    "upload_draft_files",
    "use_reply",
    "version_name",
    "work_migrations",
    "write_evidence",
    "writes_letters",
]
