"""The school's desk: a student's class and entries, a mentor's queue and word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import policies
from portal.disclosure.consent import guardians as consents
from portal.disclosure.publication import published
from portal.entries import fields, queries, service, stages
from portal.entries.classroom import queries as classroom
from portal.entries.classroom.queries import Onward
from portal.entries.forms import NoteForm
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.entries.views.files import reel_of
from portal.errors import Invalid
from portal.i18n import translate
from portal.lifecycles import EntryState
from portal.policies import Role, Scope
from portal.school import queries as school
from portal.school.guardians import queries as guardians
from portal.school.models import Cohort, Enrolment
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page

_ = translate


@bp.get("/school")
@guard(policies.enter_school)
def school_desk() -> Response:
    """A student's classes with team, call and own entries; a mentor's queue of entries to sign off."""
    session, actor = current.session(), current.actor()
    cohorts = school.cohorts_of(session, actor)
    mentored = actor.places(Scope.COHORT, Role.MENTOR)
    rows = queries.cohort_rows(session, mentored)
    onward = classroom.onward(session, [row.id for row in rows])
    waiting, elsewhere = _queue(session, rows)
    return page(
        "school/desk.html",
        studied=[_studied(session, cohort) for cohort in cohorts if cohort.id not in mentored],
        mentored=[(cohort, _of(rows, cohort)) for cohort in cohorts if cohort.id in mentored],
        onward={source: [went_on(one) for one in found] for source, found in onward.items()},
        waiting=waiting,
        elsewhere=elsewhere,
    )


def _queue(session: Session, rows: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """What waits for this mentor: the own teams first, then teams without a mentor; and what waits for the others."""
    me = current.actor().person_id
    asked = school.mentoring(session, {row.cohort_id for row in rows})
    waiting = [row for row in rows if row.state == EntryState.MENTOR_REVIEW]
    others = [row for row in waiting if row.mentor_id != me and (row.cohort_id, row.mentor_id) in asked]
    mine = sorted((row for row in waiting if row not in others), key=lambda row: row.mentor_id != me)
    return mine, others


def _studied(session: Session, cohort: Cohort) -> dict[str, object]:
    person_id = current.actor().person_id
    assert person_id is not None
    place = school.enrolment(session, cohort.id, person_id)
    call = queries.call_of(session, cohort.call_id)
    own = [row for row in queries.own_rows(session, person_id) if row.call_id == cohort.call_id]
    onward = classroom.onward(session, [row.id for row in own])
    return {
        "cohort": cohort,
        "call": call,
        "countdown": frame.countdown(call.closes_at),
        "certificate": place.certificate if place else None,
        "lacking": _lacking(session, cohort, place),
        "mates": school.team_mates(session, place.team_id) if place and place.team_id else [],
        "rows": [(row, stages.standing(row.state, row.announced)) for row in own],
        "onward": {source: [went_on(one) for one in found] for source, found in onward.items()},
        "open": call.opens_at <= current.arrived_at() < call.closes_at,
    }


def _lacking(session: Session, cohort: Cohort, place: Enrolment | None) -> list[str]:
    """The names of a student's team whose guardians have not consented yet."""
    if place is None:
        return []
    return [one.name for one in guardians.missing(session, cohort.id, team_id=place.team_id, person_id=place.person_id)]


def went_on(one: Onward) -> tuple[Onward, stages.Standing]:
    """A film's entry in the festival, with where it stands there in words."""
    return one, stages.standing(one.state, one.announced)


def _of(rows: Sequence[Any], cohort: Cohort) -> list[tuple[Any, stages.Standing]]:
    return [(row, stages.standing(row.state)) for row in rows if row.cohort_id == cohort.id]


@bp.get("/school/entries/<number>")
@guard(policies.mentor_entry, load=queries.entry_by_number)
def review_material(entry: Entry) -> Response:
    """An entry as its mentor reads it, with the two answers while it waits for them."""
    return _material_page(entry, NoteForm(formdata=None))


@bp.post("/school/entries/<number>/approve")
@guard(policies.mentor_entry, load=queries.entry_by_number)
def approve(entry: Entry) -> ResponseReturnValue:
    """Sign the entry off; it is submitted then."""
    return _answer(entry, approved=True)


@bp.post("/school/entries/<number>/return")
@guard(policies.mentor_entry, load=queries.entry_by_number)
def send_back(entry: Entry) -> ResponseReturnValue:
    """Return the entry with notes."""
    return _answer(entry, approved=False)


def _answer(entry: Entry, *, approved: bool) -> ResponseReturnValue:
    form, session, actor = NoteForm(), current.session(), current.actor()
    require(not policies.own_entry(actor, entry))
    if not form.validate():
        return _material_page(entry, form, status=422)
    note, number = form.note.data or "", entry.number
    try:
        if approved:
            service.approve(session, entry, note, by=actor, at=current.arrived_at())
        else:
            service.send_back(session, entry, note, by=actor)
    except Invalid as problem:
        form.blame(problem)
        session.rollback()  # what the command had locked and begun; the page is drawn from what stands
        return _material_page(queries.entry_by_number(session, number) or entry, form, status=422)
    done = _("Approved: {number}") if approved else _("Returned: {number}")
    flash(done.format(number=entry.number), "success")
    return redirect(url_for("entries.school_desk"))


def _material_page(entry: Entry, form: NoteForm, *, status: int = 200) -> Response:
    session = current.session()
    return page(
        "school/entry.html",
        status=status,
        entry=entry,
        title=frame.title_of(entry),
        standing=stages.standing(entry.state),
        form=form,
        reel=reel_of(entry),
        disclosed=published(session, entry.id),
        answers=fields.answers_of(entry),
        sign_offs=queries.sign_offs(session, entry.id),
        waits=policies.sign_off_entry(current.actor(), entry),
        lacking=consents.lacking(session, entry.id),
        logged=len(classroom.prompts(session, entry.id)) if entry.in_class else None,
    )
