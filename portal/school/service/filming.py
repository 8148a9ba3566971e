"""Commands on who is in a film of a class: kept as it is handed in, whatever becomes of team and place afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import db
from portal.school.models import Enrolment, FilmStudent


def note_students(session: Session, entry_id: int, team_id: int | None, film_sha256: str) -> None:
    """Keep who is in the team of a film as it is handed in; of another film, handed in before, nobody stays."""
    another = (FilmStudent.entry_id == entry_id, FilmStudent.film_sha256 != film_sha256)
    session.execute(sa.delete(FilmStudent).where(*another))
    mates = session.scalars(sa.select(Enrolment.person_id).where(Enrolment.team_id == team_id)).all()
    _add_students(session, [{"entry_id": entry_id, "person_id": one, "film_sha256": film_sha256} for one in mates])


def keep_students(session: Session, entry_id: int, film_sha256: str) -> None:
    """Who was in a film is in the cut that takes its place."""
    session.execute(sa.update(FilmStudent).where(FilmStudent.entry_id == entry_id).values(film_sha256=film_sha256))


def carry_students(session: Session, source_id: int, entry_id: int) -> None:
    """Who was in a film that becomes another entry is in that one, too."""
    known = session.scalars(sa.select(FilmStudent).where(FilmStudent.entry_id == source_id)).all()
    carried = [{"entry_id": entry_id, "person_id": one.person_id, "film_sha256": one.film_sha256} for one in known]
    _add_students(session, carried)


def _add_students(session: Session, rows: list[dict[str, object]]) -> None:
    if rows:
        session.execute(db.insert(session, FilmStudent).on_conflict_do_nothing(), rows)
