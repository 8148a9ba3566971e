"""Jurors who are behind their pace: at most every five days, three times in a round."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.i18n import N_, pick
from portal.jury.models import Juror, Round
from portal.jury.scoring import nudging, progress
from portal.jury.scoring.progress import Pace
from portal.lifecycles import ReminderState, RoundState
from portal.policies import SYSTEM
from portal.reminders.due import ten_after
from portal.reminders.kind import Kind, Wanted, one_by_one
from portal.reminders.models import Reminder
from portal.reminders.reasons import Reason

MOST = 3
# Ten o'clock of the fifth day, also where the last letter left a moment after ten or clocks were put forward.
EVERY = timedelta(days=5) - timedelta(hours=1)
# So long after the date films go to other jurors.
CHASED = timedelta(days=14)


@dataclass(slots=True)
class _Past:
    """What was sent to a juror before, or cancelled by hand, and for when the next is planned."""

    settled: int = 0
    last_at: datetime | None = None
    planned_at: datetime | None = None


def _wanted(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    narrowed = () if of is None else (Round.id == sa.select(Juror.round_id).where(Juror.id == of).scalar_subquery(),)
    rounds = session.scalars(sa.select(Round).where(Round.state == RoundState.OPEN, *narrowed)).all()
    behind = {
        one.juror_id: (round_, one)
        for round_ in rounds
        for one in progress.board(session, round_, now=now)
        if one.behind and not one.away and of in (None, one.juror_id)
    }
    past = _past(session, behind)
    for juror_id, (round_, one) in behind.items():
        before = past.get(juror_id, _Past())
        if before.settled < MOST:
            due_at = _due(round_, one, before, now)
            yield Wanted(juror_id, one.email, before.settled + 1, due_at, one.due.at + CHASED, round_.edition_id)


def _due(round_: Round, one: Pace, before: _Past, now: datetime) -> datetime:
    """The ten o'clock that is planned, or the next; five days after the round opened and after anybody wrote last."""
    told = [at for at in (round_.opened_at, one.nudged_at, before.last_at) if at is not None]
    rested = max((at + EVERY for at in told), default=now)
    if before.planned_at is not None and before.planned_at >= rested:
        return before.planned_at
    return ten_after(max(now, rested), one.timezone)


def _past(session: Session, juror_ids: Collection[int]) -> dict[int, _Past]:
    found: dict[int, _Past] = {}
    rows = sa.select(Reminder.object_id, Reminder.state, Reminder.reason, Reminder.due_at, Reminder.settled_at)
    mine = (Reminder.kind == KIND.name, Reminder.object_id.in_(juror_ids))
    for row in session.execute(rows.where(*mine).order_by(Reminder.nth)):
        past = found.setdefault(row.object_id, _Past())
        if row.state == ReminderState.PLANNED:
            past.planned_at = row.due_at
        elif row.state == ReminderState.SENT or row.reason == Reason.BY_HAND:
            past.settled, past.last_at = past.settled + 1, row.settled_at
    return found


def _named(session: Session, juror_ids: Collection[int]) -> Mapping[int, str]:
    columns = (Juror.id, Juror.label, Round.name_ko, Round.name_en)
    rows = session.execute(sa.select(*columns).join(Juror.round).where(Juror.id.in_(juror_ids)))
    return {row.id: f"{row.label} ({pick(row.name_ko, row.name_en)})" for row in rows}


def _write(session: Session, reminder: Reminder) -> None:
    juror = session.get_one(Juror, reminder.object_id)
    round_ = session.get_one(Round, juror.round_id)
    paces = progress.board(session, round_, now=reminder.settled_at or reminder.due_at)
    nudging.nudge(session, round_, [one for one in paces if one.juror_id == juror.id], by=SYSTEM)


KIND = Kind(
    name="juror",
    model=Juror,
    title=N_("Juror behind pace"),
    rule=N_("To a juror who is behind an even pace: at most every 5 days, 3 times in a round; only of the own films."),
    ended=N_("Caught up, or the round is not open"),
    wanted=_wanted,
    named=_named,
    write=one_by_one(_write),
)
