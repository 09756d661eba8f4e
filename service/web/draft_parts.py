"""What the elements of a draft's diagrams can be given: its forms, decisions, letters and
processes, and the roles of the bank."""

from __future__ import annotations

from typing import Any

from service import definitions
from service.i18n.catalogue import say
from service.identity import Permission, Role
from service.letters import titles_of
from service.web.edge import blueprint, language, parts, signed_in


@blueprint.get("/workbench/drafts/<int:key>/parts")
@signed_in(may=Permission.READ_DRAFTS)
def draft_parts(key: int) -> Any:
    with parts().runtime.database.read() as connection:
        files = definitions.read_draft(connection, key)
    spoken = language()
    found = definitions.offer_of(files, spoken)
    texts = {path: text.decode("utf-8", "replace") for path, text in files.items()}
    found["letters"] |= titles_of(texts, spoken)
    listed = {
        kind: [{"id": name, "title": title} for name, title in offered.items()]
        for kind, offered in found.items()
    }
    roles = [{"id": role.value, "title": say(role.value, spoken)} for role in Role]
    return {**listed, "roles": roles}
