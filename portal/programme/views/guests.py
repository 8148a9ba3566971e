"""The guest's own page, opened by the signed link of the invitation: the answer, a part of the talk, a statement."""

from __future__ import annotations

from datetime import datetime

from flask import Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import links, policies
from portal.errors import Invalid
from portal.i18n import N_, _, pick
from portal.lifecycles import GuestState, ScreeningState, TalkState
from portal.programme import queries, service, stage, states, zones
from portal.programme.errors import SlotTaken
from portal.programme.forms import AnswerForm, StatementForm
from portal.programme.models import Guest, GuestRole, QASlot
from portal.programme.service.answers import LONGEST_STATEMENT, is_over, may_state
from portal.programme.service.letters import guest_calendar
from portal.programme.service.slots import TAKING
from portal.programme.views.blueprint import bp
from portal.programme.views.elsewhere import elsewhere
from portal.web import current
from portal.web.access import guard
from portal.web.pages import download, page

_TAKEN = N_("Somebody was a moment faster. These parts are still free.")


def _by_token(session: Session, token: str) -> Guest | None:
    return queries.guest_by_token(session, token)


def _token() -> str:
    return str((request.view_args or {})["token"])


@bp.get("/guests/<token>")
@guard(policies.subject_of, load=_by_token)
def guest(found: Guest) -> ResponseReturnValue:
    """The invitation, in Korean time and in the guest's own."""
    return _guest(found)


def _guest(
    found: Guest,
    problem: tuple[str, str] | None = None,
    *,
    typed: str | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """`problem` is the field and its sentence; `typed` the statement as it was sent."""
    talk = found.qa_session
    screening = talk.screening
    off = screening.state == ScreeningState.CANCELLED
    return page(
        "programme/guest.html",
        guest=found,
        talk=talk,
        screening=screening,
        title=pick(screening.package.title_ko, screening.package.title_en),
        there=zones.there(screening.ends_at, found.timezone),
        off=off,
        over=is_over(found),
        token=current.links().token(links.GUEST, found.code),
        answers=_answers(talk.remote_url),
        parts=_parts(found) if not off and _may_take(found) else [],
        may_state=may_state(found) and not off,
        statement=found.statement if typed is None else typed,
        longest=LONGEST_STATEMENT,
        written=_written(found),
        also=queries.also_on_stage(current.session(), found),
        states=states,
        problem=problem,
        status=status,
    )


def _written(found: Guest) -> str | None:
    """Where the guest answers in writing once the talk is over."""
    over = found.qa_session.state in (TalkState.CLOSED, TalkState.PUBLISHED)
    return elsewhere("live.written", token=_token()) if over and found.role == GuestRole.GUEST else None


def _answers(remote_url: str) -> list[tuple[str, str, str]]:
    link = _("The address of the call is on this page then.") if remote_url else _("The address of the call follows.")
    return [
        (GuestState.ACCEPTED, _("I come to the cinema"), ""),
        (GuestState.REMOTE, _("I join by video"), link),
        (GuestState.DECLINED, _("I cannot make it"), _("You may leave a statement that the moderator reads out.")),
    ]


def _may_take(found: Guest) -> bool:
    return found.role == GuestRole.GUEST and found.state in TAKING and not is_over(found)


def _parts(found: Guest) -> list[tuple[QASlot, str, str | None]]:
    """The parts the guest may take or has, each with Korean time and the guest's own."""
    mine = [slot for slot in found.qa_session.slots if slot.guest_id in (None, found.id)]
    return [(slot, _when(found, slot), zones.there(_begins(found, slot), found.timezone)) for slot in mine]


def _begins(found: Guest, slot: QASlot) -> datetime:
    return stage.slot_begins(found.qa_session, slot)


def _when(found: Guest, slot: QASlot) -> str:
    return zones.pair(_begins(found, slot), found.timezone)


@bp.post("/guests/<token>")
@guard(policies.subject_of, load=_by_token)
def answer(found: Guest) -> ResponseReturnValue:
    """Take the answer; it can be changed until the screening starts."""
    form = AnswerForm()
    if not form.sent_and_valid():
        return _guest(found, ("answer", _(N_("Choose one of the answers."))), status=422)
    try:
        service.answer(current.session(), found, GuestState(form.answer.data), by=current.actor())
    except Invalid as problem:
        return _guest(found, ("answer", problem.message), status=422)
    flash(_("Thank you. We have your answer and mailed it to you as well."), "ok")
    return redirect(url_for("programme.guest", token=_token()), 303)


@bp.post("/guests/<token>/slot")
@guard(policies.subject_of, load=_by_token)
def take_slot(found: Guest) -> ResponseReturnValue:
    """Take a part of the talk, or give it back with an empty choice; the slower of two sees what is free."""
    session, by = current.session(), current.actor()
    code = request.form.get("slot", "")
    try:
        if code:
            service.take_slot(session, found, code, by=by)
        else:
            service.give_back_slot(session, found, by=by)
    except SlotTaken:
        return _slot_refused(_(_TAKEN), 409)
    except Invalid as problem:
        return _slot_refused(problem.message, 422)
    if _wants_json():
        return jsonify(slot=code or None)
    flash(_("This part of the talk is yours.") if code else _("The part is free again."), "ok")
    return redirect(url_for("programme.guest", token=_token(), _anchor="slots"), 303)


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _slot_refused(sentence: str, status: int) -> ResponseReturnValue:
    """The page, or the same as JSON, as the database has it now."""
    session = current.session()
    session.rollback()
    session.expire_all()
    found = queries.guest_by_token(session, _token())
    assert found is not None
    if not _wants_json():
        return _guest(found, ("slot", sentence), status=status)
    free = [
        {"slot": slot.code, "begins": _begins(found, slot).isoformat(), "minutes": slot.minutes, "text": when}
        for slot, when, _there in _parts(found)
        if slot.guest_id is None
    ]
    return jsonify(error=sentence, free=free), status


@bp.post("/guests/<token>/statement")
@guard(policies.subject_of, load=_by_token)
def leave_statement(found: Guest) -> ResponseReturnValue:
    """Keep what somebody who cannot come would say."""
    form = StatementForm()
    typed = form.statement.data or ""
    if not form.sent_and_valid():
        return _guest(found, ("statement", form.error("statement") or ""), typed=typed, status=422)
    try:
        service.leave_statement(current.session(), found, typed, by=current.actor())
    except Invalid as problem:
        return _guest(found, ("statement", problem.message), typed=typed, status=422)
    flash(_("Thank you. The moderator reads it out."), "ok")
    return redirect(url_for("programme.guest", token=_token(), _anchor="statement"), 303)


@bp.get("/guests/<token>/talk.ics")
@guard(policies.subject_of, load=_by_token)
def calendar(found: Guest) -> Response:
    """The talk for the guest's calendar."""
    name, content_type, body = guest_calendar(current.session(), found, found.qa_session)
    return download(body, name=name, content_type=content_type)
