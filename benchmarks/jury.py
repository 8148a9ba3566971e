"""Juries at the size of real festivals: CPU seconds, memory, gap, loads, worst-off film, beside MIP and greedy.

`python -m benchmarks.jury --json [--sizes 535x16 …] [--rounds 3] [--mip-limit 60]`

Every figure comes from a process of its own, `--rounds` times; targets (jury.md §2 and §3) are judged by the worst
round. A table on stderr, JSON in the last line.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import juries
from benchmarks.juries import CASES, SIZES, Case
from benchmarks.jury_rivals import greedy, plain_mip
from benchmarks.jury_targets import judge
from benchmarks.machine import machine, peak_mb
from benchmarks.score_designs import DESIGNS, hold
from portal.jury.allocation.engine import after_dropout, assign
from portal.jury.allocation.model import ENGINE, Instance, Plan
from portal.jury.allocation.verification import verify
from portal.jury.calibration.intrafilm import calibrate

CALIBRATION = "535x16 calibration"
VARYING = ("cpu_seconds", "peak_mb")
BY_NAME = {case.name: case for case in CASES}


def measure_plan(instance: Instance) -> dict[str, Any]:
    """Assign once."""
    return figures(instance, assign(instance))


def measure_dropout(instance: Instance) -> dict[str, Any]:
    """Assign, let juror 0 leave, repair: the figures are the repair's."""
    pairs = frozenset(assign(instance).pairs)
    repair = after_dropout(instance, pairs, frozenset({0}))
    plan = assign(repair)
    lost = sum(juror == 0 for _, juror in pairs)
    return figures(repair, plan) | {"lost": lost, "extra_changes": len(set(plan.pairs) - pairs) - lost}


def measure_certificate(instance: Instance) -> dict[str, Any]:
    """Find out why there is no plan."""
    plan = assign(instance)
    why = plan.certificate
    assert why
    named = {"rules": list(why.rules), "films": len(why.films), "jurors": len(why.jurors), "proven": why.proven}
    short = {"shortfall": round(why.shortfall, 3), "unit": why.unit, "ways_out": len(why.relaxations)}
    return {"status": plan.status, "cpu_seconds": round(plan.cpu_seconds, 4), "certificate": named | short}


def measure_calibration() -> dict[str, Any]:
    """Correct 1,605 scores with intervals, leave-one-out ranks and chances; the first run of the process left out."""
    scores = hold(DESIGNS[0], 0).scores()
    calibrate(scores, 26)
    spent = []
    for _ in range(20):
        started = time.process_time()
        calibrate(scores, 26)
        spent.append(time.process_time() - started)
    return {"status": "calibrated", "cpu_seconds": round(statistics.median(spent), 4), "scores": len(scores)}


def figures(instance: Instance, plan: Plan) -> dict[str, Any]:
    """What there is to say about a plan; `violations` are found by code that shares nothing with the engine."""
    loads = plan.load_minutes
    return {
        "films": len(instance.films),
        "jurors": len(instance.jurors),
        "floor": instance.floor,
        "status": plan.status,
        "cpu_seconds": round(plan.cpu_seconds, 3),
        "objective": round(plan.objective, 4),
        "bound": round(plan.bound, 4),
        "gap_percent": round(100 * plan.gap, 4),
        "worst_ratio": round(plan.worst_ratio, 4),
        "load_minutes": {"min": min(loads), "mean": round(sum(loads) / len(loads), 2), "max": max(loads)},
        "violations": len(verify(instance, plan)),
    }


MEASURES: dict[str, Callable[[Instance], dict[str, Any]]] = {
    "plan": measure_plan,
    "drop-out": measure_dropout,
    "certificate": measure_certificate,
    "greedy": greedy,
}


def in_child(kind: str, path: Path, limit: float = 0.0) -> dict[str, Any]:
    """Measure one thing in a fresh process that reads the finished instance from `path`."""
    command = [sys.executable, "-m", "benchmarks.jury", "--measure", kind, str(path), "--mip-limit", str(limit)]
    # One BLAS thread: idle helper threads spin, and their spinning would be counted as CPU seconds.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return result


