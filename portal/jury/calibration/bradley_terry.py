"""Pairwise tie-break: one order of the films out of many jurors' orders of a batch.

Film i goes before film j with probability 1 / (1 + exp(s_j - s_i)) (Bradley and Terry, Biometrika 39, 1952).
Every pair an ordering implies is one comparison, a tied pair half a win for each. The strengths maximise the
likelihood under a weak normal prior, which keeps an undefeated film's finite; the function is concave and Newton's
method finds its one maximum (Hunter, Annals of Statistics 32, 2004, also for when there would be none without prior).

The pairs of one ordering are not independent. Among n equal films a rank has variance (n² - 1) / 12, n - 1
independent comparisons would have (n - 1) / 4, and all covariances keep the same ratio of (n + 1) / 3: a pair
therefore weighs 3 / (n + 1) (the magnitude adjustment of composite likelihoods: Pauli, Racugno and Ventura,
Statistica Sinica 21, 2011). Without it the standard errors of a batch of 20 would be 2.6 times too small.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from portal.jury.calibration.connectivity import components_of
from portal.jury.calibration.ranking import apportioned, chances, places

Film = TypeVar("Film", int, str)
Ordering = Sequence[Sequence[Film]]
"""One juror's order: groups of films, best first; films of one group are tied. Films left out say nothing."""

Matrix = NDArray[np.float64]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]

PRIOR_SD = 3.0
"""Of a strength on the log scale: wide enough to leave a decided order alone."""

DRAWS = 4000
STEPS = 100
SETTLED = 1e-10
"""Gradient, in comparisons, below which Newton's method stops."""


@dataclass(frozen=True)
class FilmStrength(Generic[Film]):
    """A film's place in the order: `strength` is on the log scale with mean 0 in its component, `se` its error.

    `rank` is shared by films of equal strength; `wins` of `comparisons` count a tie as half. `p_first` and `p_top`
    are the chances of being the best and among the top. Ranks and chances count within the `component`; all are
    None for a film never compared.
    """

    id: Film
    wins: float
    comparisons: int
    strength: float | None = None
    se: float | None = None
    rank: int | None = None
    p_first: float | None = None
    p_top: float | None = None
    component: int | None = None


@dataclass(frozen=True)
class Separation(Generic[Film]):
    """How far the comparisons hold the films together.

    Films of different `components` cannot be ordered. `determined` is Ford's condition: whichever way the films of
    a component are split in two, each side once went before the other; where it fails, only the prior says how far
    apart the two sides are (not which of them is ahead). `undefeated` films never went behind nor level.
    """

    components: int
    determined: bool
    never_compared: tuple[Film, ...]
    undefeated: tuple[Film, ...]


@dataclass(frozen=True)
class PairwiseResult(Generic[Film]):
    """The films sorted by id, and what their comparisons can say at all."""

    films: tuple[FilmStrength[Film], ...]
    separation: Separation[Film]


def order_films(
    film_ids: Iterable[Film], orderings: Iterable[Ordering[Film]], top_k: int, *, seed: int = 0
) -> PairwiseResult[Film]:
    """Fit the strengths; neither the order of films nor that of jurors matters.

    Raises ValueError for a film that an ordering names twice or that is not in `film_ids`.
    """
    films: list[Film] = sorted(set(film_ids))
    wins, weighted = _tally(films, orderings)
    groups = _groups(wins + wins.T > 0)
    told: dict[int, FilmStrength[Film]] = {}
    tops = apportioned([len(group) for group in groups], top_k)
    for component, (group, top) in enumerate(zip(groups, tops, strict=True)):
        told |= _fitted(films, wins, weighted, group, top, seed, component)
    counted = tuple(told.get(index) or FilmStrength(film, 0.0, 0) for index, film in enumerate(films))
    return PairwiseResult(counted, _separation(counted, wins, groups))


def _groups(met: Mask) -> list[Indices]:
    """The films that comparisons hold together, those never compared left out."""
    home = components_of(met)
    groups = [np.nonzero(home == one)[0] for one in range(int(home.max(initial=-1)) + 1)]
    return [group for group in groups if len(group) > 1]


def _tally(films: list[Film], orderings: Iterable[Ordering[Film]]) -> tuple[Matrix, Matrix]:
    """Wins of row over column, plain and weighted by 3 / (n + 1) of their ordering."""
    position = {film: index for index, film in enumerate(films)}
    wins = np.zeros((len(films), len(films)))
    weighted = np.zeros_like(wins)
    for ordering in orderings:
        level = _levels(ordering, position)
        index, place = np.array(list(level), dtype=np.intp), np.array(list(level.values()))
        ahead = (place[:, None] < place) + 0.5 * (place[:, None] == place)
        np.fill_diagonal(ahead, 0.0)
        wins[np.ix_(index, index)] += ahead
        weighted[np.ix_(index, index)] += ahead * 3 / (len(index) + 1)
    return wins, weighted


