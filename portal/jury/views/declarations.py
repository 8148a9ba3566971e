"""A juror's own conflicts: films named by title with a reason, and the word that there is nothing more.

The list is of all films of the round, the same for every juror whatever was assigned to whom.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import policies
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import N_, _, ngettext, translate
from portal.jury.conflicts import phrases, service
from portal.jury.conflicts import queries as reads
from portal.jury.conflicts.models import ConflictScope, ConflictSource
from portal.jury.models import Juror
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy
from portal.web.pages import page
from portal.web.pagination import Page, wanted

bp = Blueprint("declarations", __name__, url_prefix="/jury/conflicts")
bp.context_processor(lambda: {"scope_name": phrases.scope_name})
SIZE = 50


def _own_seat(session: Session, code: str) -> Juror | None:
    """The actor's own seat in this round; nobody's address names somebody else's."""
    return reads.own_seat(session, current.actor(), code)


@bp.get("/<code>")
@guard(policies.declare_conflicts, load=_own_seat)
def show(juror: Juror) -> ResponseReturnValue:
    """The films of the round by title, and what the juror has told so far."""
    return _page(juror)


def _page(
    juror: Juror, *, status: int = 200, error: Invalid | None = None, ticked: frozenset[str] = frozenset()
) -> ResponseReturnValue:
    session, words = current.session(), tidy(request.values.get("q"))[:80]
    told = reads.told_by(session, juror.id)
    found = reads.choices(session, juror, words=words)
    return page(
        "jury/declaration.html",
        block="films",
        status=status,
        seat=juror,
        words=words,
        films=_slice(found, wanted(request.values.get("page"))),
        named={row.entry_id for row in told},
        told=told,
        scopes=[(scope.value, translate(text), None) for scope, text in phrases.OWN_SCOPES.items()],
        scope=request.form.get("scope", ConflictScope.FILM.value),
        reason=tidy(request.form.get("reason")),
        ticked=ticked,
        error=error,
    )


def _slice(found: list[reads.Choice], number: int) -> Page[reads.Choice]:
    return Page(found[(number - 1) * SIZE : number * SIZE], number, SIZE, len(found))


@bp.post("/<code>")
@guard(policies.declare_conflicts, load=_own_seat)
def tell(juror: Juror) -> ResponseReturnValue:
    """Note the ticked films with what connects the juror with them."""
    ticked = frozenset(request.form.getlist("film")[:SIZE])
    try:
        named, left = _told(current.session(), juror, ticked)
    except Invalid as problem:
        return _page(juror, status=422, error=problem, ticked=ticked)
    flash(ngettext("Thank you. {n} film noted.", "Thank you. {n} films noted.", named).format(n=named), "ok")
    if left:
        flash(_("Films of yours that it covers are passed on to somebody else."), "info")
    return redirect(url_for("declarations.show", code=juror.round.code), 303)


def _told(session: Session, juror: Juror, ticked: frozenset[str]) -> tuple[int, int]:
    reason = tidy(request.form.get("reason")).replace("\n", " ")
    chosen = [film for film in reads.choices(session, juror) if film.mark in ticked]
    scope = next((one for one in ConflictScope if one == request.form.get("scope")), None)
    if not chosen:
        raise Invalid("films", N_("Tick at least one film."))
    if scope is None:
        raise Invalid("scope", N_("Choose how far it reaches."))
    if len(reason) > service.LONGEST_REASON:
        raise Invalid("reason", N_("Shorten this to {limit} characters."), limit=service.LONGEST_REASON)
    left = sum(_declare(session, juror, film, scope, reason) for film in chosen)
    return len(chosen), left


def _declare(session: Session, juror: Juror, film: reads.Choice, scope: ConflictScope, reason: str) -> int:
    entry = session.get_one(Entry, film.entry_id)
    by = current.actor()
    return service.declare(session, juror, entry, source=ConflictSource.JUROR, scope=scope, reason=reason, by=by)


@bp.post("/<code>/done")
@guard(policies.declare_conflicts, load=_own_seat)
def nothing_more(juror: Juror) -> ResponseReturnValue:
    """The juror's word that no other conflict is known."""
    service.nothing_more(current.session(), juror, by=current.actor())
    flash(_("Thank you. If you think of something later, come back at any time."), "ok")
    return redirect(url_for("declarations.show", code=juror.round.code), 303)
