"""Starting an entry, the list of one's own, and the page of one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies, signing
from portal.calls import queries as calls
from portal.calls.models import Call, Category
from portal.entries import invited, queries, service, stages
from portal.entries.classroom import queries as classroom
from portal.entries.invited import Invited
from portal.entries.models import Entry
from portal.entries.views import frame, school
from portal.entries.views.blueprint import bp
from portal.errors import Invalid
from portal.i18n import N_, translate
from portal.lifecycles import EntryState
from portal.signing import BadToken
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

_ = translate
_NEW = "entries.new"
_FORM_LASTS = timedelta(hours=24)


@bp.get("/submit")
@guard(policies.anyone)
def calls_open() -> Response:
    """What one needs, and the calls that take entries now."""
    found = queries.enterable(current.session(), current.actor())
    return page("entries/submit.html", calls=[(call, frame.countdown(call.closes_at)) for call in found])


@bp.get("/submit/<slug>")
@guard(policies.see_call, load=calls.call_by_slug)
def start(call: Call) -> ResponseReturnValue:
    """The choice of a category; it asks to sign in first."""
    if not current.actor().signed_in:
        return redirect(url_for("accounts.login", next=request.path))
    return _start_page(call)


@bp.post("/submit/<slug>")
@guard(policies.see_call, load=calls.call_by_slug)
def start_draft(call: Call) -> ResponseReturnValue:
    """A new draft; sending the form twice leads to the same one."""
    if not current.actor().signed_in:
        return redirect(url_for("accounts.login", next=request.path))
    wanted = request.form.get("category", "")
    category = next((one for one in call.categories if str(one.id) == wanted), None)
    token = request.form.get("number", "")
    if category is None:
        return _start_page(call, problem=_("Choose a category."))
    try:
        entry = _started(call, category, token)
    except Invalid as problem:
        return _start_page(call, chosen=wanted, problem=problem.message)
    return redirect(url_for("entries.show", number=entry.number))


def _started(call: Call, category: Category, token: str) -> Entry:
    actor = current.actor()
    try:
        number, person_id = signing.unsign(current.settings().secret_key, _NEW, token, _FORM_LASTS)
    except (BadToken, ValueError, TypeError) as error:
        raise Invalid("main", N_("The form was open too long. Send it once more.")) from error
    if person_id != actor.person_id:
        raise Invalid("main", N_("The form was open too long. Send it once more."))
    return service.start_draft(current.session(), call, category, number=number, by=actor, at=current.arrived_at())


def _drawn_number(call: Call) -> str:
    # The number is drawn with the form and signed, so that the same form sent twice is one entry.
    number = f"{call.edition.prefix}-{signing.random_code(5)}"
    payload = [number, current.actor().person_id]
    return signing.sign(current.settings().secret_key, _NEW, payload)


def _start_page(call: Call, *, chosen: str = "", problem: str | None = None) -> Response:
    return page(
        "entries/start.html",
        status=422 if problem else 200,
        call=call,
        number=_drawn_number(call),
        chosen=chosen,
        problem=problem,
        countdown_of=frame.countdown(call.closes_at),
        open=call.opens_at <= current.arrived_at() < call.closes_at,
    )


@bp.get("/entries")
@guard(policies.signed_in)
def own() -> Response:
    """One's own entries with where each stands and what comes next."""
    person_id = current.actor().person_id
    assert person_id is not None
    rows = queries.own_rows(current.session(), person_id)
    asked = _asked(rows)
    # What waits for an answer comes first.
    rows = sorted(rows, key=lambda row: row.id not in asked or not asked[row.id].waits)
    standings = [(row, stages.standing(row.state, row.announced)) for row in rows]
    return page("entries/own.html", rows=standings, asked=asked)


def _asked(films: Iterable[Any]) -> dict[int, Invited]:
    """The invitations of those of the films that are announced and in the running."""
    running = [one.id for one in films if one.announced == "selected" and one.state == EntryState.ELIGIBLE]
    return invited.of_entries(current.session(), running)


@bp.get("/entries/<number>")
@guard(policies.see_entry, load=queries.entry_by_number)
def show(entry: Entry) -> ResponseReturnValue:
    """An entry for its makers; its mentor and the desk have pages of their own."""
    actor = current.actor()
    if not policies.own_entry(actor, entry):
        mentor = policies.mentor_entry(actor, entry)
        return redirect(url_for("entries.review_material" if mentor else "entries.desk_entry", number=entry.number))
    session = current.session()
    items = frame.items_of(entry)
    onward = classroom.onward(session, [entry.id]).get(entry.id, []) if entry.in_class else []
    return page(
        "entries/show.html",
        entry=entry,
        rail=frame.rail(entry, items, None),
        standing=stages.standing(entry.state, entry.announced),
        at_work=entry.state in (EntryState.DRAFT, EntryState.NEEDS_FIX),
        receipt=queries.latest_receipt(session, entry.id),
        words=queries.latest_words(session, entry.id) if entry.state == EntryState.NEEDS_FIX else "",
        sign_offs=queries.sign_offs(session, entry.id) if entry.cohort_id else [],
        open=entry.call.opens_at <= current.arrived_at() < entry.call.closes_at,
        lead=policies.lead_entry(actor, entry),
        asked=_asked([entry]).get(entry.id),
        origin=classroom.origin(session, entry),
        onward=[school.went_on(one) for one in onward],
        promotable=_promotable(entry),
    )


def _promotable(entry: Entry) -> bool:
    """Whether the person at this page may have the class's film go on to the festival."""
    if not entry.in_class or entry.state not in (EntryState.SUBMITTED, EntryState.ELIGIBLE):
        return False
    film = classroom.class_film(current.session(), entry.number)
    return film is not None and policies.promote_film(current.actor(), film)
