"""The daily letter: at nine where its reader lives, once, of what was kept for it; and whose letters are kept."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.accounts.models import Person
from portal.db import unit_of_work
from portal.lifecycles import MailState
from portal.mail import outbox, preferences
from portal.mail.models import OutgoingMail, Topic, Way
from portal.notices import daily
from portal.policies import SYSTEM
from portal.settings import Settings
from tests import builders
from tests.notices.letters import CATEGORY, write
from workers.notices import digest
from workers.sweep import SWEEPS


def asking(session: Session, way: Way, **values: object) -> Person:
    """Somebody who wants the school's letters this way."""
    person = builders.person(session, **values)
    preferences.choose(session, person.email, {Topic.SCHOOL: way}, by=SYSTEM)
    session.commit()
    return person


def letters(session: Session) -> Sequence[OutgoingMail]:
    """The daily letters written so far."""
    session.rollback()
    return session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "digest").order_by(OutgoingMail.id)).all()


def sweep(session: Session) -> int:
    """What the sweep rings for is done, now."""
    waiting = list(SWEEPS["mail.digest"](session))
    session.rollback()
    for mail_id in waiting:
        digest(mail_id)
    return len(waiting)


@pytest.mark.parametrize(
    ("zone", "now", "nine"),
    [
        ("Asia/Seoul", "2027-02-19T08:59:59+09:00", "2027-02-18T09:00:00+09:00"),
        ("Asia/Seoul", "2027-02-19T09:00:00+09:00", "2027-02-19T09:00:00+09:00"),
        ("Europe/Paris", "2027-03-28T08:30:00+02:00", "2027-03-27T09:00:00+01:00"),  # clocks went forward that night
        ("America/New_York", "2028-02-29T23:00:00-05:00", "2028-02-29T09:00:00-05:00"),
    ],
)
def test_nine_oclock_is_the_readers(zone: str, now: str, nine: str) -> None:
    assert daily.latest_hour(datetime.fromisoformat(now), zone) == datetime.fromisoformat(nine)


def test_it_comes_once_at_nine_in_each_readers_zone(session: Session, environment: Settings) -> None:
    with time_machine.travel(datetime(2027, 2, 19, 3, 0, tzinfo=UTC), tick=False) as time:  # noon in Seoul
        seoul = asking(session, Way.DIGEST)
        angeles = asking(session, Way.DIGEST, timezone="America/Los_Angeles", language="en", latin_given="Ann")
        for reader in (seoul, angeles):
            for name in ("first film", "second film"):
                assert write(session, reader, name).state == MailState.KEPT
        told = []
        for hour in range(3, 27 + 2):
            time.move_to(datetime(2027, 2, 19 + hour // 24, hour % 24, 0, tzinfo=UTC))
            sweep(session)
            told.append([mail.recipient for mail in letters(session)])
    nine_in_los_angeles, nine_in_seoul = 17, 24
    assert told[nine_in_los_angeles - 3 - 1] == []
    assert told[nine_in_los_angeles - 3] == [angeles.email]
    assert told[nine_in_seoul - 3 - 1] == [angeles.email]
    assert told[-1] == [angeles.email, seoul.email]
    first, second = letters(session)
    assert (first.subject, second.subject) == ("[P.A.N] 2 notices of Fri 19 Feb", "[P.A.N] 2월 20일 토 알림 2개")
    assert "first film" in first.text
    assert "/en/me/notices/" in first.text
    assert "second film" in second.html


def test_nothing_to_tell_is_no_letter(session: Session, environment: Settings) -> None:
    with time_machine.travel(datetime(2027, 2, 19, 3, 0, tzinfo=UTC), tick=False) as time:
        off, at_once = asking(session, Way.OFF), asking(session, Way.AT_ONCE)
        assert write(session, off).state == MailState.KEPT
        assert write(session, at_once).state == MailState.QUEUED
        assert write(session, off, "receipt", kind="eligible").state == MailState.QUEUED, "without a topic it is sent"
        time.move_to(datetime(2027, 2, 20, 12, 0, tzinfo=UTC))
        preferences.choose(session, off.email, {Topic.SCHOOL: Way.DIGEST}, by=SYSTEM)
        session.commit()
        assert sweep(session) == 0, "what came while they wanted no letter is in none"


def test_what_waited_is_told_when_its_reader_turns_to_each_at_once(session: Session, environment: Settings) -> None:
    with time_machine.travel(datetime(2027, 2, 19, 3, 0, tzinfo=UTC), tick=False) as time:
        person = asking(session, Way.DIGEST)
        write(session, person)
        preferences.choose(session, person.email, {Topic.SCHOOL: Way.AT_ONCE}, by=SYSTEM)
        session.commit()
        time.move_to(datetime(2027, 2, 20, 0, 0, tzinfo=UTC))
        assert sweep(session) == 1
    assert len(letters(session)) == 1


def test_what_is_late_for_one_letter_is_in_the_next(session: Session, environment: Settings) -> None:
    with time_machine.travel(datetime(2027, 2, 19, 3, 0, tzinfo=UTC), tick=False) as time:
        person = asking(session, Way.DIGEST)
        write(session, person, "kept")
        write(session, person, "film read").read_at = clock.now()
        held = write(session, person, "held", hold=True)
        time.move_to(datetime(2027, 2, 20, 0, 0, tzinfo=UTC))
        sweep(session)
        session.execute(sa.update(OutgoingMail).where(OutgoingMail.id == held.id).values(state=MailState.KEPT))
        session.commit()
        assert sweep(session) == 0
        time.move_to(datetime(2027, 2, 21, 0, 0, tzinfo=UTC))
        assert sweep(session) == 1
    assert [("kept" in mail.text, "held" in mail.text) for mail in letters(session)] == [(True, False), (False, True)]
    assert [mail.text for mail in letters(session) if "film read" in mail.text] == [], "what was read is no news"


def test_addresses_without_an_account_get_it_too(session: Session, environment: Settings) -> None:
    with time_machine.travel(datetime(2027, 2, 19, 3, 0, tzinfo=UTC), tick=False) as time:
        preferences.choose(session, "guest@example.test", {Topic.SCHOOL: Way.DIGEST}, by=SYSTEM)
        to = outbox.Recipient("guest@example.test", "en", "Ann")
        about = builders.person(session)
        film = {"title_ko": "t", "title_en": "A film", "number": "PAN27-1", "category": CATEGORY}
        outbox.queue(session, "mentor_review", to=to, about=about, transition="x", **film)
        session.commit()
        time.move_to(datetime(2027, 2, 20, 0, 0, tzinfo=UTC))
        sweep(session)
    (letter,) = letters(session)
    assert "/en/entries/PAN27-1" in letter.text
    assert "/me/notices" not in letter.text


def test_two_workers_write_one_letter(session: Session, sessions: sessionmaker[Session], environment: Settings) -> None:
    with time_machine.travel(datetime(2027, 2, 19, 3, 0, tzinfo=UTC), tick=False) as time:
        mail = write(session, asking(session, Way.DIGEST))
        time.move_to(datetime(2027, 2, 20, 0, 0, tzinfo=UTC))
        together = Barrier(2)

        def work() -> bool:
            together.wait()
            with unit_of_work(sessions) as mine:
                return daily.write(mine, mail.id) is not None

        with ThreadPoolExecutor(2) as pool:
            assert sorted(one.result() for one in [pool.submit(work), pool.submit(work)]) == [False, True]
    assert len(letters(session)) == 1
