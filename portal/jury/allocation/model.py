"""The words of an assignment: films, jurors, rules, the plan and the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]
Indices = NDArray[np.intp]
Codes = NDArray[np.int32]
"""Row and column numbers as HiGHS wants them."""

Pair = tuple[int, int]

ENGINE = "minutes-2"
"""Stored with every plan: the same inputs, seed and engine give the same plan."""

TOLERANCE = 1e-3
"""A plan is called optimal when at most this share of the proven bound may be missing."""


@dataclass(frozen=True)
class Film:
    """A film to be judged: its length in minutes and how many jurors must see it."""

    id: str
    minutes: float
    demand: int
    language: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class Juror:
    """A juror and the band of film minutes she agreed to watch."""

    id: str
    min_minutes: float
    max_minutes: float
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupRule:
    """For each named film: at least, or at most, so many of these jurors (all indices from 0)."""

    name: str
    jurors: tuple[int, ...]
    films: tuple[int, ...]
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, eq=False)
class Instance:
    """One assignment to solve; pairs are (film, juror) positions in `films` and `jurors`.

    `floor` is the share of its own best possible jury that every film is promised, `kappa` the bonus
    for keeping a pair of an earlier plan, `fixed` pairs are already watched and cannot move.
    """

    films: tuple[Film, ...]
    jurors: tuple[Juror, ...]
    affinity: Matrix
    conflicts: frozenset[Pair] = frozenset()
    kept: frozenset[Pair] = frozenset()
    fixed: frozenset[Pair] = frozenset()
    groups: tuple[GroupRule, ...] = ()
    floor: float = 0.0
    kappa: float = 0.2
    seed: int = 0


@dataclass(frozen=True)
class Relaxation:
    """One way out of an infeasible instance: what to change, by how much in all, for whom (ids)."""

    action: Literal["raise_max_minutes", "lower_min_minutes", "lower_demand", "raise_demand", "add_jurors", "drop_rule"]
    amount: float
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Certificate:
    """Why no plan exists: the rules that cannot hold together, the films and jurors (ids) they meet on.

    `shortfall` counts `unit`s: viewings missing, or minutes of film nobody may watch. `proven` is
    false only when whole films could not be fitted within the effort allowed.
    """

    rules: tuple[str, ...]
    films: tuple[str, ...]
    jurors: tuple[str, ...]
    shortfall: float
    unit: Literal["viewings", "minutes"]
    relaxations: tuple[Relaxation, ...] = ()
    proven: bool = True

    @property
    def rule(self) -> str:
        """The blocking rules as one name."""
        return " + ".join(self.rules)


@dataclass(frozen=True)
class Plan:
    """An assignment with its proof: no plan whatever can score above `bound`.

    `objective` is the affinity of the pairs plus kappa for each kept one; `gap` is what may be missing,
    as a share of the bound; `prices` say what one more minute of each juror is worth in affinity.
    """

    status: Literal["optimal", "feasible", "infeasible"]
    pairs: tuple[Pair, ...] = ()
    objective: float = 0.0
    bound: float = 0.0
    gap: float = 0.0
    worst_ratio: float = 0.0
    load_minutes: tuple[float, ...] = ()
    prices: tuple[float, ...] = ()
    cpu_seconds: float = field(default=0.0, compare=False)
    certificate: Certificate | None = None


@dataclass(frozen=True)
class FilmTraits:
    """What a film is about, as far as it decides who should judge it; genre weights are in [0, 1]."""

    id: str
    genres: Mapping[str, float]
    language: str
    category: str


@dataclass(frozen=True)
class JurorTraits:
    """What a juror knows, speaks, likes and wished for; every value is in [0, 1], absent means 0."""

    id: str
    genres: Mapping[str, float]
    languages: Mapping[str, float]
    categories: Mapping[str, float]
    wishes: Mapping[str, float] = field(default_factory=dict)
