"""Two services do not share a port."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main


@pytest.mark.parametrize("shared", [False, True])
def test_a_port_in_use_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: bool
) -> None:
    monkeypatch.setenv("REDRESS_DATABASE_URL", f"sqlite:///{tmp_path}/redress.db")
    monkeypatch.setenv("REDRESS_SECRET_KEY", "k" * 40)
    with socket.socket() as other:
        if shared:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = CliRunner().invoke(main, ["serve", "--port", str(port)])
    assert done.exit_code == 1
    assert f"expected a free port of this machine, 127.0.0.1:{port}" in done.output
    assert len(done.output.strip().splitlines()) == 1
    assert not (tmp_path / "redress.db").exists()


def test_an_address_that_is_not_ours_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_SECRET_KEY", "k" * 40)
    done = CliRunner().invoke(main, ["serve", "--host", "203.0.113.7"])
    assert done.exit_code == 1
    assert len(done.output.strip().splitlines()) == 1
    assert CliRunner().invoke(main, ["serve", "--port", "70000"]).exit_code == 2
