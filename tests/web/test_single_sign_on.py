"""Signing in at the bank's own identity provider: who it vouches for comes in, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import requests
import sqlalchemy as sa

from service import identity, operations
from service.app import create_app
from service.clock import SystemClock
from service.config import Settings
from service.execution import Runtime
from service.identity import Actor, bounded_http, openid
from service.identity.tables import account
from tests.kit.desk import PASSWORD, SAME
from tests.kit.openid import CLIENT, SECRET, FakeProvider, running_provider

KEY = "k" * 40
WU = Actor("wu", frozenset({"handler"}))


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    monkeypatch.setattr(openid, "KEYS_SECONDS", 0)
    with running_provider() as running:
        yield running


@pytest.fixture
def settings(provider: FakeProvider) -> Settings:
    return Settings(
        secret_key=KEY,
        oidc_issuer=provider.address,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
    )


@pytest.fixture
def client(runtime: Runtime, settings: Settings) -> Any:
    with runtime.database.transaction() as connection:
        now = datetime.now(UTC)
        identity.create_account(connection, "wu", PASSWORD, ["handler"], now=now)
        identity.create_account(connection, "gone", None, ["handler"], now=now)
        connection.execute(sa.update(account).where(account.c.name == "gone").values(active=False))
    return create_app(settings, runtime=runtime, clock=SystemClock()).test_client()


def there(client: Any, wanted: str = "/tasks") -> tuple[str, str]:
    """Go to the provider and sign in; the address it sends the browser back to, and its state."""
    answer = client.get("/sign-in/elsewhere", query_string={"next": wanted}, headers=SAME)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    back = requests.get(answer.headers["Location"], allow_redirects=False, timeout=5)
    address = urlsplit(back.headers["Location"])
    return f"{address.path}?{address.query}", parse_qs(address.query)["state"][0]


def come_back(client: Any, wanted: str = "/tasks") -> Any:
    return client.get(there(client, wanted)[0], headers=SAME)


def is_in(client: Any) -> bool:
    return bool(client.get("/tasks", headers=SAME).status_code == 200)


def test_whom_the_provider_vouches_for_comes_to_where_they_wanted(client: Any) -> None:
    page = client.get("/sign-in?next=/tasks", headers=SAME).get_data(as_text=True)
    assert "/sign-in/elsewhere?next=%2Ftasks" in page or "/sign-in/elsewhere?next=/tasks" in page
    answer = come_back(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/tasks")
    assert is_in(client)


@pytest.mark.parametrize("person", ["nobody-here", "gone", "WU"])
def test_who_has_no_active_account_here_stays_out(
    client: Any, provider: FakeProvider, person: str
) -> None:
    provider.person = person
    answer = come_back(client)
    assert answer.status_code == 403 and person in answer.get_data(as_text=True)
    assert not is_in(client)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://another.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": 1_600_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"preferred_username": None},
        {"preferred_username": ["wu"]},
    ],
)
def test_a_token_of_another_or_of_another_time_is_refused(
    client: Any, provider: FakeProvider, wrong: dict[str, Any]
) -> None:
    provider.wrong = wrong
    assert come_back(client).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize("signs", ["none", "HS256", "stranger"])
def test_a_signature_that_is_not_the_provider_s_is_refused(
    client: Any, provider: FakeProvider, signs: str
) -> None:
    provider.signs = signs
    assert come_back(client).status_code == 403
    assert not is_in(client)


def test_keys_of_the_common_kind_are_taken_too(client: Any, provider: FakeProvider) -> None:
    provider.signs = "RS256"
    provider.turn_keys()
    assert come_back(client).status_code == 302


def test_the_client_may_be_one_of_several_that_a_token_is_for(
    client: Any, provider: FakeProvider
) -> None:
    provider.wrong = {"aud": [CLIENT, "another-client"], "azp": CLIENT}
    assert come_back(client).status_code == 302


def test_new_keys_are_asked_for_when_the_provider_has_turned_them(
    client: Any, provider: FakeProvider
) -> None:
    assert come_back(client).status_code == 302
    provider.turn_keys()
    assert come_back(client).status_code == 302
    assert provider.asked_for_keys == 2


def test_strangers_do_not_make_it_ask_for_keys_each_time(
    client: Any, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "KEYS_SECONDS", 60)
    provider.signs = "stranger"
    for _ in range(3):
        assert come_back(client).status_code == 403
    assert provider.asked_for_keys == 1


def test_a_sign_in_is_finished_by_the_browser_that_began_it(
    client: Any, settings: Settings
) -> None:
    address, _ = there(client)
    client.delete_cookie("redress_elsewhere", path="/sign-in")
    assert client.get(address, headers=SAME).status_code == 403
    address, state = there(client)
    assert client.get(address.replace(state, "another"), headers=SAME).status_code == 403
    assert not is_in(client)


def test_a_code_is_good_once(client: Any) -> None:
    address, _ = there(client)
    assert client.get(address, headers=SAME).status_code == 302
    client.post("/sign-out", headers=SAME)
    assert client.get(address, headers=SAME).status_code == 403
    assert not is_in(client)


def test_somebody_who_gives_up_there_is_told_so(client: Any, provider: FakeProvider) -> None:
    provider.person = ""
    answer = come_back(client)
    assert answer.status_code == 403
    assert "did not vouch for you" in answer.get_data(as_text=True)


def test_a_provider_that_is_away_is_said_to_be(runtime: Runtime, settings: Settings) -> None:
    away = Settings(secret_key=KEY, oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT)
    app = create_app(away, runtime=runtime, clock=SystemClock())
    answer = app.test_client().get("/sign-in/elsewhere", headers=SAME)
    assert answer.status_code == 503
    assert "cannot be reached" in answer.get_data(as_text=True)


def test_a_second_factor_is_asked_for_after_it(client: Any, runtime: Runtime) -> None:
    now = datetime.now(UTC)
    operations.begin_factor(runtime, WU, now=now)
    with runtime.database.read() as connection:
        factor = identity.find_factor(connection, "wu")
    assert factor is not None
    totp = pyotp.TOTP(identity.secret_of(factor, KEY))
    operations.confirm_factor(
        runtime, WU, totp.at(int(now.timestamp()) - 30), key=KEY, address="1.2.3.4", now=now
    )
    page = come_back(client).get_data(as_text=True)
    assert not is_in(client)
    pending = page.split('name="pending" value="')[1].split('"')[0]
    code = {
        "pending": pending,
        "code": totp.at(int(datetime.now(UTC).timestamp())),
        "next": "/tasks",
    }
    assert client.post("/sign-in/code", data=code, headers=SAME).status_code == 302
    assert is_in(client)


def test_a_password_is_not_taken_where_it_is_switched_off(
    runtime: Runtime, provider: FakeProvider, client: Any
) -> None:
    off = Settings(
        secret_key=KEY,
        oidc_issuer=provider.address,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        passwords="off",
    )
    closed = create_app(off, runtime=runtime, clock=SystemClock()).test_client()
    assert 'type="password"' not in closed.get("/sign-in", headers=SAME).get_data(as_text=True)
    given = {"name": "wu", "password": PASSWORD}
    assert closed.post("/sign-in", data=given, headers=SAME).status_code == 403
    assert come_back(closed).status_code == 302 and is_in(closed)


def test_where_the_bank_has_none_there_is_no_way_to_it(runtime: Runtime) -> None:
    app = create_app(Settings(secret_key=KEY), runtime=runtime, clock=SystemClock())
    assert "/sign-in/elsewhere" not in app.test_client().get("/sign-in", headers=SAME).text
    assert app.test_client().get("/sign-in/elsewhere", headers=SAME).status_code == 404


@pytest.mark.parametrize(
    "address", ["http://sign-in.bank.example", "ftp://x", "sign-in.bank.example", ""]
)
def test_a_provider_without_tls_is_refused(address: str) -> None:
    with pytest.raises(Exception, match="expected an address"):
        openid.check_address(address)


@pytest.mark.parametrize("answers", ["much", "slowly"])
def test_a_provider_that_answers_without_end_keeps_nobody(
    client: Any, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, answers: str
) -> None:
    monkeypatch.setattr(bounded_http, "MOST_SECONDS", 0.2)
    provider.answers = answers
    answer = come_back(client)
    assert answer.status_code == 503
    assert not is_in(client)
    provider.answers = "well"
    assert come_back(client).status_code == 302


def test_who_signs_out_here_is_shown_the_way_to_sign_out_there(
    client: Any, provider: FakeProvider
) -> None:
    come_back(client)
    answer = client.post("/sign-out", headers=SAME)
    assert answer.headers["Location"] == "/sign-in?left=1"
    page = client.get("/sign-in?left=1", headers=SAME).get_data(as_text=True)
    assert 'href="/sign-in/elsewhere/out"' in page
    way = urlsplit(client.get("/sign-in/elsewhere/out", headers=SAME).headers["Location"])
    assert f"{way.scheme}://{way.netloc}" == provider.address
    assert parse_qs(way.query) == {
        "all": ["1"],
        "client_id": [CLIENT],
        "post_logout_redirect_uri": ["http://localhost/sign-in"],
    }
    client.post("/sign-in", data={"name": "wu", "password": PASSWORD}, headers=SAME)
    assert client.post("/sign-out", headers=SAME).headers["Location"] == "/sign-in"


def test_a_provider_without_a_way_out_leads_back_to_the_sign_in(
    client: Any, provider: FakeProvider
) -> None:
    provider.parts = False
    come_back(client)
    answer = client.get("/sign-in/elsewhere/out", headers=SAME)
    assert answer.headers["Location"] == "http://localhost/sign-in"