def _child(kind: str, path: Path, limit: float) -> dict[str, Any]:
    if kind == "calibration":
        result = measure_calibration()
    else:
        instance: Instance = pickle.loads(path.read_bytes())
        result = plain_mip(instance, limit) if kind == "mip" else MEASURES[kind](instance)
    return result | {"peak_mb": peak_mb()}


def repeated(case_name: str, rounds: int, once: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The same in fresh processes; figures that vary are given as least, median and most."""
    results = [once() for _ in range(rounds)]
    spread = {key: _spread([result[key] for result in results]) for key in VARYING}
    same = all(_fixed(result) == _fixed(results[0]) for result in results)
    return {"case": case_name} | results[0] | spread | {"rounds": rounds, "same_every_round": same}


def _fixed(result: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key not in VARYING}


def _spread(values: list[float]) -> dict[str, float]:
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def run(sizes: list[str], rounds: int, limit: float) -> Iterator[dict[str, Any]]:
    """All cases of these sizes, each with its rivals, as they are done."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.pickle"
        for case in CASES:
            if case.size in sizes:
                path.write_bytes(pickle.dumps(case.build()))
                yield _with_rivals(case, path, rounds, limit)
        if "535x16" in sizes:
            yield repeated(CALIBRATION, rounds, lambda: in_child("calibration", path))


def _with_rivals(case: Case, path: Path, rounds: int, limit: float) -> dict[str, Any]:
    result = repeated(case.name, rounds, lambda: in_child(case.kind, path))
    if case.compared:
        result["rivals"] = {"plain_mip": in_child("mip", path, limit), "greedy": in_child("greedy", path)}
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jury", description=__doc__)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=3, help="processes per case")
    parser.add_argument("--mip-limit", type=float, default=60.0, help="seconds the plain MIP may take")
    parser.add_argument("--measure", nargs=2, metavar=("KIND", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        kind, path = options.measure
        print(json.dumps(_child(kind, Path(path), options.mip_limit)))
        return
    before, results = machine(), []
    for result in run(options.sizes, options.rounds, options.mip_limit):
        results.append(result)
        say("\n".join(lines(result)))
    targets = judge({result["case"]: result for result in results})
    for target in targets:
        say(f"{'met   ' if target['met'] else 'MISSED'} {target['target']}: {target['found']}")
    if options.json:
        head = {"benchmark": "jury", "engine": ENGINE, "machine": before, "instances": juries.source()}
        print(json.dumps(head | {"results": results, "targets": targets}))


def say(text: str) -> None:
    """To the reader, not into the JSON."""
    print(text, file=sys.stderr, flush=True)


def lines(result: dict[str, Any]) -> Iterator[str]:
    """A case and its rivals, a line each."""
    cpu, peak = result["cpu_seconds"], result["peak_mb"]
    head = f"{result['case']:26} {cpu['min']:8.3f}-{cpu['max']:.3f} s CPU {peak['max']:5.0f} MB"
    if "gap_percent" in result:
        loads = result["load_minutes"]
        yield (
            f"{head}  {result['objective']:.3f} of {result['bound']:.3f}, gap {result['gap_percent']:.4f} %"
            f"  worst {result['worst_ratio']:.3f}  minutes {loads['min']:.0f}/{loads['mean']:.0f}/{loads['max']:.0f}"
            f"  violations {result['violations']}"
            + (f"  extra changes {result['extra_changes']}" if "extra_changes" in result else "")
        )
    elif "certificate" in result:
        why = result["certificate"]
        yield f"{head}  {' + '.join(why['rules'])}: {why['films']} films, {why['jurors']} jurors, {why['shortfall']}"
    else:
        yield head
    for name, rival in result.get("rivals", {}).items():
        told = {key: value for key, value in rival.items() if key not in VARYING and value is not None}
        yield f"  {name:24} {rival.get('cpu_seconds', 0):8.3f} s CPU {rival['peak_mb']:11.0f} MB  {told}"


if __name__ == "__main__":
    main()
