"""Who reads and speaks in a film's discussion, and that nothing said is lost or said twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from time_machine import travel

from portal import clock
from portal.audit import AuditRecord
from portal.jury.conflicts.models import Conflict, ConflictSource, ConflictState
from portal.jury.decisions import discussions
from portal.jury.decisions.models import Discussion, Remark
from portal.jury.models import Visibility
from portal.jury.results.models import Result
from portal.jury.scoring import abstaining, voiding
from portal.jury.scoring import service as scoring
from portal.lifecycles import RoundState, advance
from portal.policies import SYSTEM, Role
from tests.disclosure.declared import at_once
from tests.jury.conftest import Jury
from tests.jury.results.scored import assignment, link, pairs, score_all, work_out

SignIn = Callable[..., FlaskClient]
FILM = 0


@pytest.fixture
def talked(published: Jury, session: Session) -> Jury:
    """Everybody handed in, the round is closed, and the first film is on the list."""
    score_all(session, published)
    advance(session, published.round, RoundState.CLOSED, by=SYSTEM)
    _open(session, published)
    return published


def _open(session: Session, jury: Jury) -> str:
    film = jury.films[FILM]
    found = discussions.open_on(session, jury.round, film.number, reason="", by=jury.actor(jury.chair))
    session.commit()
    return found.code


def _address(session: Session) -> str:
    code = session.scalars(sa.select(Discussion.code)).one()
    session.commit()
    return f"/en/jury/discussions/{code}"


def _jurors(session: Session, jury: Jury) -> tuple[list[int], list[int]]:
    """The numbers of the first film's jurors, and of the others."""
    mine = [juror for film, juror in pairs(session, jury) if film == FILM]
    session.commit()
    return mine, [juror for juror in range(6) if juror not in mine]


def _say(browser: FlaskClient, address: str, text: str) -> int:
    return browser.post(address, data={"text": text}).status_code


def test_chair_and_jurors_of_the_film_talk_under_their_seats(talked: Jury, session: Session, sign_in: SignIn) -> None:
    address, (mine, others) = _address(session), _jurors(session, talked)
    chair, juror = sign_in(talked.chair.id), sign_in(talked.people[mine[0]].id)
    assert _say(chair, address, "첫 장면부터 볼까요?") == 303
    assert _say(juror, address, "끝이 좋았어요.") == 303
    for person in (talked.chair, talked.organizer, *(talked.people[one] for one in mine)):
        page = sign_in(person.id).get(address).text
        assert "첫 장면부터 볼까요?" in page
        assert "끝이 좋았어요." in page
        assert f"<b>{talked.jurors[mine[0]].label}</b>" in page
        assert "<b>Chair</b>" in page
        assert talked.people[mine[0]].native_name not in page.split('id="said-h"')[1]
    for stranger in (talked.maker, *(talked.people[one] for one in others)):
        browser = sign_in(stranger.id)
        assert browser.get(address).status_code == 404
        assert _say(browser, address, "저도요.") == 404
    assert session.scalar(sa.select(sa.func.count()).select_from(Remark)) == 2


def test_a_juror_sees_nothing_of_scores_or_numbers(talked: Jury, session: Session, sign_in: SignIn) -> None:
    work_out(session, talked)
    address, (mine, _) = _address(session), _jurors(session, talked)
    page = sign_in(talked.people[mine[0]].id).get(address).text
    assert talked.films[FILM].number not in page
    assert "Corrected score" not in page
    assert "End the discussion" not in page
    assert "Corrected score" in sign_in(talked.chair.id).get(address).text


@pytest.mark.parametrize(
    ("visibility", "state", "handed_in", "seen"),
    [
        ("never", RoundState.OPEN, True, False),
        ("never", RoundState.CLOSED, True, True),
        ("never", RoundState.CLOSED, False, False),
        ("after_own", RoundState.OPEN, True, True),
        ("after_own", RoundState.OPEN, False, False),
        ("always", RoundState.OPEN, False, True),
    ],
)
def test_when_a_juror_comes_in(
    published: Jury, session: Session, sign_in: SignIn, visibility: str, state: RoundState, handed_in: bool, seen: bool
) -> None:
    published.round.visibility = Visibility(visibility)
    mine, _ = _jurors(session, published)
    if handed_in:
        score_all(session, published, only=[(FILM, mine[0])])
    if state == RoundState.CLOSED:
        advance(session, published.round, state, by=SYSTEM)
    _open(session, published)
    juror, address = sign_in(published.people[mine[0]].id), _address(session)
    assert juror.get(address).status_code == (200 if seen else 404)
    assert (published.films[FILM].title_en in juror.get("/en/jury/discussions").text) == seen
    assert ("discussion of your films" in juror.get("/en/jury").text) == seen


