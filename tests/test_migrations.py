"""The migrations and the models say the same, in both directions, on both databases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.orm import Session

from portal import db, schema
from portal.audience.models import Booking
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.scoring import service as scoring
from portal.lifecycles import ScreeningState, SeatState
from portal.policies import SYSTEM
from portal.programme import service as programme
from portal.programme.models import Package, Screening
from portal.upgrade import downgrade, upgrade
from tests.jury.conftest import build, publish
from tests.programme import rows


def _differences(url: str) -> list[object]:
    with db.engine_for(url).connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), schema.metadata))


def test_head_is_the_models(database_url: str) -> None:
    assert _differences(database_url) == []


def _checks(engine: sa.Engine) -> dict[str, dict[str, str]]:
    inspector = sa.inspect(engine)
    tables = [name for name in inspector.get_table_names() if name != "alembic_version"]
    return {name: {one["name"]: one["sqltext"] for one in inspector.get_check_constraints(name)} for name in tables}


def test_every_check_is_the_models(database_url: str) -> None:
    engine = db.engine_for(database_url)
    migrated = _checks(engine)
    with engine.begin() as connection:
        schema.metadata.drop_all(connection)
        schema.metadata.create_all(connection)
    assert migrated == _checks(engine)


COUNTED = ("people", "entries", "rounds", "panels", "criteria", "jurors", "assignments", "score_sheets", "scores")


def _counts(url: str) -> dict[str, int]:
    with db.engine_for(url).connect() as connection:
        return {name: connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0 for name in COUNTED}


def test_rows_survive_one_migration_back_and_forth(database_url: str, session: Session) -> None:
    jury = build(session)
    publish(session, jury)
    assignment = session.scalars(sa.select(Assignment).where(Assignment.juror_id == jury.jurors[0].id)).first()
    assert assignment is not None
    found = queries.assignment_to_score(session, assignment.code)
    assert found is not None
    criteria = queries.weights(session, found)
    scoring.submit(session, found, criteria, scores={one.id: 7 for one in criteria}, comment="", by=SYSTEM)
    session.commit()
    session.close()
    before = _counts(database_url)
    downgrade(database_url, "0001")
    assert _counts(database_url) == before
    upgrade(database_url)
    assert _counts(database_url) == before
    with db.engine_for(database_url).connect() as connection:
        events = connection.execute(sa.text("SELECT kind, total FROM score_events")).all()
        demands = connection.scalars(sa.text("SELECT demand FROM panels")).all()
    assert ([tuple(one) for one in events], set(demands)) == ([("submitted", 700)], {1})


def test_an_evening_survives_the_hall_being_taken_away(database_url: str, session: Session) -> None:
    screening = rows.on_sale(session)
    talk = programme.plan_talk(session, screening, minutes=30, moderator="", by=SYSTEM)
    talk.screening, talk.guests = screening, []
    programme.invite(session, talk, programme.Invited("한서윤", "seoyun@letters.example"), by=SYSTEM)
    session.flush()
    parties = [(4, SeatState.CONFIRMED), (7, SeatState.CONFIRMED), (2, SeatState.WAITLISTED)]
    for n, (party, state) in enumerate(parties):
        held = {"name": "관객", "email": f"guest{n}@seats.example", "party": party, "state": state}
        session.add(Booking(screening_id=screening.id, position=1 if state == SeatState.WAITLISTED else None, **held))
    session.execute(sa.update(Screening).values(state=ScreeningState.Q_AND_A, taken=11))
    session.execute(sa.update(Package).values(rating=15, least_rating=0))
    session.commit()
    session.close()
    downgrade(database_url, "0002")
    upgrade(database_url)
    with db.engine_for(database_url).connect() as connection:
        found = connection.execute(sa.text("SELECT party, origin, verified_at FROM bookings ORDER BY id")).all()
        states = connection.execute(sa.text("SELECT s.state, t.state, s.taken FROM screenings s, qa_sessions t")).one()
        ratings = connection.execute(sa.text("SELECT rating, least_rating FROM packages")).one()
        untold = connection.scalar(sa.text("SELECT count(*) FROM releases WHERE told_at IS NULL"))
    assert [(row.party, row.origin, row.verified_at is not None) for row in found] == [
        (4, "public", True),
        (4, "public", True),
        (2, "public", True),
    ]
    assert (tuple(states), tuple(ratings), untold) == (("running", "invited", 8), (15, 15), 0)


def test_down_to_nothing_and_up_again(database_url: str) -> None:
    downgrade(database_url, "base")
    left = set(sa.inspect(db.engine_for(database_url)).get_table_names()) - {"alembic_version"}
    assert left == set()
    upgrade(database_url)
    assert _differences(database_url) == []


def test_a_planted_difference_is_found(database_url: str) -> None:
    with db.engine_for(database_url).begin() as connection:
        connection.exec_driver_sql("ALTER TABLE venues ADD COLUMN planted INTEGER")
    assert _differences(database_url) != []
