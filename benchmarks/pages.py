"""What a page costs: queries, CPU milliseconds and requests a second, on the demo festival at its real scale.

    python -m benchmarks.pages --json [--runs 3] [--postgres] [--only NAME …]

The portal runs as the Procfile says, in production mode, with a broker; clients are signed in and live in another
process. CPU is user and system time of the web workers over the requests of one client; queries are counted in-process.
KB are those of the body as it is without compression.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from benchmarks.clients import Load, Plan, run
from benchmarks.machine import machine
from benchmarks.server import Server, served
from benchmarks.workload import Page, get, pages
from portal import clock, db, demo
from portal.app import create_app
from portal.settings import PRODUCTION, Settings
from portal.upgrade import upgrade
from tests import services

# CPU ms of one request on the same machine and work, and our first goal: shared/design/performance.md.
RIVALS: dict[str, dict[str, float]] = {
    "juror_list": {"pretalx": 1900, "indico": 770, "hotcrp": 21, "goal": 12},
    "scoring_page": {"pretalx": 212, "indico": 150, "hotcrp": 28, "goal": 12},
    "score_autosave": {"pretalx": 137, "indico": 115, "hotcrp": 6.7, "goal": 6},
    "score_hand_in": {"pretalx": 137, "indico": 115, "hotcrp": 6.7, "goal": 6},
    "entry_list": {"pretalx": 630, "indico": 3787, "hotcrp": 126, "goal": 20},
    "entry_search": {"pretalx": 680, "hotcrp": 17.5, "goal": 20},
    "ranking": {"pretalx": 3530, "hotcrp": 183, "goal": 60},
    "dashboard": {"pretalx": 580, "indico": 53, "goal": 30},
    "schedule": {"pretalx": 83, "indico": 127, "goal": 15},
    "schedule_json": {"pretalx": 784, "indico": 114, "goal": 15},
    "schedule_json_304": {"goal": 3},
    "home": {"goal": 15},
    "submit": {"pretalx": 936, "indico": 98, "goal": 40},
}
RIVALS_RPS_16 = {
    "juror_list": {"hotcrp": 83},
    "scoring_page": {"hotcrp": 56},
    "score_hand_in": {"hotcrp": 42},
    "entry_list": {"pretalx": 1.3, "hotcrp": 15.6},
    "schedule": {"pretalx": 8},
}
MEMORY = {"pretalx": 310, "indico": 595, "hotcrp": 280, "goal": 200}
SECRET = "benchmark-benchmark-benchmark-benchmark"
CROWD = 16
WARMING = 8  # requests that can be sent only once, spent on both workers' first connections


@dataclass(frozen=True)
class Figure:
    """One page in one run, asked for by one client and by sixteen."""

    cpu_ms: float
    rps_1: float
    rps_16: float
    p50_ms_1: float
    p95_ms_1: float
    p50_ms_16: float
    p95_ms_16: float


def measure(server: Server, page: Page, seconds: float) -> Figure:
    """One client alone, then sixteen."""
    shares = _shares(page, 2)
    before = server.cpu_seconds()
    alone = _load(server, shares[0], 1, seconds)
    spent = server.cpu_seconds() - before
    crowd = _load(server, shares[1], CROWD, seconds)
    return Figure(
        spent * 1000 / alone.answered,
        alone.per_second,
        crowd.per_second,
        *(alone.p50_ms, alone.p95_ms),
        *(crowd.p50_ms, crowd.p95_ms),
    )


def _load(server: Server, page: Page, clients: int, seconds: float) -> Load:
    return run(Plan(server.address, clients, seconds, page.status, page.requests, page.once))


def _shares(page: Page, parts: int) -> list[Page]:
    """The page once for each part; requests that can be sent only once are dealt out."""
    if not page.once:
        return [page] * parts
    return [replace(page, requests=page.requests[n::parts]) for n in range(parts)]


def looked_at(app: Flask, engine: sa.Engine, request: str) -> dict[str, Any]:
    """Statements and KB of one request in this process; SQLite's BEGIN is left out, as PostgreSQL's is never seen."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    head, _, body = request.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ")
    answer = app.test_client(use_cookies=False).open(
        path, method=method, headers=[tuple(line.split(": ", 1)) for line in lines], data=body or None
    )
    sa.event.remove(engine, "before_cursor_execute", note)
    return {"queries": len(seen), "kilobytes": round(len(answer.data) / 1000, 1)}


