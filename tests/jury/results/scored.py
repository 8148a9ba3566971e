"""A round with scores, given as jurors give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.results import service as results
from portal.jury.results.models import Result, Severity
from portal.jury.scoring import service as scoring
from portal.policies import Role
from tests.jury.conftest import Jury

Value = Callable[[int, int], int]  # of the film's and the juror's number in the round


def value(film: int, juror: int) -> int:
    """Later films are better, and every second juror is stricter by one."""
    return 3 + film - juror % 2


def pairs(session: Session, jury: Jury) -> list[tuple[int, int]]:
    """(number of the film, number of the juror) of everything that was given out."""
    films, jurors = [one.id for one in jury.films], [one.id for one in jury.jurors]
    rows = session.execute(sa.select(Assignment.entry_id, Assignment.juror_id).order_by(Assignment.id))
    return [(films.index(row.entry_id), jurors.index(row.juror_id)) for row in rows]


def link(session: Session, jury: Jury) -> None:
    """The plan of so small a round falls into two groups of jurors: two of one panel swap a film."""
    given = pairs(session, jury)
    mine, other = (next(film for film, juror in given if juror == seat) for seat in (0, 3))
    for film, seat, instead in ((mine, 0, 3), (other, 3, 0)):
        wanted = sa.update(Assignment).filter_by(entry_id=jury.films[film].id, juror_id=jury.jurors[seat].id)
        session.execute(wanted.values(juror_id=jury.jurors[instead].id))
    session.commit()


def assignment(session: Session, jury: Jury, film: int, juror: int) -> Assignment:
    """What was given out, as the juror's desk loads it."""
    wanted = sa.select(Assignment.code).filter_by(entry_id=jury.films[film].id, juror_id=jury.jurors[juror].id)
    found = queries.assignment_to_score(session, session.scalars(wanted).one())
    assert found is not None
    return found


def score(session: Session, jury: Jury, film: int, juror: int, given: int) -> None:
    """One juror hands in one sheet, the same score for every criterion."""
    found = assignment(session, jury, film, juror)
    criteria = queries.weights(session, found)
    scores = dict.fromkeys((one.id for one in criteria), given)
    by = jury.actor(jury.people[juror], Role.JUROR)
    scoring.submit(session, found, criteria, scores=scores, comment="", by=by)


def score_all(
    session: Session, jury: Jury, value: Value = value, only: Iterable[tuple[int, int]] | None = None
) -> None:
    """Every juror scores every own film, or only these pairs in this order; committed."""
    for film, juror in pairs(session, jury) if only is None else only:
        score(session, jury, film, juror, value(film, juror))
    session.commit()


def work_out(session: Session, jury: Jury) -> None:
    """What the worker does."""
    results.recompute(session, jury.round)
    session.commit()


def table(session: Session, jury: Jury) -> dict[int, dict[str, Any]]:
    """The stored results by the film's number, without their ids."""
    films = [one.id for one in jury.films]
    found = _rows(session, Result, jury.round.id)
    return {films.index(row.pop("entry_id")): row for row in found}


def scales(session: Session, jury: Jury) -> dict[int, dict[str, Any]]:
    """The stored severities by the juror's number."""
    jurors = [one.id for one in jury.jurors]
    return {jurors.index(row.pop("juror_id")): row for row in _rows(session, Severity, jury.round.id)}


def _rows(session: Session, model: Any, round_id: int) -> list[dict[str, Any]]:
    columns = [column for column in model.__table__.columns if column.name not in ("id", "round_id")]
    rows = session.execute(sa.select(*columns).where(model.round_id == round_id)).mappings()
    return [dict(row) for row in rows]
