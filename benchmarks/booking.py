"""A crowd books one hall: never more than its seats, nobody twice, and a dense waiting list in the order of commits.

    python -m benchmarks.booking --json [--bookings 2000] [--connections 64] [--seats 300] [--runs 2] [--database NAME]

The portal runs as the Procfile says, in production mode. Every client gets the page, fills in the form and sends it
over a connection it keeps; one that breaks is opened anew and the same form sent again. In the last run of each
database a web worker is killed with SIGKILL half-way, and everybody goes on. A further run cancels bookings while
others book. All the while a sampler reads, in one statement, what the screening counts and what its bookings add up to.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.machine import machine
from benchmarks.server import Address, Server, served
from portal import db, links, signing
from portal.audience.models import Booking
from portal.audience.terms import LIVE
from portal.audit import AuditRecord
from portal.lifecycles import SeatState
from portal.programme.models import Screening
from portal.settings import PRODUCTION, Settings
from portal.upgrade import upgrade
from tests import services
from tests.programme import rows

SECRET = "benchmark-benchmark-benchmark-benchmark"
DATABASES = ("postgresql", "sqlite")
SEATED = (SeatState.OFFERED, SeatState.CONFIRMED, SeatState.CHECKED_IN)
PATIENCE = 60.0
TRIES = 20
PAUSE = 0.2
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Tally:
    """What the clients saw, shared by all of them."""

    statuses: dict[int, int] = field(default_factory=dict)
    broken: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: int) -> None:
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1

    def note_broken(self) -> None:
        with self.lock:
            self.broken += 1

    @property
    def answered(self) -> int:
        return sum(self.statuses.values())

    @property
    def errors_5xx(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500)


class Client:
    """A browser with one kept connection; a broken one is opened anew, and the same request sent again."""

    def __init__(self, address: Address, tally: Tally) -> None:
        self._address, self._tally = address, tally
        self._connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
        self._headers = {"Host": "pan.example", "Accept-Language": "ko"}
        self._csrf = ""

    def look(self, path: str) -> None:
        """Open the page, and keep its cookie and the token of its forms."""
        answer, text = self._ask("GET", path)
        cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
        found = _CSRF.search(text)
        assert found is not None, (answer.status, text[:300])
        self._csrf = found[1]
        self._headers["Cookie"] = cookie

    def send(self, path: str, fields: dict[str, str]) -> int:
        """Send a form; its status is counted."""
        answer, _ = self._ask("POST", path, urlencode({"csrf_token": self._csrf, **fields}))
        self._tally.note(answer.status)
        return answer.status

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[http.client.HTTPResponse, str]:
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        for _ in range(TRIES):
            try:
                self._connection.request(method, path, body, {**self._headers, **kind})
                answer = self._connection.getresponse()
                return answer, answer.read().decode()
            except (OSError, http.client.HTTPException):
                self._tally.note_broken()
                self._connection.close()
                time.sleep(PAUSE)
        raise ConnectionError(f"no answer to {method} {path} in {TRIES} tries")


@dataclass
class Sampler:
    """Reads again and again what must always hold; `wrong` keeps what did not."""

    sessions: sessionmaker[Session]
    screening_id: int
    samples: int = 0
    wrong: list[tuple[int, ...]] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Until told to stop: seats given away are those of the bookings, and never more than there are."""
        given = sa.select(sa.func.coalesce(sa.func.sum(Booking.party), 0)).where(
            Booking.screening_id == self.screening_id, Booking.state.in_(SEATED)
        )
        counts = (Screening.seats, Screening.taken, Screening.held, given.scalar_subquery())
        query = sa.select(*counts).where(Screening.id == self.screening_id)
        while not self._over.wait(0.02):
            with self.sessions() as session:
                seats, taken, held, parties = session.execute(query).one()
            self.samples += 1
            if taken != parties or taken + held > seats:
                self.wrong.append((seats, taken, held, parties))

    def stop(self) -> None:
        self._over.set()


