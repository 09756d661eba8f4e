"""The reader is killed again and again on its way through a mailbox: every mail is accounted for,
none twice.

A real process (`redress work`), kill -9, a real IMAP server. REDRESS_DRILL_MAILS and
REDRESS_DRILL_KILLS raise the size.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from service import audit
from service.cases.tables import complaint, evidence
from service.db import Database
from service.definitions import shipped_files
from service.intake.tables import mail_message, mail_uid
from service.vault import Vault
from tests.kit import mails
from tests.kit.clock import PATIENCE
from tests.kit.imap_server import running_server
from tests.kit.installation import release_files

MAILS = int(os.environ.get("REDRESS_DRILL_MAILS", "30"))
KILLS = int(os.environ.get("REDRESS_DRILL_KILLS", "1"))
MOST_SECONDS = PATIENCE + MAILS


def generate(count: int, dice: random.Random) -> Iterator[tuple[bytes, str]]:
    """Mails and what each has to become, told apart by the number in its text."""
    bomb = mails.zip_bomb()
    for number in range(count):
        identity, text = (
            f"<{number}@drill.invalid>",
            f"complaint #{number}: the fee was charged twice",
        )
        match dice.choices(range(12), weights=(50, 8, 6, 6, 6, 4, 4, 3, 3, 3, 4, 3))[0]:
            case 0:
                sender = f"Customer {number} <c{number}@drill.invalid>"
                yield mails.write(text, identity=identity, sender=sender), "complaint"
            case 1:
                files = (
                    ("bill.pdf", b"%%PDF-1.7 %d" % number),
                    ("bomb.zip", bomb),
                    ("run.exe", b"MZ\x00%d" % number),
                )
                yield mails.write(text, identity=identity, files=files), "complaint"
            case 2:
                label, real = dice.choice(
                    [("utf-8", "gb18030"), ("us-ascii", "big5"), ("nonsense", "utf-8")]
                )
                yield (
                    mails.wrong_charset(
                        label, f"投訴第{number}號 同一筆消費被扣款兩次", real, identity=identity
                    ),
                    "complaint",
                )
            case 3:
                yield mails.write(text, identity=identity, X_Spam_Flag="YES"), "spam"
            case 4:
                yield (
                    mails.write(text, identity=identity, Auto_Submitted="auto-replied"),
                    "auto-reply",
                )
            case 5:
                yield (
                    mails.write(text, identity=identity, List_Id=f"<list{number}.invalid>"),
                    "bulk",
                )
            case 6:
                yield (
                    mails.bounce(
                        f"<{65537 + number}.0123456789abcdef@bank.invalid>",
                        status=f"5.1.{number % 900}",
                    ),
                    "bounce",
                )
            case 7:
                yield mails.many_parts(400 + number), "unclear"
            case 8:
                yield mails.nested(61 + number % 20) + b"%d\r\n" % number, "unclear"
            case 9:
                yield mails.write(f"{text}\n" * 6_000, identity=identity), "unclear"
            case 10:
                yield mails.write(text, identity=""), "complaint"
            case _:
                yield (
                    b"\xff\xfe\x00broken %d\r\n\r\n%s\r\n"
                    % (number, os.urandom(200).hex().encode()),
                    "unclear",
                )


def start_reader(url: str, database: Database, folder: Path) -> subprocess.Popen[bytes]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("REDRESS_")
    } | {
        "REDRESS_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "REDRESS_SECRET_KEY": "k" * 40,
        "REDRESS_IMAP_URL": url,
        "REDRESS_IMAP_EVERY_SECONDS": "1",
        "REDRESS_IMAP_MAX_BYTES": "200000",
        "REDRESS_EVIDENCE_DIR": str(folder / "evidence"),
        "REDRESS_MAIL_DIR": str(folder / "mail"),
    }
    return subprocess.Popen([sys.executable, "-m", "service", "work"], env=environment)


def count_seen(database: Database) -> int:
    with database.read() as connection:
        return int(
            connection.execute(sa.select(sa.func.count()).select_from(mail_uid)).scalar_one()
        )


def wait_for(database: Database, wanted: int, reader: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + MOST_SECONDS
    while count_seen(database) < wanted:
        assert reader.poll() is None, "the reader ended by itself"
        assert time.monotonic() < until, f"{count_seen(database)} of {wanted} read"
        time.sleep(0.01)


def test_every_mail_is_accounted_for_though_the_reader_is_killed(
    database: Database, tmp_path: Path
) -> None:
    release_files(database, shipped_files())
    dice = random.Random(20260302)
    generated = list(generate(MAILS, dice))
    with running_server() as server:
        server.put(raw for raw, _ in generated)
        for stop in sorted(dice.sample(range(1, MAILS - 1), KILLS)):
            reader = start_reader(server.url, database, tmp_path)
            wait_for(database, stop, reader)
            time.sleep(dice.uniform(0, 0.05))  # anywhere within the next mail
            reader.send_signal(signal.SIGKILL)
            reader.wait()
        reader = start_reader(server.url, database, tmp_path)
        wait_for(database, MAILS, reader)
        reader.terminate()
        reader.wait()
    account_for(database, generated, Vault(tmp_path / "evidence"))


def account_for(database: Database, generated: list[tuple[bytes, str]], vault: Vault) -> None:
    """Each mail once in the books, its bytes in the vault, its complaint once in the register."""
    with database.read() as connection:
        rows = {
            row["sha256"]: row for row in connection.execute(sa.select(mail_message)).mappings()
        }
        known = Counter(connection.execute(sa.select(complaint.c.external_id)).scalars())
        files = Counter(
            (row.root_key, row.sha256) for row in connection.execute(sa.select(evidence))
        )
        broken = [
            key for key in audit.list_cases(connection) if audit.verify(connection, key) is not None
        ]
    assert len(rows) == len({raw for raw, _ in generated}) == len(generated)
    assert broken == []
    expected = 0
    for raw, verdict in generated:
        row = rows[hashlib.sha256(raw).hexdigest()]
        assert row["verdict"] == verdict, raw[:300]
        assert vault.read(row["sha256"]) == raw
        if verdict == "complaint":
            expected += 1
            assert known[f"mail:{row['fingerprint']}"] == 1
            assert files[row["root_key"], row["sha256"]] == 1
        else:
            assert row["state"] == ("filed" if verdict == "auto-reply" else "waiting")
    assert sum(known.values()) == expected
