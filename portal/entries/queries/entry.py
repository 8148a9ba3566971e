"""Entries one may see, and what belongs to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from portal import signing
from portal.accounts.models import Person
from portal.audit import AuditRecord
from portal.calls import queries as calls
from portal.calls.models import Call, CallKind, Category
from portal.entries.models import Entry, Member, Receipt
from portal.lifecycles import EntryState
from portal.policies import Actor, Role, Scope
from portal.school import queries as school
from portal.school.models import SignOff

_UNRECEIVED = (EntryState.DRAFT, EntryState.MENTOR_REVIEW)
EDITED = "entry.edited"


def entry_by_number(session: Session, number: str) -> Entry | None:
    """An entry with its team, call, category and owner: two statements."""
    return session.scalar(sa.select(Entry).where(Entry.number == number).options(*parts()))


def entry_beside(session: Session, number: str, **_beside: object) -> Entry | None:
    """The same for an address that names something of the entry besides, which its view looks up."""
    return entry_by_number(session, number)


def parts() -> tuple[Any, ...]:
    """What views ask of an entry, loaded with it."""
    call = joinedload(Entry.call).joinedload(Call.edition)
    return selectinload(Entry.members), call, joinedload(Entry.category), joinedload(Entry.owner)


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The same answer as `policies.see_entry`, as a condition on entries."""
    mentored = actor.places(Scope.COHORT, Role.MENTOR)
    desks = actor.places(Scope.EDITION, Role.ORGANIZER, Role.CHAIR, Role.PROGRAMMER)
    received = Entry.state.not_in(_UNRECEIVED)
    conditions = [made_by(actor.person_id)] if actor.person_id is not None else []
    if mentored:
        conditions.append(Entry.cohort_id.in_(mentored))
    if desks:
        conditions.append(sa.and_(received, Entry.edition_id.in_(desks)))
    return sa.or_(sa.false(), *conditions)


def made_by(person_id: int) -> sa.ColumnElement[bool]:
    """Entries a person owns or has joined."""
    joined = sa.select(Member.entry_id).where(Member.person_id == person_id)
    return sa.or_(Entry.owner_id == person_id, Entry.id.in_(joined))


def enterable(session: Session, actor: Actor) -> list[Call]:
    """The open calls an actor may enter: festival calls for everybody, a school's call for its own students."""
    schools = school.calls_entered_by(session, actor)
    return [call for call in calls.open_calls(session) if call.kind == CallKind.FESTIVAL or call.id in schools]


def own_rows(session: Session, person_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """A person's entries for their list, the latest work first."""
    columns = (Entry.id, Entry.number, Entry.state, Entry.announced, Entry.title_ko, Entry.title_en)
    moments = (Entry.updated_at, Entry.fix_due_at, Entry.submitted_at)
    wanted = (
        sa.select(*columns, *moments, Entry.owner_id, Entry.call_id, *_of_the_call())
        .join(Entry.call)
        .join(Entry.category)
        .where(made_by(person_id))
        .order_by(Entry.updated_at.desc(), Entry.id.desc())
    )
    return session.execute(wanted).all()


def _of_the_call() -> tuple[sa.ColumnElement[Any], ...]:
    names = (Call.name_ko.label("call_ko"), Call.name_en.label("call_en"))
    kinds = (Category.name_ko.label("category_ko"), Category.name_en.label("category_en"))
    return (*names, *kinds, Category.gel.label("gel"), Call.closes_at.label("closes_at"))


def receipt_by_number(session: Session, number: str) -> Receipt | None:
    """A receipt with its entry."""
    wanted = sa.select(Receipt).where(Receipt.number == number)
    return session.scalar(wanted.options(joinedload(Receipt.entry).options(*parts())))


def latest_receipt(session: Session, entry_id: int) -> Receipt | None:
    """The newest receipt of an entry, which holds the film that is judged."""
    wanted = sa.select(Receipt).where(Receipt.entry_id == entry_id).order_by(Receipt.sequence.desc()).limit(1)
    return session.scalar(wanted)


def member_by_token(session: Session, token: str) -> Member | None:
    """The invitation behind a mailed link, expired and accepted ones too."""
    wanted = sa.select(Member).where(Member.digest == signing.digest(token))
    return session.scalar(wanted.options(joinedload(Member.entry).options(*parts())))


def people_of(session: Session, entry: Entry) -> Sequence[Person]:
    """The owner and everybody who joined, the owner first."""
    found = session.scalars(sa.select(Person).where(Person.id.in_(entry.member_ids)).order_by(Person.id)).all()
    return sorted(found, key=lambda person: person.id != entry.owner_id)


def maker_ids(entry_id: int) -> sa.Select[int]:
    """Ids of the same people, as a condition for other tables."""
    owner = sa.select(Entry.owner_id).where(Entry.id == entry_id).scalar_subquery()
    joined = sa.select(Member.person_id).where(Member.entry_id == entry_id, Member.person_id.is_not(None))
    return sa.select(Person.id).where(sa.or_(Person.id == owner, Person.id.in_(joined)))


def sign_offs(session: Session, entry_id: int) -> Sequence[SignOff]:
    """What mentors said about an entry, the latest first."""
    wanted = sa.select(SignOff).where(SignOff.entry_id == entry_id).order_by(SignOff.id.desc())
    return session.scalars(wanted.options(joinedload(SignOff.mentor))).all()


def last_edit(session: Session, entry: Entry) -> tuple[Person | None, datetime] | None:
    """Who changed the entry last, and when."""
    wanted = (
        sa.select(Person, AuditRecord.at)
        .select_from(AuditRecord)
        .outerjoin(Person, Person.id == AuditRecord.actor_id)
        .where(
            AuditRecord.subject_kind == Entry.__tablename__,
            AuditRecord.subject_id == entry.id,
            AuditRecord.verb == EDITED,
        )
        .order_by(AuditRecord.seq.desc())
        .limit(1)
    )
    found = session.execute(wanted).first()
    return (found[0], found[1]) if found else None
