"""How a film fares before a policy."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Outcome(StrEnum):
    """The four outcomes, mildest first."""

    PASS = "PASS"  # noqa: S105 - an outcome, no password
    WARN = "WARN"
    NEEDS_REVIEW = "NEEDS_REVIEW"
    FAIL = "FAIL"


_ORDER = tuple(Outcome)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The gravest outcome; none at all is PASS."""
    return max(outcomes, key=_ORDER.index, default=Outcome.PASS)
