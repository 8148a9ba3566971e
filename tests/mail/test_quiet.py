"""Nobody is written to at night but for what they asked for, and no domain faster than it likes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import db
from portal.accounts.letters import addressed
from portal.accounts.models import Person
from portal.lifecycles import MailState
from portal.mail import outbox, queries, quiet
from portal.mail.models import OutgoingMail
from portal.settings import Misconfigured, Settings
from tests import builders
from tests.mail.conftest import Postman
from tests.mail.test_delivery import queued, send
from tests.mail.test_outbox import SignIn, desk

NIGHT = (21, 8)


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "ends"),
    [
        ("Asia/Seoul", "2027-01-10T11:59:59", None),  # 20:59:59 there
        ("Asia/Seoul", "2027-01-10T12:00", "2027-01-10T23:00"),
        ("Asia/Seoul", "2027-01-10T22:59:59", "2027-01-10T23:00"),
        ("Asia/Seoul", "2027-01-10T23:00", None),
        ("Asia/Kathmandu", "2027-01-10T15:14", None),  # 20:59 there
        ("Asia/Kathmandu", "2027-01-10T15:15", "2027-01-11T02:15"),
        ("Europe/Berlin", "2027-03-27T20:00", "2027-03-28T06:00"),  # the clock goes forward: ten hours
        ("Europe/Berlin", "2027-10-30T19:00", "2027-10-31T07:00"),  # and back: twelve
        ("America/New_York", "2027-03-14T06:59", "2027-03-14T12:00"),  # a minute before it goes forward
        ("America/New_York", "2028-02-29T02:00", "2028-02-29T13:00"),  # a leap day
        ("Atlantis/Capital", "2027-01-10T12:00", None),
    ],
)
def test_a_night_ends_by_the_clock_on_the_wall(zone: str, moment: str, ends: str | None) -> None:
    found = quiet.ends(NIGHT, zone, at(moment))
    assert found == (at(ends) if ends else None)
    assert (zone in quiet.zones(NIGHT, at(moment))) == (ends is not None)
    assert quiet.ends(None, zone, at(moment)) is None


def test_hours_within_one_day_end_on_it() -> None:
    assert quiet.ends((1, 6), "UTC", at("2027-01-10T01:00")) == at("2027-01-10T06:00")
    assert quiet.ends((1, 6), "UTC", at("2027-01-10T06:00")) is None


@pytest.mark.parametrize(
    "name", ["QUIET_HOURS=21", "QUIET_HOURS=24-8", "QUIET_HOURS=8-8", "MAIL_PACE=a.kr", "MAIL_PACE=*=0"]
)
def test_hours_and_paces_that_say_nothing_are_refused(tmp_path: object, name: str) -> None:
    variable, _, value = name.partition("=")
    with pytest.raises(Misconfigured, match=variable):
        Settings.from_env({"PORTAL_DATA": str(tmp_path), f"PORTAL_{variable}": value})


def test_a_trial_has_no_night_and_a_festival_has(tmp_path: object) -> None:
    assert Settings.from_env({"PORTAL_DATA": str(tmp_path)}).quiet_hours is None
    assert Settings.from_env({"PORTAL_DATA": str(tmp_path), "PORTAL_QUIET_HOURS": "22-7"}).quiet_hours == (22, 7)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An installation that lets people sleep and two domains breathe."""
    return replace(settings, quiet_hours=NIGHT, mail_pace=(("naver.example", 3), ("*", 100)))


_NEWS = {"notices": [("New", None)], "total": 1, "today": date(2027, 1, 10), "has_account": False}


def nudged(session: Session, person: Person, **values: object) -> int:
    """A mail that has time until the morning."""
    to = addressed(person)
    mail = outbox.queue(session, "digest", to=to, about=person, transition="today", **_NEWS, **values)
    session.commit()
    return mail.id


def left(session: Session) -> list[str]:
    """Who was written to."""
    session.rollback()
    found = list(session.scalars(sa.select(OutgoingMail.recipient).where(OutgoingMail.state == MailState.SENT)))
    session.rollback()
    return sorted(found)


