"""Scores corrected for severity, with intervals and the chance of belonging to the best.

The intra-film model: score = film (fixed) + juror's severity (random) + noise. Films are swept out, so
only differences between jurors of the same film speak; severities solve the juror normal equations,
shrunken by one variance ratio that restricted maximum likelihood picks from a grid. A film's score is
its mean less the mean severity of its jurors. No juror's own order is ever changed. Jurors of several panels are
compared with their own panel: how much higher or lower a panel scores as a whole is taken out as a difference of
scale, not as anybody's severity, and a film's score weighs its panels.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from portal.jury.calibration.connectivity import Network, connect
from portal.jury.calibration.ranking import apportioned, chances, places, positions
from portal.jury.calibration.severity import Fitted, Table, film_variance, fit
from portal.jury.calibration.thresholds import FLAT_SLOPE, GREY, WILD_NOISE

Matrix = NDArray[np.float64]

LEVEL = 0.8
"""Of the intervals shown: how many of them contain the true score."""

MIN_SCORES = 2
"""Films with fewer scores are shown without a rank."""

MIN_SHARED = 8
"""Below this many shared films a juror's slope and noise say nothing."""


@dataclass(frozen=True)
class Score:
    """One submitted total; `panel` is the juror's, with its weight, where there are several."""

    film: str
    juror: str
    value: float
    panel: str = ""
    weight: float = 1.0


@dataclass(frozen=True)
class FilmResult:
    """A film's raw mean beside its corrected score, 80 % interval and chance of being in the top.

    `rank` is shared by equal scores; `place` breaks such ties by `p_top`, then by the number of scores, and is
    still shared where only another viewing can decide. All are None below two scores. Where the panel falls
    apart, ranks, places and chances count within the film's `component`. `best_rank` and `worst_rank` are the
    extremes over leaving out each juror in turn.
    """

    id: str
    n: int
    mean: float
    score: float
    low: float | None
    high: float | None
    p_top: float | None
    rank: int | None
    place: int | None
    best_rank: int | None
    worst_rank: int | None
    component: int

    @property
    def grey(self) -> bool:
        """Whether the film belongs to the contested band around the cut."""
        return self.p_top is not None and GREY[0] < self.p_top < GREY[1]


@dataclass(frozen=True)
class JurorResult:
    """A juror's severity: `offset` (above 0: generous) is taken off the scores, `se` its uncertainty.

    `difference` is the plain mean distance from the co-jurors on the `shared` films, with its standard error; like
    the offset it is the juror's own, with what the juror's panel scores above or below the others taken out.
    `slope` is how strongly she follows what others see (1: as expected), `noise` her scatter against theirs.
    """

    id: str
    n: int
    offset: float
    se: float
    shared: int
    difference: float
    difference_se: float
    slope: float | None
    noise: float | None
    component: int

    @property
    def alarm(self) -> bool:
        """Ask her, do not drop her: she does not follow the films, or scatters far more than the others."""
        flat = self.slope is not None and self.slope < FLAT_SLOPE
        return flat or (self.noise is not None and self.noise > WILD_NOISE)


@dataclass(frozen=True)
class Calibration:
    """The result sheet: films by name, jurors by name, and how far the panel hangs together.

    `panels` says how far each panel scores above the others' weighted mean; empty for a single one.
    """

    films: tuple[FilmResult, ...]
    jurors: tuple[JurorResult, ...]
    panels: dict[str, float]
    lambda2: float
    components: int
    connectivity: Literal["green", "amber", "red"]
    method: Literal["intra-film", "intra-film within components", "mean"]
    noise_sd: float
    severity_sd: float


def calibrate(scores: Iterable[Score], top_k: int, *, level: float = LEVEL, seed: int = 0) -> Calibration:
    """Correct the scores; the order in which they come does not matter, each film and juror meet at most once."""
    ordered = list(scores)
    table = tabulate(ordered)
    network = connect(table.seats)
    fitted = fit(table)
    films = _films(table, network, fitted, top_k, level, seed)
    return Calibration(
        films=films,
        jurors=_jurors(table, network, fitted),
        panels=_panels(ordered, fitted),
        lambda2=network.lambda2,
        components=network.components,
        connectivity=network.colour,
        method=_method(network, fitted),
        noise_sd=float(np.sqrt(fitted.variance)),
        severity_sd=float(np.sqrt(fitted.variance * fitted.ratio)),
    )


def _method(network: Network, fitted: Fitted) -> Literal["intra-film", "intra-film within components", "mean"]:
    if not fitted.ratio:
        return "mean"
    return "intra-film" if network.components == 1 else "intra-film within components"


def tabulate(scores: Iterable[Score]) -> Table:
    """The scores as arrays, films, jurors and panels by name; raises ValueError where a juror scored a film twice."""
    ordered = sorted(scores, key=lambda one: (one.film, one.juror))
    if len({(one.film, one.juror) for one in ordered}) != len(ordered):
        raise ValueError("a juror scored a film twice")
    weights = {one.panel: one.weight for one in ordered}
    names = sorted(weights)
    films, film = np.unique([one.film for one in ordered], return_inverse=True)
    jurors, juror = np.unique([one.juror for one in ordered], return_inverse=True)
    values = np.array([one.value for one in ordered], dtype=float)
    seats = {one.juror: names.index(one.panel) for one in ordered}
    panel = np.array([seats[str(one)] for one in jurors], dtype=np.intp)
    weighed = np.array([weights[one] for one in names] or [1.0], dtype=float)
    weighed /= weighed.sum()
    return Table([str(one) for one in films], [str(one) for one in jurors], film, juror, values, panel, weighed)


