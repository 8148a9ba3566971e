"""How severe each juror is: the juror normal equations and their one variance ratio, by REML on a grid."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Indices = NDArray[np.intp]

DRAWS = 1000
GRID = np.concatenate([[0.0], np.logspace(-4, 3, 141)])
"""Candidates for severity variance over noise variance; refined around the best."""


@dataclass(frozen=True, eq=False)
class Table:
    """Scores as arrays: `film` and `juror` are positions in the lists of names."""

    films: list[str]
    jurors: list[str]
    film: Indices
    juror: Indices
    values: Matrix

    @cached_property
    def counts(self) -> Indices:
        """Scores per film."""
        return np.bincount(self.film, minlength=len(self.films))

    @cached_property
    def means(self) -> Matrix:
        """Raw mean per film; 0 without a score."""
        sums = np.bincount(self.film, self.values, minlength=len(self.films))
        return np.asarray(sums / np.maximum(self.counts, 1))

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
        return Table(self.films, self.jurors, self.film[mask], self.juror[mask], self.values[mask])


@dataclass(frozen=True, eq=False)
class Fitted:
    """Severities with everything needed to say how sure they are.

    `spread` is the covariance of the severities in units of the noise `variance`; `share` says how much of
    each film's mean each juror is; `freedom` the degrees left for the noise (0: nothing can be said).
    """

    severity: Matrix
    spread: Matrix
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
        return np.asarray(np.sqrt(self.variance * (1 / np.maximum(self.counts, 1) + shared)))

    @cached_property
    def severity_errors(self) -> Matrix:
        """Standard error of each severity."""
        return np.asarray(np.sqrt(self.variance * np.diag(self.spread)))

    @property
    def widening(self) -> float:
        """Student's 90 % quantile over the normal one (Cornish-Fisher): few scores, wider intervals."""
        z, freedom = 1.2815515655446004, max(self.freedom, 1)
        first = (z**3 + z) / 4
        second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
        return (z + first / freedom + second / freedom**2) / z

    def draws(self, corrected: Matrix, films: Indices, seed: int) -> NDArray[np.floating]:
        """Plausible true scores, draws x films: severities move the films of one juror together."""
        if not self.variance:
            return self._parted_at_random(corrected[films], seed)
        random = np.random.default_rng(seed)
        noise = random.standard_normal((DRAWS, len(films)), dtype=np.float32)
        noise *= np.sqrt(self.variance / self.counts[films]).astype(np.float32)
        if self.ratio:
            values, vectors = np.linalg.eigh(self.variance * self.spread)
            root = self.share[films] @ (vectors * np.sqrt(np.maximum(values, 0)))
            noise += random.standard_normal((DRAWS, root.shape[1]), dtype=np.float32) @ root.T.astype(np.float32)
        noise += corrected[films].astype(np.float32)
        return noise

    def _parted_at_random(self, corrected: Matrix, seed: int) -> Matrix:
        """Without any noise equal films still share their chances: a hair of it parts them."""
        hair = 1e-9 * max(1.0, float(np.abs(corrected).max(initial=0.0)))
        return corrected + hair * np.random.default_rng(seed).standard_normal((DRAWS, len(corrected)))


def fit(table: Table, ratio: float | None = None) -> Fitted:
    """Solve for the severities; `ratio` (severity over noise variance) is estimated unless given."""
    share = table.seats / np.maximum(table.counts, 1)[:, None]
    centred = table.values - table.means[table.film]
    freedom = len(table.values) - int((table.counts > 0).sum())
    laplacian = np.diag(np.bincount(table.juror, minlength=len(table.jurors)).astype(float)) - table.seats.T @ share
    curve, vectors = np.linalg.eigh(laplacian)
    values: Matrix = np.maximum(curve, 0.0)
    loads: Matrix = vectors.T @ np.bincount(table.juror, centred, minlength=len(table.jurors))
    total = float(centred @ centred)
    if ratio is None:
        ratio = _restricted_likelihood(values, loads, total, freedom)
    shrink = ratio / (ratio * values + 1)
    left = max(total - float(shrink @ loads**2), 0.0)
    return Fitted(
        severity=vectors @ (shrink * loads),
        spread=(vectors * shrink) @ vectors.T,
        share=share,
        counts=table.counts,
        ratio=ratio,
        variance=left / freedom if freedom else 0.0,
        freedom=freedom,
    )


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
    return max(float(corrected.var() - np.mean(fitted.variance / table.counts[scored])), 0.0) if scored.any() else 0.0
