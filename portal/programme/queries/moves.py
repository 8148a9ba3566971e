"""Who moved a screening, when, from where to where; and where it was when somebody was told of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.audit import AuditRecord
from portal.programme.models import Screening

_MOST = 50


@dataclass(frozen=True, slots=True)
class Spot:
    """A hall and a start."""

    hall: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a screening; `person` is None where the portal or a person who left did it."""

    person: Person | None
    at: datetime
    before: Spot
    after: Spot


def moves_since(session: Session, screening: Screening, rev: int) -> Sequence[Move]:
    """The moves somebody who saw `rev` does not know of, the oldest first; one statement."""
    query = (
        sa.select(Person, AuditRecord.at, AuditRecord.detail)
        .select_from(AuditRecord)
        .outerjoin(Person, Person.id == AuditRecord.actor_id)
        .where(
            AuditRecord.subject_kind == Screening.__tablename__,
            AuditRecord.subject_id == screening.id,
            AuditRecord.verb == "screening.moved",
        )
        .order_by(AuditRecord.seq.desc())
        .limit(_MOST)
    )
    rows = session.execute(query).all()
    return [
        Move(person, at, _spot(detail["before"]), _spot(detail["after"]))
        for person, at, detail in reversed(rows)
        if detail.get("rev", 0) > rev
    ]


def spots_left(session: Session, screening_ids: Collection[int]) -> dict[int, list[tuple[datetime, Spot]]]:
    """When screenings left which spots, the oldest first, by screening; one statement."""
    found: dict[int, list[tuple[datetime, Spot]]] = {}
    if not screening_ids:
        return found
    query = (
        sa.select(AuditRecord.subject_id, AuditRecord.at, AuditRecord.detail)
        .where(
            AuditRecord.subject_kind == Screening.__tablename__,
            AuditRecord.subject_id.in_(screening_ids),
            AuditRecord.verb == "screening.moved",
        )
        .order_by(AuditRecord.seq)
    )
    for screening_id, at, detail in session.execute(query):
        found.setdefault(screening_id, []).append((at, _spot(detail["before"])))
    return found


def _spot(written: dict[str, object]) -> Spot:
    return Spot(int(str(written["hall"])), datetime.fromisoformat(str(written["starts_at"])))
