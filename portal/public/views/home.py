"""The front of the festival: what comes next, what is shown, what the label means."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import clock, policies
from portal.calls import queries as calls
from portal.calls.models import Edition
from portal.i18n import pick
from portal.programme import listing
from portal.programme import queries as programme
from portal.public import films
from portal.public.cards import cards, countdown
from portal.public.views.blueprint import bp
from portal.web import current, headers, language
from portal.web.access import guard
from portal.web.pages import page, wants_fragment

front = Blueprint("front", __name__)
SHOWN = 5


@front.get("/")
@guard(policies.anyone)
def door() -> ResponseReturnValue:
    """The festival in the visitor's language."""
    answer = redirect(url_for("public.home", lang=language.choose()))
    answer.vary.add("Accept-Language")
    return answer


@front.get("/.well-known/tdmrep.json")
@guard(policies.anyone)
def mining_reserved() -> ResponseReturnValue:
    """The reservation against text and data mining, for machines."""
    return jsonify([{"location": "/", "tdm-reservation": 1, "tdm-policy": headers.tdm_policy()}])


@bp.get("/")
@guard(policies.anyone)
def home() -> ResponseReturnValue:
    """The next screenings or the open calls, a few films, the label explained; the slots alone when they are polled."""
    edition = calls.public_edition(current.session())
    slots = _slots(edition) if edition else {"slots": [], "day": None}
    if wants_fragment():
        return page("public/home.html", block="slots", **slots)
    shown = _films(edition) if edition else {"films": [], "count": 0}
    return page(
        "public/home.html",
        edition=edition,
        lines=_lines(pick(edition.tagline_ko, edition.tagline_en)) if edition else [],
        calls=[(call, countdown(call)) for call in calls.open_lines(current.session())],
        **slots,
        **shown,
    )


def _lines(tagline: str) -> list[str]:
    """A tagline in the lines of the hero: its own, or one for each part."""
    lines = tagline.splitlines()
    parts = tagline.split(", ")
    return lines if len(lines) > 1 or len(parts) > 3 else [f"{part}," for part in parts[:-1]] + parts[-1:]


def _films(edition: Edition) -> dict[str, Any]:
    rounds = films.listed_rounds(current.session(), edition.id)
    rows, total = films.first(current.session(), edition.id, rounds, SHOWN)
    return {"films": cards(current.session(), rows), "count": total}


def _slots(edition: Edition) -> dict[str, Any]:
    now = clock.now()
    coming = programme.upcoming_slots(current.session(), edition.id, at=now)
    day: date | None = coming[0][0].on() if coming else None
    slots = [
        listing.slot(one, seats, href=url_for("audience.screening", code=one.code), at=now, following=place == 0)
        for place, (one, seats) in enumerate(coming)
        if one.on() == day
    ]
    return {"slots": slots, "day": day}
