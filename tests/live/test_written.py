"""Answers in writing: by whom, of what, and read by the hall once the talk is published."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import links
from portal.errors import Invalid, Stale
from portal.lifecycles import QuestionState, TalkState
from portal.live.questions import queries, written
from portal.policies import VISITOR
from tests.live import rows

_Q = QuestionState


def test_a_guest_answers_questions_of_the_own_film_and_of_none(session: Session) -> None:
    screening = rows.evening(session, talk=TalkState.CLOSED)
    mine, other = rows.films_of(session, screening)
    guest = rows.guest(session, screening, mine)
    asked = [
        rows.listed(session, screening, f"{film}?", state=_Q.SKIPPED, entry_id=film) for film in (mine, other, None)
    ]
    rows.listed(session, screening, "답한 질문", state=_Q.ANSWERED)
    rows.listed(session, screening, "거절된 질문", state=_Q.DECLINED)
    left = [line.id for line in queries.to_answer(session, screening.id, mine)]
    assert left == [asked[0].id, asked[2].id]
    written.answer(session, guest, asked[0], ko="네.", en="", rev=1, by=VISITOR)
    written.answer(session, guest, asked[0], ko="네.", en="", rev=1, by=VISITOR)  # sent twice
    assert (asked[0].state, asked[0].answered_by_id) == (_Q.WRITTEN, guest.id)
    with pytest.raises(Stale):
        written.answer(session, guest, asked[0], ko="아니요.", en="", rev=1, by=VISITOR)
    with pytest.raises(Invalid):
        written.answer(session, guest, asked[1], ko="네.", en="", rev=1, by=VISITOR)
    with pytest.raises(Invalid):
        written.answer(session, rows.guest(session, screening), asked[0], ko="제가", en="", rev=2, by=VISITOR)
    written.answer(session, guest, asked[0], ko="", en="", rev=asked[0].rev, by=VISITOR)
    assert (asked[0].state, asked[0].answered_by_id) == (_Q.APPROVED, None)


def test_nothing_is_answered_in_writing_before_the_talk_is_over(session: Session) -> None:
    screening = rows.evening(session)
    question = rows.listed(session, screening, "왜요?")
    with pytest.raises(Invalid):
        written.answer(session, rows.guest(session, screening), question, ko="네.", en="", rev=1, by=VISITOR)


def test_the_hall_reads_an_answer_once_the_talk_is_published(session: Session, client: FlaskClient) -> None:
    screening = rows.evening(session, talk=TalkState.CLOSED)
    question = rows.listed(session, screening, "왜요?", state=_Q.SKIPPED)
    guest = rows.guest(session, screening)
    session.commit()
    address = f"/ko/guests/{links.of(session).token(links.GUEST, guest.code)}/questions"
    form = {"question": question.code, "rev": "1", "answer_ko": "바람이 불어서요.", "answer_en": "The wind."}
    assert client.post(address, data={**form, "answer_ko": "가" * 3001}).status_code == 422
    assert client.post(address, data=form).status_code == 303
    assert client.post(address, data={**form, "answer_ko": "다른 답"}).status_code == 409
    assert "바람이 불어서요." in client.get(address).get_data(as_text=True)
    floor = f"/ko/live/{screening.code}"
    assert "바람이" not in client.get(floor).get_data(as_text=True)
    rows.talk_state(session, screening, TalkState.PUBLISHED)
    session.commit()
    assert "바람이 불어서요." in client.get(floor).get_data(as_text=True)
    assert "The wind." in client.get(floor.replace("/ko/", "/en/")).get_data(as_text=True)
