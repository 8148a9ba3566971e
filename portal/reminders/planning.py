"""The plan of reminders follows the world: rows for whatever is wanted, none for what is not.

A pass compares what every kind wants with the rows there are, and only writes what differs; two passes at once, or one
cut off in the middle, do no harm. A row that was sent or cancelled by hand stays as it is for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, db
from portal.lifecycles import ReminderState, advance_row
from portal.reminders.kind import Key, Kind, Wanted, in_time, why_not
from portal.reminders.kinds import KINDS
from portal.reminders.models import Reminder
from portal.reminders.reasons import Reason

_BY_ITSELF = (Reason.ENDED, Reason.OVERTAKEN, Reason.LATE)
_KEY = ("kind", "object_kind", "object_id", "recipient", "nth")


@dataclass(frozen=True, slots=True)
class Row:
    """A row that may still change: planned, or cancelled by the plan; `ended` where its reason had ended.

    One that came too late comes back for a later date alone: what is due by now was told by another.
    """

    id: int
    rev: int
    key: Key
    state: ReminderState
    due_at: datetime
    ended: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to change for one kind: rows to add, to move in time, to plan again, and to cancel for a reason."""

    kind: Kind
    new: Sequence[Wanted]
    moved: Sequence[tuple[Row, datetime]]
    back: Sequence[tuple[Row, datetime]]
    ended: Sequence[tuple[Row, Reason]]

    def __bool__(self) -> bool:
        return any((self.new, self.moved, self.back, self.ended))


def differences(session: Session, *, now: datetime) -> list[Difference]:
    """What the world wants otherwise than the rows have it; reads only."""
    found = (_difference(session, kind, now) for kind in KINDS.values())
    return [one for one in found if one]


def _difference(session: Session, kind: Kind, now: datetime) -> Difference:
    wanted = list(kind.wanted(session, now=now))
    useful = in_time(wanted, now=now)
    known, settled = _rows(session, kind)
    planned = {key: row for key, row in known.items() if row.state == ReminderState.PLANNED}
    return Difference(
        kind,
        new=[one for key, one in useful.items() if key not in known and key not in settled],
        moved=[
            (row, useful[key].due_at)
            for key, row in planned.items()
            if key in useful and useful[key].due_at != row.due_at
        ],
        back=[
            (row, useful[key].due_at)
            for key, row in known.items()
            if key not in planned and key in useful and (row.ended or useful[key].due_at > now)
        ],
        ended=[(row, why_not(key, wanted, now=now)) for key, row in planned.items() if key not in useful],
    )


def _rows(session: Session, kind: Kind) -> tuple[dict[Key, Row], set[Key]]:
    """The rows of a kind that may still change, and the keys of those that may not."""
    columns = (Reminder.id, Reminder.rev, Reminder.state, Reminder.due_at, Reminder.reason)
    of_kind = sa.select(*columns, Reminder.object_id, Reminder.recipient, Reminder.nth)
    known, settled = {}, set()
    for row in session.execute(of_kind.where(Reminder.kind == kind.name)):
        key = (row.object_id, row.recipient, row.nth)
        if row.state == ReminderState.PLANNED or row.reason in _BY_ITSELF:
            known[key] = Row(row.id, row.rev, key, row.state, row.due_at, row.reason == Reason.ENDED)
        else:
            settled.add(key)
    return known, settled


def apply(session: Session, found: Iterable[Difference]) -> int:
    """Write the differences; how many rows changed. What somebody else changed meanwhile is left to the next pass."""
    now, changed = clock.now(), 0
    for one in found:
        changed += _add(session, one, now)
        changed += sum(_move(session, row, due_at) for row, due_at in one.moved)
        for row, due_at in one.back:
            changed += _step(session, row, ReminderState.PLANNED, due_at=due_at, settled_at=None, reason="")
        for row, reason in one.ended:
            changed += _step(session, row, ReminderState.CANCELLED, settled_at=now, reason=reason.value)
    return changed


def _add(session: Session, one: Difference, now: datetime) -> int:
    same = {"kind": one.kind.name, "object_kind": one.kind.model.__tablename__, "created_at": now}
    rows = [
        {
            **same,
            "object_id": new.object_id,
            "recipient": new.recipient,
            "nth": new.nth,
            "edition_id": new.edition_id,
            "due_at": new.due_at,
        }
        for new in one.new
    ]
    if not rows:
        return 0
    insert = db.insert(session, Reminder).on_conflict_do_nothing(index_elements=_KEY).returning(Reminder.id)
    return len(session.scalars(insert, rows).all())


def _move(session: Session, row: Row, due_at: datetime) -> bool:
    moved = (
        sa.update(Reminder)
        .where(Reminder.id == row.id, Reminder.rev == row.rev, Reminder.state == ReminderState.PLANNED)
        .values(due_at=due_at, rev=Reminder.rev + 1)
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(moved) is not None


def _step(session: Session, row: Row, to: ReminderState, **values: Any) -> bool:
    return advance_row(session, Reminder, row.id, to, Reminder.rev == row.rev, **values) is not None
