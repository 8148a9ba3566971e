"""Reads of reminders: which are due, and what the desk sees of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import claims, clock
from portal.lifecycles import ReminderState
from portal.policies import Actor, Role, Scope
from portal.reminders.kinds import KINDS
from portal.reminders.models import Reminder


def waiting(session: Session) -> Sequence[int]:
    """Ids of reminders whose time has come and that nobody has settled."""
    due = (Reminder.state == ReminderState.PLANNED, Reminder.due_at <= clock.now())
    return claims.waiting(session, Reminder, *due)


def overdue(session: Session, than: timedelta) -> int:
    """How many should have been settled longer ago."""
    late = (Reminder.state == ReminderState.PLANNED, Reminder.due_at < clock.now() - than)
    return session.scalar(sa.select(sa.func.count()).where(*late)) or 0


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Which reminders an actor may see and cancel: those of the editions the actor organizes."""
    return Reminder.edition_id.in_(actor.places(Scope.EDITION, Role.ORGANIZER))


def reminder(session: Session, reminder_id: int) -> Reminder | None:
    """One reminder."""
    return session.get(Reminder, reminder_id)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a kind stands: how many are in each state, and when the next is due."""

    counts: dict[ReminderState, int]
    next_at: datetime | None


def standings(session: Session, actor: Actor) -> dict[str, Standing]:
    """Every kind, whether anything of it is planned or not; one statement."""
    first = sa.type_coerce(sa.func.min(Reminder.due_at), Reminder.due_at.type)
    counted = sa.select(Reminder.kind, Reminder.state, sa.func.count().label("n"), first.label("first"))
    found: dict[str, Standing] = {name: Standing({}, None) for name in KINDS}
    for row in session.execute(counted.where(visible_to(actor)).group_by(Reminder.kind, Reminder.state)):
        before = found[row.kind]
        next_at = row.first if row.state == ReminderState.PLANNED else before.next_at
        found[row.kind] = Standing({**before.counts, row.state: row.n}, next_at)
    return found


def rows(actor: Actor, *, state: ReminderState, kind: str) -> sa.Select[*tuple[Any, ...]]:
    """The reminders in a state: planned ones the next first, the others the newest first."""
    columns = (Reminder.id, Reminder.rev, Reminder.kind, Reminder.object_id, Reminder.recipient, Reminder.nth)
    more = (Reminder.due_at, Reminder.settled_at, Reminder.reason, Reminder.last_error)
    order = (Reminder.due_at,) if state == ReminderState.PLANNED else (Reminder.settled_at.desc(),)
    found = sa.select(*columns, *more).where(visible_to(actor), Reminder.state == state)
    return (found.where(Reminder.kind == kind) if kind else found).order_by(*order, Reminder.id)


def names(session: Session, listed: Iterable[Any]) -> dict[tuple[str, int], str]:
    """What each listed reminder is about, in the language in use; one statement for each kind among them."""
    ids = defaultdict[str, set[int]](set)
    for one in listed:
        ids[one.kind].add(one.object_id)
    return {
        (kind, object_id): name
        for kind, some in ids.items()
        for object_id, name in KINDS[kind].named(session, some).items()
    }
