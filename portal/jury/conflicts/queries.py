"""What the chair's and the jurors' pages read of conflicts. Nothing here changes a row."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from portal.accounts.models import Person
from portal.audit import AuditRecord
from portal.calls.models import Category
from portal.entries.models import Credit, CreditRole, Entry
from portal.entries.search import pattern
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts.models import Conflict, ConflictSource, ConflictState
from portal.jury.models import Hidden, Juror, Round
from portal.lifecycles import RoundState
from portal.policies import Actor

DECLARING = (RoundState.SETUP, RoundState.ASSIGNING, RoundState.PROPOSED, RoundState.OPEN, RoundState.PAUSED)


# ── the chair's ────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Counts:
    """How many conflicts of a round stand in each state."""

    hinted: int = 0
    confirmed: int = 0
    dismissed: int = 0

    @property
    def total(self) -> int:
        return self.hinted + self.confirmed + self.dismissed


def counts(session: Session, round_id: int) -> Counts:
    """The round's conflicts by state."""
    wanted = sa.select(Conflict.status, sa.func.count()).join(Juror, Juror.id == Conflict.juror_id)
    rows = session.execute(wanted.where(Juror.round_id == round_id).group_by(Conflict.status)).all()
    return Counts(**{str(status): count for status, count in rows})


@dataclass(frozen=True)
class Filters:
    """What the chair wants to see of a round's conflicts; None means all."""

    state: ConflictState | None = None
    source: ConflictSource | None = None
    juror_id: int | None = None


def listed(round_id: int, filters: Filters) -> sa.Select[*tuple[Any, ...]]:
    """The conflicts as a statement for a page, hints first; `work` is the state of the juror's work on the film."""
    work = sa.select(Assignment.state).where(
        Assignment.juror_id == Conflict.juror_id, Assignment.entry_id == Conflict.entry_id
    )
    wanted = (
        sa.select(
            *(Conflict.id, Conflict.rev, Conflict.status, Conflict.source, Conflict.scope, Conflict.reason),
            *(Conflict.evidence, Conflict.answer, Conflict.noted_at, Juror.label, Person.native_name),
            *(Person.latin_family, Person.latin_given, Entry.number, Entry.title_ko, Entry.title_en),
            work.scalar_subquery().label("work"),
        )
        .join(Juror, Juror.id == Conflict.juror_id)
        .join(Person, Person.id == Juror.person_id)
        .join(Entry, Entry.id == Conflict.entry_id)
        .where(Juror.round_id == round_id)
        .order_by(Conflict.status != ConflictState.HINTED, Juror.label, Entry.number, Conflict.id)
    )
    asked = ((Conflict.status, filters.state), (Conflict.source, filters.source), (Juror.id, filters.juror_id))
    return wanted.where(*(column == value for column, value in asked if value is not None))


def history(session: Session, ids: Collection[int]) -> dict[int, list[Any]]:
    """(verb, detail, at, native_name) by conflict of everything that was said about these, oldest first."""
    found: dict[int, list[Any]] = defaultdict(list)
    wanted = (
        sa.select(AuditRecord.subject_id, AuditRecord.verb, AuditRecord.detail, AuditRecord.at, Person.native_name)
        .outerjoin(Person, Person.id == AuditRecord.actor_id)
        .where(AuditRecord.subject_kind == Conflict.__tablename__, AuditRecord.subject_id.in_(ids))
        .order_by(AuditRecord.seq)
    )
    for row in session.execute(wanted) if ids else ():
        found[row.subject_id].append(row)
    return found


def jurors(session: Session, round_id: int) -> Sequence[Any]:
    """(id, label, names, declared_at) of the living seats of a round."""
    return session.execute(
        sa.select(Juror.id, Juror.label, Juror.declared_at, Person.native_name, Person.latin_family, Person.latin_given)
        .join(Person, Person.id == Juror.person_id)
        .where(Juror.round_id == round_id, Juror.ended_at.is_(None))
        .order_by(Juror.label)
    ).all()


def seats_to_ask(session: Session, round_id: int) -> Sequence[Any]:
    """Seat and person of everybody who has not said yet that no other conflict is known."""
    return session.execute(
        sa.select(Juror, Person)
        .join(Person, Person.id == Juror.person_id)
        .where(Juror.round_id == round_id, Juror.ended_at.is_(None), Juror.declared_at.is_(None))
        .order_by(Juror.id)
    ).all()