def _panels(scores: Iterable[Score], fitted: Fitted) -> dict[str, float]:
    names = sorted({one.panel for one in scores})
    return dict(zip(names, map(float, fitted.panels), strict=True)) if len(names) > 1 else {}


def _films(
    table: Table, network: Network, fitted: Fitted, top_k: int, level: float, seed: int
) -> tuple[FilmResult, ...]:
    corrected = table.means - fitted.correction
    home = network.home[table.first_juror] if len(table.values) else np.zeros(0, dtype=np.intp)
    groups = [np.nonzero((home == one) & (table.counts >= MIN_SCORES))[0] for one in range(network.components)]
    p_top = np.full(len(corrected), np.nan)
    rank, place, best, worst = (np.zeros(len(corrected), dtype=np.intp) for _ in range(4))
    without = _without_each_juror(table, fitted)
    for group, share in zip(groups, apportioned([len(group) for group in groups], top_k), strict=True):
        if not len(group):
            continue
        p_top[group] = chances(fitted.draws(corrected, group, seed), share)
        rank[group] = places(corrected[group])
        place[group] = positions(corrected[group], p_top[group], table.counts[group])
        left_out = np.array([places(row[group]) for row in without]).reshape(-1, len(group))
        best[group], worst[group] = left_out.min(axis=0, initial=len(corrected)), left_out.max(axis=0, initial=0)
    half = fitted.quantile(level) * fitted.film_errors
    return tuple(
        FilmResult(
            id=name,
            n=int(table.counts[index]),
            mean=float(table.means[index]),
            score=float(corrected[index]),
            low=float(corrected[index] - half[index]) if fitted.freedom else None,
            high=float(corrected[index] + half[index]) if fitted.freedom else None,
            p_top=None if np.isnan(p_top[index]) else float(p_top[index]),
            rank=int(rank[index]) or None,
            place=int(place[index]) or None,
            best_rank=int(best[index]) or None,
            worst_rank=int(worst[index]) or None,
            component=int(home[index]),
        )
        for index, name in enumerate(table.films)
    )


def _without_each_juror(table: Table, fitted: Fitted) -> list[Matrix]:
    """The corrected scores as they would be without each juror; films scored by her alone keep theirs."""
    full = table.means - fitted.correction
    return [_without(table, fitted, juror, full) for juror in range(len(table.jurors))]


def _without(table: Table, fitted: Fitted, juror: int, full: Matrix) -> Matrix:
    rest = table.keep(table.juror != juror)
    refitted = fit(rest, ratio=fitted.ratio)
    return np.where(rest.counts > 0, rest.means - refitted.correction, full)


def _jurors(table: Table, network: Network, fitted: Fitted) -> tuple[JurorResult, ...]:
    shared = table.counts[table.film] > 1
    levelled = table.values - fitted.panels[table.panel_of[table.juror]]
    others = _others_mean(table, levelled)
    level = table.values - fitted.severity[table.juror]
    expected = _others_mean(table, level)
    trust = _reliability(table, fitted)
    results = []
    for index, name in enumerate(table.jurors):
        mine = np.nonzero((table.juror == index) & shared)[0]
        gaps = levelled[mine] - others[mine]
        slope, noise = _character(level[mine], expected[mine], trust[mine], table, fitted, mine)
        results.append(
            JurorResult(
                id=name,
                n=int((table.juror == index).sum()),
                offset=float(fitted.own[index]),
                se=float(fitted.severity_errors[index]),
                shared=len(mine),
                difference=float(gaps.mean()) if len(mine) else 0.0,
                difference_se=float(gaps.std(ddof=1) / np.sqrt(len(mine))) if len(mine) > 1 else 0.0,
                slope=slope,
                noise=noise,
                component=int(network.home[index]),
            )
        )
    return tuple(results)


def _others_mean(table: Table, values: Matrix) -> Matrix:
    """For each score the mean of the other scores of its film; 0 where there is none."""
    sums = np.bincount(table.film, values, minlength=len(table.films))[table.film]
    return np.asarray((sums - values) / np.maximum(table.counts[table.film] - 1, 1))


def _reliability(table: Table, fitted: Fitted) -> Matrix:
    """How much of the others' mean is the film itself: what a slope against it is expected to be."""
    between = film_variance(table, fitted)
    within = fitted.variance / np.maximum(table.counts[table.film] - 1, 1)
    return np.asarray(between / np.maximum(between + within, 1e-12))


def _character(
    own: Matrix, expected: Matrix, trust: Matrix, table: Table, fitted: Fitted, mine: NDArray[np.intp]
) -> tuple[float | None, float | None]:
    """Slope against the co-jurors, relative to the expected one, and scatter relative to theirs."""
    spread = float(expected.var()) if len(mine) else 0.0
    if len(mine) < MIN_SHARED or spread < 1e-12 or not fitted.variance or trust.mean() < 0.05:
        return None, None
    slope = float(np.cov(own, expected, bias=True)[0, 1] / spread / trust.mean())
    usual = fitted.variance * (1 + 1 / (table.counts[table.film[mine]] - 1))
    return slope, float(np.sqrt(np.mean((own - expected) ** 2 / usual)))
