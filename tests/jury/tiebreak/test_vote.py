"""A vote on the films around the cut: opened, ordered, closed, counted; by whom, and once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.db import unit_of_work
from portal.errors import Invalid
from portal.jury import queries as rounds
from portal.jury.assigning.models import Assignment
from portal.jury.models import Round
from portal.jury.scoring import service as scoring
from portal.jury.tiebreak import counting, queries, service
from portal.jury.tiebreak.models import Ballot, TieBreak, TieBreakFilm
from portal.lifecycles import TieBreakState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM
from portal.settings import Settings
from tests.jury.conftest import Jury
from workers.jury import tiebreak as worker

SOON = timedelta(days=3)


@pytest.fixture
def judged(published: Jury, session: Session) -> Jury:
    """Every juror has handed in every sheet."""
    for row in session.scalars(sa.select(Assignment.code)).all():
        found = rounds.assignment_to_score(session, row)
        assert found is not None
        criteria = rounds.weights(session, found)
        scoring.submit(session, found, criteria, scores={one.id: 7 for one in criteria}, comment="", by=SYSTEM)
    session.commit()
    return published


def opened(session: Session, jury: Jury, places: int = 2) -> TieBreak:
    films = [film.id for film in jury.films]
    by = jury.actor(jury.chair)
    vote = service.open_vote(session, jury.round, entry_ids=films, places=places, due_at=clock.now() + SOON, by=by)
    session.flush()
    counting.go_on(session, vote.id)
    session.commit()
    return vote


def ballot_of(session: Session, jury: Jury, n: int) -> Ballot:
    session.expire_all()
    code = session.scalars(sa.select(Ballot.code).where(Ballot.juror_id == jury.jurors[n].id)).one()
    found = queries.ballot_by_code(session, code)
    assert found is not None
    return found


def all_alike(session: Session, jury: Jury) -> None:
    """Every juror orders by the entry's id, the lowest first."""
    for ballot in session.scalars(sa.select(Ballot.code)).all():
        found = queries.ballot_by_code(session, ballot)
        assert found is not None
        service.save(session, found, sorted(found.batch), by=SYSTEM, final=True)
    session.commit()


def test_jurors_are_asked_for_what_they_judged(judged: Jury, session: Session) -> None:
    vote = opened(session, judged)
    own = queries.judged_by(session, vote)
    found = {one.juror_id: set(one.batch) for one in session.scalars(sa.select(Ballot))}
    assert found == own
    kinds = session.scalars(sa.select(OutgoingMail.kind).where(OutgoingMail.kind == "jury_tiebreak")).all()
    assert len(kinds) == len(own) == 6


def test_their_orders_become_one(judged: Jury, session: Session) -> None:
    vote = opened(session, judged)
    all_alike(session, judged)
    service.close(session, vote, by=judged.actor(judged.chair))
    session.flush()
    counting.go_on(session, vote.id)
    session.commit()
    ranks = dict(session.execute(sa.select(TieBreakFilm.entry_id, TieBreakFilm.rank)).all())
    for batch in session.scalars(sa.select(Ballot.batch)):
        assert [ranks[film] for film in sorted(batch)] == sorted(ranks[film] for film in batch)
    assert vote.note["ballots"] == 6
    assert session.scalars(sa.select(TieBreakFilm.p_top).order_by(TieBreakFilm.entry_id)).first() > 0.5  # type: ignore[operator]


def test_a_film_given_away_counts_no_more(judged: Jury, session: Session) -> None:
    vote = opened(session, judged)
    all_alike(session, judged)
    ballot = ballot_of(session, judged, 0)
    gone = ballot.batch[0]
    assignment = session.scalars(
        sa.select(Assignment).where(Assignment.juror_id == ballot.juror_id, Assignment.entry_id == gone)
    ).one()
    found = rounds.assignment_to_score(session, assignment.code)
    assert found is not None
    scoring.recuse(session, found, reason="친구", by=SYSTEM)
    session.commit()
    assert gone not in [row.entry_id for row in queries.films_of(session, ballot)]
    with pytest.raises(Invalid):
        service.save(session, ballot, ballot.batch, by=SYSTEM, final=True)
    service.close(session, vote, by=SYSTEM)
    session.flush()
    counting.go_on(session, vote.id)
    assert gone not in queries.judged_by(session, vote)[ballot.juror_id]


@pytest.mark.parametrize(
    ("count", "places", "days", "field"),
    [(1, 1, 3, "films"), (4, 0, 3, "places"), (4, 4, 3, "places"), (4, 2, -1, "due_on"), (0, 1, 3, "films")],
)
def test_a_vote_that_decides_nothing_is_refused(
    judged: Jury, session: Session, count: int, places: int, days: int, field: str
) -> None:
    films = [film.id for film in judged.films[:count]]
    due = clock.now() + timedelta(days=days)
    with pytest.raises(Invalid) as refused:
        service.open_vote(session, judged.round, entry_ids=films, places=places, due_at=due, by=SYSTEM)
    assert refused.value.field == field


