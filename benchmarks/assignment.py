"""Jury assignment at the size of real festivals: CPU seconds, peak memory, gap, broken promises, worst-off film.

`python -m benchmarks.assignment --json [--runs 3] [--case NAME …] [--instance FILE.json]`
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from portal.jury.allocation.affinity import affinity
from portal.jury.allocation.engine import after_dropout, assign
from portal.jury.allocation.exchange import instance_from_json
from portal.jury.allocation.model import ENGINE, Film, FilmTraits, GroupRule, Instance, Juror, JurorTraits, Plan
from portal.jury.allocation.verification import verify

GENRES = tuple(f"genre {number}" for number in range(12))
CATEGORIES = {"short": 263, "short-form": 45, "advertisement": 112, "ip": 115}
LANGUAGES = {"en": 0.55, "ko": 0.25, "es": 0.08, "fr": 0.05, "ja": 0.04, "zh": 0.03}
PANELS = 3
BAND = 0.05
SPREAD = ("cpu_seconds", "peak_mb")


def festival(films: int, jurors: int, *, floor: float = 0.8, seed: int = 2024) -> Instance:
    """A synthetic festival with the shares of a real one: three jurors a film, minutes within 5 % of the mean."""
    random = np.random.default_rng(seed)
    entries = [_film(random, number) for number in range(films)]
    people = [_juror(random, number) for number in range(jurors)]
    fit = affinity(entries, people).total + random.normal(0, 0.04, (films, jurors))
    minutes = np.clip(np.round(np.exp(random.normal(np.log(5), 0.65, films)) * 2) / 2, 1, 20)
    share = float(minutes.sum()) * 3 / jurors
    conflicts = np.argwhere(random.random((films, jurors)) < 0.03)
    return Instance(
        films=tuple(Film(one.id, float(length), 3) for one, length in zip(entries, minutes, strict=True)),
        jurors=tuple(Juror(one.id, share * (1 - BAND), share * (1 + BAND)) for one in people),
        affinity=np.clip(fit, 0, 1).round(4),
        conflicts=frozenset((int(film), int(juror)) for film, juror in conflicts),
        floor=floor,
    )


def _film(random: np.random.Generator, number: int) -> FilmTraits:
    genres = random.choice(GENRES, size=random.integers(1, 4), replace=False)
    weights = np.array(list(CATEGORIES.values()), dtype=float)
    return FilmTraits(
        f"F{number}",
        {str(genre): float(random.uniform(0.5, 1)) for genre in genres},
        str(random.choice(list(LANGUAGES), p=list(LANGUAGES.values()))),
        str(random.choice(list(CATEGORIES), p=weights / weights.sum())),
    )


def _juror(random: np.random.Generator, number: int) -> JurorTraits:
    skill = random.dirichlet(np.full(len(GENRES), 0.35))
    spoken = {tongue: float(random.choice([1.0, 0.6])) for tongue in LANGUAGES if random.random() < 0.3}
    taste = {name: float(random.choice([1.0, 0.5, 0.0], p=[0.4, 0.35, 0.25])) for name in CATEGORIES}
    return JurorTraits(f"J{number}", dict(zip(GENRES, map(float, skill), strict=True)), {"en": 1.0, **spoken}, taste)


def with_panels(instance: Instance) -> Instance:
    """One juror of each of three panels for every film; a panel's minutes are shared among its members."""
    films = tuple(range(len(instance.films)))
    total = sum(film.minutes for film in instance.films)
    members = [tuple(range(one, len(instance.jurors), PANELS)) for one in range(PANELS)]
    jurors = tuple(
        replace(
            juror,
            min_minutes=total / len(members[index % PANELS]) * (1 - BAND),
            max_minutes=total / len(members[index % PANELS]) * (1 + BAND),
        )
        for index, juror in enumerate(instance.jurors)
    )
    rules = tuple(GroupRule(f"panel {one}", members[one], films, at_least=1) for one in range(PANELS))
    return replace(instance, jurors=jurors, groups=rules)


def overbooked(instance: Instance) -> Instance:
    """The same festival with too few hours: what is measured is the certificate."""
    jurors = tuple(replace(one, min_minutes=0.0, max_minutes=one.max_minutes * 0.9) for one in instance.jurors)
    return replace(instance, jurors=jurors)


