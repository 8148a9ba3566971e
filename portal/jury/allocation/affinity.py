"""How well a juror suits a film, as the sum of four parts that can be told to people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from portal.jury.allocation.model import FilmTraits, JurorTraits, Matrix

GENRE, LANGUAGE, CATEGORY, WISH = "genre", "language", "category", "wish"
WEIGHTS = {GENRE: 0.5, LANGUAGE: 0.25, CATEGORY: 0.15, WISH: 0.1}
"""The most that each part can add; together 1."""

UNDERSTOOD = 0.35
"""The least a language counts: subtitles carry the rest."""


@dataclass(frozen=True, eq=False)
class Fit:
    """Each part as films x jurors, already weighted, and their sum in [0, 1]."""

    parts: dict[str, Matrix]
    total: Matrix

    def of(self, film: int, juror: int) -> dict[str, float]:
        """What each part adds for one pair."""
        return {name: float(values[film, juror]) for name, values in self.parts.items()}


def affinity(films: Sequence[FilmTraits], jurors: Sequence[JurorTraits]) -> Fit:
    """The fit of every film and juror: genre as the cosine of tastes, the rest as the juror's own values."""
    shape = (len(films), len(jurors))
    raw = {
        GENRE: _genre(films, jurors).reshape(shape),
        LANGUAGE: _looked_up([film.language for film in films], [one.languages for one in jurors], UNDERSTOOD),
        CATEGORY: _looked_up([film.category for film in films], [one.categories for one in jurors], 0.0),
        WISH: _looked_up([film.id for film in films], [one.wishes for one in jurors], 0.0),
    }
    parts = {name: WEIGHTS[name] * values for name, values in raw.items()}
    return Fit(parts, sum(parts.values(), np.zeros(shape)))


def _genre(films: Sequence[FilmTraits], jurors: Sequence[JurorTraits]) -> Matrix:
    """The film's share of what the juror knows: a specialist in the film's only genre scores 1."""
    names = sorted({name for film in films for name in film.genres} | {name for one in jurors for name in one.genres})
    themes = _directions([[film.genres.get(name, 0.0) for name in names] for film in films], len(names))
    skills = _directions([[juror.genres.get(name, 0.0) for name in names] for juror in jurors], len(names))
    return np.asarray(np.clip(themes @ skills.T, 0.0, 1.0))


def _directions(rows: list[list[float]], width: int) -> Matrix:
    values = np.array(rows, dtype=float).reshape(len(rows), width)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    return np.asarray(values / np.where(length > 0, length, 1.0))


def _looked_up(keys: Sequence[str], tables: Sequence[Mapping[str, float]], least: float) -> Matrix:
    values = [[max(least, table.get(key, 0.0)) for table in tables] for key in keys]
    return np.asarray(np.clip(np.array(values, dtype=float).reshape(len(keys), len(tables)), 0.0, 1.0))
