"""What was declared and how it changed: the makers' page of it, and their way to amend it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import i18n, policies
from portal.disclosure.models import Disclosure
from portal.disclosure.revisions import amendments, history
from portal.entries import queries, service
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.errors import Invalid, InvalidMany
from portal.i18n import N_, translate
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy
from portal.web.pages import page

_ = translate
ROLES = {
    "maker": N_("by the makers"),
    "performer": N_("by the person's answer"),
    "office": N_("by the festival office"),
}


def told(entry: Entry, disclosure: Disclosure | None) -> dict[str, Any]:
    """The revisions with their differences, and the amendment under way, as pages of makers and desk show them."""
    session = current.session()
    amendment = disclosure.amendment if disclosure else None
    assert disclosure is not None or amendment is None
    return {
        "steps": history.steps(session, entry.id),
        "amendment": amendment,
        "pending": amendments.differences(session, disclosure) if disclosure and amendment else ([], []),
        "other_lang": i18n.other(),
        "reason_in_words": amendments.reason_in_words,
        "role_in_words": lambda role: _(ROLES[role]) if role in ROLES else "",
    }


@bp.get("/entries/<number>/changes")
@guard(policies.own_entry, load=queries.entry_by_number)
def changes(entry: Entry) -> Response:
    """Every revision of the disclosure, what it changed and why; and the change that is being written."""
    return _page(entry)


@bp.post("/entries/<number>/changes")
@guard(policies.own_entry, load=queries.entry_by_number)
def amend(entry: Entry) -> ResponseReturnValue:
    """Begin a change, with its reason; the answers are written in the form they were declared in."""
    session, note = current.session(), tidy(request.form.get("note"))
    try:
        service.start_amendment(session, entry, request.form.get("reason", ""), note, by=current.actor())
    except Invalid as problem:
        return _page(entry, problems=[problem], status=422)
    return redirect(url_for("entries.ai", number=entry.number), 303)


@bp.post("/entries/<number>/changes/settle")
@guard(policies.own_entry, load=queries.entry_by_number)
def settle_own_amendment(entry: Entry) -> ResponseReturnValue:
    """Hand the change in, take it back from the office to write on, or drop it."""
    session, by = current.session(), current.actor()
    if "drop" in request.form:
        service.drop_amendment(session, entry, by=by)
        flash(_("Dropped. What you handed in stays as it is."), "success")
    elif "back" in request.form:
        service.take_back_amendment(session, entry, by=by)
        return redirect(url_for("entries.ai", number=entry.number), 303)
    else:
        return _hand_in(entry)
    return redirect(url_for("entries.changes", number=entry.number), 303)


def _hand_in(entry: Entry) -> ResponseReturnValue:
    session = current.session()
    try:
        made = service.hand_in_amendment(session, entry, by=current.actor(), at=current.arrived_at())
    except InvalidMany as several:
        return _page(entry, problems=several.problems, status=422)
    except Invalid as problem:
        return _page(entry, problems=[problem], status=422)
    if made is None:
        flash(_("The festival office has it now. It counts once they accept it."), "success")
    else:
        flash(_("Revision {n} counts from now on.").format(n=made.revision), "success")
    return redirect(url_for("entries.changes", number=entry.number), 303)


def _page(entry: Entry, *, problems: Sequence[Invalid] = (), status: int = 200) -> Response:
    session = current.session()
    known = queries.known_of(session, entry)
    return page(
        "entries/changes.html",
        status=status,
        entry=entry,
        rail=frame.rail(entry, frame.items_of(entry, known), None),
        problems=[("reason" if one.field == "reason" else "answers", one.message) for one in problems],
        reasons=amendments.reasons(),
        chosen=request.form.get("reason", ""),
        note=tidy(request.form.get("note")),
        amendable=entry.state in service.AMENDABLE,
        free=service.less_counts(session, entry, at=current.arrived_at()),
        **told(entry, known.disclosure),
    )