def test_before_that_nothing_tells_of_it(published: Jury, session: Session, sign_in: SignIn) -> None:
    score_all(session, published)
    mine, _ = _jurors(session, published)
    juror = sign_in(published.people[mine[0]].id)
    with travel(clock.now(), tick=False):  # a form's token tells the second it was made
        before = [juror.get(path).get_data() for path in ("/en/jury", "/en/jury/discussions")]
        _open(session, published)
        assert [juror.get(path).get_data() for path in ("/en/jury", "/en/jury/discussions")] == before


@pytest.mark.parametrize("how", ["recuse", "conflict", "abstain", "void", "seat"])
def test_whoever_is_out_of_the_film_is_out_of_the_thread_at_once(
    talked: Jury, session: Session, sign_in: SignIn, how: str
) -> None:
    address, (mine, _) = _address(session), _jurors(session, talked)
    juror, other = sign_in(talked.people[mine[0]].id), sign_in(talked.people[mine[1]].id)
    assert _say(juror, address, "제 생각은 이래요.") == 303
    assert juror.get(address).status_code == 200
    _leave(session, talked, mine[0], how)
    assert juror.get(address).status_code == 404
    assert _say(juror, address, "한마디 더.") == 404
    assert talked.films[FILM].title_en not in juror.get("/en/jury/discussions").text
    assert other.get(address).status_code == 200
    if how in ("recuse", "conflict"):
        assert "제 생각은 이래요." not in other.get(address).text
        assert "stepped back since" in sign_in(talked.chair.id).get(address).text


def _leave(session: Session, jury: Jury, juror: int, how: str) -> None:
    found, by = assignment(session, jury, FILM, juror), jury.actor(jury.people[juror], Role.JUROR)
    if how == "recuse":
        scoring.recuse(session, found, reason="같은 회사", by=by)
    elif how == "abstain":
        abstaining.abstain(session, found, reason="소리", by=by)
    elif how == "void":
        voiding.ask(session, found, reason="대신 냈어요", by=jury.actor(jury.chair))
        voiding.confirm(session, found, by=jury.actor(jury.organizer))
    elif how == "seat":
        jury.jurors[juror].ended_at = jury.round.due_at
    else:
        known = {"source": ConflictSource.ENTRANT, "status": ConflictState.CONFIRMED, "reason": "제자예요"}
        session.add(Conflict(juror_id=jury.jurors[juror].id, entry_id=jury.films[FILM].id, **known))
    session.commit()


def test_a_chair_who_stepped_back_is_out_as_well(talked: Jury, session: Session, sign_in: SignIn) -> None:
    address, (mine, _) = _address(session), _jurors(session, talked)
    talked.jurors[mine[0]].person_id = talked.chair.id
    session.commit()
    _leave(session, talked, mine[0], "recuse")
    chair = sign_in(talked.chair.id)
    assert chair.get(address).status_code == 404
    assert chair.post(f"{address}/close", data={"outcome": "끝"}).status_code == 404


def test_the_same_words_are_one_remark(talked: Jury, session: Session, sign_in: SignIn) -> None:
    address, (mine, _) = _address(session), _jurors(session, talked)
    juror, chair = sign_in(talked.people[mine[0]].id), sign_in(talked.chair.id)
    for browser in (juror, juror, chair):
        assert _say(browser, address, "동의해요.") == 303
    rows = session.execute(sa.select(Remark.person_id, Remark.juror_id).order_by(Remark.id)).all()
    assert rows == [(talked.people[mine[0]].id, talked.jurors[mine[0]].id), (talked.chair.id, None)]
    made = session.scalars(sa.select(AuditRecord.verb).where(AuditRecord.verb == "remark.made")).all()
    assert len(made) == 2


def test_two_windows_at_once_make_one_remark(talked: Jury, session: Session, sessions: sessionmaker[Session]) -> None:
    code = session.scalars(sa.select(Discussion.code)).one()
    by = talked.actor(talked.chair)
    session.commit()

    def say() -> int:
        with sessions() as mine:
            thread = discussions.thread_by_code(mine, code)
            assert thread is not None
            found = discussions.say(mine, thread, text="같이 눌렀어요", by=by).id
            mine.commit()
            return found

    assert len(set(at_once(say, say))) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Remark)) == 1


def test_two_who_put_a_film_on_the_list_at_once_make_one_entry(
    published: Jury, session: Session, sessions: sessionmaker[Session]
) -> None:
    round_id, number, by = published.round.id, published.films[FILM].number, published.actor(published.chair)
    session.commit()

    def put() -> int:
        with sessions() as mine:
            round_ = mine.get_one(type(published.round), round_id)
            found = discussions.open_on(mine, round_, number, reason="", by=by).id
            mine.commit()
            return found

    assert len(set(at_once(put, put))) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Discussion)) == 1
    opened = sa.select(sa.func.count()).where(AuditRecord.verb == "discussion.opened")
    assert session.scalar(opened) == 1


