"""The people that a visitor can try the demo out as: what each does, and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass

from service import identity, reporting
from service.identity import Role
from service.sentence import Words
from service.tasks import Scope
from service.web.edge import parts

TITLES: Words = {
    Role.CLERK: "Clerk",
    Role.HANDLER: "Handler",
    Role.DEPARTMENT: "Department",
    Role.APPROVER: "Approver",
    Role.EXECUTIVE: "Executive",
    Role.OWNER: "Process owner",
    Role.COMPLIANCE: "Compliance officer",
    Role.ADMIN: "Administrator",
}
DOES: Words = {
    Role.CLERK: "Registers complaints from telephone, mail and branch",
    Role.HANDLER: "Investigates, agrees a solution, writes the answer",
    Role.DEPARTMENT: "Gives an opinion, corrects errors",
    Role.APPROVER: "Decides on solutions and payments",
    Role.EXECUTIVE: "Leads an emergency, takes charge of delay",
    Role.OWNER: "Changes the procedure: diagrams, forms, rules",
    Role.COMPLIANCE: "Reviews and releases versions, reads the record",
    Role.ADMIN: "Looks after accounts, connections and incidents",
}
ICONS = {
    Role.CLERK: "phone-incoming",
    Role.HANDLER: "user-round-search",
    Role.DEPARTMENT: "building-2",
    Role.APPROVER: "stamp",
    Role.EXECUTIVE: "siren",
    Role.OWNER: "pencil-ruler",
    Role.COMPLIANCE: "shield-check",
    Role.ADMIN: "settings",
}


@dataclass(frozen=True, slots=True)
class DemoRole:
    """A card of the sign-in page; `waiting`: the tasks that are theirs or offered to them."""

    account: str
    title: str
    does: str
    icon: str
    waiting: int


def demo_roles() -> list[DemoRole]:
    """The cards; none where this is no demo."""
    if not parts().settings.demo:
        return []
    with parts().runtime.database.read() as connection:
        found = []
        for role, title in TITLES.items():
            account = identity.find_account(connection, role)
            if account is None or not account.active:
                continue
            wanted = [reporting.Count(scope) for scope in (Scope.MINE, Scope.GROUPS)]
            waiting = sum(reporting.count_inboxes(connection, account.actor, wanted))
            found.append(DemoRole(role, title, DOES[role], ICONS[Role(role)], waiting))
    return found