@contextmanager
def house(*, postgres: bool) -> Iterator[tuple[Settings, dict[str, str]]]:
    """An empty portal in a fresh folder, as settings and as the environment of a server in production."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pages-")))
        url = stack.enter_context(services.postgres()) if postgres else f"sqlite:///{folder / 'portal.sqlite3'}"
        environment = {
            "PORTAL_ENV": PRODUCTION,
            "PORTAL_DATA": str(folder),
            "PORTAL_DATABASE_URL": url,
            "PORTAL_BROKER_URL": stack.enter_context(services.valkey()),
            "PORTAL_SECRET_KEY": SECRET,
            "PORTAL_PAPERS_KEY": "0" * 64,
            "PORTAL_BASE_URL": "https://pan.example",
            "PORTAL_SMTP_URL": "smtp://127.0.0.1:9",
        }
        upgrade(url)
        yield Settings.from_env(environment), environment


def report(runs: int, seconds: float, submissions: int, *, postgres: bool, only: list[str]) -> dict[str, Any]:
    """Every page of the demo `runs` times, beside the rivals."""
    count = 2 * runs * submissions + WARMING + 1

    def wanted(app: Flask, session: Session) -> dict[str, Page]:
        found = pages(app, session, submissions=count)
        return {name: page for name, page in found.items() if not only or name in only}

    with house(postgres=postgres) as (settings, environment):
        demo.load(settings, say=_say)
        found = survey(settings, environment, wanted, runs, seconds)
    beside = {name: {**row, **_rivals(name)} for name, row in found["pages"].items()}
    return {**found, "memory_rivals": MEMORY, "pages": beside}


def survey(
    settings: Settings,
    environment: dict[str, str],
    find: Callable[[Flask, Session], dict[str, Page]],
    runs: int,
    seconds: float,
) -> dict[str, Any]:
    """Every page that `find` names, `runs` times, beside a hello: medians, with the least and the most."""
    app, engine = create_app(settings), db.engine_for(settings.database_url)
    with db.sessions(settings)() as session:
        wanted = find(app, session)
    seen = {name: looked_at(app, engine, page.requests[-1]) for name, page in wanted.items()}
    version = _database_version(engine)
    engine.dispose()
    hello = _hello(runs, seconds)
    with served("portal.wsgi:app", environment, "/health") as server:
        measured = {name: _repeat(server, name, page, runs, seconds) for name, page in wanted.items()}
        memory = server.megabytes()
    return {
        "date": clock.now().date().isoformat(),
        "machine": machine() | {"database": version},
        "runs": runs,
        "hello_rps": hello["rps_16"],
        "hello": hello,
        "memory_mb": round(memory),
        "pages": {name: seen[name] | _summary(measured[name]) for name in wanted},
    }


def _repeat(server: Server, name: str, page: Page, runs: int, seconds: float) -> list[Figure]:
    """After a little warming up, `runs` figures."""
    warming = replace(page, requests=page.requests[:WARMING]) if page.once else page
    _load(server, warming, 4, 0.5)
    page = replace(page, requests=page.requests[WARMING:-1]) if page.once else page
    figures = [measure(server, share, seconds) for share in _shares(page, runs)]
    _say(f"{name:>18}  {statistics.median(figure.cpu_ms for figure in figures):6.2f} ms")
    return figures


def _hello(runs: int, seconds: float) -> dict[str, Any]:
    with served("benchmarks.hello:app", {}, "/") as server:
        return _summary(_repeat(server, "hello", Page([get("/")]), runs, seconds))


def _summary(figures: list[Figure]) -> dict[str, Any]:
    rows = [asdict(figure) for figure in figures]
    found: dict[str, Any] = {name: _median(rows, name) for name in rows[0]}
    spread = {name: [round(pick(row[name] for row in rows), 2) for pick in (min, max)] for name in rows[0]}
    return {**found, "spread": spread}


def _median(rows: list[dict[str, float]], name: str) -> float:
    return round(statistics.median(row[name] for row in rows), 2)


def _rivals(name: str) -> dict[str, Any]:
    return {"rivals_cpu_ms": RIVALS[name], "rivals_rps_16": RIVALS_RPS_16.get(name, {})}


def _database_version(engine: sa.Engine) -> str:
    with engine.connect():
        return f"{engine.name} {'.'.join(map(str, engine.dialect.server_version_info or ()))}"


def table(found: dict[str, Any]) -> Iterator[str]:
    """The figures for people."""
    yield f"{'page':>18}  queries  CPU ms (least-most)    1 client  16 clients  goal  rivals"
    for name, row in found["pages"].items():
        low, high = row["spread"]["cpu_ms"]
        rivals = dict(row["rivals_cpu_ms"])
        goal = rivals.pop("goal")
        others = ", ".join(f"{rival} {value:g}" for rival, value in rivals.items())
        yield (
            f"{name:>18}  {row['queries']:7}  {row['cpu_ms']:6.1f} ({low:.1f}-{high:.1f})".ljust(52)
            + f"{row['rps_1']:6.0f}/s {row['rps_16']:9.0f}/s  {goal:4g}  {others}"
        )
    yield f"hello {found['hello_rps']:.0f}/s · web tier {found['memory_mb']} MB · {found['machine']}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Print the table, and with --json the figures as the last line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each page, with one client and with sixteen")
    parser.add_argument("--submissions", type=int, default=40, help="sent in each run by one client, and by sixteen")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--only", nargs="*", default=[], choices=RIVALS, metavar="PAGE")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = report(chosen.runs, chosen.seconds, chosen.submissions, postgres=chosen.postgres, only=chosen.only)
    for line in table(found):
        print(line)
    if chosen.json:
        print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
