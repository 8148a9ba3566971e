"""The release of decisions by a second person, the embargo, and the public list."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import i18n, policies
from portal.errors import Invalid, Stale
from portal.i18n import N_, _, ngettext
from portal.jury import desk_queries, phrases, queries
from portal.jury.decisions import listing, service
from portal.jury.decisions import phrases as words
from portal.jury.decisions import queries as reading
from portal.jury.invitations import inviting, terms
from portal.jury.models import Round
from portal.jury.views.round_forms import number
from portal.jury.views.rounds import newest
from portal.mail import phrases as mail_words
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page

bp = Blueprint("release", __name__, url_prefix="/ops/results")
bp.context_processor(lambda: {"outcome_text": phrases.outcome_text, "words": words, "mail_words": mail_words})
ZONE = ZoneInfo(i18n.SEOUL)


@bp.get("/<code>/release")
@guard(policies.release_decisions, load=queries.round_by_code)
def review(round_: Round) -> ResponseReturnValue:
    """What a release would announce: counts, the selected films, the quotas, the mails that would go."""
    return _review(round_)


def _review(round_: Round, *, status: int = 200, error: Invalid | None = None) -> ResponseReturnValue:
    session = current.session()
    return page(
        "jury/release.html",
        status=status,
        judging=round_,
        tally=service.tally(session, round_),
        selected=desk_queries.pending_selected(session, round_.id),
        broken=[one for one in reading.quota_standings(session, round_.id) if one.broken],
        kinds=reading.quota_kinds(session, round_),
        reason=request.form.get("reason", ""),
        batch=service.batch(round_),
        may_office=policies.enter_office(current.actor()),
        answer_by=request.form.get("answer_by") or (i18n.korean_day(round_.answer_by) if round_.answer_by else ""),
        error=error,
    )


@bp.post("/<code>/answer-by")
@guard(policies.release_decisions, load=queries.round_by_code)
def answer_by(round_: Round) -> ResponseReturnValue:
    """Until when the makers to be told confirm; the mails that wait for them are written anew."""
    try:
        day, rev = terms.read(tidy(request.form.get("answer_by"))), number(request.form.get("rev")) or 0
        mails = inviting.set_answer_by(current.session(), round_, day, rev=rev, by=current.actor())
    except Invalid as problem:
        return _review(round_, status=422, error=problem)
    except Stale:
        return _review(newest(round_), status=409, error=Invalid("main", N_("Somebody else has just changed this.")))
    text = ngettext("{n} mail was written anew. Read it again.", "{n} mails were written anew. Read them again.", mails)
    flash(text.format(n=mails) if mails else _("Saved."), "ok")
    return redirect(url_for("release.review", code=round_.code), 303)


@bp.post("/<code>/release")
@guard(policies.release_decisions, load=queries.round_by_code)
def announce(round_: Round) -> ResponseReturnValue:
    """Announce everything at once; refused to whoever made one of the decisions."""
    reason = tidy(request.form.get("reason"))
    try:
        announced = service.release(current.session(), round_, reason=reason, by=current.actor())
    except Invalid as problem:
        return _review(round_, status=422, error=problem)
    text = ngettext("{n} decision announced.", "{n} decisions announced.", announced)
    flash(text.format(n=announced), "ok")
    return redirect(url_for("release.public_list", code=round_.code), 303)


# ── embargo and public list ────────────────────────────────────────────


@bp.get("/<code>/list")
@guard(policies.release_decisions, load=queries.round_by_code)
def public_list(round_: Round) -> ResponseReturnValue:
    """Who is not told yet, until when the outcome is under embargo, and whether the list is public."""
    return _list(round_)


def _list(
    round_: Round, *, status: int = 200, error: Invalid | None = None, typed: dict[str, Any] | None = None
) -> ResponseReturnValue:
    session, until = current.session(), round_.embargo_until
    local = until.astimezone(ZONE) if until else None
    stands = {"embargo_on": f"{local:%Y-%m-%d}", "embargo_time": f"{local:%H:%M}"} if local else {}
    return page(
        "jury/list.html",
        status=status,
        judging=round_,
        news=listing.news(session, round_),
        unannounced=reading.count_unannounced(session, round_),
        untold=listing.untold(session, round_.id),
        out_of_reach=listing.out_of_reach(session, round_.id),
        embargo={"embargo_on": "", "embargo_time": "", **stands, **(typed or {})},
        error=error,
    )


@bp.post("/<code>/list")
@guard(policies.release_decisions, load=queries.round_by_code)
def show_list(round_: Round) -> ResponseReturnValue:
    """Show the public list; refused while somebody it is about was not told."""
    try:
        films = listing.show(current.session(), round_, by=current.actor())
    except Invalid as problem:
        return _list(round_, status=422, error=problem)
    text = ngettext("{n} film is public now.", "{n} films are public now.", films)
    return _back(round_, text.format(n=films))


@bp.post("/<code>/embargo")
@guard(policies.release_decisions, load=queries.round_by_code)
def embargo(round_: Round) -> ResponseReturnValue:
    """Keep the outcome from the public until a moment; empty fields lift the embargo."""
    typed = {name: tidy(request.form.get(name))[:10] for name in ("embargo_on", "embargo_time")}
    try:
        listing.set_embargo(current.session(), round_, _moment(**typed), by=current.actor())
    except Invalid as problem:
        return _list(round_, status=422, error=problem, typed=typed)
    return _back(round_, _("Saved."))


def _moment(embargo_on: str, embargo_time: str) -> datetime | None:
    if not embargo_on and not embargo_time:
        return None
    try:
        return datetime.strptime(f"{embargo_on} {embargo_time or '00:00'}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    except ValueError as error:
        raise Invalid("embargo_on", N_("Write the day like 2027-02-19 and the time like 15:30.")) from error


@bp.post("/<code>/undeliverable")
@guard(policies.release_decisions, load=queries.round_by_code)
def out_of_reach(round_: Round) -> ResponseReturnValue:
    """Note that somebody cannot be reached by mail, and why."""
    found = reading.decision_on(current.session(), round_, request.form.get("number", ""))
    require(found is not None)
    assert found is not None
    try:
        listing.mark_undeliverable(current.session(), found, tidy(request.form.get("reason")), by=current.actor())
    except Invalid as problem:
        return _list(round_, status=422, error=problem)
    return _back(round_, _("Saved."))


def _back(round_: Round, sentence: str) -> ResponseReturnValue:
    flash(sentence, "ok")
    return redirect(url_for("release.public_list", code=round_.code), 303)
