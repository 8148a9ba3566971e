"""What the public programme costs: its pages, JSON, calendars and frame, with 120 released screenings.

    python -m benchmarks.schedule --json [--runs 3] [--seconds 2] [--database NAME …]

Four days, five halls, six screenings a day in each; everything is made anew in an empty database, then served and asked
as benchmarks.pages does. Figures and their meaning are those of that command; `goal_ms` is about `cpu_ms`.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from benchmarks.machine import machine
from benchmarks.pages import RIVALS, house, survey
from benchmarks.workload import Page, browser, get
from portal.calls.models import Edition, Gel
from portal.policies import SYSTEM
from portal.programme import service
from portal.programme.models import Package, Screening
from tests import builders
from tests.programme import rows

DATABASES = ("sqlite", "postgresql")
DAYS, SEATS = 4, (300, 180, 120, 80, 60)
PACKAGES, FILMS = 60, 3
STARTS = ((10, 0), (12, 15), (14, 30), (16, 45), (19, 0), (21, 15))
GELS = (Gel.AI, Gel.DOC, Gel.LAB)
STARRED = 12
# CPU ms, of shared/design/performance.md; a part of a page may cost what the whole may.
GOALS = {"schedule": 15, "day": 15, "schedule_json": 15, "day_json": 15, "schedule_json_304": 3}


def programme(session: Session) -> list[Screening]:
    """Sixty packages of three films, each shown twice, two days apart; confirmed and released."""
    edition = rows.edition(session)
    cinema = service.VenueDraft("판 극장", "P.A.N Cinema", "을지로 1", "1 Eulji-ro")
    venue = service.add_venue(session, edition, cinema, by=SYSTEM)
    halls = [
        service.add_hall(session, venue, service.HallDraft(f"{n}관", f"Hall {n}", seats), by=SYSTEM)
        for n, seats in enumerate(SEATS, start=1)
    ]
    places = [
        (rows.evening(day, hour=hour, minute=minute), hall)
        for day in range(DAYS)
        for hour, minute in STARTS
        for hall in halls
    ]
    packages = [_package(session, edition, n) for n in range(PACKAGES)]
    made = [rows.screening(session, packages[n % PACKAGES], hall, at) for n, (at, hall) in enumerate(places)]
    for screening in made:
        service.confirm(session, screening, by=SYSTEM)
    service.release(session, edition, base=0, by=SYSTEM)
    return made


def _package(session: Session, edition: Edition, n: int) -> Package:
    films = [rows.film(session, edition, minutes=25) for _ in range(FILMS)]
    return rows.package(session, edition, *films, title=f"AI 단편 {n}", gel=GELS[n % len(GELS)])


def pages(app: Flask, session: Session) -> dict[str, Page]:
    """Every page by name; days and screenings take turns."""
    shown = programme(session)
    days = [rows.evening(day).date() for day in range(DAYS)]
    visitor = builders.person(session)
    for screening in shown[:: len(shown) // STARRED]:
        service.star(session, visitor.id, screening)
    signed_in = browser(app, session, visitor.id)
    codes = [screening.code for screening in shown]
    session.commit()
    etag = app.test_client().get("/api/v1/schedule.json").headers["ETag"]
    return {
        "schedule": Page([get("/ko/schedule")]),
        "day": Page([get(f"/ko/schedule/{day}") for day in days]),
        "schedule_json": Page([get("/api/v1/schedule.json")]),
        "day_json": Page([get(f"/api/v1/schedule/{day}.json") for day in days]),
        "schedule_json_304": Page([get("/api/v1/schedule.json", If_None_Match=etag)], 304),
        "screening": Page([get(f"/ko/screenings/{code}") for code in codes]),
        "my_plan": Page([signed_in.get("/ko/schedule/mine")]),
        "embed": Page([get(f"/ko/embed/schedule/{day}") for day in days]),
        "ical": Page([get("/ko/schedule.ics")]),
    }


def measure(database: str, runs: int, seconds: float) -> dict[str, Any]:
    """All pages on one database, each beside its goal and what rivals cost where those are known."""
    with house(postgres=database == "postgresql") as (settings, environment):
        found = survey(settings, environment, pages, runs, seconds)
    return {**found, "pages": {name: row | _judged(name, row["cpu_ms"]) for name, row in found["pages"].items()}}


def _judged(name: str, cpu_ms: float) -> dict[str, Any]:
    goal = GOALS.get(name)
    rivals = {rival: ms for rival, ms in RIVALS.get(name, {}).items() if rival != "goal"}
    return {"goal_ms": goal, "kept": goal is None or cpu_ms <= goal, "rivals_cpu_ms": rivals}


def _say(database: str, found: dict[str, Any]) -> None:
    lines = {"hello": found["hello"] | {"queries": 0, "kilobytes": 0.0, "goal_ms": None}} | found["pages"]
    print(
        f"{database:>18}  queries     KB  CPU ms    1 client: p50 · p95 ms    16: p50 · p95 ms   goal", file=sys.stderr
    )
    for name, row in lines.items():
        print(
            f"{name:>18}  {row['queries']:7}  {row['kilobytes']:5.0f}  {row['cpu_ms']:6.2f}"
            f"  {row['rps_1']:6.0f}/s {row['p50_ms_1']:6.1f} {row['p95_ms_1']:6.1f}"
            f"  {row['rps_16']:6.0f}/s {row['p50_ms_16']:6.1f} {row['p95_ms_16']:6.1f}  {row['goal_ms'] or '–'}",
            file=sys.stderr,
        )


def main() -> None:
    """A table for people on stderr; with --json the report as one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each page, with one client and with sixteen")
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--json", action="store_true", help="print the report as one line")
    chosen = parser.parse_args()
    found = {}
    for database in chosen.database or DATABASES:
        found[database] = measure(database, chosen.runs, chosen.seconds)
        _say(database, found[database])
    kept = all(row["kept"] for one in found.values() for row in one["pages"].values())
    if chosen.json:
        head = {"benchmark": "schedule", "machine": machine(), "screenings": DAYS * len(SEATS) * len(STARTS)}
        print(json.dumps({**head, "kept": kept, **found}, ensure_ascii=False))


if __name__ == "__main__":
    main()
