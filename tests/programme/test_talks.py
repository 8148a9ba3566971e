"""Talks: their steps, the people on stage, statements of the absent, calendars, what needs a hand."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import icalendar
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from portal import clock, i18n, links
from portal.audience import service as audience
from portal.db import unit_of_work
from portal.errors import IllegalMove, Invalid, Stale
from portal.lifecycles import GuestState, ScreeningState, TalkState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM, Role, Scope
from portal.programme import queries, service, stage, zones
from portal.programme.models import Guest, GuestRole, PickRule, QASession, Screening
from portal.programme.service.letters import guest_calendar
from portal.programme.stage import Need
from tests import builders
from tests.programme import rows

SignIn = Callable[[int], FlaskClient]


def mails(session: Session, kind: str) -> list[OutgoingMail]:
    session.flush()
    return list(session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id)))


def address(session: Session, guest: Guest) -> str:
    return f"/ko/guests/{links.of(session).token(links.GUEST, guest.code)}"


def begun(session: Session, screening: Screening) -> None:
    """The films of the screening run since an hour."""
    screening.ends_at = clock.now() + timedelta(minutes=20)
    screening.starts_at = clock.now() - timedelta(hours=1)
    session.flush()
    audience.begin(session, screening, by=SYSTEM)


# ── steps ──────────────────────────────────────────────────────────────


def test_a_talk_goes_its_way_and_each_step_is_taken_back(session: Session) -> None:
    screening = rows.on_sale(session)
    talk = rows.talk(session, screening)
    with pytest.raises(Invalid, match="Confirm the talk first"):
        service.open_questions(session, talk, by=SYSTEM)
    service.invite(session, talk, service.Invited("한서윤", "han@example.test"), by=SYSTEM)
    assert talk.state == TalkState.INVITED
    service.confirm_talk(session, talk, by=SYSTEM)
    service.open_questions(session, talk, by=SYSTEM)
    service.open_questions(session, talk, by=SYSTEM)
    with pytest.raises(Invalid, match="Start the screening first"):
        service.begin_talk(session, talk, by=SYSTEM)
    begun(session, screening)
    service.begin_talk(session, talk, by=SYSTEM)
    assert (talk.state, screening.state) == (TalkState.LIVE, ScreeningState.Q_AND_A)
    service.unbegin_talk(session, talk, by=SYSTEM)
    assert (talk.state, talk.began_at) == (TalkState.COLLECTING, None)
    service.begin_talk(session, talk, by=SYSTEM)
    began = talk.began_at
    with pytest.raises(Invalid, match="still live"):
        audience.end(session, screening, by=SYSTEM)
    service.close_talk(session, talk, by=SYSTEM)
    service.reopen_talk(session, talk, by=SYSTEM)
    assert (talk.state, talk.began_at, talk.closed_at) == (TalkState.LIVE, began, None)
    service.close_talk(session, talk, by=SYSTEM)
    audience.end(session, screening, by=SYSTEM)
    service.publish_talk(session, talk, by=SYSTEM)
    assert talk.published_at is not None
    service.unpublish_talk(session, talk, by=SYSTEM)
    assert (talk.state, talk.published_at) == (TalkState.CLOSED, None)
    with pytest.raises(IllegalMove):
        service.confirm_talk(session, talk, by=SYSTEM)


def test_the_evening_goes_from_the_films_to_the_talk_and_back(session: Session) -> None:
    screening = rows.on_sale(session)
    begun(session, screening)
    with pytest.raises(Invalid, match="No talk follows"):
        audience.films_over(session, screening, by=SYSTEM)
    talk = rows.talk(session, screening, "han")
    service.confirm_talk(session, talk, by=SYSTEM)
    audience.films_over(session, screening, by=SYSTEM)
    audience.films_over(session, screening, by=SYSTEM)
    assert screening.state == ScreeningState.Q_AND_A
    audience.films_go_on(session, screening, by=SYSTEM)
    assert screening.state == ScreeningState.RUNNING
    service.begin_talk(session, talk, by=SYSTEM)
    with pytest.raises(Invalid, match="live"):
        audience.films_go_on(session, screening, by=SYSTEM)


def test_two_who_begin_a_talk_at_once_begin_it_once(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening = rows.on_sale(session)
        talk = rows.talk(session, screening, "han")
        service.confirm_talk(session, talk, by=SYSTEM)
        begun(session, screening)
        talk_id = talk.id

    def press(_: int) -> str:
        try:
            with unit_of_work(sessions) as session:
                service.begin_talk(session, session.get_one(QASession, talk_id), by=SYSTEM)
        except StaleDataError:
            return "told"
        return "done"

    with ThreadPoolExecutor(2) as two:
        assert "done" in set(two.map(press, range(2)))
    with sessions() as session:
        assert session.get_one(QASession, talk_id).rev == 4  # planned, invited, confirmed, live


def test_two_who_plan_and_invite_at_once_do_it_once(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening_id = rows.on_sale(session).id
    together = Barrier(3)

    def press(_: int) -> int:
        together.wait()
        with unit_of_work(sessions) as session:
            return rows.talk(session, session.get_one(Screening, screening_id), "han").guests[0].id

    with ThreadPoolExecutor(3) as hands:
        assert len(set(hands.map(press, range(3)))) == 1
    with sessions() as session:
        assert len(mails(session, "qa_invitation")) == 1


def test_the_second_of_two_editors_of_a_talk_sees_the_first_one_s_words(session: Session, sign_in: SignIn) -> None:
    screening = rows.on_sale(session)
    talk = rows.talk(session, screening)
    rev = talk.rev
    service.plan_talk(session, screening, minutes=40, moderator="박민서", rev=rev, by=SYSTEM)
    with pytest.raises(Stale):
        service.plan_talk(session, screening, minutes=30, moderator="최민경", rev=rev, by=SYSTEM)
    programmer = rows.programmer(session, queries.edition_on(session, rows.evening().date()))  # type: ignore[arg-type]
    session.commit()
    browser = sign_in(programmer.id)
    form = {"minutes": 35, "moderator": "정하늘", "rev": rev}
    clash = browser.post(f"/ko/ops/qa/{screening.code}", data=form)
    assert clash.status_code == 409
    assert "박민서" in clash.text
    assert 'value="정하늘"' in clash.text
    again = browser.post(f"/ko/ops/qa/{screening.code}", data=form | {"rev": rev + 1})
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("field", "plan"),
    [
        ("minutes", {"minutes": 4}),
        ("remote_url", {"remote_url": "javascript:alert(1)"}),
        ("remote_url", {"remote_url": "https://"}),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_words(session: Session, field: str, plan: dict[str, object]) -> None:
    screening = rows.on_sale(session)
    with pytest.raises(Invalid) as refused:
        rows.talk(session, screening, **plan)
    assert refused.value.field == field


# ── people ─────────────────────────────────────────────────────────────


def test_moderators_and_interpreters_are_asked_like_guests(session: Session) -> None:
    talk = rows.talk(session, rows.on_sale(session), moderator="")
    lead = service.Invited("최민경", "choi@example.test", role=GuestRole.MODERATOR)
    service.invite(session, talk, lead, by=SYSTEM)
    assert talk.moderator_name == "최민경"
    with pytest.raises(Invalid) as refused:
        service.invite(session, talk, service.Invited("Lee", "lee@example.test", role=GuestRole.INTERPRETER), by=SYSTEM)
    assert refused.value.field == "interprets"
    words = service.Invited("Lee", "lee@example.test", role=GuestRole.INTERPRETER, interprets="ko–en")
    service.invite(session, talk, words, by=SYSTEM)
    assert [mail.text.count("ko–en") for mail in mails(session, "qa_invitation")] == [0, 1]
    service.invite(session, talk, service.Invited("한서윤", "han@example.test"), by=SYSTEM)
    for guest in talk.guests:
        service.answer(session, guest, GuestState.ACCEPTED, by=SYSTEM)
    edition = queries.edition_on(session, rows.evening().date())
    assert edition is not None
    screening = talk.screening
    service.move(session, screening, screening.hall, rows.evening(hour=21), rev=screening.rev, by=SYSTEM)
    public = service.release(session, edition, base=1, by=SYSTEM).body["screenings"][0]["talk"]
    assert (public["moderator"], public["guests"]) == ("최민경", ["한서윤"])


def test_who_cannot_come_leaves_a_statement_until_the_talk_is_over(session: Session, client: FlaskClient) -> None:
    screening = rows.on_sale(session)
    talk = rows.talk(session, screening, "han")
    [guest] = talk.guests
    here = address(session, guest)
    session.commit()
    early = client.post(f"{here}/statement", data={"statement": "함께하지 못해요."})
    assert early.status_code == 422
    assert "함께하지 못해요." not in client.get(here).text
    client.post(here, data={"answer": "declined"})
    long = client.post(f"{here}/statement", data={"statement": "가" * 1501})
    assert long.status_code == 422
    assert "가" * 1501 in long.text
    client.post(f"{here}/statement", data={"statement": "함께하지 못해 아쉬워요.\r\n영화로 인사드려요."})
    session.expire_all()
    assert session.get_one(Guest, guest.id).statement == "함께하지 못해 아쉬워요.\n영화로 인사드려요."
    talk = session.get_one(QASession, talk.id)
    service.confirm_talk(session, talk, by=SYSTEM)
    begun(session, session.get_one(Screening, screening.id))
    service.begin_talk(session, talk, by=SYSTEM)
    service.close_talk(session, talk, by=SYSTEM)
    session.commit()
    assert client.post(f"{here}/statement", data={"statement": "늦은 인사"}).status_code == 422


def test_people_are_marked_on_the_day_and_a_mistake_is_marked_the_other_way(session: Session) -> None:
    screening = rows.on_sale(session)
    talk = rows.talk(session, screening, "han", "oh")
    han, oh = talk.guests
    with pytest.raises(Invalid, match="on the day"):
        service.mark(session, talk, han, here=True, by=SYSTEM)
    service.answer(session, han, GuestState.ACCEPTED, by=SYSTEM)
    service.answer(session, oh, GuestState.DECLINED, by=SYSTEM)
    screening.starts_at = clock.now() + timedelta(hours=1)
    session.flush()
    for here in (True, True, False):
        service.mark(session, talk, han, here=here, by=SYSTEM)
    assert han.state == GuestState.ABSENT
    service.mark(session, talk, oh, here=True, by=SYSTEM)
    assert oh.state == GuestState.PRESENT
    with pytest.raises(Invalid, match="no longer"):
        service.answer(session, oh, GuestState.DECLINED, by=SYSTEM)


def test_those_who_have_not_answered_are_reminded_once_a_day(session: Session) -> None:
    talk = rows.talk(session, rows.on_sale(session), "han", "oh")
    service.answer(session, talk.guests[0], GuestState.ACCEPTED, by=SYSTEM)
    assert service.remind(session, talk, by=SYSTEM) == 1
    assert service.remind(session, talk, by=SYSTEM) == 1
    assert [mail.recipient for mail in mails(session, "qa_reminder")] == ["oh@example.test"]


def test_somebody_asked_twice_at_one_time_is_told(session: Session, client: FlaskClient) -> None:
    edition = rows.edition(session)
    made = [
        rows.screening(
            session, rows.package(session, edition, rows.film(session, edition), title=title), hall, rows.evening(days)
        )
        for title, hall, days in (
            ("첫 묶음", rows.hall(session, edition), 0),
            ("같은 시간 묶음", rows.hall(session, edition, "2관"), 0),
            ("다음 날 묶음", rows.hall(session, edition, "3관"), 1),
        )
    ]
    asked = [rows.talk(session, screening, "han").guests[0] for screening in made]
    session.commit()
    page = client.get(address(session, asked[0])).text
    assert "같은 시간에 다른 대화에도" in page
    assert "같은 시간 묶음" in page
    assert "다음 날 묶음" not in page
    client.post(address(session, asked[1]), data={"answer": "declined"})
    assert "같은 시간 묶음" not in client.get(address(session, asked[0])).text


# ── time zones ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("zone", "moment", "shown"),
    [
        # Paris leaves winter time on 28 March 2027 at 01:00 UTC and comes back on 31 October.
        ("Europe/Paris", datetime(2027, 3, 27, 7, 58, tzinfo=UTC), "16:58 KST · 파리 08:58"),
        ("Europe/Paris", datetime(2027, 3, 28, 7, 58, tzinfo=UTC), "16:58 KST · 파리 09:58"),
        ("Europe/Paris", datetime(2027, 10, 30, 7, 58, tzinfo=UTC), "16:58 KST · 파리 09:58"),
        ("Europe/Paris", datetime(2027, 10, 31, 7, 58, tzinfo=UTC), "16:58 KST · 파리 08:58"),
        # New York springs forward on 14 March and falls back on 7 November; there it is still the day before.
        ("America/New_York", datetime(2027, 3, 14, 1, 0, tzinfo=UTC), "10:00 KST · 뉴욕 3월 13일 토 20:00"),
        ("America/New_York", datetime(2027, 3, 15, 1, 0, tzinfo=UTC), "10:00 KST · 뉴욕 3월 14일 일 21:00"),
        ("America/New_York", datetime(2027, 11, 6, 11, 0, tzinfo=UTC), "20:00 KST · 뉴욕 07:00"),
        ("America/New_York", datetime(2027, 11, 7, 11, 0, tzinfo=UTC), "20:00 KST · 뉴욕 06:00"),
        # Sydney's summer is the other half of the year, one or two hours ahead of Korea.
        ("Australia/Sydney", datetime(2027, 2, 19, 7, 58, tzinfo=UTC), "16:58 KST · 시드니 18:58"),
        ("Australia/Sydney", datetime(2027, 7, 19, 14, 30, tzinfo=UTC), "23:30 KST · 시드니 7월 20일 화 00:30"),
        # CLDR keeps these cities under the names their zones had before.
        ("Asia/Kolkata", datetime(2027, 2, 19, 7, 58, tzinfo=UTC), "16:58 KST · 콜카타 13:28"),
        ("Asia/Kathmandu", datetime(2027, 2, 19, 7, 58, tzinfo=UTC), "16:58 KST · 카트만두 13:43"),
        ("Asia/Seoul", datetime(2027, 2, 19, 7, 58, tzinfo=UTC), "16:58 KST"),
    ],
)
def test_a_time_is_told_twice_where_the_guest_lives_elsewhere(zone: str, moment: datetime, shown: str) -> None:
    assert zones.pair(moment, zone) == shown


def test_the_other_language_names_the_city(session: Session) -> None:
    i18n.set_locale("en")
    assert zones.pair(datetime(2027, 3, 28, 7, 58, tzinfo=UTC), "Europe/Paris") == "16:58 KST · Paris 09:58"


# ── calendars ──────────────────────────────────────────────────────────


def _event(body: bytes) -> tuple[str, str, int, str]:
    calendar = icalendar.Calendar.from_ical(body)
    [event] = calendar.walk("VEVENT")
    return str(calendar["method"]), str(event["status"]), int(event["sequence"]), str(event["uid"])


def test_one_event_rises_with_every_change_and_is_taken_back(session: Session) -> None:
    screening = rows.on_sale(session)
    talk = rows.talk(session, screening, "han")
    [guest] = talk.guests
    seen = [_event(guest_calendar(session, guest, talk)[2])]
    for choice in (GuestState.ACCEPTED, GuestState.DECLINED, GuestState.REMOTE):
        service.answer(session, guest, choice, by=SYSTEM)
        seen.append(_event(guest_calendar(session, guest, talk)[2]))
    service.plan_talk(session, screening, minutes=40, moderator="최민경", by=SYSTEM)
    seen.append(_event(guest_calendar(session, guest, talk)[2]))
    assert len({uid for *_rest, uid in seen}) == 1
    numbers = [number for _method, _status, number, _uid in seen]
    assert numbers == sorted(set(numbers))
    assert [(method, status) for method, status, *_rest in seen] == [
        ("PUBLISH", "CONFIRMED"),
        ("PUBLISH", "CONFIRMED"),
        ("CANCEL", "CANCELLED"),
        ("PUBLISH", "CONFIRMED"),
        ("PUBLISH", "CONFIRMED"),
    ]
    screening.cancel_reason = "영사기 고장"
    session.execute(sa.update(Screening).values(state=ScreeningState.CANCELLED))
    session.refresh(screening, ["state"])
    assert _event(guest_calendar(session, guest, talk)[2])[:2] == ("CANCEL", "CANCELLED")


def test_a_talk_that_is_called_off_tells_those_who_were_asked(session: Session) -> None:
    talk = rows.talk(session, rows.on_sale(session), "han", "oh")
    service.answer(session, talk.guests[1], GuestState.DECLINED, by=SYSTEM)
    before = _event(guest_calendar(session, talk.guests[0], talk)[2])[2]
    assert service.remove_talk(session, talk, by=SYSTEM) == 1
    [mail] = mails(session, "qa_called_off")
    assert mail.recipient == "han@example.test"
    [attached] = mail.attachments
    method, status, number, _uid = _event(_bytes(attached["base64"]))
    assert (method, status) == ("CANCEL", "CANCELLED")
    assert number > before
    assert session.scalar(sa.select(sa.func.count(Guest.id))) == 0


def _bytes(text: str) -> bytes:
    from base64 import b64decode

    return b64decode(text)


# ── the list ───────────────────────────────────────────────────────────


def test_the_premiere_five_come_and_one_does_not(session: Session, sign_in: SignIn) -> None:
    screening = rows.on_sale(session, films=5)
    talk = rows.talk(session, screening, *"abcdef")
    for guest in talk.guests[:5]:
        service.answer(session, guest, GuestState.ACCEPTED, by=SYSTEM)
    service.answer(session, talk.guests[5], GuestState.DECLINED, by=SYSTEM)
    assert stage.count(talk.guests) == stage.Count(asked=6, coming=5, declined=1, waiting=0)
    assert stage.needs(talk, clock.now()) == []
    moderator = builders.person(session)
    builders.grant(session, moderator, Role.MODERATOR, Scope.EDITION, screening.edition_id)
    session.commit()
    page = sign_in(moderator.id).get("/ko/ops/qa").text
    assert "6명 중 5명 참석" in page
    assert "손볼 것 없음" in page
    assert f"/ko/ops/qa/{screening.code}/run" in page
    assert sign_in(moderator.id).get(f"/ko/ops/qa/{screening.code}").status_code == 404


def test_what_needs_a_hand_comes_first(session: Session) -> None:
    edition = rows.edition(session)
    hall = rows.hall(session, edition)

    def planned(title: str, day: int, *guests: str, moderator: str = "최민경") -> QASession:
        package = rows.package(session, edition, rows.film(session, edition), title=title)
        return rows.talk(
            session, rows.screening(session, package, hall, rows.evening(day)), *guests, moderator=moderator
        )

    late, fine, alone = planned("가", 2, "han"), planned("나", 0, "oh"), planned("다", 1, moderator="")
    remote = planned("라", 3, "lee")
    late.guests[0].answer_by = clock.now() - timedelta(hours=1)
    service.answer(session, fine.guests[0], GuestState.ACCEPTED, by=SYSTEM)
    service.answer(session, remote.guests[0], GuestState.REMOTE, by=SYSTEM)
    session.flush()
    listed = stage.by_need([fine, alone, remote, late], clock.now())
    assert [(talk.id, needs) for talk, needs in listed] == [
        (late.id, [Need.LATE]),
        (remote.id, [Need.NO_LINK]),
        (alone.id, [Need.NO_MODERATOR, Need.NOBODY]),
        (fine.id, []),
    ]


def test_the_list_costs_the_same_for_one_and_for_many(
    session: Session, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    edition = rows.edition(session)
    hall, programmer = rows.hall(session, edition), rows.programmer(session, edition)

    def planned(day: int) -> None:
        package = rows.package(session, edition, rows.film(session, edition), title=f"묶음 {day}")
        talk = rows.talk(session, rows.screening(session, package, hall, rows.evening(day)), "han", "oh")
        service.make_slots(session, talk, count=2, minutes=5, by=SYSTEM)
        session.commit()

    planned(0)
    browser, costs = sign_in(programmer.id), []
    for day in (1, 2, 3):
        browser.get("/ko/ops/qa")
        count_queries()
        browser.get("/ko/ops/qa")
        costs.append(count_queries())
        planned(day)
    assert len(set(costs)) == 1, costs


def test_a_step_of_the_programmer_is_no_moderator_s(session: Session, sign_in: SignIn) -> None:
    screening = rows.on_sale(session)
    talk = rows.talk(session, screening, "han", pick_rule=PickRule.ORDER)
    moderator = builders.person(session)
    builders.grant(session, moderator, Role.MODERATOR, Scope.EDITION, screening.edition_id)
    programmer = builders.person(session)
    builders.grant(session, programmer, Role.PROGRAMMER, Scope.EDITION, screening.edition_id)
    session.commit()
    path = f"/ko/ops/qa/{screening.code}/step"
    assert sign_in(moderator.id).post(path, data={"step": "confirm"}).status_code == 404
    assert sign_in(programmer.id).post(path, data={"step": "confirm"}).status_code == 303
    assert sign_in(moderator.id).post(path, data={"step": "open", "from": "run"}).status_code == 303
    assert sign_in(moderator.id).post(path, data={"step": "dance"}).status_code == 404
    refused = sign_in(moderator.id).post(path, data={"step": "begin", "from": "run"}, follow_redirects=True)
    assert "먼저 상영을 시작해 주세요" in refused.text
    session.expire_all()
    assert session.get_one(QASession, talk.id).state == TalkState.COLLECTING
