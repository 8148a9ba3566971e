"""Simulated rounds of known truth: who scores what, how severities and taste vary, and three ways to rank the films."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.jury.calibration.connectivity import connect
from portal.jury.calibration.intrafilm import Score
from portal.jury.calibration.round_plans import CANNES_LIKE, NIPS_LIKE, Shares
from portal.jury.calibration.severity import Fitted, Table, fit

Matrix = NDArray[np.float64]
Seats = Callable[[np.random.Generator, int, int], Matrix]
"""(random, films, jurors) to films x jurors, 1 where the juror scores the film."""

STRONG = Shares(0.45, 0.27, 0.28)
"""A jury that agrees on the films and not at all on the scale."""

EACH, PANEL = 3, 4
LINKED = 0.05
"""Share of the films that jurors of two panels score."""

ROGUE = 0
"""Position of the juror who scores at random in a design with a rogue."""


@dataclass(frozen=True)
class Design:
    """A round to simulate; `batch_sd` is how much better one panel's films are than another's, in score units of 1."""

    name: str
    shares: Shares
    seats: Seats
    batch_sd: float = 0.0
    rogue: bool = False


@dataclass(frozen=True, eq=False)
class Festival:
    """One draw of a design: the scores as the calibration reads them, and the truth behind them."""

    table: Table
    quality: Matrix

    def scores(self) -> list[Score]:
        """The same scores one by one."""
        table = self.table
        rows = zip(table.film, table.juror, table.values, strict=True)
        return [Score(table.films[film], table.jurors[juror], float(value)) for film, juror, value in rows]


def connected(random: np.random.Generator, films: int, jurors: int) -> Matrix:
    """Every film by jurors drawn from all of them."""
    seats = np.zeros((films, jurors))
    drawn = random.random((films, jurors)).argpartition(EACH - 1, axis=1)[:, :EACH]
    np.put_along_axis(seats, drawn, 1.0, axis=1)
    return seats


def panels(random: np.random.Generator, films: int, jurors: int) -> Matrix:
    """Panels of four that share no film."""
    panel, seats = panel_of(films, jurors), np.zeros((films, jurors))
    for number in range(jurors // PANEL):
        own = np.nonzero(panel == number)[0]
        seats[own, number * PANEL : (number + 1) * PANEL] = connected(random, len(own), PANEL)
    return seats


def linked(random: np.random.Generator, films: int, jurors: int) -> Matrix:
    """The same panels, but one juror of a few films is replaced by one of another panel."""
    seats = panels(random, films, jurors)
    for film in random.choice(films, round(LINKED * films), replace=False):
        seats[film, random.choice(np.nonzero(seats[film])[0])] = 0.0
        home = np.nonzero(seats[film])[0][0] // PANEL
        seats[film, random.choice([juror for juror in range(jurors) if juror // PANEL != home])] = 1.0
    return seats


def panel_of(films: int, jurors: int) -> NDArray[np.intp]:
    """Films in equal runs, one for each panel."""
    return np.arange(films) * (jurors // PANEL) // films


DESIGNS = (
    Design("connected, NIPS-like", NIPS_LIKE, connected),
    Design("connected, Cannes-like", CANNES_LIKE, connected),
    Design("connected, strong severity", STRONG, connected),
    Design("panels apart, Cannes-like", CANNES_LIKE, panels, batch_sd=0.4),
    Design("panels apart, strong severity", STRONG, panels, batch_sd=0.4),
    Design("panels linked, unequal batches", CANNES_LIKE, linked, batch_sd=0.4),
    Design("panels linked, unequal, strong", STRONG, linked, batch_sd=0.4),
    Design("connected, a rogue juror", NIPS_LIKE, connected, rogue=True),
)


def hold(design: Design, seed: int, films: int = 535, jurors: int = 16) -> Festival:
    """Draw one festival; a score has variance 1 within a batch."""
    random = np.random.default_rng(seed)
    seats = design.seats(random, films, jurors)
    batches = random.normal(0, design.batch_sd, jurors // PANEL + 1)
    quality = random.normal(0, design.shares.film**0.5, films) + batches[panel_of(films, jurors)]
    severity = random.normal(0, design.shares.juror**0.5, jurors)
    film, juror = np.nonzero(seats)
    values = quality[film] + severity[juror] + random.normal(0, design.shares.noise**0.5, len(film))
    if design.rogue:
        values = np.where(juror == ROGUE, random.normal(0, 1, len(film)), values)
    names = [f"F{number:04}" for number in range(films)], [f"J{number:03}" for number in range(jurors)]
    return Festival(Table(*names, film, juror, values), quality)


def precision(estimate: Matrix, quality: Matrix, top: int) -> float:
    """The share of the truly `top` best films among the estimated ones."""
    return len(set(np.argsort(-estimate)[:top]) & set(np.argsort(-quality)[:top])) / top


def standardised(table: Table) -> Matrix:
    """The rival: mean z-score, each juror's scores centred and scaled by her own mean and deviation."""
    count = np.maximum(np.bincount(table.juror, minlength=len(table.jurors)), 1)
    centred = table.values - (np.bincount(table.juror, table.values, minlength=len(count)) / count)[table.juror]
    scale = np.sqrt(np.bincount(table.juror, centred**2, minlength=len(count)) / count)
    z = centred / np.maximum(scale, 1e-12)[table.juror]
    return np.asarray(np.bincount(table.film, z, minlength=len(table.films)) / np.maximum(table.counts, 1))


def precisions(festival: Festival, top: int = 26) -> dict[str, float]:
    """Precision at `top` of the plain mean, the intra-film correction and z-scores."""
    table = festival.table
    corrected = table.means - fit(table).correction
    ways = {"mean": table.means, "intra-film": corrected, "z-score": standardised(table)}
    return {name: precision(estimate, festival.quality, top) for name, estimate in ways.items()}


def coverage(festival: Festival, level: float) -> float:
    """The share of films whose interval contains the true quality."""
    fitted: Fitted = fit(festival.table)
    distance = np.abs(festival.table.means - fitted.correction - festival.quality)
    return float((distance <= fitted.quantile(level) * fitted.film_errors).mean())


def lambda2(festival: Festival) -> float:
    """How far the panel hangs together."""
    return connect(festival.table.seats).lambda2
