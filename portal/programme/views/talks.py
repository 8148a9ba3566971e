"""Talks at the desk: planned, and their guests invited."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.errors import Invalid
from portal.i18n import NAMES, _, ngettext, pick
from portal.programme import queries, service, zones
from portal.programme.days import day_of
from portal.programme.forms import GuestForm, TalkForm
from portal.programme.models import QASession, Screening
from portal.programme.queries.conversations import Suggestion
from portal.programme.states import guest_kind, guest_text
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/ops/qa")
@guard(policies.programme_edition, load=current_edition)
def talks(edition: Edition) -> ResponseReturnValue:
    """Every talk of the edition and who comes."""
    listed = queries.talks(current.session(), edition.id)
    return page(
        "programme/talks.html",
        talks=listed,
        day_of=day_of,
        guest_text=guest_text,
        guest_kind=guest_kind,
        there=zones.there,
    )


@bp.get("/ops/qa/<code>")
@guard(policies.programme_screening, load=queries.screening_for_desk)
def talk(screening: Screening) -> ResponseReturnValue:
    """The talk of one screening: its length, its moderator, its guests."""
    found = screening.qa_session
    data = {"minutes": found.minutes, "moderator": found.moderator_name, "note": found.note} if found else {}
    return _talk(screening, TalkForm(formdata=None, data=data), GuestForm(formdata=None))


def _talk(screening: Screening, form: TalkForm, guest_form: GuestForm, status: int = 200) -> ResponseReturnValue:
    suggestions = queries.directors_of(current.session(), screening)
    return page(
        "programme/talk.html",
        screening=screening,
        title=pick(screening.package.title_ko, screening.package.title_en),
        day=day_of(screening.starts_at),
        form=form,
        guest_form=guest_form,
        suggestions=suggestions,
        zones=[(zone, zones.city(zone)) for zone in zones.COMMON],
        languages=list(NAMES.items()),
        guest_text=guest_text,
        guest_kind=guest_kind,
        there=zones.there,
        status=status,
    )


@bp.post("/ops/qa/<code>")
@guard(policies.programme_screening, load=queries.screening_for_desk)
def plan_talk(screening: Screening) -> ResponseReturnValue:
    """Plan the talk or change it."""
    form = TalkForm()
    if not form.sent_and_valid():
        return _talk(screening, form, GuestForm(formdata=None), 422)
    service.plan_talk(
        current.session(),
        screening,
        minutes=form.minutes.data,
        moderator=form.moderator.data or "",
        note=form.note.data or "",
        by=current.actor(),
    )
    flash(_("Saved."), "ok")
    return redirect(url_for("programme.talk", code=screening.code), 303)


@bp.post("/ops/qa/<code>/guests")
@guard(policies.programme_talk, load=queries.talk_by_code)
def invite(found: QASession) -> ResponseReturnValue:
    """Invite the ticked directors, or somebody else by name and address."""
    session, screening = current.session(), found.screening
    ticked = set(request.form.getlist("director"))
    people = [_invited(one) for one in queries.directors_of(session, screening) if str(one.person_id) in ticked]
    if not ticked:
        form = GuestForm()
        if not form.sent_and_valid():
            loaded = queries.screening_for_desk(session, screening.code) or abort(404)
            return _talk(loaded, _filled(found), form, 422)
        people = [form.invited()]
    for person in people:
        service.invite(session, found, person, by=current.actor())
    sent = ngettext("{n} invitation is on its way.", "{n} invitations are on their way.", len(people))
    flash(sent.format(n=len(people)), "ok")
    return redirect(url_for("programme.talk", code=screening.code), 303)


def _invited(one: Suggestion) -> service.Invited:
    return service.Invited(one.name, one.email, one.language, one.timezone, one.entry_id, one.person_id)


def _filled(found: QASession) -> TalkForm:
    data = {"minutes": found.minutes, "moderator": found.moderator_name, "note": found.note}
    return TalkForm(formdata=None, data=data)


@bp.post("/ops/qa/<code>/remove")
@guard(policies.programme_talk, load=queries.talk_by_code)
def remove_talk(found: QASession) -> ResponseReturnValue:
    """Plan no talk after all."""
    screening = found.screening
    try:
        service.remove_talk(current.session(), found, by=current.actor())
    except Invalid as problem:
        flash(problem.message, "bad")
        return redirect(url_for("programme.talk", code=screening.code), 303)
    return redirect(url_for("programme.desk_day", day=day_of(screening.starts_at), s=screening.code), 303)
