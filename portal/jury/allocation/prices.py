"""Opening prices: what a minute of each juror is worth, before any linear programme is solved.

The load rows tie the films together only through one price per juror. With the choice of jurors
smoothed (each pair taken to the degree of a logistic in its reduced affinity) the dual of the
assignment is a smooth convex function of film levels and juror prices, and Newton's method on it
needs one system of the size of the jury per step. Good prices name the few jurors worth considering
for a film; they prove nothing, so a poor price costs time and never correctness.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.jury.allocation.model import Indices, Mask, Matrix
from portal.jury.allocation.problem import FORBIDDEN, FORCED, Problem

TEMPERATURES = (0.1, 0.03, 0.01, 0.003)
STEPS = 5
SMALL = 1e-9
BLOCK = 1024
"""Films per block: keeps the working arrays in cache and the peak memory flat."""


@dataclass(frozen=True, eq=False)
class _Slopes:
    """Gradient and Hessian of the smoothed dual: film levels are diagonal, `cross` ties them to jurors."""

    film: Matrix
    film_curve: Matrix
    juror: Matrix
    schur: Matrix
    cross: NDArray[np.float32]


def opening_prices(problem: Problem) -> Matrix:
    """A price per minute for each juror, near the optimum when loads bind and group rules do not."""
    weight = np.where(problem.eligible, problem.weight, FORBIDDEN) + FORCED * problem.fixed
    prices = np.zeros(problem.jurors)
    levels = _opening_levels(problem, weight)
    for temperature in TEMPERATURES:
        for _ in range(STEPS):
            slopes = _slopes(problem, weight, levels, prices, temperature)
            step = _newton_step(slopes)
            gain = float(slopes.film @ step[0] + slopes.juror @ step[1])
            levels, prices = _descend(problem, weight, (levels, prices), step, gain, temperature)
            if abs(gain) < 1e-6 * problem.films:
                break
    return prices


def promising(problem: Problem, prices: Matrix, width: int) -> Mask:
    """The `width` jurors of highest priced affinity for each film, with its best possible jury and fixed pairs."""
    priced = np.where(problem.eligible, problem.weight - problem.minutes[:, None] * prices, FORBIDDEN)
    width = min(width, problem.jurors)
    top = np.argpartition(-priced, width - 1, axis=1)[:, :width]
    mask = np.zeros(priced.shape, dtype=bool)
    np.put_along_axis(mask, top, True, axis=1)
    for group in problem.groups:
        _add_members(mask, priced, group.films, group.members, int(group.low) + 2)
    return mask & problem.eligible | problem.best_jury | problem.fixed


def _add_members(mask: Mask, priced: Matrix, films: Indices, members: Mask, width: int) -> None:
    """For a rule that asks for members, the best of them must be among the candidates too."""
    inside = np.nonzero(members)[0]
    width = min(width, len(inside))
    if not width or not len(films):
        return
    top = np.argpartition(-priced[np.ix_(films, inside)], width - 1, axis=1)[:, :width]
    mask[films[:, None], inside[top]] = True


def _opening_levels(problem: Problem, weight: Matrix) -> Matrix:
    ordered = np.sort(weight, axis=1)
    seat = np.clip(problem.jurors - problem.demand, 0, problem.jurors - 1)
    return np.asarray(ordered[np.arange(problem.films), seat])


def _slopes(problem: Problem, weight: Matrix, levels: Matrix, prices: Matrix, temperature: float) -> _Slopes:
    shape = (problem.films, problem.jurors)
    film, curve, cross = np.empty(shape[0]), np.empty(shape[0]), np.empty(shape, dtype=np.float32)
    band = problem.upper - problem.lower
    share = _logistic(prices / _band_temperature(problem, temperature))
    juror = problem.lower + band * share
    schur = np.diag(band * share * (1 - share) / _band_temperature(problem, temperature) + SMALL)
    for start in range(0, shape[0], BLOCK):
        rows = slice(start, start + BLOCK)
        minutes = problem.minutes[rows]
        taken = _logistic((weight[rows] - levels[rows, None] - minutes[:, None] * prices) / temperature)
        film[rows] = problem.demand[rows] - taken.sum(axis=1)
        juror = juror - minutes @ taken
        taken *= (1 - taken) / temperature
        curve[rows] = taken.sum(axis=1) + SMALL
        taken *= minutes[:, None]
        cross[rows] = taken
        schur += np.diag(minutes @ taken) - (taken / curve[rows, None]).T @ taken
    return _Slopes(film, curve, juror, schur, cross)


def _newton_step(slopes: _Slopes) -> tuple[Matrix, Matrix]:
    """Film levels are eliminated first, which leaves one row per juror."""
    right = (slopes.film / slopes.film_curve) @ slopes.cross - slopes.juror
    prices: Matrix = np.asarray(np.linalg.solve(slopes.schur, right), dtype=float)
    return -(slopes.film + slopes.cross @ prices) / slopes.film_curve, prices


def _descend(
    problem: Problem,
    weight: Matrix,
    point: tuple[Matrix, Matrix],
    step: tuple[Matrix, Matrix],
    gain: float,
    temperature: float,
) -> tuple[Matrix, Matrix]:
    """Walk along the step, halving it until the smoothed dual falls enough."""
    here, length = _smoothed(problem, weight, *point, temperature), 1.0
    while length > 1e-4:
        trial = (point[0] + length * step[0], point[1] + length * step[1])
        if _smoothed(problem, weight, *trial, temperature) <= here + 1e-4 * length * gain:
            return trial
        length /= 2
    return point


def _smoothed(problem: Problem, weight: Matrix, levels: Matrix, prices: Matrix, temperature: float) -> float:
    band = _band_temperature(problem, temperature)
    total = float(problem.demand @ levels + problem.lower @ prices)
    total += float(band * (problem.upper - problem.lower) @ np.logaddexp(0, prices / band))
    for start in range(0, problem.films, BLOCK):
        rows = slice(start, start + BLOCK)
        gain = (weight[rows] - levels[rows, None] - problem.minutes[rows, None] * prices) / temperature
        total += temperature * float(_softplus(gain).sum())
    return total


def _band_temperature(problem: Problem, temperature: float) -> float:
    return float(temperature / max(problem.minutes.mean(), SMALL))


def _logistic(values: Matrix) -> Matrix:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)))


def _softplus(values: Matrix) -> Matrix:
    return np.asarray(np.maximum(values, 0) + np.log1p(np.exp(-np.abs(values))))
