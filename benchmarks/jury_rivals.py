"""References for the assignment: the whole integer programme handed to HiGHS, and a greedy hand."""

from __future__ import annotations

import time
from typing import Any

import highspy
import numpy as np

from portal.jury.allocation.columns import build, lay_out, load_model, quiet_solver
from portal.jury.allocation.model import Instance
from portal.jury.allocation.problem import Problem, arrange

TOO_LARGE = 1_000_000
"""Pairs above which the whole integer programme is not tried: it neither fits the memory nor the time."""


def plain_mip(instance: Instance, limit: float) -> dict[str, Any]:
    """HiGHS on all pairs at once, single-threaded like the engine, stopped at its gap of 0.01 % or the time limit."""
    started = time.process_time()
    problem = arrange(instance)
    if problem.affinity.size > TOO_LARGE:
        return {"status": "not tried", "why": f"{problem.affinity.size} pairs"}
    films, jurors = np.nonzero(problem.eligible | problem.fixed)
    everything = np.ones(problem.films, dtype=bool)
    rows = lay_out(problem, everything, np.zeros(problem.jurors), floors=problem.promise > 0)
    solver = quiet_solver(problem.seed, {"time_limit": limit, "mip_rel_gap": 1e-4})
    load_model(solver, rows, build(problem, rows, films, jurors), integral=True)
    solver.run()
    info = solver.getInfo()
    found = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    return {
        "status": solver.modelStatusToString(solver.getModelStatus()),
        "objective": round(info.objective_function_value, 4) if found else None,
        "bound": round(info.mip_dual_bound, 4),
        "gap_percent": round(100 * (1 - info.objective_function_value / info.mip_dual_bound), 4) if found else None,
        "cpu_seconds": round(time.process_time() - started, 3),
    }


def greedy(instance: Instance) -> dict[str, Any]:
    """Best pairs first, as long as film and juror have room: what is left open shows why that is not a plan."""
    started = time.process_time()
    problem = arrange(instance)
    taken = _taken(problem)
    load = problem.minutes @ taken
    reached = (problem.affinity * taken).sum(axis=1)
    return {
        "objective": round(float(problem.weight[taken].sum()), 4),
        "viewings_missing": int(problem.demand.sum() - taken.sum()),
        "jurors_below_minimum": int((load < problem.lower - 1e-6).sum()),
        "films_below_floor": int((reached < problem.promise - 1e-6).sum()),
        "worst_ratio": round(float((reached / problem.best).min()), 4),
        "cpu_seconds": round(time.process_time() - started, 3),
    }


def _taken(problem: Problem) -> np.ndarray[Any, np.dtype[np.bool_]]:
    taken = np.zeros(problem.affinity.shape, dtype=bool)
    seats, room, minutes = problem.demand.tolist(), problem.upper.tolist(), problem.minutes.tolist()
    films, jurors = np.unravel_index(np.argsort(-problem.weight, axis=None, kind="stable"), taken.shape)
    allowed = problem.eligible[films, jurors]
    left = sum(seats)
    for film, juror in zip(films[allowed].tolist(), jurors[allowed].tolist(), strict=True):
        if seats[film] and minutes[film] <= room[juror] + 1e-9:
            taken[film, juror] = True
            seats[film] -= 1
            room[juror] -= minutes[film]
            left -= 1
            if not left:
                break
    return taken
