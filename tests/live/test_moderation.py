"""The board: moves and their way back, one question on stage, merging; two moderators at once; keys do the same."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.errors import Invalid, Stale
from portal.lifecycles import QuestionState, ScreeningState, TalkState
from portal.live.models import Question, QuestionVote, Theme
from portal.live.questions import asking, boards, counting, moderation, queries
from portal.policies import SYSTEM, Role, Scope
from portal.programme.models import PickRule, QASession, Screening
from portal.programme.service import talk_states
from tests import builders
from tests.live import rows
from workers.questions import clear_stage
from workers.sweep import SWEEPS

_Q = QuestionState


def states(session: Session) -> list[QuestionState]:
    return list(session.scalars(sa.select(Question.state).order_by(Question.id)))


def test_every_move_is_taken_back(session: Session) -> None:
    screening = rows.evening(session)
    first, second = rows.listed(session, screening, "하나?"), rows.listed(session, screening, "둘?", 5, _Q.PENDING)
    other = rows.listed(session, screening, "셋?")
    moves = [
        lambda: moderation.approve(session, second, rev=second.rev, by=SYSTEM),
        lambda: moderation.line_up(session, second, rev=second.rev, by=SYSTEM),
        lambda: moderation.bring_on_stage(session, first, rev=first.rev, seen="", by=SYSTEM),
        lambda: moderation.bring_on_stage(session, second, rev=second.rev, seen=first.code, by=SYSTEM),
        lambda: moderation.finish(session, second, answered=False, rev=second.rev, by=SYSTEM),
        lambda: moderation.decline(session, other, reason="그런 까닭", rev=other.rev, by=SYSTEM),
        lambda: moderation.file_under(session, first, Theme.AI, rev=first.rev, by=SYSTEM),
    ]
    ways, seen = [], []
    for move in moves:
        seen.append((states(session), second.place, other.reason, first.theme))
        ways.append(move())
    assert states(session) == [_Q.ANSWERED, _Q.SKIPPED, _Q.DECLINED]
    for way in reversed(ways):
        moderation.undo(session, screening, _now(session, way), by=SYSTEM)
        assert (states(session), second.place, other.reason, first.theme) == seen.pop()


def _now(session: Session, way: list[moderation.Step]) -> list[moderation.Step]:
    """The same steps as if the moves after them had never been made and taken back."""
    from dataclasses import replace

    return [replace(step, rev=session.get_one(Question, step.id).rev) for step in way]


def test_a_move_that_others_followed_is_not_taken_back(session: Session) -> None:
    screening = rows.evening(session)
    question = rows.listed(session, screening, "하나?", state=_Q.PENDING)
    way = moderation.approve(session, question, rev=question.rev, by=SYSTEM)
    asking.vote(session, question, rows.voice("x"), wanted=True)
    moderation.undo(session, screening, way, by=SYSTEM)  # a vote is no move
    assert question.state == _Q.PENDING
    with pytest.raises(Stale):
        moderation.undo(session, screening, way, by=SYSTEM)


def test_an_old_page_moves_nothing(session: Session) -> None:
    screening = rows.evening(session)
    question, other = rows.listed(session, screening, "하나?"), rows.listed(session, screening, "둘?")
    moderation.line_up(session, question, rev=question.rev, by=SYSTEM)
    with pytest.raises(Stale):
        moderation.approve(session, question, rev=1, by=SYSTEM)
    moderation.bring_on_stage(session, question, rev=question.rev, seen="", by=SYSTEM)
    with pytest.raises(Stale):
        moderation.bring_on_stage(session, other, rev=other.rev, seen="", by=SYSTEM)
    with pytest.raises(Invalid):
        moderation.decline(session, other, reason="", rev=other.rev, by=SYSTEM)


def test_nothing_of_a_film_is_shown_in_the_hall_before_it_is_over(session: Session) -> None:
    screening = rows.evening(session, state=ScreeningState.BOOKING, talk=TalkState.COLLECTING)
    question = rows.listed(session, screening, "범인은?")
    with pytest.raises(Invalid):
        moderation.bring_on_stage(session, question, rev=question.rev, by=SYSTEM)


def test_the_record_says_when_the_rule_was_not_followed(session: Session) -> None:
    screening = rows.evening(session, rule=PickRule.VOTES)
    wanted, other = rows.listed(session, screening, "하나?", 9), rows.listed(session, screening, "둘?", 1)
    board = boards.board(session, screening.id, PickRule.VOTES)
    assert [one.line.id for one in board.following] == [wanted.id, other.id]
    moderation.bring_on_stage(session, other, rev=other.rev, by=SYSTEM)
    moderation.bring_on_stage(session, wanted, rev=wanted.rev, by=SYSTEM)
    session.commit()
    assert (other.by_rule, wanted.by_rule, other.state) == (False, True, _Q.ANSWERED)
    staged = sa.select(AuditRecord.detail).where(AuditRecord.verb == "question.on_stage").order_by(AuditRecord.seq)
    assert [detail["by_rule"] for detail in session.scalars(staged)] == [False, True]


def test_two_moderators_bring_one_question_on_stage(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening = rows.evening(session)
        ids = [rows.listed(session, screening, f"{n}?").id for n in range(4)]

    def pin(question_id: int) -> str:
        try:
            with unit_of_work(sessions) as session:
                question = session.get_one(Question, question_id)
                moderation.bring_on_stage(session, question, rev=1, seen="", by=SYSTEM)
        except (Stale, StaleDataError):
            return "stale"
        return "staged"

    with ThreadPoolExecutor(4) as moderators:
        assert sorted(moderators.map(pin, ids)) == ["staged", "stale", "stale", "stale"]
    with sessions() as session:
        assert sorted(states(session)) == [_Q.APPROVED, _Q.APPROVED, _Q.APPROVED, _Q.ON_STAGE]


def test_a_talk_ended_on_the_run_sheet_leaves_no_question_on_stage(session: Session, environment: object) -> None:
    screening = rows.evening(session)
    question = rows.listed(session, screening, "편집은 얼마나 걸렸나요?")
    moderation.bring_on_stage(session, question, rev=1, seen="", by=SYSTEM)
    session.commit()
    clear_stage(screening.id)
    session.refresh(question)
    assert (SWEEPS["audience.clear_stage"](session), question.state) == ([], _Q.ON_STAGE), "the talk goes on"
    talk_states.close_talk(session, rows.talk_of(session, screening), by=SYSTEM)
    session.commit()
    assert SWEEPS["audience.clear_stage"](session) == [screening.id]
    session.commit()
    for _again in range(2):
        clear_stage(screening.id)
    session.refresh(question)
    assert (question.state, question.done_at is not None) == (_Q.ANSWERED, True)
    assert SWEEPS["audience.clear_stage"](session) == []


def test_merging_counts_each_voter_once_and_is_taken_back(session: Session) -> None:
    screening = rows.evening(session)
    kept, twin, third = (rows.listed(session, screening, f"같은 질문 {n}", votes=3) for n in range(3))
    for question in (kept, twin):
        asking.vote(session, question, rows.voice("both"), wanted=True)
    first = moderation.merge(session, third, twin, rev=third.rev, by=SYSTEM)
    second = moderation.merge(session, twin, kept, rev=twin.rev, by=SYSTEM)
    assert (kept.votes, twin.votes, third.state) == (10, 7, _Q.MERGED)
    merged = queries.merges(session, screening.id)
    assert queries.root(third.id, merged) == kept.id
    assert queries.voted(session, screening.id, third.asker_key, merged) == {kept.id}
    asking.vote(session, kept, asking.Voice(third.asker_key, ""), wanted=False)
    assert kept.votes == 10  # who asked a merged one still wants to know
    moderation.undo(session, screening, second, by=SYSTEM)
    assert (kept.votes, twin.votes, twin.state) == (4, 7, _Q.APPROVED)
    moderation.undo(session, screening, first, by=SYSTEM)
    assert (twin.votes, third.state) == (4, _Q.APPROVED)
    with pytest.raises(Invalid):
        moderation.merge(session, kept, kept, rev=kept.rev, by=SYSTEM)


def test_what_leaves_a_merged_question_is_no_longer_counted_at_the_top(session: Session) -> None:
    screening = rows.evening(session)
    top, middle, low = (rows.listed(session, screening, f"같은 질문 {n}", votes=3) for n in range(3))
    moderation.merge(session, low, middle, rev=low.rev, by=SYSTEM)
    asking.vote(session, middle, rows.voice("both"), wanted=True)
    way = moderation.merge(session, middle, top, rev=middle.rev, by=SYSTEM)
    asking.vote(session, top, rows.voice("both"), wanted=False)
    assert top.votes == 9
    moderation.approve(session, low, rev=low.rev, by=SYSTEM)
    assert (top.votes, low.votes) == (6, 3)
    moderation.undo(session, screening, way, by=SYSTEM)
    assert (top.votes, middle.votes) == (3, 3), "what was voted off while it was merged"


def test_no_way_back_merges_two_questions_into_each_other(session: Session) -> None:
    """One moderator undoes; another has merged the other way round since."""
    screening = rows.evening(session)
    one, other = rows.listed(session, screening, "하나?"), rows.listed(session, screening, "둘?")
    moderation.merge(session, one, other, rev=one.rev, by=SYSTEM)
    way = moderation.approve(session, one, rev=one.rev, by=SYSTEM)
    moderation.merge(session, other, one, rev=other.rev, by=SYSTEM)
    with pytest.raises(Stale):
        moderation.undo(session, screening, way, by=SYSTEM)
    assert queries.merges(session, screening.id) == {other.id: one.id}


def test_no_way_back_brings_a_second_question_on_stage(session: Session) -> None:
    screening = rows.evening(session)
    one, other = rows.listed(session, screening, "하나?"), rows.listed(session, screening, "둘?")
    moderation.bring_on_stage(session, one, rev=one.rev, seen="", by=SYSTEM)
    way = moderation.finish(session, one, answered=True, rev=one.rev, by=SYSTEM)
    moderation.bring_on_stage(session, other, rev=other.rev, seen="", by=SYSTEM)
    with pytest.raises(Stale):
        moderation.undo(session, screening, way, by=SYSTEM)
    assert states(session) == [_Q.ANSWERED, _Q.ON_STAGE]


def test_votes_while_two_are_merged_are_all_counted(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening = rows.evening(session)
        kept, twin = (rows.listed(session, screening, f"{n}?").id for n in range(2))

    def act(n: int) -> None:
        with unit_of_work(sessions) as session:
            if n == 3:
                question = session.get_one(Question, twin)
                moderation.merge(session, question, session.get_one(Question, kept), rev=1, by=SYSTEM)
            else:
                asking.vote(session, session.get_one(Question, kept), rows.voice(n), wanted=True)

    with ThreadPoolExecutor(8) as hall:
        list(hall.map(act, range(8)))
    with sessions() as session:
        voters = session.scalar(sa.select(sa.func.count(sa.distinct(QuestionVote.voter_key))))
        assert session.get_one(Question, kept).votes == voters == 9
        assert len(session.scalars(counting.group(kept)).all()) == 2


def test_similar_questions_are_offered_to_the_later_one(session: Session) -> None:
    screening = rows.evening(session)
    first = rows.listed(session, screening, "제작비는 얼마나 들었나요?")
    second = rows.listed(session, screening, "제작비가 얼마 들었는지 궁금합니다", state=_Q.PENDING)
    rows.listed(session, screening, "음악은 누가 만들었나요?", state=_Q.PENDING)
    board = boards.board(session, screening.id, PickRule.VOTES)
    assert {key: [line.id for line in lines] for key, lines in board.alike.items()} == {second.id: [first.id]}


@pytest.fixture
def moderator(session: Session, sign_in: object) -> FlaskClient:
    """A moderator of the edition that the test's evening belongs to."""
    screening = rows.evening(session)
    person = builders.person(session)
    builders.grant(session, person, Role.MODERATOR, Scope.EDITION, screening.edition_id)
    rows.listed(session, screening, "하나?", state=_Q.PENDING)
    session.commit()
    client: FlaskClient = sign_in(person.id)  # type: ignore[operator]
    return client


