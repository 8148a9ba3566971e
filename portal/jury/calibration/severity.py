"""How severe each juror is: the juror normal equations and their one variance ratio, by REML on a grid.

Where jurors sit on panels with criteria of their own, a panel's mean is a fixed effect, projected out before: jurors
are shrunken towards their own panel, and a panel that scores lower is not taken for a severe one.
"""

from dataclasses import dataclass, field
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from portal.jury.calibration.connectivity import components_of

Matrix = NDArray[np.float64]
Indices = NDArray[np.intp]

DRAWS = 1000
GRID = np.concatenate([[0.0], np.logspace(-4, 3, 141)])
"""Candidates for severity variance over noise variance; refined around the best."""


@dataclass(frozen=True, eq=False)
class Table:
    """Scores as arrays: `film` and `juror` are positions in the lists of names.

    `panel` is each juror's panel and `weights` what each panel weighs; without them all sit on one.
    """

    films: list[str]
    jurors: list[str]
    film: Indices
    juror: Indices
    values: Matrix
    panel: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    weights: Matrix = field(default_factory=lambda: np.ones(1))

    @cached_property
    def counts(self) -> Indices:
        """Scores per film."""
        return np.bincount(self.film, minlength=len(self.films))

    @cached_property
    def panel_of(self) -> Indices:
        """Each juror's panel."""
        return self.panel if len(self.panel) else np.zeros(len(self.jurors), dtype=np.intp)

    @cached_property
    def shares(self) -> Matrix:
        """How much of its film's score each score is: panels by their weight, the scores of one panel alike."""
        panels = len(self.weights)
        seat = self.film * panels + self.panel_of[self.juror]
        alike = np.bincount(seat, minlength=len(self.films) * panels)
        heard = (alike.reshape(-1, panels) > 0) @ self.weights
        return np.asarray(self.weights[self.panel_of[self.juror]] / alike[seat] / heard[self.film])

    @cached_property
    def means(self) -> Matrix:
        """Raw mean per film, its panels weighted; 0 without a score."""
        return self.weighted(self.values)

    def weighted(self, values: Matrix) -> Matrix:
        """Per film the mean of something about its scores, its panels weighted."""
        return np.asarray(np.bincount(self.film, values * self.shares, minlength=len(self.films)), dtype=float)

    @cached_property
    def centred(self) -> Matrix:
        """Scores less the plain mean of their film: what is left of them once films are swept out."""
        sums = np.bincount(self.film, self.values, minlength=len(self.films))
        return np.asarray(self.values - (sums / np.maximum(self.counts, 1))[self.film])

    @cached_property
    def seats(self) -> Matrix:
        """Who scored what, films x jurors."""
        seats = np.zeros((len(self.films), len(self.jurors)))
        seats[self.film, self.juror] = 1.0
        return seats

    @cached_property
    def first_juror(self) -> Indices:
        """One juror of each film."""
        return np.asarray(self.seats.argmax(axis=1))

    def keep(self, mask: NDArray[np.bool_]) -> "Table":
        """Only the masked scores, with the same films and jurors."""
        kept = (self.film[mask], self.juror[mask], self.values[mask])
        return Table(self.films, self.jurors, *kept, self.panel, self.weights)


@dataclass(frozen=True, eq=False)
class Fitted:
    """Severities with everything needed to say how sure they are.

    `severity` is what is taken off a juror's scores: `own`, shrunken, and the juror's panel in `panels`. `spread` and
    `own_spread` are the covariances of both in units of the noise `variance`; `share` says how much of each film's
    score each juror is; `freedom` the degrees left for the noise (0: nothing can be said).
    """

    severity: Matrix
    own: Matrix
    panels: Matrix
    spread: Matrix
    own_spread: Matrix
    share: Matrix
    counts: Indices
    ratio: float
    variance: float
    freedom: int

    @cached_property
    def correction(self) -> Matrix:
        """Mean severity of each film's jurors."""
        return np.asarray(self.share @ self.severity)

    @cached_property
    def film_errors(self) -> Matrix:
        """Standard error of each corrected score."""
        shared = ((self.share @ self.spread) * self.share).sum(axis=1)
        return np.asarray(np.sqrt(self.variance * (self.noise + np.maximum(shared, 0.0))))

    @cached_property
    def noise(self) -> Matrix:
        """The variance of each film's mean noise in units of the noise `variance`: 1/n where all scores weigh alike."""
        return np.where(self.counts > 0, (self.share**2).sum(axis=1), 1.0)

    @cached_property
    def severity_errors(self) -> Matrix:
        """Standard error of each juror's own severity."""
        return np.asarray(np.sqrt(self.variance * np.diag(self.own_spread)))

    def quantile(self, level: float) -> float:
        """Student's two-sided quantile (Cornish-Fisher on the normal one): few scores, wider intervals."""
        z, freedom = NormalDist().inv_cdf((1 + level) / 2), max(self.freedom, 1)
        first = (z**3 + z) / 4
        second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
        return z + first / freedom + second / freedom**2

    def draws(self, corrected: Matrix, films: Indices, seed: int) -> NDArray[np.floating]:
        """Plausible true scores, draws x films: severities move the films of one juror together."""
        if not self.variance:
            return self._parted_at_random(corrected[films], seed)
        random = np.random.default_rng(seed)
        noise = random.standard_normal((DRAWS, len(films)), dtype=np.float32)
        noise *= np.sqrt(self.variance * self.noise[films]).astype(np.float32)
        if self.spread.any():
            values, vectors = np.linalg.eigh(self.variance * self.spread)
            root = self.share[films] @ (vectors * np.sqrt(np.maximum(values, 0)))
            noise += random.standard_normal((DRAWS, root.shape[1]), dtype=np.float32) @ root.T.astype(np.float32)
        noise += corrected[films].astype(np.float32)
        return noise

    def _parted_at_random(self, corrected: Matrix, seed: int) -> Matrix:
        """Without any noise equal films still share their chances: a hair of it parts them."""
        hair = 1e-9 * max(1.0, float(np.abs(corrected).max(initial=0.0)))
        return corrected + hair * np.random.default_rng(seed).standard_normal((DRAWS, len(corrected)))


