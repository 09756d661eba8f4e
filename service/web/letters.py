"""Letters that wait for a person: to be printed, sent another way, or completed; and any letter as
a PDF."""

from __future__ import annotations

from typing import Any

import flask

from service import cases, letters, operations
from service.db import root_of
from service.errors import NotFound
from service.identity import Permission
from service.letters import letter_page, make_pdf
from service.web.edge import PAGE_SIZE, actor, blueprint, now, parts, signed_in
from service.web.evidence import visible_case
from service.web.paging import page_of, place_asked
from service.web.zones import learn_zones, tell_of, zone


@blueprint.get("/letters")
@signed_in(may=Permission.POST_LETTERS)
def letter_list() -> Any:
    with parts().runtime.database.read() as connection:
        found, total = letters.list_on_paper(connection, after=place_asked(), limit=PAGE_SIZE + 1)
        rows, more = page_of(found, lambda row: (row["written_at"], row["key"]))
        learn_zones(connection, [row["root_key"] for row in rows])
        known = cases.map_complaints(connection, [row["root_key"] for row in rows])
    by_root = {row["root_key"]: known.get(row["root_key"]) for row in rows}
    return flask.render_template("letters.html", rows=rows, total=total, more=more, cases=by_root)


@blueprint.get("/letters/<int:key>.pdf")
@signed_in()
def letter_pdf(key: int) -> Any:
    with parts().runtime.database.read() as connection:
        row = letters.get_letter(connection, key)
        complaint = cases.find_complaint(connection, root_of(key))
        tell_of(complaint)
    if complaint is None or not row["body"]:
        raise NotFound("There is no letter {key}.", key=key)
    visible_case(complaint.number)
    address = "\n".join(
        part for part in (complaint.customer_name, complaint.contact_address) if part
    )
    content = make_pdf(
        letter_page(row, bank=parts().settings.bank_name, address=address, zone=zone())
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{complaint.number}-{row["template"]}.pdf"'
    }
    return flask.Response(content, mimetype="application/pdf", headers=headers)


@blueprint.post("/letters/<int:key>/printed")
@signed_in(may=Permission.POST_LETTERS)
def letter_printed(key: int) -> Any:
    operations.finish_letter(parts().runtime, key, actor=actor(), now=now())
    return flask.redirect(flask.url_for("web.letter_list"))


@blueprint.post("/letters/<int:key>/again")
@signed_in(may=Permission.POST_LETTERS)
def letter_again(key: int) -> Any:
    operations.rewrite_letter(parts().runtime, key, actor=actor(), now=now())
    return flask.redirect(flask.url_for("web.letter_list"))
