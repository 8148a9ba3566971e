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

SECOND_LOOKS = (2, 3, 4, 5, 7, 10)
"""Further viewings of a contested film that are tried."""

CLEAR = 2.0
"""Standard errors by which a plan must be better than a simpler one."""


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
    """`each` further jurors for the `films` best so far."""

    films: int
    each: int


@dataclass(frozen=True)
class RoundPlan:
    """Stages with ever fewer films; the first has all of them."""

    stages: tuple[Stage, ...]

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

    Recommended is the simplest plan that no other beats clearly: fewest stages, then highest precision. Raises
    ValueError where a plan's first stage leaves films out.
    """
    tried = tuple(plans) or tuple(usual_plans(field))
    if any(plan.stages[0].films != field.films for plan in tried):
        raise ValueError("the first stage of a round has all films")
    if not tried:
        return Comparison((), None, Reason("no_choice"))
    draws = int(np.clip(EFFORT // max(field.films, 1), *DRAWS))
    found = {plan: _precisions(plan, field, shares, draws, seed) for plan in tried}
    forecasts = [_forecast(plan, field, values) for plan, values in found.items()]
    forecasts.sort(key=lambda one: (-one.precision, len(one.plan.stages), one.viewings))
    best = forecasts[0]
    good = [one for one in forecasts if not _clearly(found[best.plan], found[one.plan])]
    chosen = min(good, key=lambda one: (len(one.plan.stages), -one.precision))
    return Comparison(tuple(forecasts), chosen, _reason(chosen, forecasts, found))


def usual_plans(field: Field) -> Iterator[RoundPlan]:
    """As many for all as the hours allow; or two or more for all and the rest on the contested, in one step or two."""
    most = min(field.viewings // max(field.films, 1), field.jurors)
    if most < 1 or not field.places:
        return
    yield RoundPlan((Stage(field.films, most),))
    for first in range(MIN_SCORES, most + 1):
        rest = field.viewings - first * field.films
        for each in SECOND_LOOKS:
            band = rest // each
            if first + each <= field.jurors and 1.25 * field.places <= band <= field.films / 2:
                yield RoundPlan((Stage(field.films, first), Stage(band, each)))
        wide, narrow = rest // 4, rest // 8
        if first + 6 <= field.jurors and 1.25 * field.places <= narrow and wide <= field.films / 2:
            yield RoundPlan((Stage(field.films, first), Stage(wide, 2), Stage(narrow, 4)))


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


def _clearly(better: Matrix, other: Matrix) -> bool:
    gain, error = _gain(better, other)
    return gain > CLEAR * error and gain > 0


def _reason(chosen: Forecast, forecasts: Sequence[Forecast], found: dict[RoundPlan, Matrix]) -> Reason:
    """Against the best plan of the other kind: fewer stages if any was beaten, else the best with more."""
    stages = len(chosen.plan.stages)
    simpler = [one for one in forecasts if len(one.plan.stages) < stages]
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
    noise, lean = np.zeros(field.films), np.zeros(field.films)
    going, seen, spent, standing = np.arange(field.films), 0, 0, quality
    for stage in plan.stages:
        going = going[_best(standing, stage.films)]
        seats = order[seen : seen + stage.each]
        noise[going] += random.normal(0, (shares.noise * stage.each) ** 0.5, len(going))
        lean[going] += severity[(first_seat[going, None] + seats) % field.jurors].sum(axis=1)
        seen, spent = seen + stage.each, spent + len(going) * stage.each
        standing = quality[going] + (noise[going] + lean[going] * _unknown(field, shares, spent)) / seen
    winners = going[_best(standing, field.places)]
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
