"""Holds a film against the rule of its category and says exactly what is missing, before anybody submits it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field

from portal.media.findings import Finding
from portal.media.probe import Film


@dataclass(frozen=True, slots=True)
class Rule:
    """What a category asks of a film: running time in seconds, shorter side in lines; None asks nothing."""

    max_seconds: int | None = None
    min_seconds: int | None = None
    min_height: int | None = None

    def to_json(self) -> dict[str, int | None]:
        """The rule as a ticket and a row carry it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Reasons to refuse, and notices that stop nobody."""

    reasons: list[Finding] = field(default_factory=list)
    notices: list[Finding] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether the film fits its category."""
        return not self.reasons


def check(film: Film, rule: Rule) -> Verdict:
    """The verdict on `film`; a part of a second past the limit is the export's rounding, not the creator's."""
    runtime = math.floor(film.seconds)
    return Verdict([*_length(runtime, rule), *_size(film, rule)], _notices(film))


def _notices(film: Film) -> list[Finding]:
    notices = []
    if not film.channels:
        notices.append(Finding("no_sound"))
    if film.channels > 2:
        notices.append(Finding("surround", {"channels": film.channels}))
    if film.interlaced:
        notices.append(Finding("interlaced"))
    return notices


def _length(runtime: int, rule: Rule) -> list[Finding]:
    if rule.max_seconds is not None and runtime > rule.max_seconds:
        over = runtime - rule.max_seconds
        return [Finding("too_long", {"length": runtime, "limit": rule.max_seconds, "over": over})]
    if rule.min_seconds is not None and runtime < rule.min_seconds:
        return [Finding("too_short", {"length": runtime, "limit": rule.min_seconds})]
    return []


def _size(film: Film, rule: Rule) -> list[Finding]:
    # The shorter side, so that an upright film is not told that its width is too low.
    if rule.min_height is None or min(film.width, film.height) >= rule.min_height:
        return []
    return [Finding("too_low", {"width": film.width, "height": film.height, "limit": rule.min_height})]
