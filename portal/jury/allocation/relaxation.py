"""The linear relaxation over all pairs, solved on few columns and proven on every one of them.

Load rows are elastic at a high price, so a restricted set of columns is never infeasible and a true
shortage shows itself as `shortfall`. The bound is Lagrangian: it is computed from the row prices over
all eligible pairs and holds however rough the solver's answer is.
"""

from dataclasses import dataclass, replace

import highspy
import numpy as np

from portal.jury.allocation.columns import ABSENT, Columns, Rows, build, checked, lay_out, load_model, quiet_solver
from portal.jury.allocation.model import Codes, Indices, Mask, Matrix
from portal.jury.allocation.problem import FORBIDDEN, FORCED, Problem, ranked

PENALTY = 1e3
"""Affinity per minute outside a band: far above what a minute can earn."""

BLOCK = 1024
"""Films per block where a whole matrix of pairs would be copied."""

ROUNDS = 60
ENTERING = 6
"""Columns added per film and round."""

EXACT = 1e-7
"""Relative distance between bound and value at which pricing stops."""


@dataclass(frozen=True, eq=False)
class Prices:
    """What the rows cost: per juror minute, per film's floor, per group and film."""

    load: Matrix
    floor: Matrix
    groups: tuple[Matrix, ...]


@dataclass(frozen=True, eq=False)
class Relaxation:
    """The relaxed plan: `taken` in [0, 1] for each pair, the row prices, and the bound they prove.

    `levels` is the price of a seat in each film; `over` and `under` are minutes outside each juror's band.
    """

    taken: Matrix
    prices: Prices
    bound: float
    value: float
    over: Matrix
    under: Matrix
    levels: Matrix
    columns: Mask
    floors: Mask

    @property
    def shortfall(self) -> float:
        """Minutes that do not fit into the bands."""
        return float(self.over.sum() + self.under.sum())


def priced(problem: Problem, prices: Prices) -> Matrix:
    """Every pair's weight after its rows are paid, the film's own demand row left out."""
    worth = problem.weight - problem.minutes[:, None] * prices.load
    if prices.floor.any():
        worth -= prices.floor[:, None] * problem.affinity
    for group, price in zip(problem.groups, prices.groups, strict=True):
        worth -= price[:, None] * group.members
    worth[~problem.eligible] = FORBIDDEN
    return worth


def lagrangian_bound(problem: Problem, prices: Prices, worth: Matrix) -> float:
    """No plan, whole or fractional, can be worth more than this."""
    total = float(seated(problem, worth).sum()) + _paid(prices.load, problem.lower, problem.upper)
    total += float(prices.floor @ problem.promise)
    for group, price in zip(problem.groups, prices.groups, strict=True):
        high = group.high if np.isfinite(group.high) else 0.0
        total += _paid(price, np.full(len(price), group.low), np.full(len(price), high))
    return total


def seated(problem: Problem, worth: Matrix) -> Matrix:
    """Per film the worth of its best seats, fixed pairs always among them; in blocks, to keep the peak memory flat."""
    total = np.empty(problem.films)
    for start in range(0, problem.films, BLOCK):
        rows = slice(start, start + BLOCK)
        total[rows] = ranked(worth[rows] + FORCED * problem.fixed[rows], problem.demand[rows])
    return np.asarray(total - FORCED * problem.fixed.sum(axis=1))


def _paid(price: Matrix, low: Matrix, high: Matrix) -> float:
    return float(np.maximum(price, 0) @ high - np.maximum(-price, 0) @ low)


def relax(problem: Problem, columns: Mask, floors: Mask, penalty: float = PENALTY) -> Relaxation:
    """Solve the relaxation, starting from the given columns and floor rows and adding what is missing."""
    master = _Master(problem, columns, floors, penalty)
    bound = np.inf
    for _ in range(ROUNDS):
        taken, prices = master.solve()
        worth = priced(problem, prices)
        bound = min(bound, lagrangian_bound(problem, prices, worth))
        broken = _broken_floors(problem, taken) & ~master.floors
        if not broken.any() and bound - master.value <= EXACT * max(1.0, abs(bound)):
            break
        entering = _entering(problem, worth, master)
        if not broken.any() and not entering.any():
            break
        master.extend(entering | (problem.best_jury & broken[:, None]), broken)
    over, under = master.outside()
    return Relaxation(taken, prices, bound, master.value, over, under, master.levels, master.columns, master.floors)


def _broken_floors(problem: Problem, taken: Matrix) -> Mask:
    reached: Matrix = np.einsum("fj,fj->f", taken, problem.affinity)
    return reached < problem.promise - 1e-7


def _entering(problem: Problem, worth: Matrix, master: "_Master") -> Mask:
    """The absent pairs of positive reduced cost, the best few of each film."""
    width = min(ENTERING, problem.jurors)
    mask = np.zeros(worth.shape, dtype=bool)
    for start in range(0, problem.films, BLOCK):
        rows = slice(start, start + BLOCK)
        gain = worth[rows] - master.levels[rows, None]
        gain[master.columns[rows]] = FORBIDDEN
        top = np.argpartition(-gain, width - 1, axis=1)[:, :width]
        np.put_along_axis(mask[rows], top, True, axis=1)
        mask[rows] &= gain > 1e-9
    return mask


