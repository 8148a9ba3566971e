"""What the jury's desk and the chair's desk read. Lists select columns; nothing here changes a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from portal import claims
from portal.calls.models import Category
from portal.db import Base
from portal.disclosure.models import Disclosure
from portal.entries.models import Entry
from portal.jury.assigning.models import Assignment
from portal.jury.models import Criterion, Juror, Panel, Round, RoundFilm, RoundReach
from portal.jury.scoring.models import ScoreEvent, ScoreSheet
from portal.lifecycles import AssignmentState, EntryState, RoundState, SheetState
from portal.policies import Actor

AT_WORK = (
    AssignmentState.PUBLISHED,
    AssignmentState.ACCEPTED,
    AssignmentState.IN_PROGRESS,
    AssignmentState.SCORED,
    AssignmentState.ABSTAINED,
    AssignmentState.LOCKED,
)
# An abstention is a juror's word, too: the film was watched and nothing more is awaited.
DONE = (AssignmentState.SCORED, AssignmentState.ABSTAINED, AssignmentState.LOCKED)
COUNTING = (SheetState.SUBMITTED, SheetState.LOCKED)
TO_SCORE = tuple(state for state in AT_WORK if state not in DONE)
_VISIBLE_ROUNDS = (RoundState.OPEN, RoundState.PAUSED, RoundState.CLOSED, RoundState.DECIDED, RoundState.ANNOUNCED)

_assignments, _criteria = (Base.metadata.tables[model.__tablename__] for model in (Assignment, Criterion))


def round_by_code(session: Session, code: str) -> Round | None:
    """A round with its call, panels and criteria."""
    return session.scalar(
        sa.select(Round)
        .where(Round.code == code)
        .options(joinedload(Round.call), selectinload(Round.panels).selectinload(Panel.criteria))
    )


def rounds_of_edition(session: Session, edition_id: int) -> Sequence[Round]:
    """The edition's rounds in their order."""
    return session.scalars(
        sa.select(Round).where(Round.edition_id == edition_id).order_by(Round.position, Round.id)
    ).all()


# Jurors come and score by the second: these statements are built once, and leave out what no page of theirs shows.
_SEAT = (Juror.person_id, Juror.panel_id, Juror.label, Juror.ended_at)
_ROUND = (Round.code, Round.state, Round.hidden, Round.visibility)
_FILM = (
    *(Entry.title_ko, Entry.title_en, Entry.logline_ko, Entry.logline_en),
    *(Entry.synopsis_ko, Entry.synopsis_en, Entry.runtime_s),
)
_ASSIGNMENT = (
    sa.select(Assignment)
    .where(Assignment.code == sa.bindparam("code"))
    .join(Assignment.juror)
    .join(Assignment.entry)
    .join(Entry.category)
    .join(Assignment.round)
    .outerjoin(Assignment.sheet)
    .options(
        contains_eager(Assignment.juror).load_only(*_SEAT, raiseload=True),
        contains_eager(Assignment.entry).load_only(*_FILM, raiseload=True),
        contains_eager(Assignment.entry, Entry.category).load_only(Category.name_ko, Category.name_en, raiseload=True),
        contains_eager(Assignment.round).load_only(*_ROUND, raiseload=True),
        contains_eager(Assignment.sheet),
    )
)


def assignment_by_code(session: Session, code: str) -> Assignment | None:
    """An assignment with its sheet, and what the scoring page shows of film, seat and round."""
    return session.scalar(_ASSIGNMENT, {"code": code})


# What a score post needs and no more: a third of the above.
_DESK = (
    sa.select(Assignment)
    .where(Assignment.code == sa.bindparam("code"))
    .join(Assignment.juror)
    .join(Assignment.round)
    .outerjoin(Assignment.sheet)
    .options(
        contains_eager(Assignment.juror).load_only(*_SEAT, raiseload=True),
        contains_eager(Assignment.round).load_only(Round.code, Round.state, raiseload=True),
        contains_eager(Assignment.sheet),
    )
)


def assignment_to_score(session: Session, code: str) -> Assignment | None:
    """An assignment with its sheet, and of juror and round only what decides whether it may be scored."""
    return session.scalar(_DESK, {"code": code})


