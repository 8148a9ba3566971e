"""What the chair reads of a plan before publishing: its proof, minutes, coverage, the worst-off film, the rules."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from portal.jury.allocation.exchange import certificate_to_json
from portal.jury.allocation.model import ENGINE, Instance, Pair, Plan
from portal.jury.assigning.planning import Sheet
from portal.jury.assigning.solving import Solved, fit_of


def report(sheet: Sheet, solved: Solved) -> dict[str, Any]:
    """All of it, as plain data."""
    plan, instance = solved.plan, sheet.instance
    told: dict[str, Any] = {
        "engine": ENGINE,
        "status": plan.status,
        "films": len(sheet.films),
        "jurors": len(sheet.jurors),
        "viewings": sum(film.demand for film in instance.films),
        "conflicts": len(instance.conflicts),
        "taken": sheet.taken,
        "certificate": certificate_to_json(plan.certificate) if plan.certificate else None,
        "cpu_seconds": round(plan.cpu_seconds, 3),
        "rules": _rules(instance, solved),
    }
    if plan.status != "infeasible":
        told |= of_plan(sheet.instance, plan) | {"knob": _knob(instance, solved)}
        told["coverage"] = coverage(sheet, plan.pairs)
    return told


def of_plan(instance: Instance, plan: Plan) -> dict[str, Any]:
    """The part that changes with the chosen plan of a repair."""
    worst, ratio = _worst(instance, plan)
    return {
        "pairs": len(plan.pairs),
        "objective": round(plan.objective, 4),
        "bound": round(plan.bound, 4),
        "gap": round(plan.gap, 6),
        "worst_ratio": round(plan.worst_ratio, 4),
        "worst_film": worst,
        "worst_affinity": ratio,
        "changes": len(instance.kept - set(plan.pairs)),
        "moved": [[instance.films[f].id, instance.jurors[j].id] for f, j in sorted(instance.kept - set(plan.pairs))],
        "load": [
            {
                "label": juror.id,
                "minutes": round(minutes, 1),
                "least": round(juror.min_minutes, 1),
                "most": round(juror.max_minutes, 1),
            }
            for juror, minutes in zip(instance.jurors, plan.load_minutes, strict=True)
        ],
    }


def _worst(instance: Instance, plan: Plan) -> tuple[str | None, float]:
    """The film that is served worst against the jurors it could have, as far as its own best ones are eligible."""
    reached: dict[int, float] = defaultdict(float)
    for pair in plan.pairs:
        reached[pair[0]] += float(instance.affinity[pair])
    barred = np.zeros(instance.affinity.shape, dtype=bool)
    for pair in instance.conflicts:
        barred[pair] = True
    ratios = []
    for index, film in enumerate(instance.films):
        row = np.sort(np.where(barred[index], 0.0, instance.affinity[index]))[::-1]
        best = float(row[: film.demand].sum())
        if best > 0:
            ratios.append((reached[index] / best, film.id))
    ratio, film_id = min(ratios, default=(1.0, None))
    return film_id, round(ratio, 4)


def _rules(instance: Instance, solved: Solved) -> list[dict[str, Any]]:
    """Every rule with the films and jurors it is about, and what the plan would gain without it."""
    found: dict[str, dict[str, Any]] = {}
    for rule in instance.groups:
        row = found.setdefault(rule.name, {"name": rule.name, "films": 0, "jurors": len(rule.jurors)})
        row["films"] += len(rule.films)
    costs = {
        cost.rule: {"name": cost.rule, "gain": _rounded(cost.gain), "share": _rounded(cost.share)}
        for cost in solved.costs
    }
    return [*costs.values(), *found.values()]


def _rounded(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 6)


def _knob(instance: Instance, solved: Solved) -> list[dict[str, Any]]:
    """For each worth of a kept pair: how many others change, and what the festival gains over changing the fewest."""
    plans = sorted(solved.variants.items(), reverse=True)
    if not plans:
        return []
    firmest = fit_of(instance, plans[0][1])
    return [
        {
            "kappa_bp": worth,
            "changes": len(instance.kept - set(plan.pairs)),
            "new": len(set(plan.pairs) - instance.kept - instance.fixed),
            "gain": round(fit_of(instance, plan) - firmest, 4),
        }
        for worth, plan in plans
    ]


def coverage(sheet: Sheet, pairs: Iterable[Pair]) -> dict[str, list[list[Any]]]:
    """Films with a juror who speaks the language, and who knows the genre: [code, films, covered]."""
    seen: dict[int, list[int]] = defaultdict(list)
    for film, juror in pairs:
        seen[film].append(juror)
    languages: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    genres: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for index, film in enumerate(sheet.films):
        judges = [sheet.jurors[juror] for juror in seen[index]]
        for table, key, known in (
            (languages, film.spoken_language, [one.languages for one in judges]),
            (genres, film.genre, [one.genres for one in judges]),
        ):
            if key:
                table[key][0] += 1
                table[key][1] += any(key in words for words in known)
    return {
        name: [[key, *counts] for key, counts in sorted(table.items(), key=lambda one: (-one[1][0], one[0]))]
        for name, table in (("languages", languages), ("genres", genres))
    }
