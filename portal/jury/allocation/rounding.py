"""From the relaxed plan to whole films: settle what is whole, solve the small remainder exactly."""

from dataclasses import dataclass

import highspy
import numpy as np

from portal.jury.allocation.columns import build, lay_out, load_model, quiet_solver
from portal.jury.allocation.model import Mask, Matrix
from portal.jury.allocation.problem import FORBIDDEN, Problem
from portal.jury.allocation.relaxation import Relaxation, priced

WHOLE = 1e-6


@dataclass(frozen=True)
class Stage:
    """How much of the plan is reopened, and how hard the remainder is worked on."""

    films: int
    width: int
    nodes: int
    precision: float


STAGES = (
    Stage(films=60, width=10, nodes=400, precision=5e-5),
    Stage(films=240, width=16, nodes=1000, precision=2e-4),
)
COMPLETE = Stage(films=10**9, width=10**9, nodes=20_000, precision=0.0)
"""Every film and every eligible pair: its bound is a bound of the whole problem."""

COMPLETE_PAIRS = 4_000_000
"""Pairs times nodes that the complete stage may cost; larger instances get fewer nodes."""


@dataclass(frozen=True, eq=False)
class Rounded:
    """A whole plan (None: none found), the bound proven on the way, and whether none can exist."""

    taken: Mask | None
    bound: float
    impossible: bool = False


def round_off(problem: Problem, relaxation: Relaxation, tolerance: float) -> Rounded:
    """Reopen more and more of the plan until it is whole and within `tolerance` of the bound."""
    bound, best = relaxation.bound, None
    for stage in (*STAGES, COMPLETE):
        rounded = _solve_remainder(problem, relaxation, stage)
        bound = min(bound, rounded.bound)
        if rounded.impossible:
            return Rounded(None, bound, impossible=True)
        best = _better(problem, best, rounded.taken)
        if best is not None and bound - worth_of(problem, best) <= tolerance * max(abs(bound), 1e-9):
            break
    return Rounded(best, bound)


def worth_of(problem: Problem, taken: Mask) -> float:
    """The objective of a whole plan."""
    return float(problem.weight[taken].sum())


def _better(problem: Problem, first: Mask | None, second: Mask | None) -> Mask | None:
    if first is None or second is None:
        return second if first is None else first
    return second if worth_of(problem, second) > worth_of(problem, first) else first


def _solve_remainder(problem: Problem, relaxation: Relaxation, stage: Stage) -> Rounded:
    settled = relaxation.taken > 1 - WHOLE
    free = _reopened(problem, relaxation, stage.films)
    complete = bool(free.all()) and stage.width >= problem.jurors
    settled[free] = False
    films, jurors = np.nonzero(_choices(problem, relaxation, stage.width) & free[:, None])
    rows = lay_out(problem, free, settled.T.astype(float) @ problem.minutes, floors=problem.promise > 0)
    solver = quiet_solver(problem.seed, _options(problem, relaxation, stage))
    load_model(solver, rows, build(problem, rows, films, jurors), integral=True)
    solver.run()
    taken = _solution(solver, settled, films, jurors)
    if not complete:
        return Rounded(taken, np.inf)
    impossible = solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible
    return Rounded(taken, solver.getInfo().mip_dual_bound, impossible)


def _options(problem: Problem, relaxation: Relaxation, stage: Stage) -> dict[str, float | int | str]:
    nodes = min(stage.nodes, max(50, COMPLETE_PAIRS // problem.affinity.size))
    precision = max(stage.precision * abs(relaxation.bound), 1e-9)
    return {"mip_rel_gap": 0.0, "mip_abs_gap": precision, "mip_max_nodes": nodes}


def _reopened(problem: Problem, relaxation: Relaxation, more: int) -> Mask:
    """The films not yet whole, and those whose next-best juror costs the least."""
    split = ((relaxation.taken > WHOLE) & (relaxation.taken < 1 - WHOLE)).any(axis=1)
    if more >= problem.films:
        return np.ones(problem.films, dtype=bool)
    worth = priced(problem, relaxation.prices)
    seated = relaxation.taken > WHOLE
    regret = np.where(seated, worth, np.inf).min(axis=1) - np.where(seated, FORBIDDEN, worth).max(axis=1)
    split[np.argsort(np.where(split, np.inf, regret), kind="stable")[:more]] = True
    return split


def _choices(problem: Problem, relaxation: Relaxation, width: int) -> Mask:
    """For each film the jurors of highest priced affinity, its best possible jury, and all in the relaxed plan."""
    if width >= problem.jurors:
        return problem.eligible
    top = np.argpartition(-priced(problem, relaxation.prices), width - 1, axis=1)[:, :width]
    mask = np.zeros(problem.affinity.shape, dtype=bool)
    np.put_along_axis(mask, top, True, axis=1)
    return mask & problem.eligible | problem.best[1] | problem.fixed | (relaxation.taken > WHOLE)


def _solution(solver: highspy.Highs, settled: Mask, films: Matrix, jurors: Matrix) -> Mask | None:
    if solver.getInfo().primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return None
    taken = settled.copy()
    taken[films, jurors] = np.array(solver.getSolution().col_value) > 0.5
    return taken
