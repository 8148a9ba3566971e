"""My plan: a star on each screening, a page with what overlaps, and a calendar of it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import policies
from portal.accounts.models import Person
from portal.errors import Invalid
from portal.i18n import N_, _
from portal.programme import my_plan, queries, service
from portal.programme.agenda import Showing
from portal.programme.models import Screening
from portal.programme.queries import may_see, screening_by_code
from portal.programme.views import public, reading, starring
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

_PLAIN = "application/json"


@bp.get("/schedule/mine")
@guard(policies.anyone)
def mine() -> ResponseReturnValue:
    """The starred screenings by day: what overlaps, how much time is between them, how far the way is."""
    found, everything = reading.published()
    if not everything:
        return public.not_yet(found)
    starred = starring.codes()
    listed = _starred(everything, starred)
    lines = {slot.code: slot for slot in public.slots(listed, starred=starred)}
    days = my_plan.stops(listed)
    me = current.me()
    return page(
        "programme/mine.html",
        edition=found,
        days=[(day, [(stop, lines[stop.showing.code]) for stop in stops]) for day, stops in days],
        clashes=my_plan.clashes(days),
        count=len(listed),
        feed=_feed(current.session(), me.person_id) if me and listed else None,
    )


def _starred(everything: Sequence[Showing], codes: frozenset[str]) -> list[Showing]:
    return [one for one in everything if one.code in codes]


def _feed(session: Session, person_id: int) -> str:
    return current.links().plan(session.get_one(Person, person_id).code)


@bp.post("/screenings/<code>/star")
@guard(may_see, load=screening_by_code)
def star(found: Screening) -> ResponseReturnValue:
    """Put a screening into one's plan, or take it off; the same again changes nothing."""
    wanted = request.form.get("on", "1") != "0"
    try:
        _keep(found, wanted=wanted)
    except Invalid as problem:
        if _by_script():
            return {"message": problem.message}, 422
        flash(problem.message, "warn")
        return redirect(_back(found), 303)
    if _by_script():
        return {"starred": wanted}
    return redirect(_back(found), 303)


def _keep(found: Screening, *, wanted: bool) -> None:
    me = current.me()
    if me is None:
        if wanted and not starring.has_room(found.code):
            raise Invalid("main", N_("A plan holds {n} screenings at most."), n=my_plan.MOST)
        starring.keep(found.code, starred=wanted)
    elif wanted:
        service.star(current.session(), me.person_id, found)
    else:
        service.unstar(current.session(), me.person_id, found)


def _by_script() -> bool:
    return request.headers.get("Accept") == _PLAIN


def _back(found: Screening) -> str:
    """Where the button was pressed; any other text leads to the screening."""
    places = {"mine": url_for("programme.mine"), "screening": url_for("audience.screening", code=found.code)}
    where = request.form.get("back", "")
    if where in places:
        return places[where]
    shown = next((one for one in reading.published()[1] if one.code == found.code), None)
    if shown is not None and where in [film.number for film in shown.films]:
        return url_for("public.film", number=where)
    if shown is None or where != "day":
        return places["screening"]
    chosen = reading.Filter(request.form.get("section", "")[:200], request.form.get("hall", "")[:200])
    return f"{chosen.address(shown.on())}#s-{found.code}"


@bp.get("/schedule/mine.ics")
@guard(policies.anyone)
def mine_calendar() -> ResponseReturnValue:
    """The plan of this browser as a calendar file."""
    return _calendar(starring.codes())


def _calendar(codes: frozenset[str]) -> Response:
    found, everything = reading.published()
    return reading.calendar(found, _starred(everything, codes), _("My P.A.N plan"), "pan-my-plan.ics")


@bp.get("/schedule/mine/<token>.ics")
@guard(policies.subject_of, load=queries.plan_by_token)
def plan_feed(person: Person) -> ResponseReturnValue:
    """A person's plan for their calendar to subscribe to, by a secret address."""
    return _calendar(queries.starred(current.session(), person.id))