@pytest.mark.parametrize("text", ["", "   ", "가" * 2001])
def test_what_cannot_be_said_is_refused_in_words_and_kept(
    talked: Jury, session: Session, sign_in: SignIn, text: str
) -> None:
    answer = sign_in(talked.chair.id).post(_address(session), data={"text": text})
    assert answer.status_code == 422
    assert text.strip() in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Remark)) == 0


def test_it_ends_with_what_came_of_it_and_takes_no_more(talked: Jury, session: Session, sign_in: SignIn) -> None:
    address, (mine, _) = _address(session), _jurors(session, talked)
    chair, juror = sign_in(talked.chair.id), sign_in(talked.people[mine[0]].id)
    assert chair.post(f"{address}/close", data={"outcome": ""}).status_code == 422
    assert juror.post(f"{address}/close", data={"outcome": "끝"}).status_code == 404
    assert chair.post(f"{address}/close", data={"outcome": "뽑기로 했어요."}).status_code == 303
    late = juror.post(address, data={"text": "잠깐만요"})
    assert late.status_code == 422
    assert "This discussion has ended." in late.text
    assert chair.post(f"{address}/close", data={"outcome": "다시"}).status_code == 422
    assert "뽑기로 했어요." in juror.get(address).text
    listed = chair.get(f"/en/ops/results/{talked.round.code}/discussions").text
    assert "뽑기로 했어요." in listed
    for _ in range(2):
        assert chair.post(f"{address}/reopen").status_code == 303
    assert _say(juror, address, "잠깐만요") == 303
    verbs = session.scalars(
        sa.select(AuditRecord.verb).where(AuditRecord.verb.startswith("discussion.")).order_by(AuditRecord.seq)
    ).all()
    assert verbs == ["discussion.opened", "discussion.closed", "discussion.reopened"]


def test_the_whole_band_is_put_on_the_list_once(published: Jury, session: Session, sign_in: SignIn) -> None:
    published.round.places = 3
    link(session, published)
    score_all(session, published, lambda film, juror: 4 + (film * 7 + juror * 3) % 5)
    work_out(session, published)
    contested = set(session.scalars(sa.select(Result.entry_id).where(Result.p_top > 0.1, Result.p_top < 0.9)))
    session.commit()
    chair, address = sign_in(published.chair.id), f"/en/ops/results/{published.round.code}/discussions"
    for _ in range(2):
        assert chair.post(f"{address}/band").status_code == 303
    assert set(session.scalars(sa.select(Discussion.entry_id))) == contested != set()


def test_a_film_of_no_such_number_is_refused_in_words(published: Jury, session: Session, sign_in: SignIn) -> None:
    chair, number = sign_in(published.chair.id), published.films[0].number
    address = f"/en/ops/results/{published.round.code}/discussions"
    session.commit()
    answer = chair.post(address, data={"number": "X", "reason": "왜냐하면"})
    assert answer.status_code == 422
    assert "This round judges no film of that number." in answer.text
    assert "왜냐하면" in answer.text
    assert chair.post(address, data={"number": number, "reason": "가" * 301}).status_code == 422


def test_absent_and_denied_are_the_same(talked: Jury, session: Session, sign_in: SignIn) -> None:
    _, others = _jurors(session, talked)
    browser = sign_in(talked.people[others[0]].id)
    denied, absent = (browser.get(path) for path in (_address(session), "/en/jury/discussions/absent"))
    assert (denied.status_code, absent.status_code) == (404, 404)
    assert denied.text.replace(_address(session)[3:], "") == absent.text.replace("/jury/discussions/absent", "")


def test_pages_ask_the_same_however_much_there_is(
    talked: Jury, session: Session, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    mine, _ = _jurors(session, talked)
    juror, chair = sign_in(talked.people[mine[0]].id), sign_in(talked.chair.id)
    paths = [
        (juror, "/en/jury/discussions"),
        (chair, f"/en/ops/results/{talked.round.code}/discussions"),
        (chair, f"/en/ops/results/{talked.round.code}"),
        (chair, f"/en/ops/results/{talked.round.code}/jurors"),
        (chair, _address(session)),
    ]
    counts = []
    for _ in range(2):
        for browser, path in paths:
            count_queries()
            assert browser.get(path).status_code == 200
            counts.append(count_queries())
        work_out(session, talked)
        for film in talked.films[1:]:
            discussions.open_on(session, talked.round, film.number, reason="", by=talked.actor(talked.chair))
        session.commit()
        _say(chair, _address_of(session, talked), "하나 더")
    assert counts[: len(paths)] == counts[len(paths) :]


def _address_of(session: Session, jury: Jury) -> str:
    found = session.scalars(sa.select(Discussion.code).filter_by(entry_id=jury.films[FILM].id)).one()
    session.commit()
    return f"/en/jury/discussions/{found}"
