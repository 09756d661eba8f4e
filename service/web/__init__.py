"""Server-rendered pages for the bank's people. They work without scripts, under a strict content
security policy.

How a page is added: a module of its own beside these, whose views are decorated with
`@blueprint.get(…)` and `@signed_in(may=…)` from `service.web.edge`; its template in `templates/`,
extending `base.html`; its name in `PAGES` below, which is what makes it known; its link in
`service.web.navigation`, with the permission that shows it; its words, in all three languages, in
the catalogues of `service/i18n/locale/`, where `make words` puts them to be translated; its colours
and measures as a file of its own under `static/css/`.
Scripts are files under `static/` that `<script src="{{ asset(name) }}" defer>` names: the policy
refuses anything inline, and so does a `style` attribute. A browser test under `tests/web/` visits
it.
"""

from importlib import import_module

from service.web.edge import blueprint, check_ready
from service.web.error_pages import error_page
from service.web.findings import gather_evidence

PAGES = (
    "navigation",
    "signing",
    "single_sign_on",
    "static_files",
    "policy_reports",
    "persons",
    "mentions",
    "today",
    "help",
    "undo",
    "snooze",
    "replies",
    "palette",
    "inbox",
    "bulk",
    "form_drafts",
    "letters_ahead",
    "task",
    "case_list",
    "case_file",
    "case_export",
    "notices",
    "team",
    "case_picture",
    "intake_desk",
    "similar",
    "start",
    "plain_case",
    "steps",
    "procedure",
    "insight",
    "live",
    "clauses",
    "law",
    "evidence",
    "mailbox",
    "letters",
    "portal",
    "portal_case",
    "portal_help",
    "related",
    "emergencies",
    "people",
    "accounts",
    "my_account",
    "second_factor",
    "access",
    "reviews",
    "migrating",
    "instance",
    "interest",
    "report",
    "write_letter",
    "workbench",
    "review_policy",
    "uploads",
    "draft_editor",
    "new_files",
    "draft_parts",
    "trial",
    "play",
)

for _page in PAGES:
    import_module(f"service.web.{_page}")

__all__ = ["blueprint", "check_ready", "error_page", "gather_evidence"]
