"""Films and calls as the public pages draw them, in the language in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel import Locale
from flask import url_for
from sqlalchemy.orm import Session

from portal import clock, i18n
from portal.calls.models import Call
from portal.disclosure import queries as disclosure
from portal.disclosure.label import CardLabel
from portal.i18n import pick
from portal.media import queries as media
from portal.media.models import Asset, RenditionKind, Slot
from portal.media.tickets import picture_path
from portal.public import films

# The permission, given with the entry, to show a piece of the film in order to announce it.
EXCERPT = "excerpt"


@dataclass(frozen=True, slots=True)
class Picture:
    """A still in two widths."""

    src: str
    srcset: str
    alt: str


@dataclass(frozen=True, slots=True)
class Card:
    """A film in a grid, as the `filmcard` component draws it."""

    href: str
    title: str
    title_lang: str | None
    title_other: str
    other_lang: str
    byline: str
    meta: str
    gel: str
    section: str
    code: str
    still: str | None
    srcset: str | None
    alt: str
    label: CardLabel | None


@dataclass(frozen=True, slots=True)
class Countdown:
    """Until when, in the forms the countdown needs."""

    days: int
    when: str
    iso: str
    passed: bool


def cards(session: Session, rows: Sequence[Any]) -> list[Card]:
    """The cards of listed films: a handful of statements, whatever their number."""
    ids = [row.id for row in rows]
    makers, pictures = films.directors(session, ids), _pictures(session, rows)
    return [_card(row, makers.get(row.id, []), pictures.get(row.id)) for row in rows]


def _pictures(session: Session, rows: Sequence[Any]) -> dict[int, Picture]:
    """A still of each film, or a frame of the film itself where its makers allow the festival to show one."""
    held = media.current_pictures(session, [row.id for row in rows], Slot.STILL, Slot.FILM)
    allowed = {row.id for row in rows if EXCERPT in row.declarations}
    frames = {entry_id: film for entry_id, film in held[Slot.FILM].items() if entry_id in allowed}
    chosen = {**frames, **held[Slot.STILL]}
    made = {entry_id: picture(session, asset) for entry_id, asset in chosen.items()}
    return {entry_id: shown for entry_id, shown in made.items() if shown is not None}


def _card(row: Any, makers: list[tuple[str, str]], shown: Picture | None) -> Card:
    title, lang, other, other_lang = titles(row.title_ko, row.title_en)
    return Card(
        href=url_for("public.film", number=row.number),
        title=title,
        title_lang=lang,
        title_other=other,
        other_lang=other_lang,
        byline=byline(makers),
        meta=" · ".join((country(row.country), i18n.duration(row.runtime_s))),
        gel=row.gel,
        section=pick(row.section_ko, row.section_en),
        code=row.number,
        still=shown.src if shown else None,
        srcset=shown.srcset if shown else None,
        alt=shown.alt if shown else "",
        label=disclosure.card(row),
    )


def titles(ko: str, en: str) -> tuple[str, str | None, str, str]:
    """The title in the page's language, its language where that is another one, and the other title with its own."""
    here, there = ("ko", "en") if i18n.language() == "ko" else ("en", "ko")
    by_language = {"ko": ko, "en": en}
    if not by_language[here]:
        return by_language[there], there, "", there
    other = by_language[there] if by_language[there] != by_language[here] else ""
    return by_language[here], None, other, there


def byline(makers: list[tuple[str, str]]) -> str:
    """The directors' names."""
    return " · ".join(pick(native, latin or native) for native, latin in makers)


def country(code: str) -> str:
    """A country in the language in use."""
    return str(Locale.parse(i18n.language()).territories.get(code, code))


def picture(session: Session, still: Asset) -> Picture | None:
    """The public addresses of a still, or of a film's frame; None while it is not ready."""
    secret = session.info["settings"].secret_key
    wide, small = (
        media.made_of(still, RenditionKind.WIDE, RenditionKind.FRAME),
        media.made_of(still, RenditionKind.SMALL),
    )
    if wide is None:
        return None
    made = [one for one in (small, wide) if one is not None and one.width]
    srcset = ", ".join(f"{picture_path(secret, one)} {one.width}w" for one in made)
    return Picture(picture_path(secret, wide), srcset, pick(still.alt_ko, still.alt_en))


def countdown(call: Call) -> Countdown:
    """How long a call is still open."""
    return Countdown(
        _days_left(call.closes_at),
        i18n.moment(call.closes_at, year=True),
        call.closes_at.isoformat(),
        passed=call.closes_at <= clock.now(),
    )


def _days_left(moment: datetime) -> int:
    return max(0, (moment - clock.now()).days)
