"""From the relaxed plan to whole films: settle what is clear, solve the small remainder exactly.

A pair's margin is what it would cost, at the relaxation's prices, to take it or to give it up. Only
pairs of small margin are reopened, so the remainder is a small integer programme; it grows when it
has no solution or is not good enough, at last to the whole problem.
"""

from dataclasses import dataclass, replace

import highspy
import numpy as np

from portal.jury.allocation.columns import build, lay_out, load_model, quiet_solver
from portal.jury.allocation.model import Indices, Mask, Matrix
from portal.jury.allocation.problem import FORBIDDEN, Problem
from portal.jury.allocation.relaxation import Relaxation, priced

WHOLE = 1e-6


@dataclass(frozen=True)
class Stage:
    """How much is reopened: pairs per juror, at least `nearest` of each juror's own, `width` jurors per hard film."""

    pairs: int
    nearest: int
    width: int
    nodes: int
    precision: float = 1.5e-4


STAGES = (
    Stage(pairs=10, nearest=6, width=12, nodes=50),
    Stage(pairs=20, nearest=10, width=16, nodes=50),
    Stage(pairs=60, nearest=25, width=24, nodes=50),
)
LEAN, MANY_JURORS = Stage(pairs=5, nearest=4, width=12, nodes=50), 100
"""With many jurors a few pairs of each already mend every load: tried first, a tenth of the time."""

EXACT_PAIRS = 1000
"""Up to this many pairs the last stage seeks the very optimum, above it half the tolerance."""

COMPLETE_PAIRS = 4_000_000
"""Pairs times nodes the last stage may cost, so that a large instance ends too."""


@dataclass(frozen=True, eq=False)
class Rounded:
    """A whole plan (None: none found), the bound proven on the way, and whether none can exist."""

    taken: Mask | None
    bound: float
    impossible: bool = False


def round_off(problem: Problem, relaxation: Relaxation, tolerance: float) -> Rounded:
    """Reopen more and more of the plan until it is whole and within `tolerance` of the bound."""
    best, missing = None, tolerance * problem.scale(relaxation.bound)
    for stage in (LEAN, *STAGES) if problem.jurors >= MANY_JURORS else STAGES:
        free = _reopened(problem, relaxation, stage)
        best = _better(problem, best, _remainder(problem, relaxation, free, stage).taken)
        if best is not None and relaxation.bound - worth_of(problem, best) <= missing:
            return Rounded(best, relaxation.bound)
    return _complete(problem, relaxation, best, tolerance)


