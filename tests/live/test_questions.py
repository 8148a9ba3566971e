"""Asking and voting: the spoiler lock, once and only once, limits, and what a phone is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock, links, signing
from portal.audience.models import Booking, Origin
from portal.db import unit_of_work
from portal.errors import Invalid
from portal.lifecycles import QuestionState, ScreeningState, SeatState, TalkState
from portal.live.models import Question, QuestionVote
from portal.live.questions import asking, phases, queries
from portal.live.questions.asking import TooOften
from portal.live.questions.reading import characters
from portal.programme.models import Screening
from tests.live import rows

RUNNING, Q_AND_A = ScreeningState.RUNNING, ScreeningState.Q_AND_A


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("어떻게?", 4),
        ("어떻게?".encode().decode(), 4),
        ("👩‍👩‍👧‍👦", 1),
        ("🇰🇷🇫🇷", 2),
        ("👍🏽!", 2),
        ("e\u0301", 1),
        ("ᄒ\u1161\u11ab글", 2),
        ("", 0),
    ],
)
def test_characters_are_counted_as_a_reader_sees_them(text: str, count: int) -> None:
    assert characters(text) == count


def test_two_hundred_family_emoji_are_two_hundred_characters_for_both_databases(session: Session) -> None:
    screening = rows.evening(session)
    assert rows.asked(session, screening, "👍🏽" * 200).votes == 1
    with pytest.raises(Invalid):
        rows.asked(session, screening, "가" * 201)


def test_the_same_question_sent_twice_is_one(session: Session) -> None:
    screening = rows.evening(session)
    first = rows.asked(session, screening, "왜요?", by=1, code="ABCDEFGHJK")
    assert rows.asked(session, screening, "왜 그랬어요?", by=1, code="ABCDEFGHJK").id == first.id
    assert rows.asked(session, screening, "왜요?", by=1).id == first.id
    assert rows.asked(session, screening, "왜요?", by=2).id != first.id


def test_one_form_at_once_is_one_question(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening_id = rows.evening(session).id

    def press(_: int) -> int:
        with unit_of_work(sessions) as session:
            return rows.asked(session, session.get_one(Screening, screening_id), "왜요?", by=1, code="ABCDEFGHJK").id

    with ThreadPoolExecutor(6) as presses:
        assert len(set(presses.map(press, range(6)))) == 1


def test_twenty_presses_of_one_voter_at_once_are_one_vote(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        question_id = rows.listed(session, rows.evening(session), "왜요?").id

    def press(n: int) -> None:
        with unit_of_work(sessions) as session:
            asking.vote(session, session.get_one(Question, question_id), rows.voice(n % 2), wanted=True)

    with ThreadPoolExecutor(20) as presses:
        list(presses.map(press, range(20)))
    with sessions() as session:
        assert session.get_one(Question, question_id).votes == 3  # the asker and two voters
        assert session.scalar(sa.select(sa.func.count()).select_from(QuestionVote)) == 3


def test_a_vote_is_taken_back_but_never_the_askers_own(session: Session) -> None:
    question = rows.listed(session, rows.evening(session), "왜요?")
    for wanted, votes in ((True, 2), (True, 2), (False, 1), (False, 1)):
        asking.vote(session, question, rows.voice("x"), wanted=wanted)
        assert question.votes == votes
    asker = asking.Voice(question.asker_key, "")
    asking.vote(session, question, asker, wanted=False)
    assert question.votes == 1


def test_nobody_asks_without_end(session: Session) -> None:
    screening = rows.evening(session)
    for n in range(asking.ASKED_BY_ONE):
        rows.asked(session, screening, f"{n}번째 질문", by=1)
    with pytest.raises(TooOften):
        rows.asked(session, screening, "하나 더", by=1)
    rows.asked(session, screening, "하나 더", by=2)


@pytest.mark.parametrize(
    ("state", "ends_in", "unlocked"),
    [
        (ScreeningState.BOOKING, timedelta(hours=2), False),
        (RUNNING, timedelta(minutes=1), False),
        (RUNNING, timedelta(minutes=-1), True),
        (Q_AND_A, timedelta(minutes=1), True),
        (ScreeningState.HELD, timedelta(minutes=1), True),
    ],
)
def test_the_lock_opens_when_the_films_are_over(state: ScreeningState, ends_in: timedelta, unlocked: bool) -> None:
    now = clock.now()
    assert phases.unlocked(TalkState.COLLECTING, state, now + ends_in, now) == unlocked


def ask(client: FlaskClient, screening: Screening, text: str, **more: str) -> int:
    return client.post(f"/ko/live/{screening.code}", data={"text": text, **more}).status_code


def page(client: FlaskClient, screening: Screening, **headers: str) -> str:
    return client.get(f"/ko/live/{screening.code}", headers=headers).get_data(as_text=True)


def test_before_the_films_are_over_a_phone_shows_own_questions_alone(session: Session, client: FlaskClient) -> None:
    screening = rows.evening(session, state=RUNNING, talk=TalkState.COLLECTING)
    rows.stand(session, screening, state=RUNNING, ends_in=timedelta(minutes=5))
    theirs = rows.listed(session, screening, "범인은 누구였나요?", 9)
    session.commit()
    assert ask(client, screening, "고래는 왜 울었나요?") == 303
    assert session.scalars(sa.select(Question.early).where(Question.text == "고래는 왜 울었나요?")).one()
    session.commit()
    locked = page(client, screening)
    assert "고래는 왜 울었나요?" in locked
    assert "범인은" not in locked
    assert client.post(f"/ko/live/{screening.code}/questions/{theirs.code}/vote", data={"want": "1"}).status_code == 404
    rows.stand(session, screening, state=Q_AND_A)
    session.commit()
    assert "범인은 누구였나요?" in page(client, screening)


def test_declined_and_waiting_ones_are_nobody_elses_and_no_name_is_told(session: Session, client: FlaskClient) -> None:
    screening = rows.evening(session)
    rows.listed(session, screening, "기다리는 질문", state=QuestionState.PENDING)
    rows.listed(session, screening, "거절된 질문", state=QuestionState.DECLINED, reason="It could hurt somebody.")
    rows.listed(session, screening, "올라온 질문", name="김관객")
    session.commit()
    html = page(client, screening)
    assert "올라온 질문" in html
    assert not [word for word in ("기다리는", "거절된", "김관객") if word in html]


def test_an_asker_reads_why_a_question_was_not_taken_up(session: Session, client: FlaskClient) -> None:
    screening = rows.evening(session)
    session.commit()
    ask(client, screening, "주차장은 어디인가요?")
    assert "진행자가 확인하고 있어요. 곧 화면에 올라가요." in page(client, screening)
    told = {"state": QuestionState.DECLINED, "reason": "It is not about these films."}
    session.execute(sa.update(Question).values(**told))
    session.commit()
    assert "이 영화들에 관한 질문이 아니에요." in page(client, screening)


def test_what_cannot_be_sent_stays_in_the_form(session: Session, client: FlaskClient) -> None:
    screening = rows.evening(session)
    session.commit()
    long = client.post(f"/ko/live/{screening.code}", data={"text": "가" * 201})
    assert (long.status_code, "가" * 201 in long.get_data(as_text=True)) == (422, True)
    rows.talk_state(session, screening, TalkState.CLOSED)
    session.commit()
    session.refresh(screening)
    session.commit()
    assert ask(client, screening, "늦은 질문") == 422


def test_a_phone_that_knows_everything_is_told_so_in_one_statement(
    session: Session, client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    screening = rows.evening(session)
    question = rows.listed(session, screening, "왜요?")
    session.commit()
    html = page(client, screening)
    address = html.split('hx-get="')[1].split('"')[0]
    count_queries()
    assert client.get(address).status_code == 204
    begins = int(session.get_bind().dialect.name == "sqlite")
    assert count_queries() - begins == 1
    rows.listed(session, screening, "기다려요", state=QuestionState.PENDING)
    session.commit()
    assert client.get(address).status_code == 204  # what waits is nobody's news
    voting = f"/ko/live/{screening.code}/questions/{question.code}/vote"
    voted = client.post(voting, data={"want": "1"}, headers={"HX-Request": "true"})
    assert 'aria-pressed="true"' in voted.get_data(as_text=True)
    changed = client.get(address, headers={"HX-Request": "true"})
    assert (changed.status_code, changed.get_data(as_text=True).lstrip().startswith('<div id="floor"')) == (200, True)


def test_a_ticket_speaks_for_its_holder_on_every_device(session: Session, app: object, client: FlaskClient) -> None:
    screening = rows.evening(session)
    state = {"state": SeatState.CHECKED_IN, "origin": Origin.PUBLIC}
    booking = Booking(screening_id=screening.id, name="관객", email="a@example.test", party=1, **state)
    session.add(booking)
    question = rows.listed(session, screening, "왜요?")
    session.commit()
    ticket = links.of(session).token(links.TICKET, booking.code)
    for browser in (client, client.application.test_client()):
        assert browser.get(f"/ko/live/{screening.code}?t={ticket}").status_code == 303
        browser.post(f"/ko/live/{screening.code}/questions/{question.code}/vote", data={"want": "1"})
    ask(client, screening, "표를 가진 질문")
    session.expire_all()
    assert question.votes == 2
    mine = session.scalars(sa.select(Question).where(Question.text == "표를 가진 질문")).one()
    assert mine.booking_id == booking.id
    forged = signing.sign("x" * 40, links.TICKET, booking.code)
    assert client.get(f"/ko/live/{screening.code}?t={forged}").status_code == 303


def test_the_short_address_leads_to_the_floor(session: Session, client: FlaskClient) -> None:
    screening = rows.evening(session)
    session.commit()
    found = client.get(f"/l/{screening.code[:5].lower()}")
    assert found.status_code == 302
    assert found.location.endswith(f"/live/{screening.code}")
    assert client.get("/l/2").status_code == 404
    assert client.get("/l/%25%25%25%25").status_code == 404


def test_keys_tell_nothing_and_differ_from_evening_to_evening(session: Session, client: FlaskClient) -> None:
    first, second = rows.evening(session), rows.evening(session)
    session.commit()
    for screening in (first, second):
        ask(client, screening, "왜요?")
    keys = session.scalars(sa.select(Question.asker_key)).all()
    assert len(set(keys)) == 2
    assert queries.floor_by_code(session, "NOTHING") is None


def test_a_phone_asks_the_database_as_much_for_two_questions_as_for_thirty(
    session: Session, client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    screening = rows.evening(session)
    states = (QuestionState.APPROVED, QuestionState.ANSWERED)
    counts = []
    for many in (1, 14):
        for n in range(many):
            for state in states:
                rows.listed(session, screening, f"{many} {n} {state}?", n + 1, state)
        session.commit()
        page(client, screening)
        count_queries()
        page(client, screening)
        counts.append(count_queries())
    assert counts[0] == counts[1] <= 16
