"""For the desk: who of the selected has confirmed, who needs a word, and the places that became free."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, i18n, policies
from portal.errors import Invalid, Stale
from portal.i18n import N_, _, ngettext
from portal.jury import queries as rounds
from portal.jury.decisions import queries as decisions
from portal.jury.invitations import inviting, phrases, queries, service, terms
from portal.jury.invitations.models import FilmInvitation
from portal.jury.models import Round
from portal.jury.views.round_forms import number
from portal.jury.views.rounds import newest
from portal.mail import returned
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page

bp = Blueprint("invitations", __name__, url_prefix="/ops/rounds")
bp.context_processor(lambda: {"words": phrases})


@bp.get("/<code>/invitations")
@guard(policies.release_decisions, load=rounds.round_by_code)
def index(round_: Round) -> ResponseReturnValue:
    """Every selected film with its makers' answer, those that need a word first."""
    return _index(round_)


def _index(round_: Round, *, status: int = 200, error: Invalid | None = None, at: str = "") -> ResponseReturnValue:
    session = current.session()
    found = queries.rows(session, round_.id)
    return page(
        "jury/invitations.html",
        status=status,
        judging=round_,
        rows=found,
        unasked=[decision.entry for decision in session.scalars(queries.unasked(round_.id))],
        usual=i18n.korean_day(terms.usual(clock.now())),
        counts=queries.counts(found),
        returned=returned.returned(session, [row.person_id for row in found]),
        vacancies=decisions.vacancies(session, round_.id),
        next_up=decisions.reserves(session, round_)[:1],
        promoted=decisions.promoted(session, round_.id),
        may_office=policies.enter_office(current.actor()),
        error=error,
        at=at,
        typed=request.form,
    )


@bp.post("/<code>/invitations/ask")
@guard(policies.release_decisions, load=rounds.round_by_code)
def ask(round_: Round) -> ResponseReturnValue:
    """Ask the makers who were selected before there were invitations."""
    try:
        day = terms.read(tidy(request.form.get("answer_by")))
        asked = inviting.ask_rest(current.session(), round_, day, by=current.actor())
    except Invalid as problem:
        return _refused(round_, problem, "all")
    text = ngettext(
        "{n} film is invited. Its makers are asked.", "{n} films are invited. Their makers are asked.", asked
    )
    return _back(round_, text.format(n=i18n.number(asked)))


def _invitation(round_: Round) -> FilmInvitation:
    found = queries.of_round(current.session(), round_.id, request.form.get("invitation", ""))
    require(found is not None)
    assert found is not None
    return found.invitation


@bp.post("/<code>/invitations/more-time")
@guard(policies.release_decisions, load=rounds.round_by_code)
def more_time(round_: Round) -> ResponseReturnValue:
    """Wait longer for somebody's answer."""
    invitation = _invitation(round_)
    try:
        until = terms.read(tidy(request.form.get("answer_by")))
        rev = number(request.form.get("rev")) or 0
        service.more_time(current.session(), invitation, until, rev=rev, by=current.actor())
    except (Invalid, Stale) as problem:
        return _refused(round_, problem, invitation.code)
    return _back(round_, _("Their place is kept until then. Tell them so yourself; the reminders go on."))


@bp.post("/<code>/invitations/confirmed")
@guard(policies.release_decisions, load=rounds.round_by_code)
def confirmed(round_: Round) -> ResponseReturnValue:
    """Note what the makers said by telephone, and who said it."""
    invitation, said_by = _invitation(round_), tidy(request.form.get("said_by"))
    try:
        if not said_by:
            raise Invalid("said_by", N_("Write who told you."))
        service.confirm(current.session(), invitation, note=said_by, by=current.actor())
    except (Invalid, Stale) as problem:
        return _refused(round_, problem, invitation.code)
    return _back(round_, _("Noted: the film comes."))


def _refused(round_: Round, problem: Invalid | Stale, code: str) -> ResponseReturnValue:
    if isinstance(problem, Stale):
        stale = Invalid("main", N_("Somebody else has just answered. Look at it again."))
        return _index(newest(round_), status=409, error=stale, at=code)
    return _index(round_, status=422, error=problem, at=code)


def _back(round_: Round, sentence: str) -> ResponseReturnValue:
    flash(sentence, "ok")
    return redirect(url_for("invitations.index", code=round_.code), 303)
