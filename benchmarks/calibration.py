"""How near three ways of ranking come to the truth, design by design, and what a round's plan is worth.

`python -m benchmarks.calibration --json [--festivals 100]`: precision at 26 of 535 films and 16 jurors for the plain
mean, the intra-film correction and z-scores; how many intervals hold the truth; false and true alarms; the round
plans at equal viewing hours; the tie-break's order of the contested films. A table on stderr, JSON in the last line.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

import numpy as np

from benchmarks.machine import machine
from benchmarks.score_designs import (
    DESIGNS,
    ROGUE,
    STRONG,
    Design,
    coverage,
    hold,
    lambda2,
    precision,
    precisions,
)
from portal.jury.calibration.bradley_terry import order_films
from portal.jury.calibration.intrafilm import calibrate
from portal.jury.calibration.ordering_batches import batches
from portal.jury.calibration.round_plans import (
    CANNES_LIKE,
    NIPS_LIKE,
    Field,
    Forecast,
    RoundPlan,
    Shares,
    Stage,
    compare_plans,
)

TOP = 26
METHODS = ("mean", "intra-film", "z-score")
LEVELS = (0.8, 0.9)
FIELD = Field(films=535, jurors=16, places=TOP, minutes=6.0, hours=160.5)
CLAIMED = (RoundPlan((Stage(535, 3),)), RoundPlan((Stage(535, 2), Stage(76, 7))))
SHARES = {"NIPS-like": NIPS_LIKE, "Cannes-like": CANNES_LIKE, "strong severity": STRONG}


def design_figures(design: Design, festivals: int) -> dict[str, Any]:
    """One row of the table: means over the festivals, with standard errors where they decide."""
    held = [hold(design, seed) for seed in range(festivals)]
    found = [precisions(festival, TOP) for festival in held]
    values = {name: np.array([one[name] for one in found]) for name in METHODS}
    return {
        "design": design.name,
        "lambda2": round(float(np.mean([lambda2(festival) for festival in held])), 3),
        "precision": {name: round(float(values[name].mean()), 3) for name in METHODS},
        "against_mean": {name: _difference(values[name] - values["mean"]) for name in METHODS[1:]},
        "coverage": {f"{level:.0%}": round(_covered(held, level), 3) for level in LEVELS},
        "alarms": alarms(design, festivals // 4),
    }


def _difference(values: np.ndarray[Any, Any]) -> dict[str, float]:
    return {"mean": round(float(values.mean()), 4), "error": round(float(values.std() / len(values) ** 0.5), 4)}


def _covered(held: list[Any], level: float) -> float:
    return float(np.mean([coverage(festival, level) for festival in held]))


def alarms(design: Design, festivals: int) -> dict[str, float]:
    """The share of rogue jurors found, and of ordinary ones suspected."""
    found: list[bool] = []
    suspected: list[bool] = []
    rogue = f"J{ROGUE:03}"
    for seed in range(max(festivals, 1)):
        for juror in calibrate(hold(design, seed).scores(), TOP).jurors:
            (found if design.rogue and juror.id == rogue else suspected).append(juror.alarm)
    return {"found": float(np.mean(found)) if found else 0.0, "suspected": round(float(np.mean(suspected)), 4)}


def plan_figures(name: str, shares: Shares) -> dict[str, Any]:
    """The two plans of jury.md §3 side by side, and what the planner proposes of its own."""
    started = time.process_time()
    claimed, usual = compare_plans(FIELD, shares, CLAIMED), compare_plans(FIELD, shares)
    spent = time.process_time() - started
    assert usual.recommended
    return {
        "shares": name,
        "claimed": [_forecast(one) for one in claimed.forecasts],
        "recommended": _forecast(usual.recommended),
        "reason": {"code": usual.reason.code, "gain": round(usual.reason.gain, 3)},
        "plans": len(usual.forecasts),
        "cpu_seconds": round(spent, 3),
    }


def _forecast(one: Forecast) -> dict[str, Any]:
    return {
        "plan": [[stage.films, stage.each] for stage in one.plan.stages],
        "precision": round(one.precision, 3),
        "spread": round(one.spread, 3),
        "error": round(one.error, 4),
        "viewings": one.viewings,
        "hours_per_juror": round(one.hours_per_juror, 2),
    }


def tie_break(shares: Shares, rounds: int, films: int = 30, jurors: int = 9) -> dict[str, Any]:
    """Orders of overlapping batches against as many scores: the share of the true upper half that each finds.

    `claimed` is what the chances of the orders' upper half promise on average: equal to `orders` when honest.
    """
    found = np.array([_ballot(shares, films, jurors, seed) for seed in range(rounds)]).mean(axis=0)
    return {"films": films, "jurors": jurors} | dict(
        zip(("orders", "scores", "claimed"), np.round(found, 3).tolist(), strict=True)
    )


def _ballot(shares: Shares, films: int, jurors: int, seed: int) -> tuple[float, float, float]:
    random, half = np.random.default_rng(seed), films // 2
    quality = random.normal(0, shares.film**0.5, films)
    seen = quality + random.normal(0, shares.noise**0.5, (jurors, films))
    asked = batches(range(films), range(jurors)).batches
    orders = [[[film] for film in sorted(batch, key=lambda one: -seen[juror, one])] for juror, batch in asked.items()]
    told = order_films(range(films), orders, half).films
    strength, chance = (np.array([getattr(one, name) for one in told]) for name in ("strength", "p_top"))
    sums, counts = np.zeros(films), np.zeros(films)
    for juror, batch in asked.items():
        sums[list(batch)] += seen[juror, list(batch)]
        counts[list(batch)] += 1
    claimed = float(np.sort(chance)[-half:].mean())
    return precision(strength, quality, half), precision(sums / counts, quality, half), claimed


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--festivals", type=int, default=100, help="simulated rounds per design")
    options = parser.parse_args()
    say(f"{'design':32} {'λ2':>5} {'mean':>6} {'intra':>6} {'z':>6} {'80 %':>6} {'90 %':>6}  alarms")
    designs, plans, ties = [], [], []
    for design in DESIGNS:
        designs.append(design_figures(design, options.festivals))
        say(_design_line(designs[-1]))
    for name, shares in SHARES.items():
        plans.append(plan_figures(name, shares))
        say(_plan_line(plans[-1]))
    for name, shares in SHARES.items():
        ties.append({"shares": name} | tie_break(shares, options.festivals))
        say(
            f"{name:16} tie-break: "
            + "  ".join(f"{key} {ties[-1][key]:.3f}" for key in ("orders", "scores", "claimed"))
        )
    if options.json:
        head = {"benchmark": "calibration", "machine": machine(), "festivals": options.festivals}
        print(json.dumps(head | {"designs": designs, "plans": plans, "tie_break": ties}))


def say(text: str) -> None:
    """To the reader, not into the JSON."""
    print(text, file=sys.stderr, flush=True)


def _design_line(row: dict[str, Any]) -> str:
    ranks = " ".join(f"{row['precision'][name]:6.3f}" for name in METHODS)
    covers = " ".join(f"{share:6.3f}" for share in row["coverage"].values())
    alarm = f"{row['alarms']['found']:.2f} found, {row['alarms']['suspected']:.3f} suspected"
    return f"{row['design']:32} {row['lambda2']:5.2f} {ranks} {covers}  {alarm}"


def _plan_line(row: dict[str, Any]) -> str:
    shown = "  ".join(f"{one['plan']} {one['precision']:.3f} ±{one['spread']:.3f}" for one in row["claimed"])
    best = row["recommended"]
    return (
        f"{row['shares']:16} {shown}  proposed {best['plan']} {best['precision']:.3f}  {row['cpu_seconds']:.2f} CPU s"
    )


if __name__ == "__main__":
    main()
