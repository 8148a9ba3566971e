"""Reserves: their order, and the one that takes over the place of a film that left, released by a second person."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal.entries.models import Entry
from portal.errors import Invalid
from portal.jury.decisions import queries, reserves, service
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Round
from portal.lifecycles import DecisionState, EntryState, RoundState
from tests.jury.conftest import Jury


@pytest.fixture
def released(judged: Jury, session: Session) -> Jury:
    """Two selected, three in reserve, one not; released, and the round announced."""
    for n, film in enumerate(judged.films):
        film.title_en = f"Film {n}"
    chair = judged.actor(judged.chair)
    wishes = [Outcome.SELECTED] * 2 + [Outcome.RESERVE] * 3 + [Outcome.NOT_SELECTED]
    for film, outcome in zip(judged.films, wishes, strict=True):
        service.decide(session, judged.round, film, outcome, by=chair)
    session.commit()
    service.release(session, judged.round, by=judged.actor(judged.organizer))
    session.execute(sa.update(Round).values(state=RoundState.ANNOUNCED))
    session.commit()
    session.refresh(judged.round)
    session.commit()
    return judged


def _leaves(session: Session, film: Entry) -> None:
    session.execute(sa.update(Entry).where(Entry.id == film.id).values(state=EntryState.WITHDRAWN))
    session.refresh(film)
    session.commit()


def _decision(session: Session, jury: Jury, n: int) -> Decision:
    round_ = session.get_one(Round, jury.round.id)
    found = queries.decision_on(session, round_, jury.films[n].number)
    assert found is not None
    return found


def _promote(session: Session, jury: Jury, n: int) -> None:
    reserves.promote(session, jury.round, _decision(session, jury, n), by=jury.actor(jury.chair))


def test_no_reserve_moves_up_while_every_place_is_taken(released: Jury, session: Session) -> None:
    with pytest.raises(Invalid, match="No place is free"):
        _promote(session, released, 2)


def test_the_next_one_takes_over_and_learns_of_it_with_the_release(
    released: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    _leaves(session, released.films[0])
    chair, maker = sign_in(released.chair.id), sign_in(released.maker.id)
    address = f"/en/ops/results/{released.round.code}"
    page = chair.get(f"{address}/select").text
    assert f"Proposed: {released.films[2].title_en}" in page
    number = released.films[2].number
    assert chair.post(f"{address}/promote", data={"number": number}).status_code == 303
    assert chair.post(f"{address}/promote", data={"number": released.films[3].number}).status_code == 422
    assert "On the reserve list" in maker.get(f"/en/entries/{number}").text
    with pytest.raises(Invalid, match="Somebody else must release"):
        service.release(session, released.round, by=released.actor(released.chair))
    session.rollback()
    assert service.release(session, released.round, by=released.actor(released.organizer)) == 1
    session.commit()
    assert "Confirm or decline by" in maker.get(f"/en/entries/{number}").text
    assert queries.vacancies(session, released.round.id) == []


def test_a_promotion_can_be_taken_back_before_its_release(released: Jury, session: Session) -> None:
    _leaves(session, released.films[1])
    _promote(session, released, 2)
    session.commit()
    chair, film = released.actor(released.chair), session.get_one(Entry, released.films[2].id)
    with pytest.raises(Invalid, match="reserve"):
        service.decide(session, released.round, film, Outcome.NOT_SELECTED, by=chair)
    session.rollback()
    service.decide(session, released.round, film, None, by=chair)
    session.commit()
    found = _decision(session, released, 2)
    assert (found.state, found.outcome, found.replaces_id) == (DecisionState.ANNOUNCED, Outcome.RESERVE, None)
    assert service.tally(session, released.round).mails == 0
    assert len(queries.vacancies(session, released.round.id)) == 1


def test_two_at_once_fill_a_place_once(released: Jury, session: Session, sessions: sessionmaker[Session]) -> None:
    _leaves(session, released.films[0])
    together, code = Barrier(2), released.round.id

    def fill(n: int) -> str:
        with sessions() as own:
            together.wait()
            try:
                reserves.promote(
                    own, own.get_one(Round, code), _decision(own, released, n), by=released.actor(released.chair)
                )
                own.commit()
            except Invalid as refused:
                return refused.code
            return "filled"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(fill, (2, 3)))
    assert answers.count("filled") == 1
    assert session.scalar(sa.select(sa.func.count()).where(Decision.replaces_id.is_not(None))) == 1


def test_the_database_lets_one_film_take_over_a_place(released: Jury, session: Session) -> None:
    place = _decision(session, released, 0).id
    with pytest.raises(IntegrityError):
        session.execute(sa.update(Decision).where(Decision.outcome == "reserve").values(replaces_id=place))
    session.rollback()


def test_reserves_are_ordered_by_hand(released: Jury, session: Session) -> None:
    def order() -> list[str]:
        return [row.number for row in queries.reserves(session, released.round)]

    first = order()
    third = queries.decision_on(session, released.round, first[2])
    assert third is not None
    for _ in range(3):
        reserves.move(session, released.round, third, -1, by=released.actor(released.chair))
    session.commit()
    assert order() == [first[2], first[0], first[1]]
    with pytest.raises(Invalid, match="not on the reserve list"):
        reserves.move(session, released.round, _decision(session, released, 0), 1, by=released.actor(released.chair))


def test_a_film_that_left_before_the_release_is_not_announced(judged: Jury, session: Session) -> None:
    chair = judged.actor(judged.chair)
    service.decide(session, judged.round, judged.films[0], Outcome.SELECTED, by=chair)
    session.commit()
    _leaves(session, judged.films[0])
    assert service.release(session, judged.round, by=judged.actor(judged.organizer)) == 0
    session.commit()
    assert _decision(session, judged, 0).state == DecisionState.UNDECIDED
    assert service.tally(session, judged.round).mails == 0
