"""Commands on cohorts: make one, with a call of its own where it needs one, change what it goes by, invite mentors."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.accounts import queries as people
from portal.accounts import service as accounts
from portal.calls import service as calls
from portal.calls.models import Call, CallKind, Edition, Gel
from portal.errors import Invalid, Stale
from portal.i18n import N_, SEOUL, language, pick
from portal.policies import Actor, Grant, Role, Scope
from portal.school import queries
from portal.school.models import Cohort, Enrolment, SignOff, SignOffVerdict

OPENS, CLOSES = time(10), time(18)


class NamesAndDays(TypedDict):
    """What a new class is called and how long it lasts."""

    name_ko: str
    name_en: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class CohortDraft:
    """What the office writes of a class."""

    name_ko: str
    name_en: str
    starts_on: date
    ends_on: date
    team_limit: int = 6
    votes_each: int = 3
    minors: bool = False
    sign_off: bool = True


def make_cohort(session: Session, call: Call, *, by: Actor, **wanted: Unpack[NamesAndDays]) -> Cohort:
    """A class that enters through a school's call; asked twice for the same name and call, it is the same class."""
    if call.kind != CallKind.SCHOOL:
        raise Invalid("call", N_("Choose a school's call."))
    _require_order(wanted["starts_on"], wanted["ends_on"])
    known = session.scalar(
        sa.select(Cohort).filter_by(call_id=call.id, name_ko=wanted["name_ko"], name_en=wanted["name_en"])
    )
    if known is not None:
        return known
    cohort = Cohort(edition_id=call.edition_id, call_id=call.id, **wanted)
    session.add(cohort)
    session.flush()
    audit.record(session, by, "cohort.made", cohort)
    return cohort


def make_call(session: Session, edition: Edition, slug: str, *, by: Actor, **wanted: Unpack[NamesAndDays]) -> Call:
    """A school's call for one class, unpublished: open while the class lasts, with one category for its films.

    Its rules are still to be written; the call's own page has everything else, too. The same form sent twice makes one.
    """
    _require_order(wanted["starts_on"], wanted["ends_on"])
    known = session.scalar(sa.select(Call).filter_by(edition_id=edition.id, kind=CallKind.SCHOOL, slug=slug))
    if known is not None and (known.name_ko, known.name_en) == (wanted["name_ko"], wanted["name_en"]):
        return known
    seoul = ZoneInfo(SEOUL)
    draft = calls.CallDraft(
        name_ko=wanted["name_ko"],
        name_en=wanted["name_en"],
        intro_ko="",
        intro_en="",
        opens_at=datetime.combine(wanted["starts_on"], OPENS, seoul),
        closes_at=datetime.combine(wanted["ends_on"], CLOSES, seoul),
        grace_minutes=120,
        entry_limit=3,
    )
    call = calls.create_call(session, edition, CallKind.SCHOOL, slug, draft, by=by)
    session.refresh(call, ["categories"])
    films = calls.CategoryDraft(
        name_ko="수업 작품", name_en="Class films", about_ko="", about_en="", gel=Gel.SCHOOL,
        min_seconds=0, max_seconds=1200, min_height=720,
    )  # fmt: skip
    calls.add_category(session, call, "class", films, by=by)
    return call


def edit_cohort(session: Session, cohort: Cohort, draft: CohortDraft, *, rev: int, by: Actor) -> None:
    """Change what a class goes by; raises Stale when the form was drawn from an older version."""
    session.refresh(cohort, with_for_update=True)
    if cohort.rev != rev:
        raise Stale(theirs={name: getattr(cohort, name) for name in asdict(draft)})
    _require_order(draft.starts_on, draft.ends_on)
    _require_room(session, cohort, draft)
    wanted = asdict(draft)
    before = {name: getattr(cohort, name) for name in wanted if getattr(cohort, name) != wanted[name]}
    for name in before:
        setattr(cohort, name, wanted[name])
    session.flush()
    if before:
        after = {name: wanted[name] for name in before}
        audit.record(session, by, "cohort.edited", cohort, before=before, after=after)


def _require_order(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Invalid("ends_on", N_("The last day comes before the first."))


def _require_room(session: Session, cohort: Cohort, draft: CohortDraft) -> None:
    sizes = sa.select(sa.func.count()).where(Enrolment.cohort_id == cohort.id, Enrolment.team_id.is_not(None))
    largest = max(session.scalars(sizes.group_by(Enrolment.team_id)), default=0)
    if draft.team_limit < largest:
        raise Invalid("team_limit", N_("One team has {n} students already. Move some first."), n=largest)
    most = session.scalar(sa.select(sa.func.max(Enrolment.votes_used)).where(Enrolment.cohort_id == cohort.id)) or 0
    if draft.votes_each < most:
        raise Invalid("votes_each", N_("Somebody has given {n} votes already."), n=most)


def held(session: Session, cohort_id: int) -> Cohort:
    """The cohort, locked: who is in which team changes one change at a time."""
    return session.get_one(Cohort, cohort_id, with_for_update=True, populate_existing=True)


def invite_mentor(session: Session, cohort: Cohort, *, email: str, name: str, by: Actor) -> None:
    """Offer somebody by mail to mentor the cohort; a student of it cannot."""
    person = people.person_by_email(session, email)
    if person is not None and queries.enrolment(session, cohort.id, person.id) is not None:
        raise Invalid("email", N_("A student of this class cannot be its mentor."))
    grant = Grant(Role.MENTOR, Scope.COHORT, cohort.id)
    spoken = person.language if person else language()
    accounts.invite(
        session, email, grant, name=name, language=spoken, place=pick(cohort.name_ko, cohort.name_en), by=by
    )


def note_sign_off(session: Session, entry_id: int, verdict: SignOffVerdict, note: str, *, by: Actor) -> SignOff:
    """Keep a mentor's word on an entry; what follows from it is the entry's business."""
    assert by.person_id is not None
    word = SignOff(entry_id=entry_id, mentor_id=by.person_id, verdict=verdict, note=note)
    session.add(word)
    session.flush()
    return word