# The films in front of this one come last: a juror who skipped some gets back to them at the end.
_NEXT = (
    sa.select(_assignments.c.code)
    .where(
        _assignments.c.juror_id == sa.bindparam("juror"),
        _assignments.c.id != sa.bindparam("assignment"),
        sa.or_(*(_assignments.c.state == state for state in TO_SCORE)),
    )
    .order_by(_assignments.c.position < sa.bindparam("position"), _assignments.c.position, _assignments.c.id)
    .limit(1)
)
_WEIGHTS = (
    sa.select(_criteria.c.id, _criteria.c.code, _criteria.c.weight, _NEXT.scalar_subquery().label("next"))
    .where(_criteria.c.panel_id == sa.bindparam("panel"))
    .order_by(_criteria.c.position, _criteria.c.id)
)


def weights(session: Session, assignment: Assignment) -> Sequence[Any]:
    """(id, code, weight, next) of the criteria an assignment is scored by, in their order.

    Each brings along `next`, the code of the juror's next film that is not handed in: what a score post has to know,
    in one statement.
    """
    known = {
        "panel": assignment.juror.panel_id,
        "juror": assignment.juror_id,
        "assignment": assignment.id,
        "position": assignment.position,
    }
    return session.execute(_WEIGHTS, known).all()


@dataclass(frozen=True)
class QueueRow:
    """A film in a juror's queue, by its neutral code; `total` is the juror's own score in hundredths."""

    code: str
    state: AssignmentState
    title_ko: str
    title_en: str
    runtime_s: int
    category: str
    category_ko: str
    category_en: str
    gel: str
    total: int | None
    tier: int | None = None

    @property
    def done(self) -> bool:
        return self.state in DONE


_QUEUE: sa.Select[Any] = (
    sa.select(
        Assignment.code,
        Assignment.state,
        Entry.title_ko,
        Entry.title_en,
        Entry.runtime_s,
        Category.code.label("category"),
        Category.name_ko.label("category_ko"),
        Category.name_en.label("category_en"),
        Category.gel,
        sa.case((sa.or_(*(ScoreSheet.state == state for state in COUNTING)), ScoreSheet.total)).label("total"),
    )
    .join(Entry, Entry.id == Assignment.entry_id)
    .join(Category, Category.id == Entry.category_id)
    .outerjoin(ScoreSheet, ScoreSheet.assignment_id == Assignment.id)
    .where(Assignment.juror_id == sa.bindparam("juror"), Assignment.state.in_(AT_WORK))
    .order_by(Assignment.position, Assignment.id)
)
_LABELLED = _QUEUE.add_columns(Disclosure.tier).outerjoin(Disclosure, Disclosure.entry_id == Entry.id)


def queue(session: Session, juror_id: int, *, labels: bool = True) -> list[QueueRow]:
    """A juror's films in the neutral order, one statement; `labels` where the round does not hide the AI label."""
    rows: Sequence[Any] = session.execute(_LABELLED if labels else _QUEUE, {"juror": juror_id}).all()
    return [QueueRow(*row) for row in rows]


def seats_of(session: Session, actor: Actor) -> Sequence[Juror]:
    """The actor's seats in rounds that have been published, newest round first."""
    return session.scalars(
        sa.select(Juror)
        .join(Juror.round)
        .join(Juror.panel)
        .where(Juror.person_id == actor.person_id, Juror.ended_at.is_(None), Round.state.in_(_VISIBLE_ROUNDS))
        .order_by(Round.position.desc(), Round.id.desc())
        .options(contains_eager(Juror.round), contains_eager(Juror.panel))
    ).all()


def events_of(session: Session, round_id: int) -> int:
    """How many score events a round has; written once and never deleted, so more of them means something new."""
    return session.scalar(sa.select(sa.func.count()).where(ScoreEvent.round_id == round_id)) or 0


def waiting_for_results(session: Session) -> Sequence[int]:
    """Rounds in which more has happened to scores than their results know of, and nobody at them.

    Counted, not timed: an event may be committed after one that is later by the clock.
    """
    events = sa.select(sa.func.count()).where(ScoreEvent.round_id == Round.id).scalar_subquery()
    known = sa.func.coalesce(Round.results_note["events"].as_integer(), 0)
    return claims.waiting(session, Round, events > 0, sa.or_(Round.results_at.is_(None), events != known))


def judged_entries(round_: Round) -> sa.Select[Any]:
    """The films a round judges: every eligible entry of its call, or those of them that it lists."""
    eligible = sa.select(Entry).where(Entry.call_id == round_.call_id, Entry.state == EntryState.ELIGIBLE)
    if round_.reach == RoundReach.ALL:
        return eligible
    listed = sa.select(RoundFilm.entry_id).where(RoundFilm.round_id == round_.id)
    return eligible.where(Entry.id.in_(listed))
