"""The organizers' list of received entries: searched, filtered, sorted; columns only, however many rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from portal.accounts.models import Person
from portal.audit import AuditRecord
from portal.calls.models import Call, Category
from portal.disclosure.crosscheck.queries import needs_review
from portal.disclosure.models import Amendment, Disclosure
from portal.entries import search
from portal.entries.models import Entry, Verdict, VerdictOutcome
from portal.lifecycles import AmendmentState, EntryState
from portal.policies import Actor, Role, Scope

_UNRECEIVED = (EntryState.DRAFT, EntryState.MENTOR_REVIEW)
SORTS: Mapping[str, sa.SQLColumnExpression[Any]] = {
    "submitted": Entry.submitted_at,
    "number": Entry.number,
    "title": sa.func.lower(Entry.title_en),
    "runtime": Entry.runtime_s,
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the desk asked for; an unknown sort falls back to the order of arrival."""

    words: str = ""
    category_id: int | None = None
    state: EntryState | None = None
    sort: str = "submitted"
    descending: bool = True
    review: bool = False


def desk_rows(actor: Actor, filters: Filters) -> sa.Select[*tuple[Any, ...]]:
    """The rows of the desk's table, for `paged`."""
    column = SORTS.get(filters.sort, Entry.submitted_at)
    shown = (Entry.id, Entry.number, Entry.state, Entry.title_ko, Entry.title_en, Entry.country, Entry.runtime_s)
    people = (Person.native_name, Person.latin_family, Person.latin_given)
    category = (Category.name_ko.label("category_ko"), Category.name_en.label("category_en"), Category.gel)
    return (
        sa.select(*shown, Entry.submitted_at, *people, *category, Disclosure.tier, _review(actor).label("review"))
        .join(Person, Person.id == Entry.owner_id)
        .join(Category, Category.id == Entry.category_id)
        .outerjoin(Disclosure, Disclosure.entry_id == Entry.id)
        .where(on_desk(actor), *_conditions(filters), *([_review(actor)] if filters.review else []))
        .order_by(column.desc() if filters.descending else column.asc(), Entry.id)
    )


def _review(actor: Actor) -> sa.ColumnElement[bool]:
    """Whether a grave finding about an entry's files waits for this organizer; nobody else is told."""
    return sa.and_(Entry.edition_id.in_(actor.places(Scope.EDITION, Role.ORGANIZER)), needs_review(Entry.id))


def on_desk(actor: Actor) -> sa.ColumnElement[bool]:
    """Received entries of the editions the actor works on."""
    desks = actor.places(Scope.EDITION, Role.ORGANIZER, Role.CHAIR, Role.PROGRAMMER)
    return sa.and_(Entry.edition_id.in_(desks), Entry.state.not_in(_UNRECEIVED))


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if search.folded(filters.words):
        conditions.append(Entry.search_text.like(search.pattern(filters.words), escape="\\"))
    if filters.category_id is not None:
        conditions.append(Entry.category_id == filters.category_id)
    if filters.state is not None:
        conditions.append(Entry.state == filters.state)
    return conditions


def amendments_waiting(session: Session, actor: Actor) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Changes of disclosures that wait for an organizer, the oldest first."""
    wanted = (
        sa.select(Entry.number, Entry.title_ko, Entry.title_en, Amendment.reason, Amendment.created_at)
        .join(Disclosure, Disclosure.entry_id == Entry.id)
        .join(Amendment, Amendment.disclosure_id == Disclosure.id)
        .where(on_desk(actor), Amendment.state == AmendmentState.PROPOSED)
        .order_by(Amendment.id)
        .limit(200)
    )
    return session.execute(wanted).all()


def desk_categories(session: Session, actor: Actor) -> Sequence[Category]:
    """The categories of the editions the actor works on."""
    desks = actor.places(Scope.EDITION, Role.ORGANIZER, Role.CHAIR, Role.PROGRAMMER)
    wanted = sa.select(Category).join(Category.call).where(Call.edition_id.in_(desks))
    return session.scalars(wanted.order_by(Category.call_id, Category.position, Category.id)).all()


def state_counts(session: Session, actor: Actor) -> dict[EntryState, int]:
    """How many received entries stand in each state."""
    wanted = sa.select(Entry.state, sa.func.count()).where(on_desk(actor)).group_by(Entry.state)
    return {row[0]: row[1] for row in session.execute(wanted)}


def queue(session: Session, actor: Actor, *, limit: int = 200) -> Sequence[str]:
    """Numbers of entries that wait for a first verdict, in the order they were handed in."""
    editions = actor.places(Scope.EDITION, Role.ORGANIZER)
    proposed = sa.select(Verdict.entry_id).where(Verdict.confirmed_at.is_(None))
    wanted = (
        sa.select(Entry.number)
        .where(Entry.edition_id.in_(editions), Entry.state == EntryState.SUBMITTED, Entry.id.not_in(proposed))
        .order_by(Entry.submitted_at, Entry.id)
        .limit(limit)
    )
    return session.scalars(wanted).all()


def open_verdicts(session: Session, actor: Actor) -> Sequence[Verdict]:
    """Refusals that wait for a second person, the oldest first."""
    editions = actor.places(Scope.EDITION, Role.ORGANIZER)
    wanted = (
        sa.select(Verdict)
        .join(Verdict.entry)
        .where(Verdict.confirmed_at.is_(None), Entry.edition_id.in_(editions))
        .options(joinedload(Verdict.entry).joinedload(Entry.category))
        .order_by(Verdict.id)
    )
    return session.scalars(wanted).all()


def open_verdict(session: Session, entry_id: int) -> Verdict | None:
    """The refusal of an entry that waits for a second person."""
    wanted = sa.select(Verdict).where(Verdict.entry_id == entry_id, Verdict.confirmed_at.is_(None))
    return session.scalar(wanted)


def verdicts(session: Session, entry_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The desk's words on an entry with the names of those who spoke, the latest first."""
    proposer, confirmer = aliased(Person), aliased(Person)
    wanted = (
        sa.select(Verdict, proposer.native_name.label("proposed_by"), confirmer.native_name.label("confirmed_by"))
        .join(proposer, proposer.id == Verdict.proposed_by_id)
        .outerjoin(confirmer, confirmer.id == Verdict.confirmed_by_id)
        .where(Verdict.entry_id == entry_id)
        .order_by(Verdict.id.desc())
    )
    return session.execute(wanted).all()


def latest_words(session: Session, entry_id: int) -> str:
    """What the desk last asked to be fixed."""
    wanted = sa.select(Verdict.reason).where(Verdict.entry_id == entry_id, Verdict.outcome == VerdictOutcome.NEEDS_FIX)
    return session.scalar(wanted.order_by(Verdict.id.desc()).limit(1)) or ""


def log_of(session: Session, entry: Entry, *, limit: int = 200) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """What happened to an entry, the latest first, with the names of those who did it."""
    wanted = (
        sa.select(AuditRecord.at, AuditRecord.verb, AuditRecord.actor_kind, Person.native_name)
        .outerjoin(Person, Person.id == AuditRecord.actor_id)
        .where(AuditRecord.subject_kind == Entry.__tablename__, AuditRecord.subject_id == entry.id)
        .order_by(AuditRecord.seq.desc())
        .limit(limit)
    )
    return session.execute(wanted).all()