def test_the_board_works_with_and_without_javascript(session: Session, moderator: FlaskClient) -> None:
    screening = session.scalars(sa.select(Screening)).one()
    question = session.scalars(sa.select(Question)).one()
    session.commit()
    address = f"/ko/ops/live/{screening.code}/questions/{question.code}"
    plain = moderator.post(address, data={"move": "approve", "rev": "1"})
    assert plain.status_code == 303
    assert "undo=" in plain.location
    late = moderator.post(address, data={"move": "line_up", "rev": "1"}, headers={"HX-Request": "true"})
    assert (late.status_code, 'id="board"' in late.get_data(as_text=True)) == (409, True)
    rev = session.scalar(sa.select(Question.rev))
    session.commit()
    told = moderator.post(address, data={"move": "stage", "rev": str(rev), "seen": ""}, headers={"HX-Request": "true"})
    token = json.loads(told.headers["HX-Trigger"])["moved"]["undo"]
    assert states(session) == [_Q.ON_STAGE]
    session.commit()
    back = f"/ko/ops/live/{screening.code}/undo"
    assert moderator.post(back, data={"undo": token}, headers={"HX-Request": "true"}).status_code == 200
    assert states(session) == [_Q.APPROVED]
    session.commit()
    assert moderator.post(back, data={"undo": token}).status_code == 409
    assert moderator.post(back, data={"undo": "x" * 30}).status_code == 422


