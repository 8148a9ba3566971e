"""The targets of jury.md §2 and §3, judged by the worst round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Result = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """A promise about one case: what is read from it, and the most it may be."""

    case: str
    what: str
    read: Callable[[Result], float]
    most: float
    unit: str = ""


def _cpu(result: Result) -> float:
    return float(result["cpu_seconds"]["max"])


def _peak(result: Result) -> float:
    return float(result["peak_mb"]["max"])


def _of(key: str) -> Callable[[Result], float]:
    return lambda result: float(result[key])


def _unnamed(result: Result) -> float:
    """How many of rule, films and jurors the certificate leaves out."""
    why = result["certificate"]
    return sum(not why[key] for key in ("rules", "films", "jurors"))


def _certificate(case: str) -> tuple[Target, ...]:
    return (Target(case, "CPU", _cpu, 0.3, " s"), Target(case, "of rule, films, jurors unnamed", _unnamed, 0))


def _plan(case: str, seconds: float, gap: float) -> tuple[Target, ...]:
    return (
        Target(case, "CPU", _cpu, seconds, " s"),
        Target(case, "gap", _of("gap_percent"), gap, " %"),
        Target(case, "violations", _of("violations"), 0),
    )


TARGETS = (
    *_plan("535x16", 3, 0.1),
    *_plan("2067x60", 15, 0.15),
    *_plan("10000x400 without floor", 90, 0.05),
    Target("10000x400 without floor", "memory", _peak, 450, " MB"),
    Target("535x16 drop-out", "CPU", _cpu, 1, " s"),
    Target("535x16 drop-out", "extra changes", _of("extra_changes"), 0),
    *_certificate("535x16 too few hours"),
    *_certificate("535x16 no speaker"),
    *_certificate("535x16 lone producer"),
    Target("535x16 calibration", "CPU", _cpu, 0.05, " s"),
)


def judge(results: dict[str, Result]) -> list[dict[str, Any]]:
    """Every target whose case was measured."""
    return [_judged(target, target.read(results[target.case])) for target in TARGETS if target.case in results]


def _judged(target: Target, found: float) -> dict[str, Any]:
    goal = f"{target.case}: {target.what} at most {target.most:g}{target.unit}"
    return {"target": goal, "most": target.most, "found": found, "met": found <= target.most}
