"""The public label in words: what an audience reads about the use of AI in a film, in its own language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from portal import i18n
from portal.disclosure.codes import CAPTURED, FULL, ShareMethod
from portal.disclosure.figures import Appearance, Badge, Band, Craft, EuIcon, Figures, Interval, Provenance, Tier
from portal.disclosure.phrases import BADGE_SENTENCES, PHASES, TIERS, name_of
from portal.i18n import N_, ngettext, translate

_ = translate
RISE_ABOVE = (0, 5000)
STAY_BELOW = (5000, 9500, FULL)


class Phase(NamedTuple):
    """One craft with its moon phase, 0 (human) to 3 (AI-generated)."""

    craft: str
    n: int
    level: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """Which revision the label states, from which day, and how many source clips carry trusted credentials."""

    revision: int
    on: date
    verified_clips: int = 0


@dataclass(frozen=True, slots=True)
class PublicLabel:
    """Everything a template needs; `icon` and `hpf` are codes, the rest is text in the language of its making."""

    tier: Tier
    headline: str
    numbers: str
    sentences: tuple[str, ...]
    declared: str
    verified: str
    phases: tuple[Phase, ...]
    badges: tuple[str, ...]
    icon: EuIcon
    icon_text: str
    hpf: Provenance
    parts: tuple[PartLabel, ...] = ()

    @property
    def text(self) -> str:
        """The label as plain text, for the credits card, the catalogue and the record of what was shown."""
        parts = (f"{part.title}: {part.label.headline}" for part in self.parts)
        lines = (self.headline, self.numbers, *self.sentences, *parts, self.declared, self.verified)
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class PartLabel:
    """The label of one film of an omnibus, which the label of the whole never hides."""

    title: str
    label: PublicLabel


@dataclass(frozen=True, slots=True)
class CardLabel:
    """The short label for a card in a list, from what is stored beside the disclosure."""

    tier: Tier
    headline: str
    phases: tuple[Phase, ...]
    badges: tuple[str, ...]


def card_label(tier: int, phases: Mapping[str, int], badges: Sequence[str]) -> CardLabel:
    """The label of stored codes, without computing a ledger again."""
    crafts = tuple(_phase(craft, phases.get(craft, 0)) for craft in Craft)
    return CardLabel(Tier(tier), _(TIERS[Tier(tier)]), crafts, tuple(name_of(Badge(badge)) for badge in badges))


def _phase(craft: Craft, n: int) -> Phase:
    return Phase(name_of(craft), n, _(PHASES[n]))


def public_label(figures: Figures, declaration: Declaration | None = None) -> PublicLabel:
    """The label of the work; a film alone has no part labels, an omnibus has one for each film."""
    films = figures.parts if len(figures.parts) > 1 else ()
    return PublicLabel(
        tier=figures.tier,
        headline=_(TIERS[figures.tier]),
        numbers=numbers(figures),
        sentences=tuple(_sentences(figures)),
        declared=_declared(declaration) if declaration else "",
        verified=_verified(declaration.verified_clips) if declaration else "",
        phases=tuple(_phase(craft, n) for craft, n in figures.phases.items()),
        badges=tuple(name_of(badge) for badge in figures.badges),
        icon=figures.eu_icon,
        icon_text=name_of(figures.eu_icon),
        hpf=figures.hpf,
        parts=tuple(PartLabel(_title(film, n), public_label(film)) for n, film in enumerate(films, start=1)),
    )


def _title(film: Figures, n: int) -> str:
    return i18n.pick(film.title, film.title_en) or _("Film {n}").format(n=n)


_NUMBERS = {
    None: N_("{generated} of picture time generated, {altered} altered"),
    ShareMethod.TIMECODES: N_("{generated} of picture time generated, {altered} altered (from time-codes)"),
    ShareMethod.SHOTLIST: N_("{generated} of picture time generated, {altered} altered (from a shot list)"),
    ShareMethod.SLIDER: N_("{generated} of picture time generated, {altered} altered (the creator's estimate)"),
}


def numbers(figures: Figures) -> str:
    """The shares and the way they were found, in one line."""
    pattern = _(_NUMBERS[figures.method])
    return pattern.format(generated=percent_range(figures.generated), altered=percent_range(figures.altered))


def percent(bp: int) -> int:
    """Whole percent, rounded half up, but never across 50 or 95, where tiers change, nor to a false 0 or 100."""
    rounded = (bp + 50) // 100
    if any(bp > edge >= rounded * 100 for edge in RISE_ABOVE):
        return rounded + 1
    if any(bp < edge <= rounded * 100 for edge in STAY_BELOW):
        return rounded - 1
    return rounded


def percent_range(share: Interval) -> str:
    """One figure, or a range where the share is only known between two values."""
    lo, hi = percent(share.lo), percent(share.hi)
    return f"{hi}%" if lo == hi else f"{lo}–{hi}%"


def _sentences(figures: Figures) -> Iterator[str]:
    films = figures.parts
    live = sum(bool(film.base & CAPTURED) for film in films)
    if len(films) > 1 and live:
        yield ngettext(
            "{n} of {total} parts works with filmed material.", "{n} of {total} parts work with filmed material.", live
        ).format(n=live, total=len(films))
    for appearance in figures.appearances:
        if appearance.performer.is_real and appearance.band:
            yield _screen_time(appearance, appearance.band)
    for badge in figures.badges:
        yield _(BADGE_SENTENCES[badge])


_SCREEN_TIME = {
    Band.MOST: N_("More than 90% of one performer's screen time is AI-made."),
    Band.MORE_THAN_HALF: N_("More than half of one performer's screen time is AI-made."),
    Band.SOME: N_("A part of one performer's screen time is AI-made."),
}
_NAMED_SCREEN_TIME = {
    Band.MOST: N_("AI-made part of {name}'s screen time: more than 90%."),
    Band.MORE_THAN_HALF: N_("AI-made part of {name}'s screen time: more than half."),
    Band.SOME: N_("AI-made part of {name}'s screen time: less than half."),
}


def _screen_time(appearance: Appearance, band: Band) -> str:
    performer = appearance.performer
    if performer.public_credit and performer.name:
        return _(_NAMED_SCREEN_TIME[band]).format(name=performer.name)
    return _(_SCREEN_TIME[band])


def _declared(declaration: Declaration) -> str:
    return _("Declared by the creator, revision {revision}, {day}").format(
        revision=declaration.revision, day=i18n.day(declaration.on, year=True)
    )


def _verified(clips: int) -> str:
    if not clips:
        return ""
    return ngettext(
        "File credentials verified for {n} source clip", "File credentials verified for {n} source clips", clips
    ).format(n=clips)
