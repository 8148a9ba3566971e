"""The audit trail: one hash-chained row for each move and each sensitive reading.

Records are collected while a unit of work runs and written in one go just before its commit, so the chain's head is
locked for the shortest time and a rolled-back change leaves no trace.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal import clock
from portal.db import Base, Hash

if TYPE_CHECKING:
    from portal.policies import Actor

_PENDING = "audit.pending"
_GENESIS = "0" * 64
_HASHED = ("at", "actor_id", "actor_kind", "verb", "subject_kind", "subject_id")


class AuditRecord(Base):
    """Who did what to which thing, when, with the values before and after."""

    __tablename__ = "audit_records"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_kind: Mapped[str] = mapped_column(sa.String(12))
    verb: Mapped[str] = mapped_column(sa.String(60), index=True)
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]]
    previous: Mapped[Hash]
    digest: Mapped[Hash] = mapped_column(unique=True)

    __table_args__ = (sa.Index("ix_audit_records_subject", "subject_kind", "subject_id"),)


class AuditHead(Base):
    """The last link of the chain; one row, made by the first migration, locked while new links are written."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    digest: Mapped[Hash]


def canonical_json(value: Any) -> str:
    """Sorted keys, no spaces, NFC text: the same value always gives the same bytes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return unicodedata.normalize("NFC", text)


def record(session: Session, actor: Actor, verb: str, subject: Any, **detail: Any) -> None:
    """Note that `actor` did `verb` to `subject`; written with the commit of the unit of work."""
    session.info.setdefault(_PENDING, []).append((clock.now(), actor, verb, subject, detail))


def _row(moment: datetime, actor: Actor, verb: str, subject: Any, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": moment,
        "actor_id": actor.person_id,
        "actor_kind": actor.kind,
        "verb": verb,
        "subject_kind": getattr(subject, "__tablename__", str(subject)),
        "subject_id": getattr(subject, "id", None),
        "detail": json.loads(canonical_json(detail)),
    }


def _digest(row: dict[str, Any], seq: int, previous: str) -> str:
    content = {**row, "at": row["at"].isoformat(timespec="microseconds"), "seq": seq, "previous": previous}
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


# Every commit runs these three; as statements on the tables, built once, they cost a third of the mapped ones.
_records, _heads = (Base.metadata.tables[model.__tablename__] for model in (AuditRecord, AuditHead))
_HEAD = sa.update(_heads).where(_heads.c.id == 1)
_LOCK_HEAD = _HEAD.values(seq=_heads.c.seq).returning(_heads.c.seq, _heads.c.digest)
_WRITE = sa.insert(_records)


def _locked_head(session: Session) -> tuple[int, str]:
    head = session.execute(_LOCK_HEAD).one()
    return head.seq, head.digest


def seal(session: Session) -> None:
    """Write the collected records behind the chain's head."""
    pending = session.info.pop(_PENDING, [])
    if not pending:
        return
    session.flush()
    seq, previous = _locked_head(session)
    rows = []
    for entry in pending:
        row = _row(*entry)
        seq += 1
        digest = _digest(row, seq, previous)
        rows.append({**row, "seq": seq, "previous": previous, "digest": digest})
        previous = digest
    session.execute(_WRITE, rows)
    session.execute(_HEAD.values(seq=seq, digest=previous))


@event.listens_for(Session, "before_commit")
def _seal_before_commit(session: Session) -> None:
    if not session.in_nested_transaction():
        seal(session)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous_transaction: Any) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_PENDING, None)


def broken_links(session: Session) -> Iterator[int]:
    """The sequence numbers where the chain does not hold: edited, deleted or reordered records."""
    previous, expected = _GENESIS, 1
    for found in session.scalars(sa.select(AuditRecord).order_by(AuditRecord.seq)):
        row = {key: getattr(found, key) for key in _HASHED}
        digest = _digest({**row, "detail": found.detail}, found.seq, previous)
        if found.seq != expected or found.previous != previous or found.digest != digest:
            yield found.seq
        previous, expected = found.digest, found.seq + 1
    head = session.get(AuditHead, 1)
    if head is not None and (head.seq, head.digest) != (expected - 1, previous):
        yield expected
