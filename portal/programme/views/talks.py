"""Talks at the desk: planned, taken from step to step, and their guests invited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock, policies
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.errors import Invalid, Stale
from portal.i18n import N_, NAMES, _, city, ngettext, pick
from portal.policies import Actor
from portal.programme import queries, service, stage, states, talk_steps, zones
from portal.programme.days import day_of
from portal.programme.forms import GuestForm, SlotForm, SlotsForm, TalkForm
from portal.programme.models import PickRule, QASession, Screening
from portal.programme.queries.conversations import Suggestion
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page


@bp.get("/ops/qa")
@guard(policies.staff_door, load=current_edition)
def talks(edition: Edition) -> ResponseReturnValue:
    """Every talk of the edition and who comes; first those that need a hand. Moderators go on to the run sheets."""
    listed = stage.by_need(queries.talks(current.session(), edition.id), clock.now())
    return page(
        "programme/talks.html",
        talks=listed,
        planning=policies.programme_edition(current.actor(), edition),
        in_need=sum(bool(needs) for _talk, needs in listed),
        states=states,
        stage=stage,
        there=zones.there,
    )


@bp.get("/ops/qa/<code>")
@guard(policies.programme_screening, load=queries.screening_for_talk)
def talk(screening: Screening) -> ResponseReturnValue:
    """The talk of one screening: where it stands, its rules, its guests and its parts."""
    return desk(screening)


def desk(
    screening: Screening,
    form: TalkForm | None = None,
    guest_form: GuestForm | None = None,
    slots_form: SlotsForm | None = None,
    *,
    part: tuple[str, SlotForm] | None = None,
    theirs: dict[str, Any] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page with a form as it was sent, the others as they are; `part` names the part of the talk it is about."""
    found = screening.qa_session
    return page(
        "programme/talk.html",
        screening=screening,
        talk=found,
        title=pick(screening.package.title_ko, screening.package.title_en),
        day=day_of(screening.starts_at),
        form=form or _filled(found),
        guest_form=guest_form or GuestForm(formdata=None),
        slots_form=slots_form or SlotsForm(formdata=None, data=_whole(screening)),
        part=part,
        theirs=theirs,
        suggestions=queries.directors_of(current.session(), screening),
        zones=[(zone, city(zone)) for zone in zones.COMMON],
        languages=list(NAMES.items()),
        steps=talk_steps.steps(found.state, screening.state, planning=True) if found else [],
        way=talk_steps.stages(found.state) if found else [],
        states=states,
        stage=stage,
        there=zones.there,
        status=status,
    )


def _filled(found: QASession | None) -> TalkForm:
    if found is None:
        return TalkForm(formdata=None)
    words = {"minutes": found.minutes, "moderator": found.moderator_name, "note": found.note}
    rules = {"remote_url": found.remote_url, "pick_rule": found.pick_rule.value, "rev": found.rev}
    return TalkForm(formdata=None, data=words | rules)