@contextmanager
def watched(sessions: sessionmaker[Session], screening_id: int) -> Iterator[Sampler]:
    """A sampler in a thread of its own, until the block ends."""
    sampler = Sampler(sessions, screening_id)
    thread = threading.Thread(target=sampler.watch)
    thread.start()
    try:
        yield sampler
    finally:
        sampler.stop()
        thread.join()


@dataclass(frozen=True)
class Crowd:
    """How many bookings over how many connections for how many seats."""

    bookings: int = 2000
    connections: int = 64
    seats: int = 300


@dataclass(frozen=True)
class Hall:
    """An installation with one screening on sale."""

    settings: Settings
    environment: dict[str, str]
    code: str
    screening_id: int

    @property
    def path(self) -> str:
        return f"/ko/screenings/{self.code}"

    @property
    def sessions(self) -> sessionmaker[Session]:
        return db.sessions(self.settings)


@contextmanager
def on_sale(database: str, seats: int, url: str | None = None) -> Iterator[Hall]:
    """A fresh database of that name with a screening of so many seats; `url` names an empty one that exists."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="booking-")))
        if url is None and database == "postgresql":
            url = stack.enter_context(services.postgres())
        environment = {
            "PORTAL_ENV": PRODUCTION,
            "PORTAL_DATA": str(folder),
            "PORTAL_DATABASE_URL": url or f"sqlite:///{folder / 'portal.sqlite3'}",
            "PORTAL_BROKER_URL": "",
            "PORTAL_SECRET_KEY": SECRET,
            "PORTAL_PAPERS_KEY": "0" * 64,
            "PORTAL_BASE_URL": "https://pan.example",
            "PORTAL_SMTP_URL": "smtp://127.0.0.1:9",
        }
        environment["PORTAL_BROKER_URL"] = stack.enter_context(services.valkey())
        settings = Settings.from_env(environment)
        upgrade(settings.database_url)
        with db.unit_of_work(db.sessions(settings)) as session:
            screening = rows.on_sale(session, seats=seats)
            hall = Hall(settings, environment, screening.code, screening.id)
        yield hall
        db.engine_for(settings.database_url).dispose()


def forms(count: int) -> list[dict[str, str]]:
    """As many forms of as many people, each with the mark that makes it recognisable."""
    return [
        {
            "name": f"관객 {n}",
            "email": f"guest{n}@seats.example",
            "party": "1",
            "consent": "1",
            "waitlist": "1",
            "once": signing.sign(SECRET, "booking-form", signing.random_code()),
        }
        for n in range(count)
    ]


def run(hall: Hall, crowd: Crowd, *, kill: bool = False, cancels: int = 0) -> dict[str, Any]:
    """One rush; what came of it, from the rows and from the answers."""
    tally, waiting = Tally(), iter(forms(crowd.bookings))
    lock = threading.Lock()
    with (
        served("portal.wsgi:app", hall.environment, "/health") as server,
        watched(hall.sessions, hall.screening_id) as sampler,
    ):

        def stand_in_line(_: int) -> None:
            client = Client(server.address, tally)
            client.look(hall.path)
            while True:
                with lock:
                    form = next(waiting, None)
                if form is None:
                    return client.close()
                client.send(hall.path, form)

        began = time.perf_counter()
        with ThreadPoolExecutor(crowd.connections + 1) as people:
            jobs = [people.submit(stand_in_line, n) for n in range(crowd.connections)]
            if kill:
                _kill_a_worker(server, tally, crowd.bookings // 2)
            if cancels:
                people.submit(_give_back, hall, server, cancels).result()
            for job in jobs:
                job.result()
        seconds = time.perf_counter() - began
    return {
        **_rows(hall),
        "errors_5xx": tally.errors_5xx,
        "seconds": round(seconds, 2),
        "statuses": tally.statuses,
        "broken_connections": tally.broken,
        "killed": kill,
        "cancelled": cancels,
        "samples": sampler.samples,
        "samples_wrong": len(sampler.wrong),
    }


def _kill_a_worker(server: Server, tally: Tally, when: int) -> None:
    while tally.answered < when:
        time.sleep(0.01)
    os.kill(server.workers[0], signal.SIGKILL)


def _give_back(hall: Hall, server: Server, count: int) -> None:
    """Give bookings back by their own links, as soon as there are any."""
    client, given_back = Client(server.address, Tally()), 0
    client.look(hall.path)
    signed = links.Links(hall.settings.base_url, SECRET)
    while given_back < count:
        query = sa.select(Booking.code).where(Booking.state == SeatState.CONFIRMED).order_by(Booking.id).limit(10)
        with hall.sessions() as session:
            codes = session.scalars(query).all()
        for code in codes[: count - given_back]:
            status = client.send(f"/ko/t/{signed.token(links.TICKET, code)}/cancel", {})
            assert status == 303, status
            given_back += 1
    client.close()


def _rows(hall: Hall) -> dict[str, Any]:
    """What the database holds: seats given, the waiting list and its order, and whoever is there twice."""
    with hall.sessions() as session:
        states = dict(
            session.execute(sa.select(Booking.state, sa.func.count(Booking.id)).group_by(Booking.state)).all()
        )
        live = sa.select(Booking.email).where(Booking.state.in_(LIVE)).group_by(Booking.email)
        twice = session.scalars(live.having(sa.func.count(Booking.id) > 1)).all()
        places = session.execute(
            sa.select(Booking.position)
            .join(AuditRecord, AuditRecord.subject_id == Booking.id)
            .where(AuditRecord.subject_kind == "bookings", AuditRecord.verb == "seat.waitlisted")
            .order_by(AuditRecord.seq)
        ).scalars()
        in_order = list(places)
        screening = session.get_one(Screening, hall.screening_id)
        return {
            "confirmed": states.get(SeatState.CONFIRMED, 0),
            "waiting": states.get(SeatState.WAITLISTED, 0),
            "offered": states.get(SeatState.OFFERED, 0),
            "seats_given": screening.taken,
            "duplicates": len(twice),
            "waiting_dense_in_commit_order": in_order == list(range(1, len(in_order) + 1)),
        }


def report(crowd: Crowd, runs: int, databases: Sequence[str]) -> dict[str, Any]:
    """Every database: `runs` rushes, a worker killed in the last of them, and one with bookings given back."""
    found: dict[str, Any] = {}
    for database in databases:
        listed = []
        for n in range(runs):
            with on_sale(database, crowd.seats) as hall:
                listed.append(run(hall, crowd, kill=n == runs - 1))
            print(f"{database}: {listed[-1]}", file=sys.stderr)
        with on_sale(database, crowd.seats) as hall:
            given_back = run(hall, crowd, cancels=crowd.seats // 5)
        found[database] = {**_worst(listed), "runs": listed, "with_cancels": given_back}
    return {"machine": machine(), "bookings": crowd.bookings, "connections": crowd.connections, **found}


def _worst(listed: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The figures to be looked at first: the largest of each, over all runs."""
    return {name: max(one[name] for one in listed) for name in _FIGURES}


_FIGURES = ("confirmed", "waiting", "duplicates", "errors_5xx", "seconds", "samples_wrong")


def main() -> None:
    """Print what came of it; with --json alone, else with a line for each run before it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bookings", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seats", type=int, default=300)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--json", action="store_true", help="print the report as one line")
    chosen = parser.parse_args()
    crowd = Crowd(chosen.bookings, chosen.connections, chosen.seats)
    made = report(crowd, chosen.runs, chosen.database or DATABASES)
    print(json.dumps(made, indent=None if chosen.json else 2))


if __name__ == "__main__":
    main()
