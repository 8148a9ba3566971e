"""Which round makes the most of the jury's hours: all films equally often, or more on the contested ones.

Plans of equal viewing hours are played through on simulated festivals: film quality, severities and noise are drawn
with the given variance shares, scores are averaged less what is known of each juror's severity, the best go on to the
next stage, and at the end the precision at k counts how many of the k places went to the k truly best films.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from portal.jury.calibration.intrafilm import MIN_SCORES, Score, tabulate
from portal.jury.calibration.severity import film_variance, fit

Matrix = NDArray[np.float64]
Indices = NDArray[np.intp]

EFFORT = 160_000
"""Films drawn per plan: more festivals where they are small, so that a comparison always takes about as long."""

DRAWS = (40, 400)
"""At least and at most so many festivals per plan."""

ROUNDING = 0.01
"""Hours rounded by less than this share of a viewing for all count as enough for it."""

SECOND_LOOKS = (2, 3, 4, 5, 7, 10)
"""Further viewings of a contested film that are tried."""

CLEAR = 2.0
"""Standard errors by which a plan must be better than one of fewer deadlines."""

WORTH = 0.03
"""And by how much: a further deadline must bring one more right film among thirty."""


@dataclass(frozen=True)
class Shares:
    """How the variance of a single score divides: the film itself, the juror's severity, taste and noise."""

    film: float
    juror: float
    noise: float


NIPS_LIKE = Shares(0.46, 0.09, 0.46)
"""Reviewers of a conference, the NIPS experiment of 2014 (jury.md §3); the default before a first round."""

CANNES_LIKE = Shares(0.32, 0.06, 0.61)
"""Critics of a film festival (jury.md §3)."""


@dataclass(frozen=True)
class Field:
    """What there is to judge: `minutes` is the mean length of a film, `hours` what all jurors together may watch."""

    films: int
    jurors: int
    places: int
    minutes: float
    hours: float

    @property
    def viewings(self) -> int:
        """Viewings the hours allow for."""
        return int(self.hours * 60 / self.minutes + 1e-9)


@dataclass(frozen=True)
class Stage:
    """`each` further jurors for the `films` best so far; or for as many drawn by lot, which needs no results yet."""

    films: int
    each: int
    by_lot: bool = False


@dataclass(frozen=True)
class RoundPlan:
    """Stages with ever fewer films; the first has all of them."""

    stages: tuple[Stage, ...]

    @property
    def deadlines(self) -> int:
        """How often the jury's results must be in before it can go on, the end included."""
        return sum(not stage.by_lot for stage in self.stages)

    @property
    def viewings(self) -> int:
        """Films watched, each time counted."""
        return sum(stage.films * stage.each for stage in self.stages)


@dataclass(frozen=True)
class Forecast:
    """What a plan costs and brings: `precision` at k, expected; `spread` is its standard deviation from festival to
    festival, `error` the simulation's own standard error."""

    plan: RoundPlan
    precision: float
    spread: float
    error: float
    viewings: int
    hours: float
    hours_per_juror: float


@dataclass(frozen=True)
class Reason:
    """Why a plan is recommended: `gain` in precision over `against`, with its standard error (paired festivals)."""

    code: Literal["contested_films_gain", "no_clear_gain", "no_choice"]
    against: RoundPlan | None = None
    gain: float = 0.0
    gain_error: float = 0.0


@dataclass(frozen=True)
class Comparison:
    """All plans, best first; `recommended` is None when the hours do not reach every film once."""

    forecasts: tuple[Forecast, ...]
    recommended: Forecast | None
    reason: Reason


def variance_shares(scores: Iterable[Score]) -> Shares | None:
    """The shares an earlier round's scores show, by the severity fit; None without a film scored twice."""
    table = tabulate(scores)
    fitted = fit(table)
    parts = np.array([film_variance(table, fitted), fitted.variance * fitted.ratio, fitted.variance])
    if not fitted.freedom or not parts.sum():
        return None
    film, juror, noise = (parts / parts.sum()).tolist()
    return Shares(film, juror, noise)


