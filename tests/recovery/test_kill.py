"""kill -9 of the server and the worker in the middle of work: what was acknowledged is there,
nothing happens twice, every case ends.

REDRESS_TEST_KILLS=20 runs the long version.
"""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

from service.db import Database
from tests.kit.recovery_audit import check_ends, check_history, check_letters, read_acknowledged
from tests.kit.server_processes import Postbox, Site, alive, children_of, kill, stop, until

KILLS = int(os.environ.get("REDRESS_TEST_KILLS", "1"))
SEED = os.environ.get("REDRESS_TEST_KILL_SEED", "1")
CASES = 4 + 2 * KILLS
LEAST, MOST = 3, 4 + 20 * CASES // (2 * KILLS)
"""After how many acknowledged commands the next kill comes: so that all of them come within the
run."""


class Victims:
    """The server and the worker; whichever is killed is started again."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.server, self.worker = site.serve("--no-background"), site.run("work")

    def strike(self, chance: random.Random) -> str:
        """Kill one of them, or all; says whom."""
        whom = chance.choice(("server", "serving process", "worker", "everything"))
        serving = children_of(self.server.pid)
        if whom == "serving process":
            for pid in serving[-1:]:
                os.kill(pid, 9)
            return whom
        if whom in ("server", "everything"):
            kill(self.server)
        if whom in ("worker", "everything"):
            kill(self.worker)
            self.worker = self.site.run("work")
        if whom != "worker":
            until(lambda: not any(map(alive, serving)), "a server's processes to end with it")
            self.server = self.site.serve("--no-background")
        return whom

    def revive(self) -> None:
        """What a supervisor does: a server whose serving process is killed twice within seconds
        gives up by itself."""
        if self.server.poll() is not None:
            self.server = self.site.serve("--no-background")

    def stop(self) -> None:
        for process in (self.server, self.worker):
            stop(process)


def test_kill_minus_nine(site: Site, database: Database, postbox: Postbox, tmp_path: Path) -> None:
    chance, written = random.Random(f"{SEED}:{database.dialect}"), tmp_path / "acknowledged.jsonl"
    written.touch()
    victims, struck = Victims(site), []
    until(site.ready, "the server to be ready")
    people = site.run(
        "simulate",
        "--server",
        site.url,
        "--register",
        str(CASES),
        "--seed",
        SEED,
        "--acknowledged",
        str(written),
    )
    try:
        for _ in range(KILLS):
            wait_for(chance.randint(LEAST, MOST), victims, people, written)
            struck.append(victims.strike(chance))
        until(lambda: ended(people, victims), "the rehearsal to end", 900)
        assert people.returncode == 0, site.log("simulate") + site.log("serve")[-6000:]
        until(lambda: not waiting(database), "the last letters to leave")
    finally:
        if people.poll() is None:
            kill(people)
        victims.stop()
    report(site, database, postbox, struck, written)


def wait_for(more: int, victims: Victims, people: subprocess.Popen[bytes], written: Path) -> None:
    """Until so many more commands were acknowledged, or all are done."""
    wanted = len(read_acknowledged(written)) + more
    until(lambda: ended(people, victims) or len(read_acknowledged(written)) >= wanted, "progress")


def ended(people: subprocess.Popen[bytes], victims: Victims) -> bool:
    victims.revive()
    return people.poll() is not None


def waiting(database: Database) -> int:
    with database.read() as connection:
        return int(
            connection.exec_driver_sql(
                "SELECT count(*) FROM outbox WHERE state = 'waiting'"
            ).scalar_one()
        )


def report(
    site: Site, database: Database, postbox: Postbox, struck: list[str], written: Path
) -> None:
    """Audit, and say what was seen (shown with pytest -s)."""
    acknowledged = read_acknowledged(written)
    check_history(database, acknowledged)
    states = check_ends(database)
    again = check_letters(database, postbox, kills=len(struck))
    verified = subprocess.run(
        site.command("audit", "verify"), env=site.environment, capture_output=True, text=True
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    print(f"\n{database.dialect}: {len(struck)} kills: {', '.join(struck)}")
    print(
        f"{len(acknowledged)} commands acknowledged, each in the history once; cases {dict(states)}"
    )
    print(
        f"{len(postbox.received)} messages came for {len(postbox.received) - again} letters "
        f"({again} came twice)"
    )
    print(site.log("simulate").strip().splitlines()[-1])
    print(verified.stdout.strip())
