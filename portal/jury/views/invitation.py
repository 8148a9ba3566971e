"""For makers: their selected film is confirmed or declined here, the button of the mail leads to it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries import queries as entries
from portal.entries.models import Entry
from portal.errors import Invalid, Stale
from portal.i18n import _, pick
from portal.jury.invitations import phrases, queries, service
from portal.jury.invitations.queries import Asked
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page

bp = Blueprint("film_invitation", __name__)
_ANSWERS = ("confirm", "decline")


@bp.get("/entries/<number>/invitation")
@guard(policies.own_entry, load=entries.entry_by_number)
def show(entry: Entry) -> ResponseReturnValue:
    """Until when to answer, and the two answers."""
    return _show(entry, _asked(entry))


def _asked(entry: Entry) -> Asked:
    found = queries.of_entry(current.session(), entry.id)
    require(found is not None)
    assert found is not None
    return found


def _show(
    entry: Entry, asked: Asked, *, status: int = 200, error: str = "", at: str = "", reason: str = ""
) -> ResponseReturnValue:
    return page(
        "jury/invitation.html",
        status=status,
        entry=entry,
        title=pick(entry.title_ko, entry.title_en) or entry.number,
        asked=asked,
        invitation=asked.invitation,
        words=phrases,
        most_words=service.MOST_WORDS,
        error=error,
        at=at,
        reason=reason,
    )


@bp.post("/entries/<number>/invitation")
@guard(policies.own_entry, load=entries.entry_by_number)
def answer(entry: Entry) -> ResponseReturnValue:
    """Confirm or decline; the same answer again changes nothing."""
    session, by, wish = current.session(), current.actor(), request.form.get("answer", "")
    reason, asked = tidy(request.form.get("reason")), _asked(entry)
    if wish not in _ANSWERS:
        return _show(entry, asked, status=422, error=_("Choose one of the two answers."), reason=reason)
    try:
        if wish == "confirm":
            service.confirm(session, asked.invitation, by=by)
        else:
            service.decline(session, asked.invitation, reason=reason, by=by)
    except Invalid as problem:
        return _show(entry, _asked(entry), status=422, error=problem.message, at=problem.field, reason=reason)
    except Stale:
        return _show(entry, _asked(entry), status=409, error=_("Somebody else has just answered. Look at it again."))
    flash(_("Thank you. Your film is confirmed.") if wish == "confirm" else _("Your film is declined."), "ok")
    return redirect(url_for("film_invitation.show", number=entry.number), 303)
