"""One film as a round judged it, and who must not look: whoever stepped back from it, or has a confirmed conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.entries.models import Entry
from portal.jury import queries as rounds
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts import reach
from portal.jury.conflicts.models import Conflict, ConflictState
from portal.jury.models import Juror, Round
from portal.jury.scoring.models import ScoreSheet
from portal.lifecycles import AssignmentState


@dataclass(frozen=True)
class JudgedFilm:
    """A film in a round; `barred` are the people who stepped back from it."""

    round: Round
    entry: Entry
    barred: frozenset[int]


def film_of(session: Session, code: str, number: str) -> JudgedFilm | None:
    """A film by its number, if the round by that code has given it to any juror."""
    round_ = rounds.round_by_code(session, code)
    if round_ is None:
        return None
    assigned = sa.select(Assignment.entry_id).where(Assignment.round_id == round_.id)
    entry = session.scalar(sa.select(Entry).where(Entry.number == number, Entry.id.in_(assigned)))
    return (
        JudgedFilm(round_, entry, barred(session, round_, seats(session, round_.id, entry.id), entry.id))
        if entry
        else None
    )


def seats(session: Session, round_id: int, entry_id: int) -> Sequence[Any]:
    """(juror_id, person_id, ended_at, state, sheet) of every seat, with what became of its assignment to a film."""
    of_film = sa.and_(Assignment.juror_id == Juror.id, Assignment.entry_id == entry_id)
    return session.execute(
        sa.select(
            *(Juror.id.label("juror_id"), Juror.person_id, Juror.ended_at, Assignment.state),
            ScoreSheet.state.label("sheet"),
        )
        .outerjoin(Assignment, of_film)
        .outerjoin(ScoreSheet, ScoreSheet.assignment_id == Assignment.id)
        .where(Juror.round_id == round_id)
    ).all()


def barred(session: Session, round_: Round, seated: Sequence[Any], entry_id: int) -> frozenset[int]:
    """The people who have to do with a film: recused from it, or with a confirmed conflict that reaches it."""
    confirmed = Conflict.status == ConflictState.CONFIRMED
    reached = {juror_id for film, juror_id in reach.pairs(session, round_, confirmed) if film == entry_id}
    noted = sa.select(Juror.person_id).join(Conflict, Conflict.juror_id == Juror.id)
    anywhere = session.scalars(noted.where(Conflict.entry_id == entry_id, confirmed))
    stepped_back = (one for one in seated if one.state == AssignmentState.RECUSED or one.juror_id in reached)
    return frozenset({one.person_id for one in stepped_back} | set(anywhere))


def barred_films(session: Session, seats: Mapping[int, Round], person_id: int | None) -> set[int]:
    """The films that confirmed conflicts keep from one person in these seats; a few statements for each round."""
    if not seats:
        return set()
    confirmed = Conflict.status == ConflictState.CONFIRMED
    noted = sa.select(Conflict.entry_id).join(Juror, Juror.id == Conflict.juror_id)
    found = set(session.scalars(noted.where(Juror.person_id == person_id, confirmed)))
    for seat, round_ in seats.items():
        found |= {film for film, _ in reach.pairs(session, round_, confirmed, Conflict.juror_id == seat)}
    return found