def _complete(problem: Problem, relaxation: Relaxation, best: Mask | None, tolerance: float) -> Rounded:
    """Every film and every eligible pair: the solver's bound then holds for the whole problem."""
    size = problem.affinity.size
    precision = 0.0 if size <= EXACT_PAIRS else tolerance / 2
    stage = Stage(0, 0, 0, nodes=max(50, COMPLETE_PAIRS // size), precision=precision)
    last = _remainder(problem, relaxation, problem.eligible | problem.fixed, stage)
    best = _better(problem, best, last.taken)
    return Rounded(best, min(relaxation.bound, last.bound), last.impossible and best is None)


def worth_of(problem: Problem, taken: Mask) -> float:
    """The objective of a whole plan."""
    return float(problem.weight[taken].sum())


def _better(problem: Problem, first: Mask | None, second: Mask | None) -> Mask | None:
    if first is None or second is None:
        return second if first is None else first
    return second if worth_of(problem, second) > worth_of(problem, first) else first


def _remainder(problem: Problem, relaxation: Relaxation, free: Mask, stage: Stage) -> Rounded:
    """Solve for the free pairs; films without any keep their relaxed jury, other settled seats stay taken."""
    seated = relaxation.taken > WHOLE
    open_films: Mask = np.any(free, axis=1)
    settled = seated & ~open_films[:, None]
    films, jurors = np.nonzero((free | seated) & open_films[:, None])
    if not len(films):
        return Rounded(settled, np.inf) if _kept_by(problem, settled) else Rounded(None, np.inf, impossible=True)
    rows = lay_out(problem, open_films, settled.T.astype(float) @ problem.minutes, floors=problem.promise > 0)
    columns = build(problem, rows, films, jurors)
    columns = replace(columns, lower=np.maximum(columns.lower, (seated & ~free)[films, jurors].astype(float)))
    precision = max(stage.precision * problem.scale(relaxation.bound), 1e-9)
    options = {"mip_rel_gap": 0.0, "mip_abs_gap": precision, "mip_max_nodes": stage.nodes}
    solver = quiet_solver(problem.seed, options)
    load_model(solver, rows, columns, integral=True)
    solver.run()
    impossible = solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible
    bound = np.inf if impossible else solver.getInfo().mip_dual_bound
    return Rounded(_solution(solver, settled, films, jurors), bound, impossible)


def _kept_by(problem: Problem, taken: Mask) -> bool:
    """Whether a plan with nothing left to decide keeps the bands and the demand."""
    load = problem.minutes @ taken
    within = (load >= problem.lower - WHOLE) & (load <= problem.upper + WHOLE)
    return bool(within.all() and (taken.sum(axis=1) == problem.demand).all())


def _solution(solver: highspy.Highs, settled: Mask, films: Indices, jurors: Indices) -> Mask | None:
    if solver.getInfo().primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return None
    taken = settled.copy()
    taken[films, jurors] = np.array(solver.getSolution().col_value) > 0.5
    return taken


def _reopened(problem: Problem, relaxation: Relaxation, stage: Stage) -> Mask:
    """The pairs of smallest margin, overall and for each juror, and whatever the relaxation left split."""
    seated = relaxation.taken > WHOLE
    split = seated & (relaxation.taken < 1 - WHOLE)
    worth = priced(problem, relaxation.prices)
    margins = _margins(problem, relaxation, worth)
    count = min(stage.pairs * problem.jurors, margins.size - 1)
    free: Mask = (margins <= np.partition(margins.ravel(), count)[count]) | split
    free |= _smallest(margins, stage.nearest, axis=0)
    hard: Mask = np.any(split, axis=1) & relaxation.floors
    free |= hard[:, None] & (_smallest(-worth, stage.width, axis=1) | problem.best_jury | seated)
    free |= _partners(margins, seated) & np.any(free, axis=1, keepdims=True)
    return free & problem.eligible & ~problem.fixed


def _smallest(values: Matrix, count: int, axis: int) -> Mask:
    count = min(count, values.shape[axis])
    index = np.argpartition(values, count - 1, axis=axis).take(range(count), axis=axis)
    mask = np.zeros(values.shape, dtype=bool)
    np.put_along_axis(mask, index, True, axis=axis)
    return mask


def _partners(margins: Matrix, seated: Mask) -> Mask:
    """The seat easiest to give up and the juror nearest to a seat: a reopened film needs both to move."""
    weakest = _smallest(np.where(seated, margins, np.inf), 1, axis=1)
    return weakest | _smallest(np.where(seated, np.inf, margins), 1, axis=1)


def _margins(problem: Problem, relaxation: Relaxation, worth: Matrix) -> Matrix:
    """What taking (or giving up) each pair costs; jurors replace those who count the same in every group rule."""
    seated = relaxation.taken > WHOLE
    split = seated & (relaxation.taken < 1 - WHOLE)
    margins = np.full(worth.shape, np.inf)
    everybody = _thresholds(worth, seated, np.ones(problem.jurors, dtype=bool))
    for alike in _classes(problem):
        own = _thresholds(worth, seated, alike)
        lowest, highest = (np.where(np.isfinite(a), a, b) for a, b in zip(own, everybody, strict=True))
        margins[:, alike] = np.where(seated, worth - highest, lowest - worth)[:, alike]
    films = np.nonzero(split.any(axis=1))[0]
    margins[films] = np.abs(worth[films] - relaxation.levels[films, None])
    margins[worth <= FORBIDDEN] = np.inf
    return margins


def _thresholds(worth: Matrix, seated: Mask, alike: Mask) -> tuple[Matrix, Matrix]:
    lowest = np.where(seated & alike, worth, np.inf).min(axis=1, keepdims=True)
    waiting = ~seated & alike & (worth > FORBIDDEN)
    return lowest, np.where(waiting, worth, -np.inf).max(axis=1, keepdims=True)


def _classes(problem: Problem) -> list[Mask]:
    if not problem.groups:
        return [np.ones(problem.jurors, dtype=bool)]
    signature = np.stack([group.members for group in problem.groups])
    _, label = np.unique(signature, axis=1, return_inverse=True)
    return [label.reshape(-1) == name for name in np.unique(label)]
