"""Holds a film against the rule of its category and says exactly what is missing, before anybody submits it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction

from portal.media.findings import Finding, Severity
from portal.media.inspection import Facts
from portal.media.probe import Film
from portal.media.sound import Sound
from portal.media.stretches import Stretch

# EBU R128 asks for -23 LUFS and at most -1 dBTP; web and cinema mixes lie around it, these are the outliers.
QUIETEST_LUFS, LOUDEST_LUFS, HIGHEST_DBTP = -33.0, -12.0, -1.0
LONGEST_BLACK_EDGE = 2.0
LONG_BLACK = 5.0
LONG_STILL = 5.0
SOUND_MISSING = 2.0
SLOWEST, FASTEST = Fraction(22), Fraction(61)
# A picture that is black stands still as well; one word about it is enough.
_SAME = 0.8
_MOST_OF_A_KIND = 5


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
    """Everything there is to say about a film, the gravest first."""

    findings: list[Finding]

    @property
    def reasons(self) -> list[Finding]:
        """What has to be put right."""
        return [finding for finding in self.findings if finding.severity != Severity.NOTICE]

    @property
    def notices(self) -> list[Finding]:
        """What stops nobody."""
        return [finding for finding in self.findings if finding.severity == Severity.NOTICE]

    @property
    def accepted(self) -> bool:
        """Whether the film fits its category."""
        return not self.reasons


def check(facts: Facts, rule: Rule, *, credits_from: float | None = None) -> Verdict:
    """The verdict on a film, whose closing credits begin at the second `credits_from` when the maker says so.

    A part of a second past the limit is the export's rounding, not the creator's.
    """
    film = facts.film
    counted = film.seconds if credits_from is None else min(credits_from, film.seconds)
    found = [*_length(math.floor(counted), rule), *_size(film, rule)]
    if credits_from is not None:
        found.append(Finding("credits", {"length": math.floor(counted), "whole": math.floor(film.seconds)}))
    return Verdict([*found, *_picture(facts), *_sound(film, facts.sound)])


def told(facts: Facts, rule: Rule, flaws: list[Finding] | None, *, credits_from: float | None = None) -> list[Finding]:
    """All there is to say by now: once every picture was seen, `flaws` replaces what the ends seemed to show."""
    found = check(facts, rule, credits_from=credits_from).findings
    if flaws is None:
        return found
    edges = ("black_start", "black_end")
    return [*(finding for finding in found if finding.code not in edges), *flaws]


def flaws(film: Film, black: Iterable[Stretch], still: Iterable[Stretch]) -> list[Finding]:
    """What only a look at every picture shows: long black and a picture that stands still; the longest few of each."""
    dark = list(black)
    frozen = [one for one in still if not any(other.covers(one) > _SAME for other in dark)]
    return [*_black(film, dark), *_longest("frozen", frozen, LONG_STILL)]


def _length(runtime: int, rule: Rule) -> Iterator[Finding]:
    if rule.max_seconds is not None and runtime > rule.max_seconds:
        yield Finding("too_long", {"length": runtime, "limit": rule.max_seconds, "over": runtime - rule.max_seconds})
    elif rule.min_seconds is not None and runtime < rule.min_seconds:
        yield Finding("too_short", {"length": runtime, "limit": rule.min_seconds})


def _size(film: Film, rule: Rule) -> Iterator[Finding]:
    # The shorter side, so that an upright film is not told that its width is too low.
    lines = min(film.width, film.height)
    if rule.min_height is not None and lines < rule.min_height:
        figures = {"width": film.width, "height": film.height, "lines": lines, "limit": rule.min_height}
        yield Finding("too_low", figures)


def _picture(facts: Facts) -> Iterator[Finding]:
    film, edges = facts.film, facts.edges
    if film.interlaced:
        yield Finding("interlaced")
    if film.vfr:
        yield Finding("vfr")
    elif not SLOWEST <= film.frames_per_second <= FASTEST:
        yield Finding("odd_rate", {"rate": float(film.frames_per_second)})
    if film.hdr:
        yield Finding("hdr")
    for code, length in (("black_start", edges.black_start), ("black_end", edges.black_end)):
        if length > LONGEST_BLACK_EDGE:
            yield Finding(code, {"length": length, "limit": LONGEST_BLACK_EDGE})


def _sound(film: Film, sound: Sound | None) -> Iterator[Finding]:
    if not film.channels:
        yield Finding("no_sound")
        return
    if film.channels > 2:
        yield Finding("surround", {"channels": film.channels})
    if film.seconds - film.sound_seconds > SOUND_MISSING:
        yield Finding("sound_ends", {"found": film.sound_seconds, "length": film.seconds})
    if sound is not None:
        yield from _levels(sound)


def _levels(sound: Sound) -> Iterator[Finding]:
    if sound.loudness is None:
        yield Finding("silent")
        return
    if sound.loudness < QUIETEST_LUFS:
        yield Finding("quiet", {"loudness": sound.loudness, "limit": QUIETEST_LUFS})
    if sound.loudness > LOUDEST_LUFS:
        yield Finding("loud", {"loudness": sound.loudness, "limit": LOUDEST_LUFS})
    if sound.peak is not None and sound.peak > HIGHEST_DBTP:
        yield Finding("peak", {"peak": sound.peak, "limit": HIGHEST_DBTP})
    yield from _longest("silence", sound.silences, 0.0)


def _black(film: Film, dark: list[Stretch]) -> Iterator[Finding]:
    inside = []
    for one in dark:
        if one.start <= 0.25 or one.end >= film.seconds - 0.25:
            if one.length > LONGEST_BLACK_EDGE:
                code = "black_start" if one.start <= 0.25 else "black_end"
                yield Finding(code, {"length": round(one.length, 2), "limit": LONGEST_BLACK_EDGE})
        else:
            inside.append(one)
    yield from _longest("black", inside, LONG_BLACK)


def _longest(code: str, stretches: Iterable[Stretch], least: float) -> list[Finding]:
    worth = sorted((one for one in stretches if one.length >= least), key=lambda one: -one.length)[:_MOST_OF_A_KIND]
    by_time = sorted(worth, key=lambda one: one.start)
    return [Finding(code, {"length": round(one.length, 2), "at": one.start}) for one in by_time]