@dataclass(frozen=True, eq=False)
class Panels:
    """The panels' means as fixed effects: what projects them out of the juror equations, and finds them afterwards.

    `inverse` is that of the panels' own equations; `recentred` fixes where their scale begins: panels that share
    films average to nothing, each by its weight.
    """

    seats: Matrix
    inverse: Matrix
    recentred: Matrix
    rank: int

    @classmethod
    def of(cls, table: Table, laplacian: Matrix) -> "Panels":
        count = len(table.weights)
        seats = np.zeros((len(table.jurors), count))
        seats[np.arange(len(table.jurors)), table.panel_of] = 1.0
        if count == 1:
            return cls(seats, np.zeros((1, 1)), np.eye(1), 0)
        shared = seats.T @ laplacian @ seats
        values, vectors = np.linalg.eigh(shared)
        kept = values > 1e-9 * max(1.0, float(values[-1]))
        inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
        home = components_of(np.abs(shared) > 1e-9)
        alike = (home[:, None] == home) * table.weights
        return cls(seats, inverse, np.eye(count) - alike / alike.sum(axis=1)[:, None], int(kept.sum()))

    def swept(self, laplacian: Matrix, loads: Matrix) -> tuple[Matrix, Matrix, float]:
        """The juror equations without what panels explain, and how much of the scores' variation that is."""
        if not self.rank:
            return laplacian, loads, 0.0
        across = laplacian @ self.seats @ self.inverse
        panel_loads = self.seats.T @ loads
        explained = float(panel_loads @ self.inverse @ panel_loads)
        return laplacian - across @ (laplacian @ self.seats).T, loads - across @ panel_loads, explained

    def means(self, laplacian: Matrix, loads: Matrix, own: Matrix) -> Matrix:
        """Each panel's mean, once the jurors' own severities are known."""
        return np.asarray(self.recentred @ self.inverse @ self.seats.T @ (loads - laplacian @ own))

    def spread(self, laplacian: Matrix, own_spread: Matrix) -> Matrix:
        """The covariance of the jurors' severities with their panels' means in them."""
        if not self.rank:
            return own_spread
        finding = self.seats @ self.recentred
        kept = np.eye(len(self.seats)) - finding @ self.inverse @ self.seats.T @ laplacian
        return np.asarray(kept @ own_spread @ kept.T + finding @ self.inverse @ finding.T)


def fit(table: Table, ratio: float | None = None) -> Fitted:
    """Solve for the severities; `ratio` (severity over noise variance) is estimated unless given."""
    alike = table.seats / np.maximum(table.counts, 1)[:, None]
    full = np.diag(np.bincount(table.juror, minlength=len(table.jurors)).astype(float)) - table.seats.T @ alike
    given = np.asarray(np.bincount(table.juror, table.centred, minlength=len(table.jurors)), dtype=float)
    panels = Panels.of(table, full)
    laplacian, swept, explained = panels.swept(full, given)
    freedom = len(table.values) - int((table.counts > 0).sum()) - panels.rank
    curve, vectors = np.linalg.eigh(laplacian)
    values: Matrix = np.maximum(curve, 0.0)
    loads: Matrix = vectors.T @ swept
    total = max(float(table.centred @ table.centred) - explained, 0.0)
    if ratio is None:
        ratio = _restricted_likelihood(values, loads, total, freedom)
    shrink = ratio / (ratio * values + 1)
    own, own_spread = vectors @ (shrink * loads), (vectors * shrink) @ vectors.T
    means = panels.means(full, given, own)
    return Fitted(
        severity=own + means[table.panel_of],
        own=own,
        panels=means,
        spread=panels.spread(full, own_spread),
        own_spread=own_spread,
        share=_share(table),
        counts=table.counts,
        ratio=ratio,
        variance=max(total - float(shrink @ loads**2), 0.0) / freedom if freedom > 0 else 0.0,
        freedom=freedom,
    )


def _share(table: Table) -> Matrix:
    share = np.zeros((len(table.films), len(table.jurors)))
    share[table.film, table.juror] = table.shares
    return share


def _restricted_likelihood(values: Matrix, loads: Matrix, total: float, freedom: int) -> float:
    """The ratio of greatest restricted likelihood, the noise variance profiled out."""
    if freedom < 2 or total < 1e-12:
        return 0.0
    best = _best_on(GRID, values, loads, total, freedom)
    if not best:
        return 0.0
    return _best_on(best * np.logspace(-0.05, 0.05, 101), values, loads, total, freedom)


def _best_on(grid: Matrix, values: Matrix, loads: Matrix, total: float, freedom: int) -> float:
    scaled = 1 + grid[:, None] * values
    left = np.maximum(total - (grid[:, None] * loads**2 / scaled).sum(axis=1), 1e-12 * total)
    cost = freedom * np.log(left) + np.log(scaled).sum(axis=1)
    return float(grid[np.argmin(cost)])


def film_variance(table: Table, fitted: Fitted) -> float:
    """How much films truly differ: the spread of corrected scores less what noise adds to it."""
    scored = table.counts > 0
    corrected = (table.means - fitted.correction)[scored]
    return max(float(corrected.var() - np.mean(fitted.variance * fitted.noise[scored])), 0.0) if scored.any() else 0.0