def _whole(screening: Screening) -> dict[str, int]:
    """One part for each film, all as long as they can be."""
    films, found = len(screening.package.films) or 1, screening.qa_session
    return {"count": films, "minutes": max(1, found.minutes // films)} if found else {}


def again(code: str, *, anchor: str | None = None) -> ResponseReturnValue:
    """Back to the page of the talk."""
    return redirect(url_for("programme.talk", code=code, _anchor=anchor), 303)


@bp.post("/ops/qa/<code>")
@guard(policies.programme_screening, load=queries.screening_for_talk)
def plan_talk(screening: Screening) -> ResponseReturnValue:
    """Plan the talk or change it; who was slower sees both versions."""
    form = TalkForm()
    if not form.sent_and_valid():
        return desk(screening, form, status=422)
    try:
        _plan(screening, form)
    except Invalid as problem:
        form.blame(problem)
        return desk(screening, form, status=422)
    except Stale as stale:
        return desk(screening, form, theirs=stale.theirs, status=409)
    flash(_("Saved."), "ok")
    return again(screening.code)


def _plan(screening: Screening, form: TalkForm) -> None:
    service.plan_talk(
        current.session(),
        screening,
        minutes=form.minutes.data,
        moderator=form.moderator.data or "",
        note=form.note.data or "",
        remote_url=form.remote_url.data or "",
        pick_rule=PickRule(form.pick_rule.data),
        rev=form.rev.data,
        by=current.actor(),
    )


@bp.post("/ops/qa/<code>/guests")
@guard(policies.programme_talk, load=queries.talk_by_code)
def invite(found: QASession) -> ResponseReturnValue:
    """Invite the ticked directors, or somebody else by name and address."""
    session, screening = current.session(), found.screening
    ticked, form = set(request.form.getlist("director")), GuestForm()
    if not ticked and not form.sent_and_valid():
        return _refused(session, screening.code, form)
    people = [_invited(one) for one in queries.directors_of(session, screening) if str(one.person_id) in ticked]
    try:
        for person in people if ticked else [form.invited()]:
            service.invite(session, found, person, by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        session.rollback()
        return _refused(session, screening.code, form)
    number = len(people) if ticked else 1
    sent = ngettext("{n} invitation is on its way.", "{n} invitations are on their way.", number)
    flash(sent.format(n=number), "ok")
    return again(screening.code, anchor="guests")


def _refused(session: Session, code: str, form: GuestForm) -> ResponseReturnValue:
    return desk(queries.screening_for_talk(session, code) or abort(404), guest_form=form, status=422)


def _invited(one: Suggestion) -> service.Invited:
    return service.Invited(one.name, one.email, one.language, one.timezone, one.entry_id, one.person_id)


@bp.post("/ops/qa/<code>/remind")
@guard(policies.programme_talk, load=queries.talk_by_code)
def remind(found: QASession) -> ResponseReturnValue:
    """Write again to those who have not answered."""
    asked = service.remind(current.session(), found, by=current.actor())
    sent = ngettext("{n} guest is reminded, once a day at most.", "{n} guests are reminded, once a day at most.", asked)
    flash(sent.format(n=asked), "ok")
    return again(found.screening.code, anchor="guests")


Move = Callable[..., None]
# the pressed button -> what it does, and what is said then; the programmer's steps are told apart by talk_steps
MOVES: dict[str, tuple[Move, str]] = {
    "confirm": (service.confirm_talk, N_("The talk is confirmed.")),
    "unconfirm": (service.unconfirm_talk, N_("The confirmation is taken back.")),
    "open": (service.open_questions, N_("Questions are open.")),
    "shut": (service.close_questions, N_("Questions are closed.")),
    "begin": (service.begin_talk, N_("The talk is live.")),
    "unbegin": (service.unbegin_talk, N_("The talk has not begun yet.")),
    "close": (service.close_talk, N_("The talk is over.")),
    "reopen": (service.reopen_talk, N_("The talk goes on.")),
    "publish": (service.publish_talk, N_("The answers are published.")),
    "unpublish": (service.unpublish_talk, N_("The answers are off the page.")),
}
PLANNING = ("confirm", "unconfirm", "publish", "unpublish")


@bp.post("/ops/qa/<code>/step")
@guard(policies.read_run_sheet, load=queries.screening_for_talk)
def step_talk(screening: Screening) -> ResponseReturnValue:
    """Take the talk a step on or back; the pressed button says which, and where it was pressed."""
    pressed, actor = request.form.get("step", ""), current.actor()
    move, done = MOVES.get(pressed) or abort(404)
    require(pressed not in PLANNING or policies.programme_screening(actor, screening))
    found = screening.qa_session or abort(404)
    said = _step(move, found, actor)
    flash(said or _(done), "bad" if said else "ok")
    if request.form.get("from") == "run":
        return redirect(url_for("programme.run_sheet", code=screening.code), 303)
    return again(screening.code)


def _step(move: Move, found: QASession, by: Actor) -> str | None:
    """Why the step was not taken, if it was not."""
    try:
        move(current.session(), found, by=by)
    except Invalid as problem:
        return problem.message
    return None


@bp.post("/ops/qa/<code>/remove")
@guard(policies.programme_talk, load=queries.talk_by_code)
def remove_talk(found: QASession) -> ResponseReturnValue:
    """Plan no talk after all, and tell those who were asked."""
    screening = found.screening
    try:
        told = service.remove_talk(current.session(), found, by=current.actor())
    except Invalid as problem:
        flash(problem.message, "bad")
        return again(screening.code)
    if told:
        sent = ngettext("{n} guest hears that there is no talk.", "{n} guests hear that there is no talk.", told)
        flash(sent.format(n=told), "ok")
    return redirect(url_for("programme.desk_day", day=day_of(screening.starts_at), s=screening.code), 303)
