"""The closed list of whom a letter can go to: each audience is one select of people or addresses, narrowed by a place.

Every select has the columns `email`, `language`, `native_name`, `latin_family`, `latin_given`, `person_id` and
`timezone`. Nobody is written to twice, whoever of them they are besides; disabled accounts are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person, RoleGrant
from portal.audience.models import Booking
from portal.calls.models import Call
from portal.entries.models import Entry, Member
from portal.i18n import N_, SEOUL, moment, pick
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations.models import FilmInvitation
from portal.jury.invitations.places import given_up
from portal.jury.models import Juror, Round
from portal.lifecycles import DecisionState, EntryState, GuestState, InvitationState, SeatState
from portal.mail.outbox import Recipient
from portal.policies import TEAM, Role, Scope
from portal.programme.models import Guest, Package, QASession, Screening
from portal.school.models import Cohort, Enrolment

People = sa.Select[*tuple[Any, ...]]
RUNNING = (EntryState.SUBMITTED, EntryState.NEEDS_FIX, EntryState.ELIGIBLE)


class Narrowed(StrEnum):
    """By what an audience can be narrowed."""

    NOT = "not"
    CALL = "call"
    ROUND = "round"
    COHORT = "cohort"
    SCREENING = "screening"


@dataclass(frozen=True, slots=True)
class Audience:
    """An audience as the desk calls it (a msgid), and the people in it: of an edition, in a place ("" for all)."""

    name: str
    narrowed: Narrowed
    people: Callable[[int, str], People]


def _persons(*conditions: sa.ColumnElement[bool]) -> People:
    names = (Person.native_name, Person.latin_family, Person.latin_given)
    columns = (Person.email, Person.language, *names, Person.id.label("person_id"), Person.timezone)
    return sa.select(*columns).where(Person.disabled_at.is_(None), *conditions)


def _addresses(row: Any, zone: Any) -> tuple[sa.ColumnElement[Any], ...]:
    nothing = sa.literal("")
    names = (row.name.label("native_name"), nothing.label("latin_family"), nothing.label("latin_given"))
    return (sa.func.lower(row.email).label("email"), row.language, *names, row.person_id, zone.label("timezone"))


def _makers(entries: sa.Select[Any]) -> People:
    """Everybody who works on one of the entries."""
    owners = sa.select(Entry.owner_id).where(Entry.id.in_(entries))
    members = sa.select(Member.person_id).where(Member.entry_id.in_(entries), Member.person_id.is_not(None))
    return _persons(Person.id.in_(sa.union(owners, members)))


def _entries(*states: EntryState) -> Callable[[int, str], People]:
    def people(edition_id: int, place: str) -> People:
        found = sa.select(Entry.id).where(Entry.edition_id == edition_id, Entry.state.in_(states))
        if place:
            found = found.where(Entry.call_id.in_(sa.select(Call.id).where(Call.slug == place)))
        return _makers(found)

    return people


def _told(outcome: Outcome) -> Callable[[int, str], People]:
    """Makers of films whose outcome was announced: what is only decided tells nobody anything.

    A selected film that does not come is none of them.
    """

    def people(edition_id: int, place: str) -> People:
        announced = (Decision.state == DecisionState.ANNOUNCED, Decision.outcome == outcome)
        film = sa.select(Decision.entry_id).join(Entry, Entry.id == Decision.entry_id)
        comes = () if outcome != Outcome.SELECTED else (~given_up(Decision),)
        found = film.where(*announced, *comes, Entry.state == EntryState.ELIGIBLE)
        return _makers(found.where(Decision.round_id.in_(_rounds(edition_id, place))))

    return people


def _invited(edition_id: int, place: str) -> People:
    decided = sa.select(Decision.id).where(Decision.round_id.in_(_rounds(edition_id, place)))
    unanswered = (FilmInvitation.state == InvitationState.INVITED, FilmInvitation.decision_id.in_(decided))
    asked = sa.select(FilmInvitation.entry_id).join(FilmInvitation.entry)
    return _makers(asked.where(*unanswered, Entry.state == EntryState.ELIGIBLE))


def _jurors(edition_id: int, place: str) -> People:
    seated = (Juror.ended_at.is_(None), Juror.round_id.in_(_rounds(edition_id, place)))
    return _persons(Person.id.in_(sa.select(Juror.person_id).where(*seated)))


def _rounds(edition_id: int, place: str) -> sa.Select[int]:
    found = sa.select(Round.id).where(Round.edition_id == edition_id)
    return found.where(Round.code == place) if place else found


def _mentors(edition_id: int, place: str) -> People:
    return _holders(Scope.COHORT, _cohorts(edition_id, place), Role.MENTOR)


def _students(edition_id: int, place: str) -> People:
    enrolled = sa.select(Enrolment.person_id).where(Enrolment.cohort_id.in_(_cohorts(edition_id, place)))
    return _persons(Person.id.in_(enrolled))


def _cohorts(edition_id: int, place: str) -> sa.Select[int]:
    found = sa.select(Cohort.id).where(Cohort.edition_id == edition_id)
    return found.where(Cohort.code == place) if place else found


def _team(edition_id: int, place: str) -> People:
    return _holders(Scope.EDITION, sa.select(sa.literal(edition_id)), *TEAM)


def _holders(scope: Scope, places: sa.Select[Any], *roles: Role) -> People:
    held = (RoleGrant.scope == scope, RoleGrant.scope_id.in_(places), RoleGrant.role.in_(roles))
    return _persons(Person.id.in_(sa.select(RoleGrant.person_id).where(*held, RoleGrant.ended_at.is_(None))))


def _guests(edition_id: int, place: str) -> People:
    talks = sa.select(QASession.id).where(QASession.screening_id.in_(_screenings(edition_id, place)))
    coming = (Guest.state != GuestState.DECLINED, Guest.qa_session_id.in_(talks))
    return sa.select(*_addresses(Guest, Guest.timezone)).where(*coming)


def _ticket_holders(edition_id: int, place: str) -> People:
    """Whoever has seats under an address that its owner, or the portal, vouched for."""
    seated = Booking.state.in_((SeatState.CONFIRMED, SeatState.CHECKED_IN))
    vouched = sa.or_(Booking.verified_at.is_not(None), Booking.verify_by.is_(None))
    there = Booking.screening_id.in_(_screenings(edition_id, place))
    zone = sa.func.coalesce(Person.timezone, SEOUL)
    found = sa.select(*_addresses(Booking, zone)).outerjoin(Person, Person.id == Booking.person_id)
    return found.where(seated, vouched, there, Booking.email != "")


def _screenings(edition_id: int, place: str) -> sa.Select[int]:
    found = sa.select(Screening.id).where(Screening.edition_id == edition_id)
    return found.where(Screening.code == place) if place else found


AUDIENCES: dict[str, Audience] = {
    "drafts": Audience(N_("Makers with an unfinished draft"), Narrowed.CALL, _entries(EntryState.DRAFT)),
    "handed_in": Audience(N_("Makers who handed in"), Narrowed.CALL, _entries(*RUNNING)),
    "needs_fix": Audience(N_("Makers with something to fix"), Narrowed.CALL, _entries(EntryState.NEEDS_FIX)),
    "selected": Audience(N_("Makers of selected films (announced)"), Narrowed.ROUND, _told(Outcome.SELECTED)),
    "reserve": Audience(N_("Makers of reserves (announced)"), Narrowed.ROUND, _told(Outcome.RESERVE)),
    "not_selected": Audience(
        N_("Makers of films not selected (announced)"), Narrowed.ROUND, _told(Outcome.NOT_SELECTED)
    ),
    "invited": Audience(N_("Invited makers who have not answered"), Narrowed.ROUND, _invited),
    "jurors": Audience(N_("Jurors"), Narrowed.ROUND, _jurors),
    "mentors": Audience(N_("Mentors"), Narrowed.COHORT, _mentors),
    "students": Audience(N_("Students"), Narrowed.COHORT, _students),
    "guests": Audience(N_("Guests of Q&A sessions"), Narrowed.SCREENING, _guests),
    "ticket_holders": Audience(N_("Ticket holders"), Narrowed.SCREENING, _ticket_holders),
    "team": Audience(N_("The office's own team"), Narrowed.NOT, _team),
}


def languages(session: Session, edition_id: int, audience: str, place: str) -> Counter[str]:
    """How many people an audience has now, by the language they read; one statement."""
    people = AUDIENCES[audience].people(edition_id, place).subquery()
    each = sa.select(sa.func.min(people.c.language).label("language")).group_by(people.c.email).subquery()
    counted = sa.select(each.c.language, sa.func.count()).group_by(each.c.language).order_by(each.c.language.desc())
    return Counter({row[0]: row[1] for row in session.execute(counted)})


def recipients(session: Session, edition_id: int, audience: str, place: str) -> list[Recipient]:
    """Everybody of an audience once, in the order of addresses."""
    people = AUDIENCES[audience].people(edition_id, place).subquery()
    found: dict[str, Recipient] = {}
    for row in session.execute(sa.select(people).order_by(people.c.email, people.c.language, people.c.person_id)):
        found.setdefault(row.email, _recipient(row))
    return list(found.values())


def _recipient(row: Any) -> Recipient:
    latin = f"{row.latin_family.upper()} {row.latin_given}".strip()
    name = row.native_name if row.language == "ko" or not latin else latin
    return Recipient(row.email, row.language, name, row.person_id, row.timezone)


# ── places ─────────────────────────────────────────────────────────────

_BY_NAME: dict[Narrowed, Any] = {Narrowed.CALL: Call, Narrowed.ROUND: Round, Narrowed.COHORT: Cohort}


def places(session: Session, edition_id: int, narrowed: Narrowed) -> list[tuple[str, str]]:
    """(code, name in the language in use) of everything by which such an audience can be narrowed."""
    if narrowed is Narrowed.NOT:
        return []
    if narrowed is Narrowed.SCREENING:
        return _screening_places(session, edition_id)
    model = _BY_NAME[narrowed]
    code = model.slug if narrowed is Narrowed.CALL else model.code
    wanted = sa.select(code, model.name_ko, model.name_en).where(model.edition_id == edition_id).order_by(model.id)
    return [(row[0], pick(row[1], row[2])) for row in session.execute(wanted)]


def _screening_places(session: Session, edition_id: int) -> list[tuple[str, str]]:
    rows: Sequence[Any] = session.execute(
        sa.select(Screening.code, Screening.starts_at, Package.title_ko, Package.title_en)
        .join(Package, Package.id == Screening.package_id)
        .where(Screening.edition_id == edition_id)
        .order_by(Screening.starts_at, Screening.id)
    ).all()
    return [(row.code, f"{moment(row.starts_at)} · {pick(row.title_ko, row.title_en)}") for row in rows]
