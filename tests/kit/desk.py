"""People of the bank and a customer at plain requests: what each of them sees on a page."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service import identity
from service.app import create_app
from service.clock import VirtualClock
from service.config import Settings
from service.execution import Runtime
from tests.kit.clock import NOW

PASSWORD = "a password of the desk"
PEOPLE = {
    "clerk": ("clerk",),
    "wu": ("handler",),
    "lin": ("handler",),
    "approver-1": ("approver",),
    "executive-1": ("executive",),
    "finance-1": ("finance",),
    "department-1": ("department",),
    "owner-1": ("owner",),
    "compliance-1": ("compliance",),
    "compliance-2": ("compliance",),
}
SAME = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


@dataclass
class Desk:
    """A browser of one person at a time; the clock stands where the test puts it."""

    runtime: Runtime
    client: Any

    @classmethod
    def of(cls, runtime: Runtime, folder: Path) -> Desk:
        with runtime.database.transaction() as connection:
            identity.add_group(connection, "finance", by="cli", now=NOW)
            for name, roles in PEOPLE.items():
                identity.create_account(connection, name, PASSWORD, list(roles), now=NOW)
        settings = Settings(secret_key="k" * 40, evidence_dir=str(folder / "evidence"))
        app = create_app(settings, runtime=runtime, clock=VirtualClock(NOW))
        return cls(runtime, app.test_client())

    def at(self, now: Any) -> Desk:
        self.client.application.extensions["redress"].clock.move_to(now)
        return self

    def sign_in(self, name: str) -> Desk:
        answer = self.post("/sign-in", name=name, password=PASSWORD)
        assert answer.status_code in (302, 303), answer.status_code
        return self

    def post(self, path: str, **form: Any) -> Any:
        return self.client.post(path, data=form, headers=SAME)

    def see(self, path: str, *, status: int = 200) -> str:
        """The words of a page, without markup and with single spaces."""
        answer = self.client.get(path, headers=SAME)
        assert answer.status_code == status, (path, answer.status_code)
        return words_of(answer.get_data(as_text=True))


def words_of(page: str) -> str:
    main = page.split("<main", 1)[-1]
    bare = re.sub(r"<(script|style|option)[^>]*>.*?</\1>", " ", main, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())
