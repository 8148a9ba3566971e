"""Makers learn in how many jurors' rooms their film was watched, once a round is over and not before."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.jury.assigning.models import Assignment
from portal.jury.models import Round
from portal.lifecycles import AssignmentState, RoundState
from tests.jury.conftest import Jury


def _at_work(session: Session, jury: Jury, watched: list[int]) -> None:
    for juror, seconds in zip(jury.jurors, watched, strict=False):
        session.add(
            Assignment(
                round_id=jury.round.id,
                juror_id=juror.id,
                entry_id=jury.films[0].id,
                state=AssignmentState.SCORED,
                watched_s=seconds,
            )
        )
    session.commit()


def test_nothing_shows_while_the_round_goes_on(
    jury: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    session.execute(sa.update(Round).values(state=RoundState.OPEN))
    session.commit()
    maker, address = sign_in(jury.maker.id), f"/en/entries/{jury.films[0].number}/watched"
    before = maker.get(address).data
    _at_work(session, jury, [300, 0, 290])
    assert maker.get(address).data == before
    session.execute(sa.update(Round).values(state=RoundState.CLOSED))
    session.commit()
    assert "watched in full by 2 of 3 jurors" in maker.get(address).text


def test_a_recused_juror_is_not_counted_and_strangers_see_nothing(
    judged: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    _at_work(session, judged, [300, 300])
    session.execute(
        sa.update(Assignment).where(Assignment.juror_id == judged.jurors[1].id).values(state=AssignmentState.RECUSED)
    )
    session.commit()
    address = f"/en/entries/{judged.films[0].number}/watched"
    assert "watched in full by 1 of 1 jurors" in sign_in(judged.maker.id).get(address).text
    for person in (judged.people[0], judged.chair):
        assert sign_in(person.id).get(address).status_code == 404
