"""What counts towards a round's results, and how the pages of ranking, jurors and one film read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.calls.models import Category
from portal.entries.models import Entry
from portal.jury.assigning.models import Assignment
from portal.jury.calibration.thresholds import GREY
from portal.jury.decisions.models import Discussion
from portal.jury.models import Juror, Panel
from portal.jury.results.models import Result, Severity
from portal.jury.scoring import events
from portal.jury.scoring.models import ScoreEvent, ScoreSheet

BAND = (Result.rank.is_not(None), Result.p_top > GREY[0], Result.p_top < GREY[1])
"""The contested band: ranked films that may or may not be among the best."""


@dataclass(frozen=True)
class Given:
    """One score that counts: `total` in hundredths, `panel` by its code with its weight."""

    entry_id: int
    juror_id: int
    panel: str
    weight: int
    total: int


def counted(session: Session, round_id: int) -> list[Given]:
    """Every score of the round that counts, in the order of films and jurors: what its events come to."""
    panels = {row.id: row.code for row in session.execute(sa.select(Panel.id, Panel.code).filter_by(round_id=round_id))}
    return [
        Given(row.entry_id, row.juror_id, panels[row.panel_id], row.weight, row.total)
        for row in events.standing(session, round_id)
    ]


_MOVE = Result.raw_rank - Result.rank
# What the table may be sorted by; each falls back on the place.
SORTS: dict[str, sa.ColumnElement[Any]] = {
    "place": Result.place.asc(),
    "raw": Result.raw_rank.asc(),
    "move": sa.func.abs(_MOVE).desc(),
    "chance": Result.p_top.desc(),
    "spread": Result.spread.desc(),
}
RANKED, CONTESTED, UNRANKED = "", "band", "unranked"
SHOWN = {RANKED: (Result.rank.is_not(None),), CONTESTED: BAND, UNRANKED: (Result.rank.is_(None),)}


def everything(round_id: int) -> sa.Select[*tuple[Any, ...]]:
    """The whole result table as a statement: component by component, best first, films without a rank at the end."""
    return (
        sa.select(
            *(Result.entry_id, Result.rank, Result.raw_rank, Result.place, Result.best_rank, Result.worst_rank),
            *(Result.n, Result.mean, Result.score, Result.low, Result.high, Result.p_top, Result.spread),
            *(Result.component, Result.panels, _MOVE.label("move")),
            *(Entry.number, Entry.title_ko, Entry.title_en, Category.gel, Category.code.label("category")),
            Category.name_ko.label("category_ko"),
            Category.name_en.label("category_en"),
            sa.and_(*BAND).label("contested"),
        )
        .join(Entry, Entry.id == Result.entry_id)
        .join(Category, Category.id == Entry.category_id)
        .where(Result.round_id == round_id)
        .order_by(Result.rank.is_(None), Result.component, Result.place, Result.score.desc(), Entry.number)
    )


def ranking(
    round_id: int, *, shown: str = RANKED, category: str = "", sort: str = "place"
) -> sa.Select[*tuple[Any, ...]]:
    """Some of the table: ranked films, the contested band, or those without a rank; by category, sorted as asked."""
    chosen = everything(round_id).where(*SHOWN[shown])
    if category:
        chosen = chosen.where(Category.code == category)
    if sort != "place":
        chosen = chosen.order_by(None).order_by(
            SORTS[sort], Result.component, Result.place, Result.score.desc(), Entry.number
        )
    return chosen


@dataclass(frozen=True)
class Band:
    """How many films are ranked, contested, and without rank; where the band and the cut lie."""

    ranked: int
    contested: int
    unranked: int
    first: int | None
    last: int | None
    cut: float | None


def band(session: Session, round_id: int, places: int) -> Band:
    """The numbers above the table, in one statement."""
    ranked, contested = Result.rank.is_not(None), sa.and_(*BAND)

    def count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)

    row = session.execute(
        sa.select(
            count(ranked),
            count(contested),
            count(sa.not_(ranked)),
            sa.func.min(sa.case((contested, Result.place))),
            sa.func.max(sa.case((contested, Result.place))),
            sa.func.min(sa.case((Result.place <= places, Result.score))),
        ).where(Result.round_id == round_id)
    ).one()
    return Band(*row)


def categories(session: Session, round_id: int) -> Sequence[Any]:
    """(code, name_ko, name_en, gel, films) of the categories in the table."""
    return session.execute(
        sa.select(Category.code, Category.name_ko, Category.name_en, Category.gel, sa.func.count().label("films"))
        .join(Entry, Entry.category_id == Category.id)
        .join(Result, Result.entry_id == Entry.id)
        .where(Result.round_id == round_id)
        .group_by(Category.id)
        .order_by(Category.id)
    ).all()


def severities(session: Session, round_id: int) -> Sequence[Any]:
    """Every juror with scores: label, panel, and what was found of the juror's scale; alarms first."""
    return session.execute(
        sa.select(
            *(Juror.label, Juror.ended_at, Panel.code.label("panel"), Panel.name_ko, Panel.name_en),
            *(Severity.n, Severity.offset, Severity.se, Severity.shared, Severity.difference),
            *(Severity.difference_se, Severity.slope, Severity.noise, Severity.alarm, Severity.component),
        )
        .join(Juror, Juror.id == Severity.juror_id)
        .join(Panel, Panel.id == Juror.panel_id)
        .where(Severity.round_id == round_id)
        .order_by(Severity.alarm.desc(), Severity.component, Juror.label)
    ).all()