def compare_plans(
    field: Field, shares: Shares = NIPS_LIKE, plans: Sequence[RoundPlan] = (), *, seed: int = 0
) -> Comparison:
    """Play the given plans (else the usual ones at equal hours) through; the same arguments give the same figures.

    Recommended is the best plan of as many deadlines as are clearly worth it. Raises ValueError where a
    plan's first stage leaves films out, or its stages need more jurors than there are.
    """
    tried = tuple(plans) or tuple(usual_plans(field))
    if any(plan.stages[0].films != field.films for plan in tried):
        raise ValueError("the first stage of a round has all films")
    if any(sum(stage.each for stage in plan.stages) > field.jurors for plan in tried):
        raise ValueError("a film would be watched twice by one juror")
    if not tried:
        return Comparison((), None, Reason("no_choice"))
    draws = int(np.clip(EFFORT // max(field.films, 1), *DRAWS))
    found = {plan: _precisions(plan, field, shares, draws, seed) for plan in tried}
    forecasts = [_forecast(plan, field, values) for plan, values in found.items()]
    forecasts.sort(key=lambda one: (-one.precision, one.plan.deadlines, one.viewings))
    chosen = _recommended(forecasts, found)
    return Comparison(tuple(forecasts), chosen, _reason(chosen, forecasts, found))


def usual_plans(field: Field) -> Iterator[RoundPlan]:
    """Equally many for all, the rest by lot; or two and more for all, the rest on the contested in a step or two."""
    most = min(int(field.viewings / max(field.films, 1) + ROUNDING), field.jurors)
    if most < 1 or not field.places:
        return
    spare = field.viewings - most * field.films
    drawn = (
        (Stage(spare, 1, by_lot=True),) if ROUNDING * field.films < spare < field.films and most < field.jurors else ()
    )
    yield RoundPlan((Stage(field.films, most), *drawn))
    for first in range(MIN_SCORES, most + 1):
        for steps in _further(field.viewings - first * field.films):
            bands_fit = 1.25 * field.places <= steps[-1].films and steps[0].films <= field.films / 2
            if bands_fit and first + sum(step.each for step in steps) <= field.jurors:
                yield RoundPlan((Stage(field.films, first), *steps))


def _further(viewings: int) -> Iterator[tuple[Stage, ...]]:
    """What to do with the viewings that are left: one step, or half of them on a band and half on its upper half."""
    for each in SECOND_LOOKS:
        yield (Stage(viewings // each, each),)
    yield Stage(viewings // 4, 2), Stage(viewings // 8, 4)


def _forecast(plan: RoundPlan, field: Field, values: Matrix) -> Forecast:
    hours = plan.viewings * field.minutes / 60
    spread = float(values.std(ddof=1))
    return Forecast(
        plan=plan,
        precision=float(values.mean()),
        spread=spread,
        error=spread / len(values) ** 0.5,
        viewings=plan.viewings,
        hours=hours,
        hours_per_juror=hours / field.jurors,
    )


def _gain(better: Matrix, other: Matrix) -> tuple[float, float]:
    """Mean difference over the same festivals, and its standard error."""
    difference = better - other
    return float(difference.mean()), float(difference.std(ddof=1) / len(difference) ** 0.5)


def _recommended(forecasts: Sequence[Forecast], found: dict[RoundPlan, Matrix]) -> Forecast:
    """The best plan of the fewest deadlines, unless one of more deadlines is worth it."""
    counts = sorted({one.plan.deadlines for one in forecasts})
    best = [next(one for one in forecasts if one.plan.deadlines == count) for count in counts]
    chosen = best[0]
    for other in best[1:]:
        gain, error = _gain(found[other.plan], found[chosen.plan])
        if gain > max(WORTH, CLEAR * error):
            chosen = other
    return chosen


def _reason(chosen: Forecast, forecasts: Sequence[Forecast], found: dict[RoundPlan, Matrix]) -> Reason:
    """Against the best plan of fewer deadlines where there is one, else the best of all others."""
    simpler = [one for one in forecasts if one.plan.deadlines < chosen.plan.deadlines]
    others = simpler or [one for one in forecasts if one is not chosen]
    if not others:
        return Reason("no_choice")
    against = others[0].plan
    gain, error = _gain(found[chosen.plan], found[against])
    return Reason("contested_films_gain" if simpler else "no_clear_gain", against, gain, error)


def _precisions(plan: RoundPlan, field: Field, shares: Shares, draws: int, seed: int) -> Matrix:
    """The precision of each festival; festival number n has the same films and jurors under every plan."""
    streams = np.random.SeedSequence(seed).spawn(draws)
    return np.array([_festival(plan, field, shares, np.random.default_rng(stream)) for stream in streams])


def _festival(plan: RoundPlan, field: Field, shares: Shares, random: np.random.Generator) -> float:
    quality = random.normal(0, shares.film**0.5, field.films)
    severity = random.standard_normal(field.jurors)
    first_seat, order = random.integers(field.jurors, size=field.films), random.permutation(field.jurors)
    noise, lean, seen = np.zeros(field.films), np.zeros(field.films), np.zeros(field.films, dtype=np.intp)
    going, standing = np.arange(field.films), quality
    for stage in plan.stages:
        if stage.by_lot:
            watched = random.choice(going, stage.films, replace=False)
        else:
            watched = going = going[_best(standing[going], stage.films)]
        seats = order[seen[watched, None] + np.arange(stage.each)]
        noise[watched] += random.normal(0, (shares.noise * stage.each) ** 0.5, len(watched))
        lean[watched] += severity[(first_seat[watched, None] + seats) % field.jurors].sum(axis=1)
        seen[watched] += stage.each
        standing = quality + (noise + lean * _unknown(field, shares, int(seen.sum()))) / seen
    winners = going[_best(standing[going], field.places)]
    return float(np.isin(winners, _best(quality, field.places)).mean())


def _unknown(field: Field, shares: Shares, viewings: int) -> float:
    """Standard deviation of what the correction leaves of a severity.

    A juror's scores tell it but for the part spent on the films' own levels; the prior is the severities' variance.
    """
    if not shares.juror:
        return 0.0
    told = max(viewings - field.films, 0) / field.jurors / max(shares.noise, 1e-9)
    return float((1 / (1 / shares.juror + told)) ** 0.5)


def _best(values: Matrix, count: int) -> Indices:
    return np.argsort(-values, kind="stable")[:count]
