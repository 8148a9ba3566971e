"""What is read of a tie-break: its films, its ballots, what a juror may order, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from portal.accounts.models import Person
from portal.calls.models import Category
from portal.entries.models import Entry
from portal.jury.assigning.models import Assignment
from portal.jury.calibration.thresholds import GREY
from portal.jury.models import Juror, Panel, Round
from portal.jury.results.models import Result
from portal.jury.results.queries import BAND
from portal.jury.tiebreak.models import Ballot, TieBreak, TieBreakFilm
from portal.lifecycles import AssignmentState, TieBreakState
from portal.policies import Actor

JUDGED = (AssignmentState.SCORED, AssignmentState.LOCKED)


def by_code(session: Session, code: str) -> TieBreak | None:
    """A tie-break by its code."""
    return session.scalar(sa.select(TieBreak).where(TieBreak.code == code))


def open_of(session: Session, round_id: int) -> TieBreak | None:
    """The round's vote that is open."""
    open_ = TieBreak.state == TieBreakState.OPEN
    return session.scalar(sa.select(TieBreak).where(TieBreak.round_id == round_id, open_))


def latest(session: Session, round_id: int) -> TieBreak | None:
    """The round's last vote that was not called off."""
    standing = sa.select(TieBreak).where(TieBreak.round_id == round_id, TieBreak.state != TieBreakState.DROPPED)
    return session.scalar(standing.order_by(TieBreak.id.desc()).limit(1))


def waiting(session: Session) -> Sequence[int]:
    """Votes whose ballots are to be made, or counted."""
    to_make = sa.and_(TieBreak.state == TieBreakState.OPEN, TieBreak.ballots_at.is_(None))
    to_count = sa.and_(TieBreak.state == TieBreakState.CLOSED, TieBreak.counted_at.is_(None))
    return session.scalars(sa.select(TieBreak.id).where(sa.or_(to_make, to_count)).order_by(TieBreak.id)).all()


def film_ids(session: Session, tiebreak_id: int) -> Sequence[int]:
    """The films of a vote, by id."""
    wanted = sa.select(TieBreakFilm.entry_id).where(TieBreakFilm.tiebreak_id == tiebreak_id)
    return session.scalars(wanted.order_by(TieBreakFilm.entry_id)).all()


def judged_by(session: Session, tiebreak: TieBreak) -> dict[int, set[int]]:
    """For each seated juror the films of the vote that this juror has handed in scores for."""
    rows = session.execute(
        sa.select(Assignment.juror_id, Assignment.entry_id)
        .join(Juror, Juror.id == Assignment.juror_id)
        .join(TieBreakFilm, TieBreakFilm.entry_id == Assignment.entry_id)
        .where(
            TieBreakFilm.tiebreak_id == tiebreak.id,
            Assignment.round_id == tiebreak.round_id,
            Assignment.state.in_(JUDGED),
            Juror.ended_at.is_(None),
        )
    )
    found: defaultdict[int, set[int]] = defaultdict(set)
    for juror_id, entry_id in rows:
        found[juror_id].add(entry_id)
    return dict(found)


def handed_in(session: Session, tiebreak_id: int) -> int:
    """How many orders have been handed in."""
    done = sa.select(sa.func.count()).where(Ballot.tiebreak_id == tiebreak_id, Ballot.submitted_at.is_not(None))
    return session.scalar(done) or 0


def contested(session: Session, round_: Round) -> Sequence[Any]:
    """(entry_id, number, titles, rank, p_top, tied) of the films around the cut, best first."""
    return session.execute(
        sa.select(Entry.id, Entry.number, Entry.title_ko, Entry.title_en, Result.rank, Result.score, Result.p_top)
        .join(Result, Result.entry_id == Entry.id)
        .where(Result.round_id == round_.id, *BAND)
        .order_by(Result.rank, Result.score.desc(), Entry.number)
    ).all()


def ahead_of_band(session: Session, round_: Round) -> int:
    """How many films are as good as taken: their chance of a place is above the band."""
    sure = sa.select(sa.func.count()).where(Result.round_id == round_.id, Result.p_top >= GREY[1])
    return session.scalar(sure.where(Result.rank.is_not(None))) or 0


def counted(session: Session, tiebreak_id: int) -> Sequence[Any]:
    """The films of a vote with what the ballots made of them, best first, those never compared last."""
    return session.execute(
        sa.select(
            Entry.number,
            Entry.title_ko,
            Entry.title_en,
            TieBreakFilm.rank,
            TieBreakFilm.strength,
            TieBreakFilm.se,
            TieBreakFilm.p_top,
        )
        .join(Entry, Entry.id == TieBreakFilm.entry_id)
        .where(TieBreakFilm.tiebreak_id == tiebreak_id)
        .order_by(TieBreakFilm.rank.is_(None), TieBreakFilm.rank, TieBreakFilm.strength.desc(), Entry.number)
    ).all()


def ballots(session: Session, tiebreak_id: int) -> Sequence[Any]:
    """Who was asked, by label, panel and name, and when the order came."""
    return session.execute(
        sa.select(Juror.label, Panel.name_ko, Panel.name_en, Person.native_name, Ballot.batch, Ballot.submitted_at)
        .join(Juror, Juror.id == Ballot.juror_id)
        .join(Panel, Panel.id == Juror.panel_id)
        .join(Person, Person.id == Juror.person_id)
        .where(Ballot.tiebreak_id == tiebreak_id)
        .order_by(Ballot.submitted_at.is_not(None), Juror.label)
    ).all()


def ballot_by_code(session: Session, code: str) -> Ballot | None:
    """A ballot with its vote and the juror it is for."""
    wanted = sa.select(Ballot).where(Ballot.code == code).join(Ballot.tiebreak).join(Ballot.juror)
    return session.scalar(wanted.options(contains_eager(Ballot.tiebreak), contains_eager(Ballot.juror)))


def asked(session: Session, actor: Actor) -> Sequence[Any]:
    """(code, films, due_at, submitted_at) of the votes that wait for this person's order."""
    return session.execute(
        sa.select(Ballot.code, TieBreak.due_at, Ballot.submitted_at)
        .join(TieBreak, TieBreak.id == Ballot.tiebreak_id)
        .join(Juror, Juror.id == Ballot.juror_id)
        .where(Juror.person_id == actor.person_id, Juror.ended_at.is_(None), TieBreak.state == TieBreakState.OPEN)
        .order_by(TieBreak.due_at)
    ).all()


def films_of(session: Session, ballot: Ballot) -> list[Any]:
    """(entry_id, code, titles, runtime_s, category) of a ballot's films that the juror still judges, in its order.

    `code` is the juror's own neutral one; nothing here tells who made a film or what others gave it.
    """
    rows = session.execute(
        sa.select(
            Assignment.entry_id,
            Assignment.code,
            Entry.title_ko,
            Entry.title_en,
            Entry.runtime_s,
            Category.name_ko.label("category_ko"),
            Category.name_en.label("category_en"),
            Category.gel,
        )
        .join(Entry, Entry.id == Assignment.entry_id)
        .join(Category, Category.id == Entry.category_id)
        .where(
            Assignment.juror_id == ballot.juror_id,
            Assignment.entry_id.in_(ballot.batch),
            Assignment.state.in_(JUDGED),
        )
    ).all()
    place = {entry_id: at for at, entry_id in enumerate(ballot.ordering or ballot.batch)}
    return sorted(rows, key=lambda row: place[row.entry_id])
