"""What the chair's pages read of a round: jurors, their pace, conflicts, the ranking, what is lacking, what waits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person, RoleGrant
from portal.calls.models import Category
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Juror, Panel, Round
from portal.jury.results.models import Result
from portal.jury.scoring.models import ScoreSheet
from portal.lifecycles import AssignmentState, DecisionState
from portal.policies import Role, Scope


def overview(session: Session, editions: Collection[int]) -> Sequence[Any]:
    """Every round of these editions with its number of jurors, assignments and scored ones."""
    assigned = sa.select(sa.func.count()).where(Assignment.round_id == Round.id, Assignment.state.in_(queries.AT_WORK))
    scored = sa.select(sa.func.count()).where(Assignment.round_id == Round.id, Assignment.state.in_(queries.DONE))
    jurors = sa.select(sa.func.count()).where(Juror.round_id == Round.id, Juror.ended_at.is_(None))
    return session.execute(
        sa.select(
            Round.code,
            Round.name_ko,
            Round.name_en,
            Round.state,
            Round.due_at,
            jurors.scalar_subquery().label("jurors"),
            assigned.scalar_subquery().label("assigned"),
            scored.scalar_subquery().label("scored"),
        )
        .where(Round.edition_id.in_(editions))
        .order_by(Round.position.desc(), Round.id.desc())
    ).all()


@dataclass(frozen=True)
class ProgressRow:
    """How far a juror is; seconds of film."""

    juror_id: int
    label: str
    name: str
    latin_name: str
    panel_ko: str
    panel_en: str
    assigned: int
    scored: int
    seconds: int
    seconds_left: int
    last_score_at: Any


_IS_DONE = Assignment.state.in_(queries.DONE)
_SCORED = sa.func.sum(sa.case((_IS_DONE, 1), else_=0))
_PROGRESS = (
    sa.select(
        Juror.id,
        Juror.label,
        Person.native_name,
        Person.latin_family,
        Person.latin_given,
        Panel.name_ko,
        Panel.name_en,
        sa.func.count(Assignment.id),
        _SCORED,
        sa.func.sum(Entry.runtime_s),
        sa.func.sum(sa.case((_IS_DONE, 0), else_=Entry.runtime_s)),
        sa.func.max(ScoreSheet.submitted_at),
    )
    .join(Person, Person.id == Juror.person_id)
    .join(Panel, Panel.id == Juror.panel_id)
    .join(Assignment, Assignment.juror_id == Juror.id)
    .join(Entry, Entry.id == Assignment.entry_id)
    .outerjoin(ScoreSheet, ScoreSheet.assignment_id == Assignment.id)
    .where(Juror.round_id == sa.bindparam("round"), Assignment.state.in_((*queries.AT_WORK, AssignmentState.PROPOSED)))
    .group_by(Juror.id, Person.id, Panel.id)
    .order_by((_SCORED * 1.0 / sa.func.count(Assignment.id)).asc(), Juror.label)
)


def progress(session: Session, round_id: int) -> list[ProgressRow]:
    """Every juror's pace in a round, slowest first; one statement."""
    rows = session.execute(_PROGRESS, {"round": round_id})
    return [
        ProgressRow(
            juror_id=row[0],
            label=row[1],
            name=row[2],
            latin_name=f"{row[3].upper()} {row[4]}".strip(),
            panel_ko=row[5],
            panel_en=row[6],
            assigned=row[7],
            scored=row[8],
            seconds=row[9],
            seconds_left=row[10],
            last_score_at=row[11],
        )
        for row in rows
    ]


def jurors(session: Session, round_id: int) -> Sequence[Any]:
    """Seats of a round with person and panel."""
    return session.execute(
        sa.select(
            Juror.id,
            Juror.label,
            Person.native_name,
            Person.latin_family,
            Person.latin_given,
            Person.email,
            Panel.name_ko,
            Panel.name_en,
            Juror.languages,
            Juror.genres,
        )
        .join(Person, Person.id == Juror.person_id)
        .join(Panel, Panel.id == Juror.panel_id)
        .where(Juror.round_id == round_id, Juror.ended_at.is_(None))
        .order_by(Panel.position, Juror.label)
    ).all()


def count_films(session: Session, round_: Round) -> int:
    """How many films the round judges."""
    return session.scalar(sa.select(sa.func.count()).select_from(queries.judged_entries(round_).subquery())) or 0


def invited_juror(session: Session, edition_id: int, email: str) -> int | None:
    """The id of a person with this address who holds the juror's role in the edition."""
    return session.scalar(
        sa.select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            Person.email == email,
            RoleGrant.role == Role.JUROR,
            RoleGrant.scope == Scope.EDITION,
            RoleGrant.scope_id == edition_id,
            RoleGrant.ended_at.is_(None),
        )
    )


def lacking(session: Session, round_: Round) -> Invalid | None:
    """What keeps a round from being assigned, in words: films, or jurors on a panel."""
    if not count_films(session, round_):
        return Invalid("assign", N_("There is no eligible film yet. Check eligibility first."))
    sizes = dict(
        session.execute(
            sa.select(Juror.panel_id, sa.func.count())
            .where(Juror.round_id == round_.id, Juror.ended_at.is_(None))
            .group_by(Juror.panel_id)
        ).all()
    )
    if not all(sizes.get(panel.id) for panel in round_.panels):
        return Invalid("assign", N_("Every panel needs at least one juror."))
    if sum(sizes.values()) < round_.jurors_per_film:
        return Invalid("assign", N_("The round has fewer jurors than each film needs ({n})."), n=round_.jurors_per_film)
    return None


def outcomes(
    session: Session, round_id: int, entry_ids: Collection[int]
) -> dict[int, tuple[DecisionState, Outcome | None]]:
    """Decision state and outcome of these films in a round."""
    rows = session.execute(
        sa.select(Decision.entry_id, Decision.state, Decision.outcome).where(
            Decision.round_id == round_id, Decision.entry_id.in_(entry_ids)
        )
    )
    return {row.entry_id: (row.state, row.outcome) for row in rows}


def pending_selected(session: Session, round_id: int) -> Sequence[Any]:
    """The films a release would announce as selected."""
    return session.execute(
        sa.select(Entry.number, Entry.title_ko, Entry.title_en)
        .join(Decision, Decision.entry_id == Entry.id)
        .where(
            Decision.round_id == round_id,
            Decision.state == DecisionState.PENDING,
            Decision.outcome == Outcome.SELECTED,
        )
        .order_by(Entry.title_ko)
    ).all()


def ranking(round_id: int) -> sa.Select[*tuple[Any, ...]]:
    """The result table as a statement, best first, films without rank last."""
    return (
        sa.select(
            Result.rank,
            Entry.number,
            Entry.title_ko,
            Entry.title_en,
            Category.name_ko.label("category_ko"),
            Category.name_en.label("category_en"),
            Category.gel,
            Result.n,
            Result.mean,
            Result.score,
            Result.low,
            Result.high,
            Result.p_top,
            Result.spread,
            Result.entry_id,
        )
        .join(Entry, Entry.id == Result.entry_id)
        .join(Category, Category.id == Entry.category_id)
        .where(Result.round_id == round_id)
        .order_by(Result.rank.is_(None), Result.rank, Result.score.desc(), Entry.number)
    )
