"""The published programme: days by hall, calendar files, the changelog, and an honest page before there is one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import clock, policies
from portal.i18n import day as day_text
from portal.i18n import pick
from portal.programme import agenda, listing, queries
from portal.programme.agenda import Seats, Showing
from portal.programme.days import day_tab
from portal.programme.queries import Published
from portal.programme.views import reading, starring
from portal.programme.views.blueprint import bp
from portal.programme.views.reading import Filter
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/schedule")
@guard(policies.anyone)
def schedule() -> ResponseReturnValue:
    """Today's programme while the festival runs, else its first day."""
    found, listed = reading.published()
    if not listed:
        return not_yet(found)
    return _day_page(found, listed, reading.first_day(listed, clock.now()))


def not_yet(found: Published) -> Response:
    """Before the first version there is nothing to show, and the page says when there will be."""
    return page("programme/not_yet.html", edition=found, name=pick(found.name_ko, found.name_en))


@bp.get("/schedule/<day>")
@guard(policies.anyone)
def schedule_day(day: str) -> ResponseReturnValue:
    """One day of the programme with the seats that are left."""
    found, listed = reading.published()
    if not listed:
        return redirect(url_for("programme.schedule"))
    return _day_page(found, listed, reading.day_of(listed, day))


def _day_page(found: Published, listed: Sequence[Showing], day: date) -> Response:
    chosen = Filter.asked()
    of_day = [one for one in listed if one.on() == day]
    shown = chosen.of(of_day)
    halls = listing.by_hall(shown)
    return page(
        "programme/schedule.html",
        block="slots",
        edition=found,
        day=day,
        days=[(chosen.address(one), day_tab(one), one == day) for one in agenda.days(listed)],
        slots=slots(shown, halls, starred=starring.codes()),
        halls=halls,
        filters=_filters(of_day, day, chosen),
        whole=url_for("programme.schedule_day", day=day) if len(shown) < len(of_day) else None,
        changes=[agenda.change_text(change) for change in _changes(found)],
    )


def _changes(found: Published) -> list[Any]:
    """What the version changed, from the second one on."""
    if found.version < 2:
        return []
    return queries.changes_of(current.session(), found.release_id, found.digest)


def slots(
    shown: Sequence[Showing], halls: listing.Halls | None = None, *, starred: frozenset[str] | None = None
) -> list[listing.Slot]:
    """The lines of these screenings with their seats; one statement."""
    seats = queries.seats_of(current.session(), [one.code for one in shown])
    now = clock.now()
    following = listing.following(shown, now)
    return [
        listing.slot(
            one,
            seats.get(one.code, Seats()),
            href=url_for("audience.screening", code=one.code),
            at=now,
            following=one.code == following,
            star=None if starred is None else (url_for("programme.star", code=one.code), one.code in starred),
            place=halls.places[one.code] if halls else listing.NOWHERE,
        )
        for one in shown
    ]


def _filters(of_day: Sequence[Showing], day: date, chosen: Filter) -> list[dict[str, Any]]:
    """Two rows of choices, each once it has more than one; (address, name, gel, current)."""
    rows = (("section", chosen.section, listing.sections(of_day)), ("hall", chosen.hall, listing.places(of_day)))
    return [
        {
            "key": key,
            "all": (chosen.address(day, **{key: ""}), not value),
            "choices": [
                (chosen.address(day, **{key: name}), text, name if key == "section" else None, name == value)
                for name, text in choices
            ],
        }
        for key, value, choices in rows
        if len(choices) > 1
    ]


@bp.get("/schedule/changes")
@guard(policies.anyone)
def changes() -> ResponseReturnValue:
    """Every version that was public, with what it changed and since when; the changelog."""
    found = queries.published(current.session())
    if found is None:
        abort(404)
    if not found.version:
        return not_yet(found)
    return page(
        "programme/changes.html",
        edition=found,
        versions=[
            (one, [agenda.change_text(change) for change in one.changes] if one.version > 1 else [])
            for one in queries.public_versions(current.session(), found.edition_id)
        ],
    )


@bp.get("/schedule.ics")
@guard(policies.anyone)
def schedule_calendar() -> ResponseReturnValue:
    """The whole programme to subscribe to."""
    found, listed = reading.published()
    return _calendar(found, listed, pick(found.name_ko, found.name_en), "pan-schedule.ics")


@bp.get("/schedule/<day>.ics")
@guard(policies.anyone)
def day_calendar(day: str) -> ResponseReturnValue:
    """One day of the programme for a calendar."""
    found, everything = reading.published()
    wanted = reading.day_of(everything, day)
    listed = [one for one in everything if one.on() == wanted]
    return _calendar(
        found, listed, f"{pick(found.name_ko, found.name_en)} {day_text(wanted)}", f"pan-schedule-{wanted}.ics"
    )


@bp.get("/screenings/<code>.ics")
@guard(policies.anyone)
def screening_calendar(code: str) -> ResponseReturnValue:
    """One published screening for a calendar."""
    found, everything = reading.published()
    listed = [one for one in everything if one.code == code]
    return _calendar(found, listed, listed[0].title if listed else "", f"pan-{code}.ics")


def _calendar(found: Published, listed: Sequence[Showing], name: str, file_name: str) -> Response:
    if not listed:
        abort(404)
    return reading.calendar(found, listed, name, file_name)