def test_the_board_is_told_when_nothing_is_new(session: Session, moderator: FlaskClient) -> None:
    screening = session.scalars(sa.select(Screening)).one()
    html = moderator.get(f"/ko/ops/live/{screening.code}").get_data(as_text=True)
    address = html.split('data-board="')[1].split('"')[0]
    assert moderator.get(address, headers={"HX-Request": "true"}).status_code == 204
    rows.listed(session, screening, "둘?", state=_Q.PENDING)
    session.commit()
    assert moderator.get(address, headers={"HX-Request": "true"}).status_code == 200


def test_the_talk_goes_from_questions_to_published_and_clears_the_stage(
    session: Session, moderator: FlaskClient
) -> None:
    screening = session.scalars(sa.select(Screening)).one()
    rows.listed(session, screening, "둘?", state=_Q.ON_STAGE)
    session.commit()
    for step, state in (("close", TalkState.CLOSED), ("publish", TalkState.PUBLISHED), ("unpublish", TalkState.CLOSED)):
        assert moderator.post(f"/ko/ops/live/{screening.code}/talk", data={"step": step}).status_code == 303
        found = sa.select(QASession.state).where(QASession.screening_id == screening.id)
        assert session.scalar(found) == state
        session.commit()
    assert states(session)[1] == _Q.ANSWERED
    session.commit()
    picked = moderator.get(f"/ko/live/{screening.code}/picked", headers={"HX-Request": "true"})
    assert picked.status_code == 200
    rule = {"rule": "order"}
    assert moderator.post(f"/ko/ops/live/{screening.code}/rule", data=rule).status_code == 303
    assert moderator.post(f"/ko/ops/live/{screening.code}/rule", data={"rule": "x"}).status_code == 422


def test_nobody_else_reads_the_board(session: Session, client: FlaskClient, sign_in: object) -> None:
    screening = rows.evening(session)
    stranger = builders.person(session)
    session.commit()
    outside: FlaskClient = sign_in(stranger.id)  # type: ignore[operator]
    for address in (f"/ko/ops/live/{screening.code}", f"/ko/live/{screening.code}/picked"):
        assert outside.get(address).status_code == 404
        assert client.get(address).status_code == 302
