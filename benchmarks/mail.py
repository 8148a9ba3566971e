"""Mails a second out of the outbox, beside bare smtplib over one connection.

    python -m benchmarks.mail [--mails 1000] [--rounds 3] [--database URL] [--json]

Both speak to the same sink, a process of its own that keeps nothing. The bare sender gets the finished bytes, the
portal gets rows: it claims each by a conditional UPDATE, commits that it is being sent, builds the message, hands it
over and
commits what became of it. `ratio` is the portal's rate beside the bare one, taken in turns. `claimed_per_s` is how fast
four workers at once take rows with nothing behind them; `doubles` counts rows two of them had, which must be none.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import smtplib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.machine import machine
from portal import clock, db
from portal.mail import delivery, message, outbox
from portal.mail.models import OutgoingMail
from portal.mail.smtp import Line, Server
from portal.settings import Settings
from portal.upgrade import upgrade
from tests import builders

WORKERS = 4
_GREETING, _FINE, _GO_ON, _BYE = b"220 sink\r\n", b"250 ok\r\n", b"354 go on\r\n", b"221 bye\r\n"
_END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """Says yes to everything, as fast as Python can."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.waiting, self.data = b"", False
        self.transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while self._step():
            pass

    def _step(self) -> bool:
        if self.data:
            _, end, rest = self.waiting.partition(_END)
            if not end:
                return False
            self.waiting, self.data = rest, False
            self.transport.write(_FINE)
            return True
        line, end, rest = self.waiting.partition(b"\r\n")
        if not end:
            return False
        self.waiting = rest
        self.data = line.upper() == b"DATA"
        self.transport.write(_GO_ON if self.data else _BYE if line.upper() == b"QUIT" else _FINE)
        return True


def _listen(told: Connection) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def sink() -> Iterator[int]:
    """A sink in a process of its own; gives its port."""
    ours, theirs = Pipe()
    process = Process(target=_listen, args=(theirs,), daemon=True)
    process.start()
    yield ours.recv()
    process.terminate()


@dataclass(frozen=True)
class Post:
    """An installation with a sink to send to."""

    settings: Settings
    port: int

    @contextmanager
    def work(self) -> Iterator[Session]:
        """One unit of work, as a worker opens it."""
        with db.unit_of_work(db.sessions(self.settings)) as session:
            yield session

    def fill(self, mails: int) -> list[bytes]:
        """As many queued rows; the bytes each of them becomes."""
        with self.work() as session:
            session.execute(sa.delete(OutgoingMail))
            person = builders.person(session)
            letters = [
                outbox.Letter(outbox.Recipient(f"reader{n}@seats.example", "ko", person.native_name))
                for n in range(mails)
            ]
            context = {"token": "t", "until": clock.now()}
            stored = outbox.queue_all(session, "sign_in", letters, about=person, transition="asked", **context)
            for mail in stored:
                mail.message_id = message.message_id(self.settings, mail.id)
            made = [message.as_bytes(self.settings, mail) for mail in stored]
            session.info.pop("bells", None)
        return made

    def bare(self, messages: list[bytes]) -> float:
        """Seconds smtplib needs for them over one connection."""
        began = time.monotonic()
        with smtplib.SMTP("127.0.0.1", self.port) as line:
            for n, content in enumerate(messages):
                line.sendmail("pan@festival.example", [f"reader{n}@seats.example"], content)
        return time.monotonic() - began

    def portal(self, mails: int) -> float:
        """Seconds the worker's task needs for as many rows over one connection."""
        began = time.monotonic()
        with Line(Server("127.0.0.1", self.port, "", "", tls=False, starttls=False)) as line:
            sent = delivery.deliver(self.work, line, 0)
        taken = time.monotonic() - began
        assert sent == mails, f"{sent} of {mails} left"
        return taken

    def claims(self, mails: int) -> tuple[float, int]:
        """Rows a second that four workers take at once, and how many were taken twice."""
        self.fill(mails)
        with self.work() as session:
            ids = session.scalars(sa.select(OutgoingMail.id)).all()

        def take(_: int) -> list[int]:
            mine = []
            for mail_id in ids:
                with self.work() as session:
                    if delivery.take(session, mail_id) is not None:
                        mine.append(mail_id)
            return mine

        began = time.monotonic()
        with ThreadPoolExecutor(WORKERS) as workers:
            taken = [mail_id for mine in workers.map(take, range(WORKERS)) for mail_id in mine]
        return mails / (time.monotonic() - began), len(taken) - len(set(taken))


def measure(post: Post, mails: int, rounds: int) -> dict[str, Any]:
    """The figures; each round sends the same mails bare and from the outbox, in changing order."""
    bare, portal = [], []
    for n in range(rounds):
        messages = post.fill(mails)
        turns: list[Callable[[], float]] = [partial(post.bare, messages), partial(post.portal, mails)]
        for turn in turns if n % 2 else reversed(turns):
            (bare if turn is turns[0] else portal).append(turn())
    claimed, doubles = post.claims(min(mails, 400))
    ratios = [one / other for one, other in zip(bare, portal, strict=True)]
    return {
        "database": post.settings.database_url.partition(":")[0],
        "mails": mails,
        "mails_per_s": round(mails / statistics.median(portal)),
        "bare_per_s": round(mails / statistics.median(bare)),
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(one, 2) for one in ratios],
        "claimed_per_s": round(claimed),
        "doubles": doubles,
        "machine": machine(),
    }


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", default="")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        address = chosen.database or f"sqlite:///{Path(folder) / 'portal.db'}"
        settings = Settings.from_env({"PORTAL_DATA": folder, "PORTAL_DATABASE_URL": address})
        upgrade(settings.database_url)
        found = measure(Post(settings, port), chosen.mails, chosen.rounds)
    print(json.dumps(found, indent=None if chosen.json else 2))


if __name__ == "__main__":
    main()