def test_two_chairs_open_one_vote(judged: Jury, session: Session, sessions: sessionmaker[Session]) -> None:
    films, round_id = [film.id for film in judged.films], judged.round.id
    session.rollback()

    def open_one(_: int) -> str:
        with unit_of_work(sessions) as own:
            round_ = own.get_one(Round, round_id)
            due = clock.now() + SOON
            return service.open_vote(own, round_, entry_ids=films, places=2, due_at=due, by=SYSTEM).code

    with ThreadPoolExecutor(2) as both:
        codes = list(both.map(open_one, range(2)))
    assert codes[0] == codes[1]
    assert session.scalar(sa.select(sa.func.count()).select_from(TieBreak)) == 1


def test_the_worker_makes_and_counts_once(judged: Jury, session: Session, environment: Settings) -> None:
    films = [film.id for film in judged.films]
    vote = service.open_vote(session, judged.round, entry_ids=films, places=2, due_at=clock.now() + SOON, by=SYSTEM)
    session.commit()
    vote_id = vote.id
    assert queries.waiting(session) == [vote_id]
    session.rollback()
    with ThreadPoolExecutor(2) as both:
        list(both.map(worker, [vote_id, vote_id]))
    assert session.scalar(sa.select(sa.func.count()).select_from(Ballot)) == 6
    assert queries.waiting(session) == []
    all_alike(session, judged)
    session.refresh(vote)
    service.close(session, vote, by=SYSTEM)
    session.commit()
    assert queries.waiting(session) == [vote_id]
    session.rollback()
    worker(vote_id)
    assert queries.waiting(session) == []


def test_a_closed_vote_takes_no_order_until_it_is_opened_again(judged: Jury, session: Session) -> None:
    vote = opened(session, judged)
    with pytest.raises(Invalid):
        service.close(session, vote, by=SYSTEM)
    all_alike(session, judged)
    service.close(session, vote, by=SYSTEM)
    session.commit()
    ballot = ballot_of(session, judged, 1)
    with pytest.raises(Invalid):
        service.save(session, ballot, ballot.batch, by=SYSTEM, final=True)
    service.reopen(session, session.get_one(TieBreak, vote.id), by=SYSTEM)
    session.commit()
    ballot = ballot_of(session, judged, 1)
    service.save(session, ballot, list(reversed(ballot.batch)), by=SYSTEM, final=False)
    assert ballot.ordering == list(reversed(ballot.batch))
    assert session.get_one(TieBreak, vote.id).state == TieBreakState.OPEN


def test_a_juror_orders_without_a_script(judged: Jury, session: Session, sign_in: Callable[[int], FlaskClient]) -> None:
    opened(session, judged)
    people = [person.id for person in judged.people]
    ballot = ballot_of(session, judged, 0)
    rows = queries.films_of(session, ballot)
    session.commit()
    mine, theirs = sign_in(people[0]), sign_in(people[1])
    address = f"/ko/jury/rank/{ballot.code}"
    page = mine.get(address).text
    assert all(row.title_ko in page for row in rows)
    assert all(label not in page for label in ("J-02", "J-03", "Saram"))
    assert mine.post(address, data={"down": rows[0].code}).status_code == 303
    assert [row.code for row in queries.films_of(session, ballot_of(session, judged, 0))][:2] == [
        rows[1].code,
        rows[0].code,
    ]
    session.commit()
    numbers = {f"place-{row.code}": str(len(rows) - n) for n, row in enumerate(rows)}
    assert mine.post(address, data={**numbers, "final": "1"}).status_code == 303
    assert ballot_of(session, judged, 0).submitted_at is not None
    session.commit()
    assert theirs.get(address).status_code == theirs.get("/ko/jury/rank/NOSUCHCODE").status_code == 404
    assert theirs.post(address, data={"final": "1"}).status_code == 404


def test_the_chair_opens_reads_and_closes(
    judged: Jury, session: Session, sign_in: Callable[[int], FlaskClient]
) -> None:
    chair, juror = sign_in(judged.chair.id), sign_in(judged.people[0].id)
    address = f"/ko/ops/results/{judged.round.code}/tie-break"
    assert "경합하는 작품이 없어요" in chair.get(address).text
    vote = opened(session, judged)
    assert "J-01" in chair.get(address).text
    refused = chair.post(f"{address}/state", data={"move": "close"})
    assert refused.status_code == 422
    assert "아직 아무도 순서를 내지 않았어요" in refused.text
    all_alike(session, judged)
    assert chair.post(f"{address}/state", data={"move": "close"}).status_code == 303
    counting.go_on(session, vote.id)
    session.commit()
    assert "브래들리" in chair.get(address).text
    assert juror.get(address).status_code == 404
    assert chair.post(f"{address}/state", data={"move": "nonsense"}).status_code == 404