def add_slack(solver: highspy.Highs, rows: Rows, penalty: float) -> None:
    """Two columns per juror: minutes above and minutes below the band, each at the penalty."""
    jurors = len(rows.load)
    count = 2 * jurors
    cost, infinity = np.full(count, -penalty), np.full(count, highspy.kHighsInf)
    index = np.concatenate([rows.load, rows.load]).astype(np.int32)
    value = np.concatenate([np.full(jurors, -1.0), np.ones(jurors)])
    start = np.arange(count, dtype=np.int32)
    checked(solver.addCols(count, cost, np.zeros(count), infinity, count, start, index, value))


class _Master:
    """The restricted programme inside HiGHS; grows by columns and floor rows, keeps its basis."""

    def __init__(self, problem: Problem, columns: Mask, floors: Mask, penalty: float) -> None:
        self.problem, self.columns, self.floors = problem, columns.copy(), floors.copy()
        everything = np.ones(problem.films, dtype=bool)
        self.rows: Rows = lay_out(problem, everything, np.zeros(problem.jurors), floors=floors)
        self.films, self.jurors = np.nonzero(columns)
        self.slack = len(self.films) + np.arange(2 * problem.jurors)
        self.solver = quiet_solver(problem.seed, {"solver": "simplex"})
        load_model(self.solver, self.rows, build(problem, self.rows, self.films, self.jurors), integral=False)
        add_slack(self.solver, self.rows, penalty)
        self.position = np.arange(len(self.films))
        self.value, self.levels = 0.0, np.zeros(problem.films)

    def solve(self) -> tuple[Matrix, Prices]:
        """Run the simplex method; how much of each pair is taken, and the row prices."""
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"relaxation ended as {self.solver.getModelStatus()}")
        solution = self.solver.getSolution()
        self.value = self.solver.getInfo().objective_function_value
        self.activity = np.array(solution.col_value)
        taken = np.zeros(self.columns.shape)
        taken[self.films, self.jurors] = self.activity[self.position]
        return taken, self._prices(np.array(solution.row_dual))

    def _prices(self, dual: Matrix) -> Prices:
        self.levels = dual[self.rows.demand]
        groups = []
        for group, rows in zip(self.problem.groups, self.rows.groups, strict=True):
            price = np.where(rows == ABSENT, 0.0, dual[rows])
            groups.append(price if np.isfinite(group.high) else np.minimum(price, 0.0))
        floor = np.minimum(np.where(self.rows.floor == ABSENT, 0.0, dual[self.rows.floor]), 0.0)
        return Prices(dual[self.rows.load], floor, tuple(groups))

    def outside(self) -> tuple[Matrix, Matrix]:
        """Minutes above and below the band of each juror."""
        slack = self.activity[self.slack].reshape(2, -1)
        return slack[0], slack[1]

    def extend(self, columns: Mask, floors: Mask) -> None:
        """Add these pairs (those already present are left alone) and these films' floor rows."""
        films, jurors = np.nonzero(columns & ~self.columns)
        if len(films):
            self._add_columns(build(self.problem, self.rows, films, jurors))
        if floors.any():
            self._add_floors(np.nonzero(floors)[0])

    def _add_columns(self, new: Columns) -> None:
        count, first = len(new.films), self.solver.getNumCol()
        one = np.ones(count)
        checked(
            self.solver.addCols(count, new.cost, new.lower, one, len(new.index), new.start[:-1], new.index, new.value)
        )
        self.columns[new.films, new.jurors] = True
        self.films = np.concatenate([self.films, new.films])
        self.jurors = np.concatenate([self.jurors, new.jurors])
        self.position = np.concatenate([self.position, np.arange(first, first + count)])

    def _add_floors(self, films: Indices) -> None:
        row = len(self.rows.low)
        low, high = self.problem.promise[films] - 1e-9, np.full(len(films), highspy.kHighsInf)
        start, index, value = self._floor_entries(films)
        checked(self.solver.addRows(len(films), low, high, len(index), start, index, value))
        numbers = self.rows.floor.copy()
        numbers[films] = np.arange(row, row + len(films))
        bounds = np.concatenate([self.rows.low, low]), np.concatenate([self.rows.high, high])
        self.rows = replace(self.rows, floor=numbers, low=bounds[0], high=bounds[1])
        self.floors[films] = True

    def _floor_entries(self, films: Indices) -> tuple[Codes, Codes, Matrix]:
        order = np.argsort(self.films, kind="stable")
        order = order[np.isin(self.films[order], films)]
        counts = np.bincount(self.films[order], minlength=self.problem.films)[films]
        start = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32)
        value = self.problem.affinity[self.films[order], self.jurors[order]]
        return start, self.position[order].astype(np.int32), value
