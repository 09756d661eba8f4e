"""A real IMAP server (pymap, in memory) on a free port, in a thread of this process."""

from __future__ import annotations

import asyncio
import socket
import threading
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from imap_tools import MailBoxUnencrypted
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pysasl.hashing import BuiltinHash

from tests.kit.clock import PATIENCE

USER, PASSWORD = "complaints", "mailbox-password"


@dataclass(frozen=True, slots=True)
class ImapServer:
    """Where the server listens."""

    port: int

    @property
    def url(self) -> str:
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{self.port}/INBOX"

    def put(self, messages: Iterable[bytes], *, at: datetime | None = None) -> None:
        """Deliver messages into the mailbox."""
        box = MailBoxUnencrypted("127.0.0.1", self.port, timeout=300)
        with box.login(USER, PASSWORD) as opened:
            for message in messages:
                opened.append(message, "INBOX", dt=at or datetime.now(UTC))


@contextmanager
def running_server() -> Iterator[ImapServer]:
    """The server, until the block ends."""
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]

    async def serve() -> None:
        arguments = Namespace(
            host=None,
            port=port,
            debug=False,
            cert=None,
            key=None,
            tls=False,
            proxy_protocol=None,
            passlib_cfg=None,
            inherited_sockets=None,
            demo_data=False,
            demo_user=USER,
            demo_password=PASSWORD,
        )
        backend, config = await DictBackend.init(arguments, hash_context=BuiltinHash(rounds=1))
        config.apply_context()
        server = await asyncio.start_server(_callback(backend, config), sock=listening)
        ready.set()
        await stop.wait()
        server.close()
        await _end_connections()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield ImapServer(port)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
        loop.close()


def _callback(backend: DictBackend, config: object) -> object:
    return ProxyProtocolReader(config.proxy_protocol).get_callback(  # type: ignore[attr-defined]
        IMAPServer(backend.login, config)
    )  # type: ignore[attr-defined]


async def _end_connections() -> None:
    """In the loop's own thread: a browser test of this process may have a loop running in the main
    one."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    for _ in range(3):  # connections are closed by the turns after the one that ended them
        await asyncio.sleep(0)
