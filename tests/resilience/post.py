"""A post office: workers that only deliver, to be killed, and a mail server in one of its bad weeks."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

# Forks of a process that has loaded everything and opened nothing: a worker is there at once, and dies alone.
_HANDS = multiprocessing.get_context("forkserver")
_HANDS.set_forkserver_preload(["workers.mail", __name__])
NEVER = "nobody"  # addresses that begin so do not exist


class Weary:
    """Keeps what it gets in a file, a line each; refuses for good, refuses for now, dawdles and hangs up."""

    def __init__(self, kept: Path, seed: int) -> None:
        self._kept = kept.open("a", encoding="ascii", buffering=1)
        self._moods = random.Random(seed)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        mood = self._moods.random()
        if mood < 0.02:
            server.transport.close()
        if mood < 0.04:
            return "421 4.3.2 closing"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith(NEVER):
            return "550 5.1.1 no such user"
        if self._moods.random() < 0.05:
            return "451 4.7.1 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        mood = self._moods.random()
        await asyncio.sleep(mood / 50)
        if mood < 0.03:
            return "452 4.3.1 no room"
        self._kept.write(f"{envelope.rcpt_tos[0]}\n")
        await asyncio.sleep(mood / 50)
        if mood > 0.98:
            server.transport.close()
        return "250 OK"


def _listen(told: Connection, kept: Path, seed: int) -> None:
    async def serve() -> None:
        here, weary = asyncio.get_running_loop(), Weary(kept, seed)
        server = await here.create_server(lambda: SMTP(weary, loop=here), "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def weary_server(kept: Path, seed: int) -> Iterator[str]:
    """Such a server in a process of its own; its address."""
    ours, theirs = _HANDS.Pipe()
    process = _HANDS.Process(target=_listen, args=(theirs, kept, seed), daemon=True)
    process.start()
    yield f"smtp://127.0.0.1:{ours.recv()}"
    process.kill()
    process.join()


def _deliver(environment: Mapping[str, str]) -> None:
    os.environ.update(environment)
    from workers.mail import deliver

    while True:
        deliver(0)
        time.sleep(0.01)


def worker(environment: Mapping[str, str]) -> BaseProcess:
    """A process that runs the worker's task again and again."""
    process = _HANDS.Process(target=_deliver, args=(environment,), daemon=True)
    process.start()
    return process
