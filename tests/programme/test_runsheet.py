"""The run sheet: what is shown by the clock, who is on stage, the buttons of the evening, the PDF."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.i18n import clock_time
from portal.lifecycles import GuestState, ScreeningState, TalkState
from portal.policies import SYSTEM, Role, Scope
from portal.programme import queries, runsheet, runsheet_paper, service
from portal.programme.models import GuestRole, Insert, InsertKind, Screening
from portal.programme.runsheet import Part
from tests import builders
from tests.programme import rows

SignIn = Callable[[int], FlaskClient]


def an_evening(session: Session) -> tuple[str, int]:
    """Five films with a welcome and an intermission; five guests come (one by video), one sends words.

    The screening's code, and a moderator.
    """
    screening = rows.on_sale(session, films=5)
    session.add_all(
        [
            Insert(
                package_id=screening.package_id, kind=InsertKind.SPEECH, before_position=0, seconds=300, note="위원장"
            ),
            Insert(package_id=screening.package_id, kind=InsertKind.INTERMISSION, before_position=3, seconds=600),
        ]
    )
    talk = rows.talk(session, screening, *"abcdef", remote_url="https://call.example/x", note="꽃다발은 무대 왼쪽")
    words = service.Invited("Lee", "lee@example.test", role=GuestRole.INTERPRETER, interprets="ko–en")
    service.invite(session, talk, words, by=SYSTEM)
    talk.guests[1].timezone = "Europe/Paris"
    for guest in talk.guests[:5]:
        choice = GuestState.REMOTE if guest.name == "b" else GuestState.ACCEPTED
        service.answer(session, guest, choice, by=SYSTEM)
    service.answer(session, talk.guests[5], GuestState.DECLINED, by=SYSTEM)
    service.leave_statement(session, talk.guests[5], "함께하지 못해 아쉬워요.", by=SYSTEM)
    service.make_slots(session, talk, count=5, minutes=5, by=SYSTEM)
    moderator = builders.person(session)
    builders.grant(session, moderator, Role.MODERATOR, Scope.EDITION, screening.edition_id)
    code, moderator_id = screening.code, moderator.id
    session.commit()
    session.expire_all()
    return code, moderator_id


def loaded(session: Session, code: str) -> Screening:
    found = queries.screening_for_talk(session, code)
    assert found is not None
    return found


def test_every_part_begins_when_the_one_before_it_ends(session: Session) -> None:
    code, _moderator = an_evening(session)
    listed = runsheet.lines(loaded(session, code))
    assert [line.kind for line in listed].count(Part.FILM) == 5
    assert [line.title for line in listed[:2]] == ["인사말", "범퍼"]
    assert [before.ends_at for before in listed[:-1]] == [after.at for after in listed[1:]]
    order = [line.kind if line.kind == Part.FILM else line.title for line in listed]
    assert order == ["인사말", *["범퍼", Part.FILM] * 3, "휴식", *["범퍼", Part.FILM] * 2]


def test_a_screening_without_films_or_talk_has_a_sheet_too(session: Session) -> None:
    edition = rows.edition(session)
    event = rows.screening(session, rows.package(session, edition, title="개막식"), rows.hall(session, edition))
    code = event.code
    session.commit()
    session.expire_all()
    assert [line.title for line in runsheet.lines(loaded(session, code))] == ["범퍼"]


def test_the_sheet_tells_moderators_everything_and_strangers_nothing(
    session: Session, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    code, moderator = an_evening(session)
    path, stranger = f"/ko/ops/qa/{code}/run", builders.person(session).id
    session.commit()
    assert sign_in(stranger).get(path).status_code == 404
    browser = sign_in(moderator)
    browser.get(path)
    count_queries()
    page = browser.get(path).text
    assert count_queries() <= 14
    for words in (
        "인사말",
        "휴식",
        "ko–en",
        "파리",
        "함께하지 못해 아쉬워요.",
        "https://call.example/x",
        "꽃다발은 무대 왼쪽",
    ):
        assert words in page
    assert "왔어요" not in page


def test_the_evening_is_led_from_the_phone(session: Session, sign_in: SignIn) -> None:
    code, moderator = an_evening(session)
    screening = loaded(session, code)
    talk = screening.qa_session
    assert talk is not None
    length = screening.ends_at - screening.starts_at
    screening.starts_at = clock.now() + timedelta(minutes=10)
    screening.ends_at = screening.starts_at + length
    service.confirm_talk(session, talk, by=SYSTEM)
    ends = clock_time(screening.ends_at)
    session.commit()
    browser, path = sign_in(moderator), f"/ko/ops/qa/{code}"

    def press(where: str, **form: str) -> str:
        answer = browser.post(where, data={"from": "run", **form}, follow_redirects=True)
        assert answer.request.path == f"{path}/run"
        return answer.text

    page = browser.get(f"{path}/run").text
    guest = re.search(r'name="guest" value="(\w+)"', page)
    assert guest is not None
    assert "참석함" in press(f"{path}/present", guest=guest.group(1), here="yes")
    seats = f"/ko/ops/seats/{code}"
    assert ends in press(seats, step="begin")
    assert "상영이 끝났어요" in press(seats, step="films_over")
    assert "상영을 이어 가요" in press(seats, step="films_go_on")
    assert "대화를 시작했어요" in press(f"{path}/step", step="begin")
    assert "대화가 아직 진행 중이에요" in press(seats, step="end")
    assert "대화를 마쳤어요" in press(f"{path}/step", step="close")
    press(seats, step="end")
    assert browser.post(f"{path}/present", data={"guest": "nobody", "here": "yes"}).status_code == 404
    session.refresh(screening, ["state"])
    session.refresh(talk, ["state"])
    assert (screening.state, talk.state) == (ScreeningState.HELD, TalkState.CLOSED)


def test_the_paper_holds_the_same(session: Session, sign_in: SignIn) -> None:
    code, moderator = an_evening(session)
    written = str(runsheet_paper.blocks(loaded(session, code)))
    for words in ("진행표", "휴식", "위원장", "통역 (ko–en)", "함께하지 못해 아쉬워요.", "파리", "꽃다발은 무대 왼쪽"):
        assert words in written
    session.rollback()
    answer = sign_in(moderator).get(f"/ko/ops/qa/{code}/run.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", answer.data)) == 1
