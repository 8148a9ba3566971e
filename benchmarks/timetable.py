"""The timetable's engine: a large plan validated and mended, and sixty packages placed with a proof.

`python -m benchmarks.timetable --json [--rounds 20] [--limit 60] [--hours 10-24] [--seed 1]`

Targets: a plan of 400 blocks validated within 50 ms; 60 packages over 4 days and 5 halls with a proven bound within a
minute. A table on stderr, JSON in the last line.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.machine import machine, peak_mb
from portal.programme.placing import solving
from portal.programme.placing.instance import ENGINE, Instance, Parcel, Place, Spot
from portal.programme.timetable import Board, Engaged, Finding, Room, Rule, Show, fix

ZONE = ZoneInfo("Asia/Seoul")
BLOCKS, HALLS, DAYS, PACKAGES = 400, 5, 16, 60
MOST_VALIDATION_MS, MOST_SECONDS = 50, 60
SEATS = (300, 180, 120, 80, 60)


def plan(seed: int) -> tuple[list[Show], list[Room], list[Engaged]]:
    """Five halls with five blocks a day, as badly placed as a draft: each may start up to 40 minutes off its place."""
    chance = random.Random(seed)
    rooms = [Room(n, f"{n}관", seats, timedelta(minutes=20), 600, 1500) for n, seats in enumerate(SEATS)]
    first, shows = datetime(2027, 2, 19, 10, tzinfo=ZONE), []
    for number in range(BLOCKS):
        day, within = divmod(number, HALLS * 5)
        start = first + timedelta(days=day, minutes=150 * (within // HALLS) + 5 * chance.randint(-2, 8))
        guests = {f"g{one}@example.test": f"게스트 {one}" for one in chance.sample(range(200), 4)}
        show = Show(
            key=f"s{number}",
            title=f"묶음 {number}",
            room=within % HALLS,
            starts_at=start,
            films_end=start + timedelta(minutes=chance.randint(60, 110)),
            seats=SEATS[within % HALLS],
            talk=timedelta(minutes=chance.choice([0, 25])),
            rating=chance.choice([0, 0, 12, 15, 19]),
            expected=chance.choice([0, 60, 150]),
            package=number // 2,
            people=guests,
        )
        shows.append(show)
    engaged = [
        Engaged(f"e{n}", f"g{n}@example.test", f"게스트 {n}", "심사 회의", at, at + timedelta(hours=2))
        for n in range(100)
        for at in [first + timedelta(days=n % DAYS, hours=chance.randint(0, 10))]
    ]
    return shows, rooms, engaged


def validation(rounds: int, seed: int) -> dict[str, Any]:
    """Milliseconds to find everything a plan of 400 blocks breaks, and then every step that mends it."""
    shows, rooms, engaged = plan(seed)
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        board = Board(shows, rooms, ZONE, engaged)
        found = board.findings
        spent.append(1000 * (time.perf_counter() - began))
    began = time.perf_counter()
    steps = [fix(board, one) for one in found]
    return {
        "blocks": len(shows),
        "validation_ms": round(statistics.median(spent), 2),
        "validation_worst_ms": round(max(spent), 2),
        "findings": len(found),
        "hard": sum(one.hard for one in found),
        "with_a_step": sum(step is not None for step in steps),
        "fixes_ms": round(1000 * (time.perf_counter() - began), 1),
    }


def festival(seed: int, opens: int, closes: int) -> Instance:
    """Sixty packages with three makers each of forty, four days, five halls."""
    chance, parcels = random.Random(seed), []
    for number in range(PACKAGES):
        films = chance.randint(60, 130)
        people = sorted({f"d{chance.randint(0, 40)}" for _ in range(3)})
        parcels.append(
            Parcel(
                f"p{number}",
                f"묶음 {number}",
                films,
                films + chance.choice([0, 20, 30]),
                chance.choice([0, 40, 80, 120, 200, 300]),
                chance.choice([0, 0, 12, 15, 19]),
                people=tuple(people),
            )
        )
    places = [Place(n, f"{n}관", seats, 20, opens * 60, closes * 60) for n, seats in enumerate(SEATS)]
    return Instance(tuple(f"2027-02-{19 + day}" for day in range(4)), tuple(parcels), tuple(places))


def faults(instance: Instance, spots: Mapping[int, Spot]) -> list[Finding]:
    """What cannot be carried out, and walks too short: everybody of a package watches it, and stays for its talk."""
    shows = []
    for number, spot in spots.items():
        parcel, place = instance.parcels[number], instance.places[spot.place]
        start = datetime.fromisoformat(instance.days[spot.day]).replace(tzinfo=ZONE) + timedelta(minutes=spot.start)
        people = {one: one for one in parcel.people}
        show = Show(
            key=parcel.code,
            title=parcel.title,
            room=place.id,
            starts_at=start,
            films_end=start + timedelta(minutes=parcel.films),
            seats=place.seats,
            talk=timedelta(minutes=parcel.length - parcel.films),
            people=people,
            watchers=people,
        )
        shows.append(show)
    rooms = [
        Room(one.id, one.name, one.seats, timedelta(minutes=one.turnaround), one.opens, one.closes)
        for one in instance.places
    ]
    return [one for one in Board(shows, rooms, ZONE).findings if one.hard or one.rule == Rule.CHANGEOVER]


def placing(seed: int, opens: int, closes: int, limit: float) -> dict[str, Any]:
    """Place them; `faults` are what the timetable itself says of the plan, which shares no code with the solver."""
    instance = festival(seed, opens, closes)
    cpu = time.process_time()
    solved = solving.solve(instance, limit=limit)
    return {
        "packages": len(instance.parcels),
        "placed": len(solved.spots),
        "status": solved.status,
        "objective": round(solved.objective, 2),
        "bound": round(solved.bound, 2),
        "gap": round(solved.gap, 6),
        "autoplace_seconds": round(solved.seconds, 2),
        "autoplace_cpu_seconds": round(time.process_time() - cpu, 2),
        "columns": solved.columns,
        "rows": solved.rows,
        "faults": len(faults(instance, solved.spots)),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.timetable", description=__doc__)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--rounds", type=int, default=20, help="validations")
    parser.add_argument("--limit", type=float, default=MOST_SECONDS, help="seconds for the placing")
    parser.add_argument("--hours", default="10-24", help="when the halls are open")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    opens, closes = (int(hour) for hour in options.hours.split("-"))
    figures = validation(options.rounds, options.seed) | placing(options.seed, opens, closes, options.limit)
    kept = figures["validation_ms"] <= MOST_VALIDATION_MS and figures["autoplace_seconds"] <= MOST_SECONDS + 5
    for name, value in figures.items():
        print(f"{name:24} {value}", file=sys.stderr)
    if options.json:
        head = {"benchmark": "timetable", "machine": machine(), "engine": ENGINE, "peak_mb": peak_mb(), "kept": kept}
        print(json.dumps(head | figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
