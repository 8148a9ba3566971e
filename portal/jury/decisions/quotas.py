"""How a selection stands against its quotas: films of a category, a class, a country, or minutes in all. Pure.

A quota that is broken warns with its figure; it never blocks (see service.release).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.jury.decisions.models import QuotaKind


@dataclass(frozen=True, slots=True)
class Bound:
    """A quota: at least and at most so many films, or minutes; an empty key of a school means any class."""

    id: int
    kind: QuotaKind
    key: str
    at_least: int | None
    at_most: int | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What quotas count of a selected film; `school` is its class's code, empty outside the school."""

    category: str
    school: str
    country: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A quota and what the selection comes to: films, or seconds where minutes are counted."""

    bound: Bound
    amount: int

    @property
    def unit(self) -> int:
        """What one of the bound's numbers is in `amount`s."""
        return 60 if self.bound.kind == QuotaKind.MINUTES else 1

    @property
    def figure(self) -> int:
        """Films, or whole minutes, rounded away from what is allowed so that a broken bound never looks kept."""
        return -(-self.amount // self.unit) if self.over else self.amount // self.unit

    @property
    def short(self) -> bool:
        """Whether something is lacking."""
        return self.bound.at_least is not None and self.amount < self.bound.at_least * self.unit

    @property
    def over(self) -> bool:
        """Whether there is too much."""
        return self.bound.at_most is not None and self.amount > self.bound.at_most * self.unit

    @property
    def broken(self) -> bool:
        return self.short or self.over


def standings(bounds: Sequence[Bound], films: Iterable[Chosen]) -> list[Standing]:
    """Each quota with what these films come to, in the order of the quotas."""
    counted = list(films)
    return [Standing(bound, sum(_worth(bound, film) for film in counted)) for bound in bounds]


def _worth(bound: Bound, film: Chosen) -> int:
    match bound.kind:
        case QuotaKind.MINUTES:
            return film.seconds
        case QuotaKind.CATEGORY:
            return int(film.category == bound.key)
        case QuotaKind.COUNTRY:
            return int(film.country == bound.key)
        case QuotaKind.SCHOOL:
            return int(film.school == bound.key if bound.key else bool(film.school))
