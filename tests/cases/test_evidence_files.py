"""Files of evidence: kept once under their hash, looked at, locked away with a reason, handed out
harmless."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cases import Evidence, check_may_open, clean_name, download_headers, take_in
from service.errors import Forbidden, InvalidInput, NotFound, TooLarge, Unavailable
from service.identity import Actor
from service.vault import Vault

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


DOCX = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<w/>"})


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "evidence", limit=5_000_000)


def test_a_file_is_kept_once_under_its_hash(vault: Vault) -> None:
    first, second = vault.keep_bytes(PNG), vault.keep_bytes(PNG)
    assert first == second and first.sha256 == hashlib.sha256(PNG).hexdigest()
    files = [path for path in vault.folder.rglob("*") if path.is_file()]
    assert files == [vault.path(first.sha256)]
    assert oct(files[0].stat().st_mode & 0o777) == "0o440"
    assert vault.read(first.sha256) == PNG


def test_a_changed_or_lost_file_is_noticed(vault: Vault) -> None:
    kept = vault.keep_bytes(PNG)
    path = vault.path(kept.sha256)
    path.chmod(0o600)
    path.write_bytes(PNG + b"x")
    with pytest.raises(InvalidInput, match="changed on disk"):
        vault.read(kept.sha256)
    path.unlink()
    with pytest.raises(NotFound, match="backup"):
        vault.read(kept.sha256)


def test_what_is_broken_off_leaves_nothing(vault: Vault) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError("the connection was lost")

    with pytest.raises(OSError, match="lost"):
        vault.keep(broken())
    with pytest.raises(InvalidInput, match="empty"):
        vault.keep_bytes(b"")
    with pytest.raises(TooLarge):
        vault.keep(bytes(1 << 20) for _ in range(60))
    assert [path for path in vault.folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("name", "content", "media_type", "reason"),
    [
        ("a.pdf", b"%PDF-1.7\n1 0 obj", "application/pdf", ""),
        ("a.png", PNG, "image/png", ""),
        (
            "letter.docx",
            DOCX,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "",
        ),
        ("notes.txt", "一二三".encode(), "text/plain", ""),
        ("BMW.txt", b"BMW dealer said MZ and so on", "text/plain", ""),
        ("page.html", b"<!DOCTYPE html><script>1</script>", "text/html", ""),
        ("files.zip", zipped({"a.txt": b"x"}), "application/zip", ""),
        ("tool.exe", b"MZ\x00\x01", "application/x-executable", "program"),
        ("bill.pdf", b"\x7fELF\x02", "application/x-executable", "program"),
        ("run.sh", b"#!/bin/sh\nrm", "application/x-executable", "program"),
        ("evil.js", b"alert(1)", "text/plain", "program"),
        ("evil.pdf.exe. ", b"plain", "text/plain", "program"),
        ("a.pdf", PNG, "image/png", "its name ends in .pdf"),
        ("a.png", b"%PDF-1.7", "application/pdf", "its name ends in .png"),
        ("a.docx", zipped({"a.txt": b"x"}), "application/zip", "its name ends in .docx"),
        (
            "m.docx",
            DOCX[:-22] and zipped({"[Content_Types].xml": b"", "word/vbaProject.bin": b"x"}),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "macros",
        ),
        ("m.doc", OLE + "_VBA_PROJECT".encode("utf-16-le"), "application/x-ole-storage", "macros"),
        ("m.xls", OLE, "application/x-ole-storage", ""),
        ("s.pdf", b"%PDF-1.7 /OpenAction << /S /JavaScript >>", "application/pdf", "scripts"),
        ("in.zip", zipped({"x/run.exe": b"x"}), "application/zip", "program in it"),
        ("in.zip", zipped({"x/more.zip": b"x"}), "application/zip", "archive within"),
        ("broken.zip", b"PK\x03\x04" + bytes(40), "application/zip", "cannot be read"),
        ("bomb.zip", zipped({"zeros": bytes(60 << 20)}), "application/zip", "times its size"),
        ("many.zip", zipped({str(n): b"" for n in range(5_001)}), "application/zip", "5,001 files"),
        ("big.txt", b"x" * 5_000_001, "text/plain", "larger than"),
    ],
)
def test_a_file_is_what_its_content_is(
    vault: Vault, name: str, content: bytes, media_type: str, reason: str
) -> None:
    found = take_in(vault, io.BytesIO(content), name=name, kind="document", source="desk")
    assert found.verdict.media_type == media_type
    assert (reason in (found.verdict.reason or "")) if reason else found.verdict.reason is None


def test_an_archive_under_a_password_is_locked_away(vault: Vault) -> None:
    content = bytearray(zipped({"a.txt": b"secret"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    content[6] |= 1
    found = take_in(vault, io.BytesIO(bytes(content)), name="a.zip", kind="document", source="desk")
    assert "password" in (found.verdict.reason or "")


@given(st.text(max_size=400))
def test_a_name_is_one_plain_line(name: str) -> None:
    plain = clean_name(name)
    assert 0 < len(plain) <= 200 and "/" not in plain and "\\" not in plain and plain.isprintable()
    headers = download_headers(_evidence(name=plain))
    for value in headers.values():
        assert value.encode("latin-1") and "\r" not in value and "\n" not in value


def test_a_file_leaves_as_a_download_that_runs_nothing() -> None:
    headers = download_headers(_evidence(name='帳單".html', media_type="text/html"))
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith('attachment; filename="??\'.html"')
    assert (
        "sandbox" in headers["Content-Security-Policy"]
        and headers["X-Content-Type-Options"] == "nosniff"
    )
    assert download_headers(_evidence())["Content-Type"] == "application/pdf"


def test_what_is_locked_away_is_for_few() -> None:
    locked = _evidence(state="quarantined", reason="a program")
    for role in ("clerk", "handler", "approver", "department"):
        with pytest.raises(Forbidden, match="a program"):
            check_may_open(locked, Actor("x", frozenset({role})))
    check_may_open(locked, Actor("x", frozenset({"compliance"})))
    check_may_open(_evidence(), Actor("x", frozenset({"clerk"})))


def _evidence(
    *,
    name: str = "a.pdf",
    media_type: str = "application/pdf",
    state: str = "kept",
    reason: str | None = None,
) -> Evidence:
    return Evidence(
        1,
        2,
        "document",
        "desk",
        name,
        media_type,
        3,
        "0" * 64,
        state,
        reason,
        datetime(2026, 1, 1, tzinfo=UTC),
        "amy",
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_disk_that_takes_no_more_is_said_and_leaves_nothing(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("service.vault.store.os.fsync", full)
    with pytest.raises(Unavailable, match="Files cannot be kept now"):
        vault.keep_bytes(PNG)
    assert [each for each in vault.folder.rglob("*") if each.is_file()] == []


def test_a_folder_of_evidence_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable):
        Vault(tmp_path / "file" / "evidence").keep_bytes(PNG)
