"""One click for a class's film into the festival: where it fits, and the draft that has everything carried over."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls import queries as calls
from portal.calls.models import Call, Category
from portal.disclosure.rules.outcomes import Outcome
from portal.entries import checklist, judging, queries
from portal.entries.classroom import places, promotion
from portal.entries.classroom import queries as classroom
from portal.entries.classroom.queries import ClassFilm
from portal.entries.models import Entry
from portal.entries.views import frame, school
from portal.entries.views.blueprint import bp
from portal.errors import Invalid
from portal.i18n import translate
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

_ = translate


@bp.get("/entries/<number>/promote")
@guard(policies.promote_film, load=classroom.class_film)
def promotion_choice(film: ClassFilm) -> Response:
    """The festival's open calls: the categories the film fits, and what speaks against the others."""
    return _choice_page(film)


@bp.post("/entries/<number>/promote")
@guard(policies.promote_film, load=classroom.class_film)
def promote(film: ClassFilm) -> ResponseReturnValue:
    """Carry the film over; sent twice, or by two people at once, it is one entry."""
    place = _place(request.form.get("category", ""))
    if place is None:
        return _choice_page(film, problem=_("Choose a category."), status=422)
    session = current.session()
    try:
        entry = promotion.promote(session, film, *place, by=current.actor(), at=current.arrived_at())
    except Invalid as problem:
        return _choice_page(film, problem=problem.message, status=422)
    flash(_("Everything was carried over. Your number in the festival is {number}.").format(number=entry.number))
    return redirect(_next_step(entry))


def _place(wanted: str) -> tuple[Call, Category] | None:
    open_ = [(call, category) for call in calls.open_calls(current.session()) for category in call.categories]
    return next((one for one in open_ if str(one[1].id) == wanted), None)


def _next_step(entry: Entry) -> str:
    """The declarations at once where nothing else is missing; the use of AI where a rule is not met; else the tasks."""
    session = current.session()
    fresh = queries.entry_by_number(session, entry.number)
    assert fresh is not None
    whole = not checklist.missing(frame.items_of(fresh))
    if whole and policies.submit_entry(current.actor(), fresh):
        judged = judging.before_handing_in(session, fresh, queries.known_of(session, fresh))
        unmet = any(one.outcome is Outcome.FAIL for one in judged)
        return url_for("entries.ai" if unmet else "entries.review", number=entry.number)
    return url_for("entries.show", number=entry.number)


def _choice_page(film: ClassFilm, *, problem: str | None = None, status: int = 200) -> Response:
    session, actor, entry = current.session(), current.actor(), film.entry
    assert actor.person_id is not None
    onward = classroom.onward(session, [entry.id]).get(entry.id, [])
    known = {one.call_id: one.number for one in onward}
    try:
        promotion.require_promotable(session, film)
        offers = places.offers(session, entry, actor.person_id, known=known, at=current.arrived_at())
        stopped = ""
    except Invalid as found:
        offers, stopped = [], found.message
    return page(
        "school/promote.html",
        status=status,
        entry=entry,
        title=frame.title_of(entry),
        offers=[(one, frame.countdown(one.call.closes_at)) for one in offers],
        onward=[school.went_on(one) for one in onward],
        stopped=stopped,
        problem=problem,
        receipt=queries.latest_receipt(session, entry.id),
        chosen=request.form.get("category", ""),
    )
