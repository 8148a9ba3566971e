"""What the pages about plans read: runs, pairs, what is lost, one film with all who could see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.entries.search import pattern
from portal.jury import queries
from portal.jury.assigning.models import Assignment, AssignmentRun, RunKind
from portal.jury.models import Juror, Panel, Round, RoundFilm
from portal.lifecycles import AssignmentState, RunState

COUNTED = (*queries.AT_WORK, AssignmentState.PROPOSED)


def latest(session: Session, round_id: int) -> AssignmentRun | None:
    """The plan that was asked for last."""
    return session.scalar(
        sa.select(AssignmentRun)
        .where(AssignmentRun.round_id == round_id, AssignmentRun.state != RunState.DROPPED)
        .order_by(AssignmentRun.id.desc())
        .limit(1)
    )


def run_of(session: Session, round_id: int, code: str) -> AssignmentRun | None:
    """A run of this round."""
    return session.scalar(
        sa.select(AssignmentRun).where(AssignmentRun.round_id == round_id, AssignmentRun.code == code)
    )


def with_content(session: Session, round_id: int) -> AssignmentRun | None:
    """The last run that was solved, with instance and pairs."""
    return session.scalar(
        sa.select(AssignmentRun)
        .where(AssignmentRun.round_id == round_id, AssignmentRun.pairs.is_not(None))
        .where(AssignmentRun.state.in_((RunState.PROPOSED, RunState.PUBLISHED)))
        .order_by(AssignmentRun.id.desc())
        .limit(1)
        .options(undefer(AssignmentRun.instance), undefer(AssignmentRun.pairs))
    )


def history(session: Session, round_id: int) -> Sequence[Any]:
    """Every run of the round, newest first."""
    run = AssignmentRun
    return session.execute(
        sa.select(
            *(run.code, run.kind, run.state, run.kappa_bp, run.seed, run.engine, run.fingerprint),
            *(run.wanted_at, run.solved_at, run.last_error, run.report["replay"].label("replay")),
            Person.native_name,
        )
        .outerjoin(Person, Person.id == run.wanted_by_id)
        .where(run.round_id == round_id)
        .order_by(run.id.desc())
        .limit(30)
    ).all()


@dataclass(frozen=True)
class Filters:
    """Which pairs are looked at: of one juror (label), of films found by words, only those new in a repair."""

    juror: str = ""
    film: str = ""
    new: bool = False


def pairs(round_id: int, run: AssignmentRun, filters: Filters) -> sa.Select[Any]:
    """The pairs on the lists and in the plan, as filtered."""
    found = (
        sa.select(
            *(Entry.number, Entry.title_ko, Entry.title_en, Entry.runtime_s, Entry.genre, Entry.spoken_language),
            *(Juror.label, Assignment.state, Assignment.fixed, Assignment.reasons),
            *(Panel.name_ko.label("panel_ko"), Panel.name_en.label("panel_en"), Assignment.run_id),
        )
        .join(Entry, Entry.id == Assignment.entry_id)
        .join(Juror, Juror.id == Assignment.juror_id)
        .join(Panel, Panel.id == Juror.panel_id)
        .where(Assignment.round_id == round_id, Assignment.state.in_(COUNTED))
        .order_by(Entry.number, Juror.label)
    )
    if filters.juror:
        found = found.where(Juror.label == filters.juror)
    if filters.film:
        words = pattern(filters.film)
        titles = (Entry.number, Entry.title_ko, Entry.title_en)
        found = found.where(sa.or_(*(column.ilike(words, escape="\\") for column in titles)))
    return found.where(Assignment.run_id == run.id) if filters.new else found


def loads(session: Session, round_id: int) -> dict[str, tuple[float, int]]:
    """For each seat (by label) the minutes and films on its list, with what is only proposed."""
    rows = session.execute(
        sa.select(Juror.label, sa.func.sum(Entry.runtime_s), sa.func.count())
        .join(Assignment, Assignment.juror_id == Juror.id)
        .join(Entry, Entry.id == Assignment.entry_id)
        .where(Juror.round_id == round_id, Juror.ended_at.is_(None), Assignment.state.in_(COUNTED))
        .group_by(Juror.label)
    )
    return {row[0]: (row[1] / 60, row[2]) for row in rows}


def short(session: Session, round_: Round, *, proposed: bool = True) -> Sequence[Any]:
    """Films that fewer jurors see than are wanted: (number, titles, wanted, seen, lost)."""
    states = COUNTED if proposed else queries.AT_WORK
    entry = queries.judged_entries(round_).subquery()
    seen = (
        sa.select(Assignment.entry_id, sa.func.count().label("n"))
        .where(Assignment.round_id == round_.id, Assignment.state.in_(states))
        .group_by(Assignment.entry_id)
        .subquery()
    )
    wanted = sa.func.coalesce(RoundFilm.demand, round_.jurors_per_film)
    count = sa.func.coalesce(seen.c.n, 0)
    columns = (entry.c.number, entry.c.title_ko, entry.c.title_en)
    return session.execute(
        sa.select(*columns, wanted.label("wanted"), count.label("seen"), (wanted - count).label("lost"))
        .outerjoin(seen, seen.c.entry_id == entry.c.id)
        .outerjoin(RoundFilm, sa.and_(RoundFilm.entry_id == entry.c.id, RoundFilm.round_id == round_.id))
        .where(entry.c.runtime_s > 0, wanted > count)
        .order_by(entry.c.number)
    ).all()


def given_up(session: Session, round_id: int) -> Sequence[Any]:
    """Films that left a list: who, which, how, and the reason."""
    left = (AssignmentState.DECLINED, AssignmentState.RECUSED, AssignmentState.REASSIGNED)
    return session.execute(
        sa.select(
            *(Entry.number, Entry.title_ko, Entry.title_en, Juror.label, Assignment.state, Assignment.left_reason)
        )
        .join(Entry, Entry.id == Assignment.entry_id)
        .join(Juror, Juror.id == Assignment.juror_id)
        .where(Assignment.round_id == round_id, Assignment.state.in_(left))
        .order_by(Juror.label, Entry.number)
        .limit(200)
    ).all()


def film(session: Session, round_: Round, number: str) -> Entry | None:
    """A film that the round judges."""
    entry = queries.judged_entries(round_).where(Entry.number == number)
    found: Entry | None = session.scalar(entry)
    return found


def seats(session: Session, round_id: int) -> Sequence[Any]:
    """Seats that go on, with panel and person."""
    return session.execute(
        sa.select(
            *(Juror.id, Juror.label, Juror.languages, Juror.genres, Person.native_name),
            *(Panel.name_ko.label("panel_ko"), Panel.name_en.label("panel_en")),
        )
        .join(Panel, Panel.id == Juror.panel_id)
        .join(Person, Person.id == Juror.person_id)
        .where(Juror.round_id == round_id, Juror.ended_at.is_(None))
        .order_by(Panel.position, Juror.label)
    ).all()


def seat(session: Session, round_id: int, label: str) -> Juror | None:
    """A seat by its label, whether it goes on or has ended."""
    return session.scalar(sa.select(Juror).where(Juror.round_id == round_id, Juror.label == label))


def on_film(session: Session, round_id: int, entry_id: int) -> dict[str, Any]:
    """What each seat (by label) has to do with a film: its assignment's state, and whether it was set by hand."""
    rows = session.execute(
        sa.select(Juror.label, Assignment.state, Assignment.fixed, Assignment.run_id)
        .join(Juror, Juror.id == Assignment.juror_id)
        .where(Assignment.round_id == round_id, Assignment.entry_id == entry_id)
    )
    return {row.label: row for row in rows}


def is_repair(run: AssignmentRun | None) -> bool:
    return run is not None and run.kind == RunKind.REPAIR