def test_who_sleeps_gets_nothing_until_the_morning(
    session: Session, sessions: sessionmaker[Session], smtp_url: str, postman: Postman
) -> None:
    berlin = builders.person(session, timezone="Europe/Berlin")
    seoul = builders.person(session, timezone="Asia/Seoul")
    for person in (berlin, seoul):
        nudged(session, person)
    asked = queued(session)
    with time_machine.travel(at("2027-03-27T22:30"), tick=False):  # 23:30 and 07:30; Berlin's clock goes forward
        assert send(sessions, smtp_url) == len(asked)
        assert list(queries.first_waiting(session)) == []
        session.rollback()
    with time_machine.travel(at("2027-03-27T23:00"), tick=False):
        assert send(sessions, smtp_url) == 1
        assert seoul.email in left(session)
    with time_machine.travel(at("2027-03-28T05:59:59"), tick=False):
        assert send(sessions, smtp_url) == 0
    with time_machine.travel(at("2027-03-28T06:00"), tick=False):
        assert send(sessions, smtp_url) == 1
    assert berlin.email in left(session)


def test_who_falls_asleep_while_others_are_written_to_is_left_alone(session: Session) -> None:
    nudged(session, builders.person(session))
    with time_machine.travel(at("2027-01-10T11:59:59"), tick=False) as now:
        (mail,) = queries.waiting(session, 10)
        assert queries.may_leave(session, mail)
        now.shift(timedelta(seconds=1))
        assert not queries.may_leave(session, mail)


def test_the_desk_and_the_mailbox_say_why(session: Session, client: FlaskClient, sign_in: SignIn) -> None:
    edition_id, organizer = desk(session)
    mail_id = nudged(session, builders.person(session, timezone="Europe/Paris"), edition_id=edition_id)
    with time_machine.travel(at("2027-01-10T22:00"), tick=False):
        at_desk = sign_in(organizer)
        for page in ("/ko/ops/mail", f"/ko/ops/mail/{mail_id}"):
            assert "현지 시각(파리) 08:00까지 기다려요" in at_desk.get(page).text
        assert "메일 1통이 현지 시각(파리) 08:00까지 기다려요" in client.get("/mailbox").text
    with time_machine.travel(at("2027-01-11T07:00"), tick=False):
        assert "08:00까지" not in sign_in(organizer).get("/ko/ops/mail").text


def test_several_workers_keep_a_domains_pace_together(
    session: Session, sessions: sessionmaker[Session], smtp_url: str, postman: Postman
) -> None:
    for n in range(8):
        nudged(session, builders.person(session, email=f"reader{n}@naver.example"))
    nudged(session, builders.person(session, email="reader@other.example"))
    with time_machine.travel(at("2027-01-10T03:00"), tick=False) as now:
        with ThreadPoolExecutor(3) as workers:
            assert sum(workers.map(lambda _: send(sessions, smtp_url), range(3))) == 4
        assert sum(address.endswith("@naver.example") for address in left(session)) == 3
        now.shift(timedelta(seconds=59))
        assert send(sessions, smtp_url) == 0
        now.shift(timedelta(seconds=1))
        assert send(sessions, smtp_url) == 3
        now.shift(timedelta(minutes=1))
        assert send(sessions, smtp_url) == 2


def test_the_doctor_calls_neither_night_nor_pace_late(settings: Settings, session: Session) -> None:
    with time_machine.travel(at("2027-01-10T12:30"), tick=False) as now:
        nudged(session, builders.person(session))
        now.move_to(at("2027-01-10T23:02"))
        assert _late(settings) == 0
        now.move_to(at("2027-01-10T23:04"))
        assert _late(settings) == 1
        sent = session.get_one(OutgoingMail, queued(session)[0])
        sent.sent_at = at("2027-01-10T23:03:30")
        session.commit()
        assert _late(replace(settings, mail_pace=(("example.test", 1),))) == 0
        now.shift(timedelta(minutes=1))
        assert _late(replace(settings, mail_pace=(("example.test", 1),))) == 1


def _late(settings: Settings) -> int:
    with db.sessions(settings, read_only=True)() as looking:
        return queries.overdue(looking, timedelta(minutes=3))
