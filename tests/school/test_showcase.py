"""The showcase: for the class alone, votes that never exceed what one has, notes to the makers, minors kept back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.entries.classroom import showcase
from portal.entries.classroom.models import PeerNote, PeerVote
from portal.entries.classroom.queries import class_film
from portal.errors import Invalid
from portal.lifecycles import EntryState
from portal.policies import Actor, Role, Scope
from portal.school.models import Enrolment
from tests import builders
from tests.entries import made
from tests.school import frozen

SignIn = Callable[..., FlaskClient]


def test_ten_votes_at_once_with_one_left_are_one_vote(sessions: sessionmaker[Session], session: Session) -> None:
    where = frozen.school(session, votes_each=2)
    voter = frozen.another_team(session, where).id
    call = made.queries.call_of(session, where.cohort.call_id)
    placed = {"cohort_id": where.cohort.id, "team_id": where.team.id, "state": EntryState.SUBMITTED}
    numbers = [builders.entry(session, call, where.students[0], **placed).number for _ in range(11)]
    by = Actor("person", voter)
    showcase.vote(session, class_film(session, numbers[0]), by=by)
    session.commit()

    def vote(number: str) -> bool:
        try:
            with sessions.begin() as own:
                showcase.vote(own, class_film(own, number), by=by)
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(vote, numbers[1:])) == 1
        assert list(pool.map(vote, [numbers[0]] * 3)) == [True] * 3
    used = sa.select(Enrolment.votes_used).filter_by(person_id=voter)
    assert (session.scalar(used), session.scalar(sa.select(sa.func.count()).select_from(PeerVote))) == (2, 2)
    for _ in range(2):
        showcase.take_back(session, class_film(session, numbers[0]), by=by)
    session.commit()
    assert session.scalar(used) == 1


def test_the_class_alone_sees_the_films_and_nobody_of_it_the_totals(session: Session, sign_in: SignIn) -> None:
    where = frozen.school(session)
    voter = frozen.another_team(session, where).id
    film = frozen.handed_in(session, where, where.students[0])
    number, maker, mentor, code = film.entry.number, where.students[0].id, where.mentor.id, where.cohort.code
    stranger, juror = builders.person(session).id, builders.person(session)
    builders.grant(session, juror, Role.JUROR, Scope.EDITION, where.edition.id)
    juror_id, cohort = juror.id, where.cohort
    session.commit()
    path, show = f"/ko/school/films/{number}", f"/ko/school/{code}/showcase"
    for outsider in (stranger, juror_id):
        browser = sign_in(outsider)
        assert {browser.get(path).status_code, browser.get(show).status_code} == {404}
        assert browser.post(f"{path}/vote", data={"give": "1"}).status_code == 404
    classmate, own, guide = sign_in(voter), sign_in(maker), sign_in(mentor)
    assert "data-player" in classmate.get(path).text or "<video" in classmate.get(path).text
    assert own.post(f"{path}/vote", data={"give": "1"}).status_code == 422
    assert guide.post(f"{path}/vote", data={"give": "1"}).status_code == 422
    assert classmate.post(f"{path}/vote", data={"give": "1"}).status_code == 302
    assert "1표" not in classmate.get(path).text + own.get(path).text + own.get(show).text
    assert "1표" in guide.get(path).text
    assert "1표" in guide.get(show).text
    cohort.ends_on = clock.now().date() - timedelta(days=2)
    session.commit()
    assert "1표" in own.get(show).text
    assert classmate.post(f"{path}/vote", data={"give": "0"}).status_code == 422
    cohort.minors = True
    session.commit()
    for browser in (classmate, own, guide):
        assert browser.get(path).status_code == 404
        assert number not in browser.get(show).text


def test_notes_reach_the_makers_with_a_name_and_may_be_hidden(session: Session, sign_in: SignIn) -> None:
    where = frozen.school(session, students=4)
    writer = frozen.another_team(session, where).id
    film = frozen.handed_in(session, where, where.students[0])
    number, maker, mentor = film.entry.number, where.students[0].id, where.mentor.id
    mate = builders.person(session)
    session.add(Enrolment(cohort_id=where.cohort.id, person_id=mate.id))
    builders.grant(session, mate, Role.STUDENT, Scope.COHORT, where.cohort.id)
    mate_id = mate.id
    session.commit()
    path, words = f"/ko/school/films/{number}", "끝 장면의 소리가 <b>좋아요</b>."
    author, own, guide, other = (sign_in(one) for one in (writer, maker, mentor, mate_id))
    for _ in range(2):
        assert author.post(f"{path}/notes", data={"text": words}).status_code == 302
    code = session.scalars(sa.select(PeerNote.code)).one()
    session.commit()
    assert author.post(f"{path}/notes", data={"text": "가" * 1001}).status_code == 422
    shown = "끝 장면의 소리가 &lt;b&gt;"
    assert [shown in one.get(path).text for one in (author, own, guide, other)] == [True, True, True, False]
    assert own.post(f"{path}/notes/{code}/hide", data={"hidden": "1"}).status_code == 404
    assert guide.post(f"{path}/notes/{code}/hide", data={"hidden": "1"}).status_code == 302
    assert [shown in one.get(path).text for one in (author, own, guide)] == [True, False, True]
    assert own.post(f"{path}/notes/{code}/delete").status_code == 404
    assert [author.post(f"{path}/notes/{code}/delete").status_code for _ in range(2)] == [302, 302]
    assert session.scalars(sa.select(PeerNote.id)).all() == []
