"""What a film's place would be without each of its jurors: leave-one-juror-out, juror by juror."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from portal.jury.calibration.connectivity import connect
from portal.jury.calibration.intrafilm import MIN_SCORES, Score, tabulate
from portal.jury.calibration.ranking import places
from portal.jury.calibration.severity import Fitted, Table, fit


@dataclass(frozen=True)
class LeftOut:
    """The film without this juror: how many scores are left, its corrected score, its rank in its component."""

    juror: str
    n: int
    score: float
    rank: int | None


def left_out(scores: Iterable[Score], film: str) -> list[LeftOut]:
    """One row for each juror of the film, by name; only that juror's scores are left out, of every film."""
    table = tabulate(scores)
    if film not in table.films:
        return []
    at, fitted = table.films.index(film), fit(table)
    home = connect(table.seats).home[table.first_juror]
    alike = np.nonzero((home == home[at]) & (table.counts >= MIN_SCORES))[0]
    jurors = np.nonzero(table.seats[at])[0]
    return [_without(table, fitted, int(juror), at, list(alike)) for juror in jurors]


def _without(table: Table, fitted: Fitted, juror: int, at: int, alike: list[int]) -> LeftOut:
    rest = table.keep(table.juror != juror)
    corrected = rest.means - fit(rest, ratio=fitted.ratio).correction
    standing = np.where(rest.counts > 0, corrected, table.means - fitted.correction)
    rank = int(places(standing[alike])[alike.index(at)]) if at in alike else None
    return LeftOut(table.jurors[juror], int(rest.counts[at]), float(standing[at]), rank)
