"""The published rule by which questions come on stage: which is next, and why. Pure.

What the moderator has lined up comes first, in that order; `by_rule` always says what the rule alone would have taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.programme.models import PickRule


class Why(StrEnum):
    """What made a question the next one."""

    LINED_UP = "lined_up"
    VOTES = "votes"
    FILM = "film"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may come on stage. `film` is the entry's id, None for everybody; `place` is set once lined up."""

    id: int
    film: int | None
    votes: int
    asked_at: datetime
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """The next question and the reason."""

    id: int
    why: Why


def following(
    candidates: Iterable[Candidate], asked: Iterable[int | None], rule: PickRule, *, most: int = 1
) -> list[Pick]:
    """The next `most` questions, each as if those before had been asked; `asked` are the films of those that were."""
    picks: list[Pick] = []
    left, films = list(candidates), Counter(asked)
    lined_up = sorted((one for one in left if one.place is not None), key=lambda one: (one.place, one.id))
    while left and len(picks) < most:
        if lined_up:
            taken, why = lined_up.pop(0), Why.LINED_UP
        else:
            taken, why = _first(left, films, rule)
        left.remove(taken)
        films[taken.film] += 1
        picks.append(Pick(taken.id, why))
    return picks


def by_rule(candidates: Sequence[Candidate], asked: Iterable[int | None], rule: PickRule) -> Pick | None:
    """What the rule alone would take, whatever the moderator has lined up."""
    if not candidates:
        return None
    taken, why = _first(candidates, Counter(asked), rule)
    return Pick(taken.id, why)


def _first(left: Sequence[Candidate], films: Counter[int | None], rule: PickRule) -> tuple[Candidate, Why]:
    if rule == PickRule.ORDER:
        return min(left, key=lambda one: (one.asked_at, one.id)), Why.FIRST
    most_wanted = min(left, key=_wanted)
    if rule == PickRule.VOTES:
        return most_wanted, Why.VOTES
    taken = min(left, key=lambda one: (films[one.film], *_wanted(one)))
    return taken, Why.VOTES if taken is most_wanted else Why.FILM


def _wanted(one: Candidate) -> tuple[int, datetime, int]:
    return -one.votes, one.asked_at, one.id
