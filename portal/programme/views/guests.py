"""The guest's own page, opened by the signed link of the invitation."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock, links, policies
from portal.errors import Invalid
from portal.i18n import N_, _, pick
from portal.lifecycles import GuestState
from portal.programme import ical, queries, service, zones
from portal.programme.forms import AnswerForm
from portal.programme.models import Guest
from portal.programme.service.letters import guest_calendar
from portal.programme.states import guest_kind, guest_text
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import download, page


def _by_token(session: Session, token: str) -> Guest | None:
    return queries.guest_by_token(session, token)


@bp.get("/guests/<token>")
@guard(policies.subject_of, load=_by_token)
def guest(found: Guest) -> ResponseReturnValue:
    """The invitation, in Korean time and in the guest's own."""
    return _guest(found)


def _guest(found: Guest, problem: str | None = None, status: int = 200) -> ResponseReturnValue:
    talk = found.qa_session
    screening = talk.screening
    return page(
        "programme/guest.html",
        guest=found,
        talk=talk,
        screening=screening,
        title=pick(screening.package.title_ko, screening.package.title_en),
        there=zones.there(screening.ends_at, found.timezone),
        over=screening.starts_at <= clock.now(),
        token=current.links().token(links.GUEST, found.code),
        answers=[
            (GuestState.ACCEPTED, _("I come to the cinema"), ""),
            (GuestState.REMOTE, _("I join by video"), _("We send the address of the call the day before.")),
            (GuestState.DECLINED, _("I cannot make it"), ""),
        ],
        guest_text=guest_text,
        guest_kind=guest_kind,
        problem=problem,
        status=status,
    )


@bp.post("/guests/<token>")
@guard(policies.subject_of, load=_by_token)
def answer(found: Guest) -> ResponseReturnValue:
    """Take the answer; it can be changed until the screening starts."""
    form = AnswerForm()
    if not form.sent_and_valid():
        return _guest(found, _(N_("Choose one of the answers.")), 422)
    try:
        service.answer(current.session(), found, GuestState(form.answer.data), by=current.actor())
    except Invalid as problem:
        return _guest(found, problem.message, 422)
    flash(_("Thank you. We have your answer and mailed it to you as well."), "ok")
    return redirect(url_for("programme.guest", token=(request.view_args or {})["token"]), 303)


@bp.get("/guests/<token>/talk.ics")
@guard(policies.subject_of, load=_by_token)
def calendar(found: Guest) -> Response:
    """The talk for the guest's calendar."""
    body = guest_calendar(current.session(), found, found.qa_session)
    return download(body, name="talk.ics", content_type=ical.CONTENT_TYPE)
