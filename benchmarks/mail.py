"""Mails a second out of the outbox, beside bare smtplib over one connection, on both databases.

    python -m benchmarks.mail [--mails 1000] [--rounds 5] [--only sqlite] [--json]

The sink is aiosmtpd in a process of its own that keeps nothing; both sides speak to the same one, in turns. The bare
sender has the finished bytes in its hands. The portal has rows: for each it commits that it is being sent, hands it
over, and commits what became of it, by the very function of the worker's task. `ratio` is the median of the rounds';
`cpu_ms` is what one mail costs the sending process, which a busy machine changes least.

`claimed_per_s` is how many rows four processes at once mark as being sent, each in a transaction of its own, with no
server behind them; `doubles` counts rows that two of them had.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import smtplib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiosmtpd.smtp import SMTP

from benchmarks.machine import machine
from portal import clock, db, schema
from portal.lifecycles import MailState
from portal.mail import delivery, message, outbox, queries, smtp
from portal.mail.models import OutgoingMail
from portal.settings import Settings
from portal.upgrade import upgrade
from tests import builders, services

WORKERS = 4
assert schema.metadata.tables


class Sink:
    """Says yes to every mail and forgets it."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd's name
        return "250 OK"


def _listen(told: Connection) -> None:
    async def serve() -> None:
        listening = asyncio.get_running_loop()
        server = await listening.create_server(lambda: SMTP(Sink(), loop=listening), "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def sink() -> Iterator[int]:
    """A sink in a process of its own; gives its port."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_listen, args=(theirs,), daemon=True)
    process.start()
    yield ours.recv()
    process.terminate()
    process.join()


@contextmanager
def address(database: str, folder: str) -> Iterator[str]:
    """An empty database of that kind."""
    if database == "sqlite":
        yield f"sqlite:///{Path(folder) / 'portal.db'}"
    else:
        with services.postgres() as url:
            yield url


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall, and of this process's CPU."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Cost:
        """What both clocks say."""
        return cls(time.monotonic(), time.process_time())

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.wall - other.wall, self.cpu - other.cpu)


@dataclass
class Post:
    """An installation with a sink to send to."""

    settings: Settings
    port: int

    @cached_property
    def work(self) -> delivery.Work:
        """Opens one unit of work."""
        return partial(db.unit_of_work, db.sessions(self.settings))

    def fill(self, mails: int) -> list[bytes]:
        """As many queued rows; the bytes each of them becomes."""
        with self.work() as session:
            person = builders.person(session)
            readers = (f"reader{n}@seats.example" for n in range(mails))
            letters = [outbox.Letter(outbox.Recipient(reader, "ko", person.native_name)) for reader in readers]
            context = {"token": "t", "until": clock.now()}
            stored = outbox.queue_all(session, "sign_in", letters, about=person, transition="asked", **context)
            return [self._finished(mail) for mail in stored]

    def again(self) -> None:
        """Let every row wait once more."""
        afresh = {"state": MailState.QUEUED, "lease_until": None, "attempts": 0, "sent_at": None, "message_id": None}
        with self.work() as session:
            session.execute(sa.update(OutgoingMail).values(**afresh))
        self._tidy()

    def _tidy(self) -> None:
        """Clear away the versions of rows that the last round left, as the autovacuum of a real server would."""
        engine = db.engine_for(self.settings.database_url)
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text(f"VACUUM ANALYZE {OutgoingMail.__tablename__}"))

    def _finished(self, mail: OutgoingMail) -> bytes:
        parts = {name: getattr(mail, name) for name in message.PARTS}
        number = message.message_id(self.settings, mail.id)
        return message.as_bytes(self.settings, {**parts, "message_id": number})

    def bare(self, messages: list[bytes]) -> Cost:
        """What smtplib needs for them over one connection."""
        began = Cost.now()
        with smtplib.SMTP("127.0.0.1", self.port) as line:
            for n, content in enumerate(messages):
                line.sendmail("pan@festival.example", [f"reader{n}@seats.example"], content)
        return Cost.now() - began

    def portal(self, mails: int) -> Cost:
        """What the worker's task needs for as many rows."""
        self.again()
        began = Cost.now()
        server = smtp.Server.from_url(f"smtp://127.0.0.1:{self.port}")
        with smtp.lines(server) as lines, db.sessions_in_turn(self.settings) as sessions:
            sent = delivery.deliver(partial(db.unit_of_work, sessions), lines, 0)
        taken = Cost.now() - began
        assert sent == mails, f"{sent} of {mails} left"
        return taken

    def claims(self, mails: int) -> tuple[float, int]:
        """Rows a second that four processes take at once, and how many were taken twice."""
        self.again()
        together = multiprocessing.get_context("forkserver")
        together.set_forkserver_preload(["portal.schema", "portal.mail.delivery", "tests.builders", "tests.services"])
        start, told = together.Barrier(WORKERS), together.SimpleQueue()
        hands = [together.Process(target=_claim, args=(self.settings, start, told)) for _ in range(WORKERS)]
        for hand in hands:
            hand.start()
        found = [told.get() for _ in hands]
        for hand in hands:
            hand.join()
        taken = [mail_id for _, _, mine in found for mail_id in mine]
        assert len(set(taken)) == mails, f"{mails - len(set(taken))} rows were left"
        seconds = max(ended for _, ended, _ in found) - min(began for began, _, _ in found)
        return mails / seconds, len(taken) - len(set(taken))


def _claim(settings: Settings, start: Barrier, told: Any) -> None:
    sessions = db.sessions(settings)
    with db.unit_of_work(sessions) as session:
        queries.waiting(session, 1)  # everything is loaded, the connection open
    start.wait()
    began, mine = time.monotonic(), []
    while True:
        with db.unit_of_work(sessions) as session:
            waiting = queries.waiting(session, delivery.LISTED)
        if not waiting:
            break
        for mail in waiting:
            with db.unit_of_work(sessions) as session:
                if delivery.take(session, mail.id):
                    mine.append(mail.id)
    told.put((began, time.monotonic(), mine))


def measure(post: Post, mails: int, rounds: int) -> dict[str, Any]:
    """The figures of one database; each round sends the same mails bare and from the outbox, in changing order."""
    messages = post.fill(mails)
    bare, portal, claimed = [], [], []
    for n in range(rounds):
        turns: list[Callable[[], Cost]] = [partial(post.bare, messages), partial(post.portal, mails)]
        for turn in turns if n % 2 else reversed(turns):
            (bare if turn is turns[0] else portal).append(turn())
        claimed.append(post.claims(mails))
    rate = partial(_spread, digits=0)
    return {
        "mails_per_s": rate([mails / one.wall for one in portal]),
        "bare_per_s": rate([mails / one.wall for one in bare]),
        "ratio": _spread([one.wall / other.wall for one, other in zip(bare, portal, strict=True)], digits=2),
        "cpu_ms": _spread([one.cpu / mails * 1000 for one in portal], digits=2),
        "bare_cpu_ms": _spread([one.cpu / mails * 1000 for one in bare], digits=2),
        "claimed_per_s": rate([rows for rows, _ in claimed]),
        "doubles": sum(doubles for _, doubles in claimed),
    }


def _spread(values: list[float], digits: int) -> dict[str, float]:
    found = {"median": statistics.median(values), "least": min(values), "most": max(values)}
    return {name: round(value, digits) for name, value in found.items()}


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found: dict[str, Any] = {"mails": chosen.mails, "rounds": chosen.rounds, "machine": machine()}
    with sink() as port:
        for database in [chosen.only] if chosen.only else ["sqlite", "postgres"]:
            with tempfile.TemporaryDirectory() as folder, address(database, folder) as url:
                settings = Settings.from_env({"PORTAL_DATA": folder, "PORTAL_DATABASE_URL": url})
                upgrade(settings.database_url)
                found[database] = measure(Post(settings, port), chosen.mails, chosen.rounds)
                db.engine_for(url).dispose()
    print(json.dumps(found, indent=None if chosen.json else 2))


if __name__ == "__main__":
    main()
