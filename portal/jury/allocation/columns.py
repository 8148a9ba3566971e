"""Rows and columns of the assignment as HiGHS reads them: one column per pair, one row per promise."""

from collections.abc import Mapping
from dataclasses import dataclass

import highspy
import numpy as np

from portal.jury.allocation.model import Codes, Indices, Mask, Matrix
from portal.jury.allocation.problem import Problem

ABSENT = -1


class SolverError(RuntimeError):
    """HiGHS refused a model or an option; never a property of the instance."""


def checked(status: highspy.HighsStatus) -> None:
    """Raise unless HiGHS accepted what it was told."""
    if status == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refused the model")


def quiet_solver(seed: int, options: Mapping[str, float | int | str]) -> highspy.Highs:
    """A silent, single-threaded, seeded HiGHS: no clock decides anything, so runs repeat exactly."""
    solver = highspy.Highs()
    settings = {"output_flag": False, "threads": 1, "parallel": "off", "random_seed": seed % 2**31, **options}
    for name, value in settings.items():
        checked(solver.setOptionValue(name, value))
    return solver


@dataclass(frozen=True, eq=False)
class Rows:
    """Which row each film, juror, group rule and floor has (-1: none), and the rows' bounds."""

    demand: Indices
    load: Indices
    groups: tuple[Indices, ...]
    floor: Indices
    low: Matrix
    high: Matrix


def lay_out(problem: Problem, films: Mask, spent: Matrix, *, floors: Mask) -> Rows:
    """Rows for the given films only, `spent` minutes being settled already; floors where asked."""
    chosen = np.nonzero(films)[0]
    count = len(chosen)
    demand = _numbered(problem.films, chosen, 0)
    load = np.arange(count, count + problem.jurors)
    low = [problem.demand[chosen].astype(float), problem.lower - spent]
    high = [problem.demand[chosen].astype(float), problem.upper - spent]
    groups, row = [], count + problem.jurors
    for group in problem.groups:
        inside = group.films[films[group.films]]
        groups.append(_numbered(problem.films, inside, row))
        low.append(np.full(len(inside), group.low))
        high.append(np.full(len(inside), group.high))
        row += len(inside)
    promised = np.nonzero(floors & films)[0]
    low.append(problem.promise[promised] - 1e-9)
    high.append(np.full(len(promised), highspy.kHighsInf))
    floor = _numbered(problem.films, promised, row)
    return Rows(demand, load, tuple(groups), floor, np.concatenate(low), np.concatenate(high))


def _numbered(films: int, chosen: Indices, start: int) -> Indices:
    rows = np.full(films, ABSENT, dtype=np.intp)
    rows[chosen] = np.arange(start, start + len(chosen))
    return rows


@dataclass(frozen=True, eq=False)
class Columns:
    """Pairs as sparse columns: `start` has one entry per pair and a closing one."""

    films: Indices
    jurors: Indices
    cost: Matrix
    lower: Matrix
    start: Codes
    index: Codes
    value: Matrix


def build(problem: Problem, rows: Rows, films: Indices, jurors: Indices) -> Columns:
    """The columns of these pairs in the given rows; a fixed pair has 1 as its lower bound."""
    pieces = [
        (rows.demand[films], np.ones(len(films))),
        (rows.load[jurors], problem.minutes[films]),
        (rows.floor[films], problem.affinity[films, jurors]),
    ]
    for group, numbers in zip(problem.groups, rows.groups, strict=True):
        pieces.append((np.where(group.members[jurors], numbers[films], ABSENT), np.ones(len(films))))
    index = np.stack([piece[0] for piece in pieces], axis=1)
    value = np.stack([piece[1] for piece in pieces], axis=1)
    present = index != ABSENT
    start = np.concatenate([[0], np.cumsum(present.sum(axis=1))])
    return Columns(
        films,
        jurors,
        problem.weight[films, jurors],
        problem.fixed[films, jurors].astype(float),
        start.astype(np.int32),
        index[present].astype(np.int32),
        value[present],
    )


def load_model(solver: highspy.Highs, rows: Rows, columns: Columns, *, integral: bool) -> None:
    """Hand rows and columns to the solver as one maximisation."""
    count = len(columns.films)
    lp = highspy.HighsLp()
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.num_col_, lp.num_row_ = count, len(rows.low)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = columns.cost, columns.lower, np.ones(count)
    lp.row_lower_, lp.row_upper_ = rows.low, rows.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = columns.start, columns.index, columns.value
    if integral:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * count
    checked(solver.passModel(lp))
