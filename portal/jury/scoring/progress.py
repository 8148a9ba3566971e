"""How each juror of a round gets on, for the chair: pace against what is left, the last score, what was watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.calls.models import Category
from portal.entries.models import Entry
from portal.i18n import pick
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.models import Juror, Panel, Round
from portal.jury.scoring import coverage, lateness
from portal.jury.scoring.lateness import Due
from portal.jury.scoring.models import Fault, ScoreSheet
from portal.lifecycles import AssignmentState

STOPPED = timedelta(days=4)
SLACK = 0.1  # of the round's time that a juror may be behind before it is called so


@dataclass(frozen=True)
class Pace:
    """A juror's work in a round; seconds of film. Whoever is `away` has an account that is closed: no mail helps."""

    juror_id: int
    person_id: int
    label: str
    native_name: str
    latin_name: str
    email: str
    language: str
    timezone: str
    panel: tuple[str, str]
    due: Due
    nudged_at: datetime | None
    assigned: int
    done: int
    abstained: int
    not_accepted: int
    seconds_left: int
    little_watched: int
    faults: int
    last_score_at: datetime | None
    expected: float
    stopped: bool
    away: bool

    @property
    def name(self) -> str:
        return pick(self.native_name, self.latin_name)

    @property
    def finished(self) -> bool:
        return self.done >= self.assigned

    @property
    def late(self) -> bool:
        """Past the date with films left."""
        return not self.finished and self.due.late

    @property
    def behind(self) -> bool:
        """Late, or clearly slower than an even pace, or without a score for four days."""
        slow = self.done / self.assigned + SLACK < self.expected if self.assigned else False
        return not self.finished and (self.due.late or slow or self.stopped)

    @property
    def minutes_left(self) -> int:
        return -(-self.seconds_left // 60)

    @property
    def minutes_a_day(self) -> int:
        return 0 if self.finished else lateness.minutes_a_day(self.seconds_left, self.due)


_IS_DONE = Assignment.state.in_(queries.DONE)
_SCORED = Assignment.state.in_((AssignmentState.SCORED, AssignmentState.LOCKED))


def _sum(condition: sa.ColumnElement[bool], value: Any = 1) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, value), else_=0)), 0)


_OPEN_FAULTS = (
    sa.select(Assignment.juror_id, sa.func.count().label("n"))
    .join(Fault, Fault.assignment_id == Assignment.id)
    .where(Fault.answered_at.is_(None), Assignment.round_id == sa.bindparam("round"))
    .group_by(Assignment.juror_id)
    .subquery()
)
_PACE = (
    sa.select(
        *(Juror.id, Juror.person_id, Juror.label, Juror.due_at, Juror.nudged_at),
        *(Person.native_name, Person.latin_family, Person.latin_given, Person.email, Person.language),
        Person.timezone,
        Person.disabled_at.is_not(None).label("away"),
        Panel.name_ko,
        Panel.name_en,
        sa.func.count(Assignment.id).label("assigned"),
        _sum(_IS_DONE).label("done"),
        _sum(Assignment.state == AssignmentState.ABSTAINED).label("abstained"),
        _sum(Assignment.state == AssignmentState.PUBLISHED).label("not_accepted"),
        _sum(~_IS_DONE, Entry.runtime_s).label("seconds_left"),
        _sum(sa.and_(_SCORED, Assignment.watched_s < coverage.ENOUGH * Entry.runtime_s)).label("little_watched"),
        sa.func.max(ScoreSheet.submitted_at).label("last_score_at"),
        sa.func.coalesce(sa.func.max(_OPEN_FAULTS.c.n), 0).label("faults"),
    )
    .join(Person, Person.id == Juror.person_id)
    .join(Panel, Panel.id == Juror.panel_id)
    .join(Assignment, Assignment.juror_id == Juror.id)
    .join(Entry, Entry.id == Assignment.entry_id)
    .outerjoin(ScoreSheet, ScoreSheet.assignment_id == Assignment.id)
    .outerjoin(_OPEN_FAULTS, _OPEN_FAULTS.c.juror_id == Juror.id)
    .where(Juror.round_id == sa.bindparam("round"), Juror.ended_at.is_(None), Assignment.state.in_(queries.AT_WORK))
    .group_by(Juror.id, Person.id, Panel.id)
)


def board(session: Session, round_: Round, *, now: datetime) -> list[Pace]:
    """Every juror with films, who needs a word first: late, behind, the most minutes a day; one statement."""
    found = [_pace(row, round_, now) for row in session.execute(_PACE, {"round": round_.id})]
    return sorted(found, key=lambda one: (not one.late, not one.behind, -one.minutes_a_day, one.label))


def _pace(row: Any, round_: Round, now: datetime) -> Pace:
    due = lateness.due(round_.due_at, row.due_at, now=now)
    since = row.last_score_at or round_.opened_at
    return Pace(
        juror_id=row.id,
        person_id=row.person_id,
        label=row.label,
        native_name=row.native_name,
        latin_name=f"{row.latin_family.upper()} {row.latin_given}".strip() or row.native_name,
        email=row.email,
        language=row.language,
        timezone=row.timezone,
        panel=(row.name_ko, row.name_en),
        due=due,
        nudged_at=row.nudged_at,
        assigned=row.assigned,
        done=int(row.done),
        abstained=int(row.abstained),
        not_accepted=int(row.not_accepted),
        seconds_left=int(row.seconds_left),
        little_watched=int(row.little_watched),
        faults=int(row.faults),
        last_score_at=row.last_score_at,
        expected=_expected(round_.opened_at, due.at, now),
        stopped=since is not None and now - since > STOPPED,
        away=row.away,
    )


def _expected(opened: datetime | None, due: datetime, now: datetime) -> float:
    """The share of the juror's time that is gone: what is done at an even pace."""
    if opened is None or due <= opened:
        return 0.0 if now < due else 1.0
    return min(1.0, max(0.0, (now - opened) / (due - opened)))


def films(session: Session, juror_id: int) -> Sequence[Any]:
    """A juror's films for the chair: state, what was watched, the score, and whether it is asked to be voided."""
    return session.execute(
        sa.select(
            *(Assignment.code, Assignment.state, Assignment.watched_s, Assignment.left_reason),
            *(Entry.number, Entry.title_ko, Entry.title_en, Entry.runtime_s),
            *(Category.name_ko.label("category_ko"), Category.name_en.label("category_en"), Category.gel),
            ScoreSheet.state.label("sheet_state"),
            *(ScoreSheet.total, ScoreSheet.submitted_at, ScoreSheet.void_reason, ScoreSheet.void_asked_by_id),
        )
        .join(Entry, Entry.id == Assignment.entry_id)
        .join(Category, Category.id == Entry.category_id)
        .outerjoin(ScoreSheet, ScoreSheet.assignment_id == Assignment.id)
        .where(Assignment.juror_id == juror_id, Assignment.state.in_(queries.AT_WORK))
        .order_by(Assignment.position, Assignment.id)
    ).all()


def seat(session: Session, round_id: int, label: str) -> Juror | None:
    """A round's seat by its label."""
    return session.scalar(sa.select(Juror).where(Juror.round_id == round_id, Juror.label == label))
