"""An account from its first day to its last, at the pages: asked for, granted, entered, ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import identity
from service.execution import Runtime
from tests.kit.clock import NOW
from tests.kit.desk import PASSWORD, Desk, words_of

NEW = {
    "name": "amy",
    "displayName": "Amy Wu",
    "email": "amy@bank.example",
    "language": "zh-Hant",
    "role": ["handler", "clerk"],
    "level": "A2",
}
GOOD = "plum orbit canvas seven"


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    made = Desk.of(runtime, tmp_path)
    with runtime.database.transaction() as connection:
        for name in ("ada", "ben"):
            identity.create_account(connection, name, PASSWORD, ["admin"], now=NOW)
    return made


def the_code(desk: Desk, name: str) -> str:
    """What the mail to them will say."""
    with desk.runtime.database.read() as connection:
        [link] = identity.list_links(connection, name, limit=1)
    return identity.link_code("k" * 40, link.id)


def test_from_the_first_day_to_the_last(desk: Desk) -> None:
    desk.sign_in("ada")
    assert desk.post("/accounts", **NEW).status_code == 302
    assert "amy" in desk.see("/accounts") and "handler" in desk.see("/accounts/amy").lower()
    with desk.runtime.database.read() as connection:
        [request] = identity.list_grants(connection)
    refused = desk.post(f"/accounts/grants/{request.key}", granted="yes")
    assert refused.status_code == 422
    assert "another administrator" in words_of(refused.get_data(as_text=True))
    code = the_code(desk, "amy")
    assert code not in desk.client.get("/accounts/amy").get_data(as_text=True)
    desk.sign_in("ben")
    assert desk.post(f"/accounts/grants/{request.key}", granted="yes").status_code == 302
    desk.post("/sign-out")
    form = {"name": "amy", "code": code, "password": GOOD, "again": GOOD}
    assert desk.post("/set-password", **{**form, "again": "other"}).status_code == 422
    poor = {"password": "password123", "again": "password123"}
    assert "hard to guess" in words_of(
        desk.post("/set-password", **{**form, **poor}).get_data(as_text=True)
    )
    assert desk.post("/set-password", **form).status_code == 302
    assert desk.post("/set-password", **form).status_code == 422, "once"
    amy = desk.client.application.test_client()
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    entered = amy.post("/sign-in", data={"name": "amy", "password": GOOD}, headers=headers)
    assert entered.status_code == 302
    assert amy.get("/complaints", headers=headers).status_code == 200
    assert amy.get("/accounts", headers=headers).status_code == 403
    desk.sign_in("ada")
    keep = {"email": "amy@bank.example", "role": ["clerk", "handler"], "level": "A2"}
    assert desk.post("/accounts/amy", **keep).status_code == 302, "no longer active"
    assert amy.get("/complaints", headers=headers).status_code == 302, "to sign in"
    assert "ended the account" in desk.see("/accounts/amy")


def test_an_own_token_is_shown_once_and_revoked(desk: Desk) -> None:
    desk.sign_in("wu")
    asked = {"label": "script", "days": "30", "scope": ["complaints:read"]}
    page = desk.post("/account/tokens", **asked).get_data(as_text=True)
    token = page.partition('id="token">')[2].partition("<")[0]
    assert token.startswith("rdr_")
    assert token not in desk.client.get("/account").get_data(as_text=True)
    other = desk.client.application.test_client()
    bearer = {"Authorization": f"Bearer {token}"}
    assert other.get("/api/complaints", headers=bearer).status_code == 200
    assert other.post("/api/complaints", json={}, headers=bearer).status_code == 403
    with desk.runtime.database.read() as connection:
        [listed] = identity.list_tokens(connection, "wu")
    desk.sign_in("lin")
    assert desk.post(f"/account/tokens/{listed.id}").status_code == 403
    desk.sign_in("wu")
    assert desk.post(f"/account/tokens/{listed.id}").status_code == 302
    assert other.get("/api/complaints", headers=bearer).status_code == 401


def test_a_password_is_changed_by_who_knows_it(desk: Desk) -> None:
    desk.sign_in("wu")
    assert desk.post("/account/password", old="wrong", new=GOOD, again=GOOD).status_code == 422
    assert desk.post("/account/password", old=PASSWORD, new=GOOD, again="x").status_code == 422
    assert desk.post("/account/password", old=PASSWORD, new=GOOD, again=GOOD).status_code == 302
    assert desk.post("/sign-in", name="wu", password=PASSWORD).status_code == 403
    assert desk.post("/sign-in", name="wu", password=GOOD).status_code == 302