def conflict_of(session: Session, round_: Round, conflict_id: int) -> Conflict | None:
    """A conflict of this round."""
    wanted = sa.select(Conflict).join(Juror, Juror.id == Conflict.juror_id)
    return session.scalar(wanted.where(Conflict.id == conflict_id, Juror.round_id == round_.id))


def judged_film(session: Session, round_: Round, number: str) -> Entry | None:
    """A film of the round by its number."""
    found: Entry | None = session.scalar(queries.judged_entries(round_).where(Entry.number == number))
    return found


def seat_of(session: Session, round_: Round, juror_id: int) -> Juror | None:
    """A living seat of this round, with its round."""
    wanted = sa.select(Juror).join(Juror.round).options(contains_eager(Juror.round))
    return session.scalar(wanted.where(Juror.id == juror_id, Juror.round_id == round_.id, Juror.ended_at.is_(None)))


# ── a juror's own ──────────────────────────────────────────────────────


def own_seat(session: Session, actor: Actor, round_code: str) -> Juror | None:
    """The actor's seat in a round, with round and panel."""
    wanted = sa.select(Juror).join(Juror.round).join(Juror.panel)
    return session.scalar(
        wanted.where(Round.code == round_code, Juror.person_id == actor.person_id).options(
            contains_eager(Juror.round), contains_eager(Juror.panel)
        )
    )


def seats_to_declare(session: Session, actor: Actor) -> Sequence[Juror]:
    """The actor's seats in rounds that take declarations, newest round first."""
    wanted = sa.select(Juror).join(Juror.round).where(Juror.person_id == actor.person_id, Juror.ended_at.is_(None))
    return session.scalars(
        wanted.where(Round.state.in_(DECLARING))
        .order_by(Round.position.desc(), Round.id.desc())
        .options(contains_eager(Juror.round))
    ).all()


@dataclass(frozen=True)
class Choice:
    """A film a juror may name; `mark` stands for it on this juror's page alone and tells nothing of the entry."""

    mark: str
    entry_id: int
    title_ko: str
    title_en: str
    category_ko: str
    category_en: str
    gel: str
    makers: str = ""


def choices(session: Session, juror: Juror, *, words: str = "") -> list[Choice]:
    """Every judged film of the round by title, or those that are found by it: the same whoever has which films.

    Only a round that shows its makers names the directors.
    """
    judged = queries.judged_entries(juror.round).with_only_columns(Entry.id)
    wanted = (
        sa.select(Entry.id, Entry.title_ko, Entry.title_en, Category.name_ko, Category.name_en, Category.gel)
        .join(Category, Category.id == Entry.category_id)
        .where(Entry.id.in_(judged))
    )
    if words:
        wanted = wanted.where(_titled(words))
    secret = session.info["settings"].secret_key
    named = {} if Hidden.PEOPLE in juror.round.hidden else _directors(session, judged)
    found = [Choice(mark(secret, juror.id, row[0]), *row, named.get(row[0], "")) for row in session.execute(wanted)]
    return sorted(found, key=lambda one: (one.title_ko or one.title_en, one.title_en, one.mark))


def _titled(words: str) -> sa.ColumnElement[bool]:
    like = pattern(words)
    titles = (sa.func.lower(sa.func.replace(title, " ", "")) for title in (Entry.title_ko, Entry.title_en))
    return sa.or_(*(title.like(like, escape="\\") for title in titles))


def _directors(session: Session, judged: sa.Select[Any]) -> Mapping[int, str]:
    found: dict[int, list[str]] = defaultdict(list)
    wanted = sa.select(Credit.entry_id, Credit.native_name).where(Credit.role == CreditRole.DIRECTOR)
    for entry_id, name in session.execute(wanted.where(Credit.entry_id.in_(judged)).order_by(Credit.position)):
        found[entry_id].append(name)
    return {entry_id: ", ".join(names) for entry_id, names in found.items()}


def mark(secret_key: str, juror_id: int, entry_id: int) -> str:
    """What stands for a film on one juror's page: the same every time, another for every juror."""
    text = f"jury.conflicts {juror_id} {entry_id}"
    return hmac.digest(secret_key.encode(), text.encode(), hashlib.sha256).hex()[:16]


def told_by(session: Session, juror_id: int) -> Sequence[Any]:
    """What a juror told before, the latest last; nothing of what others said."""
    return session.execute(
        sa.select(Conflict.entry_id, Conflict.reason, Conflict.scope, Conflict.status, Entry.title_ko, Entry.title_en)
        .join(Entry, Entry.id == Conflict.entry_id)
        .where(Conflict.juror_id == juror_id, Conflict.source == ConflictSource.JUROR)
        .order_by(Conflict.id)
    ).all()