def _levels(ordering: Ordering[Film], position: dict[Film, int]) -> dict[int, int]:
    level: dict[int, int] = {}
    for place, group in enumerate(ordering):
        for film in group:
            if film not in position:
                raise ValueError(f"{film} is not among the films")
            if position[film] in level:
                raise ValueError(f"{film} is ordered twice")
            level[position[film]] = place
    return level


def _fitted(
    films: list[Film], wins: Matrix, weighted: Matrix, group: Indices, top: int, seed: int, component: int
) -> dict[int, FilmStrength[Film]]:
    """The films of one component."""
    own = np.ix_(group, group)
    strength, spread = _posterior(weighted[own])
    draws = _draws(strength, spread, seed)
    first, among, ranks = chances(draws, 1), chances(draws, top), places(strength)
    met = (wins + wins.T).sum(axis=1)
    return {
        int(index): FilmStrength(
            id=films[index],
            wins=float(wins[index].sum()),
            comparisons=round(float(met[index])),
            strength=float(strength[row]),
            se=float(np.sqrt(max(spread[row, row], 0.0))),
            rank=int(ranks[row]),
            p_first=float(first[row]),
            p_top=float(among[row]),
            component=component,
        )
        for row, index in enumerate(group)
    }


def _posterior(wins: Matrix) -> tuple[Matrix, Matrix]:
    """Strengths at the maximum of the posterior and their covariance around their common mean."""
    strength = np.zeros(len(wins))
    for _ in range(STEPS):
        slope, curve = _slopes(wins, strength)
        if np.abs(slope).max() < SETTLED:
            break
        strength = _uphill(wins, strength, np.asarray(np.linalg.solve(curve, slope), dtype=float))
    centre = np.eye(len(wins)) - 1 / len(wins)
    spread: Matrix = centre @ np.linalg.inv(_slopes(wins, strength)[1]) @ centre
    return strength - strength.mean(), spread


def _slopes(wins: Matrix, strength: Matrix) -> tuple[Matrix, Matrix]:
    """Gradient of the log posterior, and its negated Hessian."""
    met = wins + wins.T
    ahead = 0.5 * (1 + np.tanh(0.5 * (strength[:, None] - strength)))
    curve = met * ahead * (1 - ahead)
    slope = (wins - met * ahead).sum(axis=1) - strength / PRIOR_SD**2
    return slope, np.diag(curve.sum(axis=1) + 1 / PRIOR_SD**2) - curve


def _uphill(wins: Matrix, strength: Matrix, step: Matrix) -> Matrix:
    """The whole step, halved until the posterior does not fall: far from the maximum Newton's method may overshoot."""
    here = _log_posterior(wins, strength)
    for _ in range(30):
        if _log_posterior(wins, strength + step) >= here - 1e-12 * abs(here):
            break
        step = step / 2
    return np.asarray(strength + step)


def _log_posterior(wins: Matrix, strength: Matrix) -> float:
    lost = np.logaddexp(0.0, strength - strength[:, None])
    return float(-(wins * lost).sum() - strength @ strength / (2 * PRIOR_SD**2))


def _draws(strength: Matrix, spread: Matrix, seed: int) -> Matrix:
    """Plausible true strengths, draws x films."""
    values, vectors = np.linalg.eigh(spread)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    random = np.random.default_rng(seed)
    return np.asarray(strength + random.standard_normal((DRAWS, len(strength))) @ root.T)


def _separation(films: Sequence[FilmStrength[Film]], wins: Matrix, groups: list[Indices]) -> Separation[Film]:
    return Separation(
        components=len(groups),
        determined=all(_strongly_connected(wins[np.ix_(group, group)] > 0) for group in groups),
        never_compared=tuple(one.id for one in films if not one.comparisons),
        undefeated=tuple(one.id for one in films if one.comparisons and one.wins == one.comparisons),
    )


def _strongly_connected(ahead: Mask) -> bool:
    """Whether every film can be reached from the first along wins, and the first from every film."""
    return _reaches_all(ahead) and _reaches_all(ahead.T)


def _reaches_all(ahead: Mask) -> bool:
    reached = np.zeros(len(ahead), dtype=bool)
    edge = np.array([0], dtype=np.intp)
    while len(edge):
        reached[edge] = True
        edge = np.nonzero(ahead[edge].any(axis=0) & ~reached)[0]
    return bool(reached.all())