def repaired(instance: Instance) -> tuple[Instance, set[tuple[int, int]]]:
    """The instance after juror 0 dropped out of its plan, and the pairs that must not move."""
    pairs = frozenset(assign(instance).pairs)
    return after_dropout(instance, pairs, frozenset({0})), {pair for pair in pairs if pair[1] != 0}


CASES: dict[str, Callable[[], Instance]] = {
    "535x16": lambda: festival(535, 16),
    "535x16 without floor": lambda: festival(535, 16, floor=0.0),
    "535x16 panels": lambda: with_panels(festival(535, 16)),
    "535x16 overbooked": lambda: overbooked(festival(535, 16)),
    "535x16 drop-out": lambda: festival(535, 16),
    "2067x60": lambda: festival(2067, 60),
    "2067x60 without floor": lambda: festival(2067, 60, floor=0.0),
    "2067x60 panels": lambda: with_panels(festival(2067, 60)),
    "10000x400 without floor": lambda: festival(10_000, 400, floor=0.0),
}
DEFAULT = tuple(name for name in CASES if not name.startswith("10000"))


def measure(name: str) -> dict[str, Any]:
    """Solve one case in this process; name is a case or the path of a neutral instance."""
    kept: set[tuple[int, int]] = set()
    instance = CASES[name]() if name in CASES else instance_from_json(json.loads(Path(name).read_text()))
    if name.endswith("drop-out"):
        instance, kept = repaired(instance)
    plan = assign(instance)
    return _figures(instance, plan) | {"case": name, "moved": len(kept - set(plan.pairs))}


def _figures(instance: Instance, plan: Plan) -> dict[str, Any]:
    return {
        "films": len(instance.films),
        "jurors": len(instance.jurors),
        "floor": instance.floor,
        "status": plan.status,
        "cpu_seconds": round(plan.cpu_seconds, 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "objective": round(plan.objective, 4),
        "bound": round(plan.bound, 4),
        "gap_percent": round(100 * plan.gap, 4),
        "worst_ratio": round(plan.worst_ratio, 4),
        "violations": len(verify(instance, plan)),
        "certificate": plan.certificate.rule if plan.certificate else None,
    }


def repeat(name: str, runs: int) -> dict[str, Any]:
    """The case in fresh processes; figures that vary are given as least, median and most."""
    results = [_in_child(name) for _ in range(runs)]
    spread = {key: _spread([result[key] for result in results]) for key in SPREAD}
    same = all(result["objective"] == results[0]["objective"] for result in results)
    return results[0] | spread | {"runs": runs, "same_plan": same}


def _spread(values: list[float]) -> dict[str, float]:
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def _in_child(name: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.assignment", "--measure", name]
    # One BLAS thread: idle helper threads spin, and their spinning would be counted as CPU seconds.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return result


def machine() -> dict[str, Any]:
    """Where the figures were taken, and how busy it was."""
    return {
        "cpus": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load_average": [round(one, 2) for one in os.getloadavg()],
    }


def main() -> None:
    """Run the cases and print them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assignment", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print nothing but the JSON line")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--case", action="append", choices=sorted(CASES), help="default: all but the largest")
    parser.add_argument("--instance", action="append", default=[], help="a neutral instance in JSON")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    names = [*(options.case or ([] if options.instance else DEFAULT)), *options.instance]
    results = []
    for name in names:
        results.append(repeat(name, options.runs))
        if not options.json:
            print(_line(results[-1]), flush=True)
    print(json.dumps({"benchmark": "assignment", "engine": ENGINE, "machine": machine(), "results": results}))


def _line(result: dict[str, Any]) -> str:
    cpu, peak = result["cpu_seconds"], result["peak_mb"]
    return (
        f"{result['case']:26} {result['status']:10} {cpu['min']:.2f}-{cpu['max']:.2f} s CPU  {peak['max']:.0f} MB  "
        f"gap {result['gap_percent']:.3f} %  worst {result['worst_ratio']:.3f}  violations {result['violations']}"
    )


if __name__ == "__main__":
    main()
