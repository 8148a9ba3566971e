"""The run sheet of an evening: on a phone beside the stage, on paper, and as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, policies
from portal.errors import Invalid
from portal.i18n import N_, _, pick
from portal.lifecycles import GuestState, ScreeningState, TalkState
from portal.programme import queries, runsheet, runsheet_paper, service, stage, states, talk_steps, zones
from portal.programme.days import day_of
from portal.programme.models import Guest, Screening
from portal.programme.service.answers import DOORS
from portal.programme.views.blueprint import bp
from portal.programme.views.elsewhere import elsewhere
from portal.web import current
from portal.web.access import guard
from portal.web.pages import download, page

# what may be done next with a screening on its evening: (step, words)
_EVENING = {
    ScreeningState.RELEASED: (("begin", N_("Begin the screening")),),
    ScreeningState.BOOKING: (("begin", N_("Begin the screening")),),
    ScreeningState.CLOSED: (("begin", N_("Begin the screening")),),
    ScreeningState.RUNNING: (("films_over", N_("The films are over")), ("end", N_("End the evening"))),
    ScreeningState.Q_AND_A: (("end", N_("End the evening")), ("films_go_on", N_("The films go on"))),
}


@dataclass(frozen=True, slots=True)
class Timer:
    """What is counted down to; `until` is planned, or reckoned from when the talk began."""

    words: str
    until: datetime


@bp.get("/ops/qa/<code>/run")
@guard(policies.read_run_sheet, load=queries.screening_for_talk)
def run_sheet(screening: Screening) -> ResponseReturnValue:
    """The evening by the clock, who is on stage, what absent directors wrote, the buttons of the evening."""
    talk = screening.qa_session
    planning = policies.programme_screening(current.actor(), screening)
    guests = stage.line_up(talk.guests) if talk else []
    return page(
        "programme/runsheet.html",
        screening=screening,
        talk=talk,
        title=pick(screening.package.title_ko, screening.package.title_en),
        lines=runsheet.lines(screening),
        on_stage=[guest for guest in guests if guest.state != GuestState.DECLINED],
        away=[guest for guest in guests if guest.state == GuestState.DECLINED],
        timer=timer(screening, clock.now()),
        now=clock.now(),
        planning=planning,
        day=day_of(screening.starts_at),
        markable=screening.starts_at - DOORS <= clock.now(),
        steps=talk_steps.steps(talk.state, screening.state, planning=False) if talk else [],
        evening=_evening(screening, clock.now()),
        picked=elsewhere("live.picked", code=screening.code),
        floor=elsewhere("live.moderate", code=screening.code),
        states=states,
        stage=stage,
        there=zones.there,
    )


def _evening(screening: Screening, now: datetime) -> list[tuple[str, str]]:
    """The buttons of the evening, on its day; a screening without a talk ends with its films."""
    if screening.starts_at - DOORS > now:
        return []
    talk = screening.qa_session
    hidden = set() if talk else {"films_over"}
    if talk is not None and talk.state == TalkState.LIVE:
        hidden = {"end", "films_go_on"}
    return [(step, _(words)) for step, words in _EVENING.get(screening.state, ()) if step not in hidden]


def timer(screening: Screening, now: datetime) -> Timer | None:
    """What the evening waits for: the films, their end, the talk, its end; nothing once it is over."""
    talk = screening.qa_session
    if talk is not None and talk.state == TalkState.LIVE:
        return Timer(_("The talk ends"), stage.talk_ends(talk))
    if screening.state == ScreeningState.RUNNING:
        return Timer(_("The films end"), screening.ends_at)
    if screening.state in (ScreeningState.Q_AND_A, ScreeningState.HELD, ScreeningState.CANCELLED):
        return None
    soon = now < screening.starts_at <= now + DOORS
    return Timer(_("The films begin"), screening.starts_at) if soon else None


@bp.get("/ops/qa/<code>/run.pdf")
@guard(policies.read_run_sheet, load=queries.screening_for_talk)
def run_sheet_paper(screening: Screening) -> Response:
    """The same on paper."""
    return download(
        runsheet_paper.paper(screening), name=f"run-sheet-{screening.code}.pdf", content_type="application/pdf"
    )


@bp.post("/ops/qa/<code>/present")
@guard(policies.read_run_sheet, load=queries.screening_for_talk)
def mark_guest(screening: Screening) -> ResponseReturnValue:
    """Note whether somebody is there."""
    talk = screening.qa_session or abort(404)
    guest = _wanted(talk.guests)
    here = request.form.get("here")
    if here not in ("yes", "no"):
        abort(404)
    try:
        service.mark(current.session(), talk, guest, here=here == "yes", by=current.actor())
    except Invalid as problem:
        flash(problem.message, "bad")
    return redirect(url_for("programme.run_sheet", code=screening.code, _anchor="people"), 303)


def _wanted(guests: list[Guest]) -> Guest:
    code = request.form.get("guest", "")
    return next((one for one in guests if one.code == code), None) or abort(404)