def result_of(session: Session, round_id: int, entry_id: int) -> Result | None:
    """A film's result in a round."""
    return session.scalar(sa.select(Result).where(Result.round_id == round_id, Result.entry_id == entry_id))


def sheets_of(session: Session, round_id: int, entry_id: int) -> Sequence[Any]:
    """One film's assignments in a round with their sheets, by panel and label, whatever became of them."""
    return session.execute(
        sa.select(
            *(Assignment.id, Assignment.juror_id, Assignment.state, Assignment.left_reason, Assignment.watched_s),
            *(Juror.label, Panel.code.label("panel"), Panel.name_ko, Panel.name_en, Panel.weight),
            *(ScoreSheet.state.label("sheet"), ScoreSheet.total, ScoreSheet.comment, ScoreSheet.void_reason),
            *(ScoreSheet.submitted_at, Severity.offset),
        )
        .join(Juror, Juror.id == Assignment.juror_id)
        .join(Panel, Panel.id == Juror.panel_id)
        .outerjoin(ScoreSheet, ScoreSheet.assignment_id == Assignment.id)
        .outerjoin(Severity, sa.and_(Severity.round_id == round_id, Severity.juror_id == Juror.id))
        .where(Assignment.round_id == round_id, Assignment.entry_id == entry_id)
        .order_by(Panel.position, Juror.label)
    ).all()


def history_of(session: Session, round_id: int, entry_id: int) -> Sequence[Any]:
    """The film's score events, oldest first."""
    return session.execute(
        sa.select(ScoreEvent.at, ScoreEvent.kind, ScoreEvent.total, ScoreEvent.scores, Juror.label)
        .join(Assignment, Assignment.id == ScoreEvent.assignment_id)
        .join(Juror, Juror.id == Assignment.juror_id)
        .where(ScoreEvent.round_id == round_id, Assignment.entry_id == entry_id)
        .order_by(ScoreEvent.id)
    ).all()


def discussed(session: Session, round_id: int, entry_id: int) -> Any:
    """(code, closed_at) of the film's discussion, or None."""
    found = sa.select(Discussion.code, Discussion.closed_at)
    return session.execute(found.where(Discussion.round_id == round_id, Discussion.entry_id == entry_id)).first()
