"""Held batches leave to exactly those whom the page showed, once, above fifty by two people, and at their hour."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.accounts.models import Person
from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.errors import Invalid, Stale
from portal.lifecycles import MailState
from portal.mail import batches, outbox, releasing
from portal.mail.batches import HeldBatch
from portal.mail.models import MOST_ALONE, BatchRelease, MailPreference, OutgoingMail, Suppression, Topic, Way
from portal.policies import Actor, Role, Scope
from tests import builders

SignIn = Callable[[int], FlaskClient]
PAGE = "/ko/ops/mail/batches/results"


def desk(session: Session) -> tuple[int, int]:
    """The ids of two organizers of an edition, committed."""
    edition, one, other = builders.edition(session), builders.person(session), builders.person(session)
    for person in (one, other):
        builders.grant(session, person, Role.ORGANIZER, Scope.EDITION, edition.id)
    ids = one.id, other.id
    session.commit()
    return ids


def by(person_id: int) -> Actor:
    return Actor("person", person_id)


def hold(session: Session, count: int, **named: str) -> HeldBatch:
    """So many drafts of one batch about news, committed."""
    about = builders.person(session)
    edition_id = session.scalar(sa.text("SELECT max(id) FROM editions"))
    people = [builders.person(session, language="en" if n == 1 else "ko", **named) for n in range(count)]
    letters = [outbox.Letter(outbox.Recipient(one.email, one.language, one.native_name, one.id)) for one in people]
    words = {"letter": _Words()}
    held = {"edition_id": edition_id, "hold": True, "batch": "results"}
    outbox.queue_all(session, "broadcast.news", letters, about=about, transition="told", **held, **words)
    session.commit()
    held = found(session)
    session.rollback()
    return held


class _Words:
    def subject(self, name: str) -> str:
        return "소식"

    def paragraphs(self, name: str) -> list[list[object]]:
        return []


def found(session: Session) -> HeldBatch:
    """The batch as it stands."""
    batch = batches.batch_named(session, "results")
    assert batch is not None
    return batch


def shown(session: Session) -> str:
    """What a page would show now; the session then holds nothing."""
    digest = batches.shown(session, found(session))
    session.rollback()
    return digest


def propose(session: Session, by: Actor, *, hours: int = 0) -> BatchRelease:
    """Give a word for what a page would show now."""
    held = found(session)
    send_at = clock.now() + timedelta(hours=hours) if hours else None
    return releasing.propose(session, held, recipients=batches.shown(session, held), send_at=send_at, by=by)


def states(session: Session) -> Counter[MailState]:
    """How many mails stand in each state."""
    session.rollback()
    counted = Counter(session.scalars(sa.select(OutgoingMail.state)))
    session.rollback()
    return counted


def test_a_small_batch_leaves_by_one_word_and_pressed_twice_once(session: Session, sign_in: SignIn) -> None:
    organizer, _ = desk(session)
    hold(session, 3)
    browser = sign_in(organizer)
    shown = browser.get(PAGE)
    assert "3명에게 보내기" in shown.text
    digest = re.search(r'name="recipients" value="([0-9a-f]{64})"', shown.text)
    assert digest
    for _again in range(2):
        assert browser.post(f"{PAGE}/release", data={"recipients": digest[1]}).status_code == 303
    assert states(session) == {MailState.QUEUED: 3}
    assert session.scalar(sa.select(sa.func.count(BatchRelease.id))) == 1
    assert session.scalar(sa.select(AuditRecord.detail).where(AuditRecord.verb == "mail.queued.all")) == {
        "batch": "results",
        "moved": 3,
    }
    assert "더 기다리는 메일이 없어요" in browser.get(PAGE).text


def test_a_batch_that_changed_since_it_was_shown_stays(session: Session, sign_in: SignIn) -> None:
    organizer, _ = desk(session)
    hold(session, 2)
    before = shown(session)
    first = session.scalars(sa.select(OutgoingMail)).first()
    assert first is not None
    first.state = MailState.CANCELLED
    outbox.queue_all(
        session,
        "broadcast.news",
        [outbox.Letter(outbox.Recipient("another@example.test", "ko", "다른 사람"))],
        about=session.get_one(Person, organizer),
        transition="told",
        edition_id=first.edition_id,
        hold=True,
        batch="results",
        letter=_Words(),
    )
    session.commit()
    # As many as before, but not the same.
    answer = sign_in(organizer).post(f"{PAGE}/release", data={"recipients": before})
    assert answer.status_code == 409
    assert states(session) == {MailState.DRAFT: 2, MailState.CANCELLED: 1}


@pytest.mark.parametrize("count", [MOST_ALONE, MOST_ALONE + 1])
def test_above_fifty_a_second_person_confirms(session: Session, sign_in: SignIn, count: int) -> None:
    one, other = desk(session)
    hold(session, count)
    digest = shown(session)
    browser, colleague = sign_in(one), sign_in(other)
    assert browser.post(f"{PAGE}/release", data={"recipients": digest}).status_code == 303
    if count == MOST_ALONE:
        assert states(session) == {MailState.QUEUED: count}
        return
    assert states(session) == {MailState.DRAFT: count}
    single = session.scalar(sa.select(sa.func.max(OutgoingMail.id)))
    session.rollback()
    assert browser.post(f"/ko/ops/mail/{single}/release").status_code == 422, "not one by one either"
    refused = browser.post(f"{PAGE}/confirm", data={"rev": 1})
    assert refused.status_code == 422
    assert "다른 사람이 확인해야 해요" in refused.text
    assert "확인하고 51명에게 보내기" in colleague.get(PAGE).text
    assert "확인하고" not in browser.get(PAGE).text
    for _again in range(2):
        assert colleague.post(f"{PAGE}/confirm", data={"rev": 1}).status_code == 303
    assert states(session) == {MailState.QUEUED: count}


def test_the_database_itself_lets_nothing_large_go_by_one_person(session: Session) -> None:
    organizer, _ = desk(session)
    for wrong in ({"left_at": clock.now(), "ended_at": clock.now()}, {"confirmed_by_id": organizer}):
        edition_id = session.scalar(sa.text("SELECT max(id) FROM editions"))
        word = {"edition_id": edition_id, "batch": "results", "expected": 51, "recipients": "0" * 64}
        session.add(BatchRelease(proposed_by_id=organizer, **word, **wrong))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_two_words_at_once_are_one_and_the_batch_leaves_once(session: Session, sessions: sessionmaker[Session]) -> None:
    people = list(map(by, desk(session)))
    held = hold(session, 5)
    digest = shown(session)
    answers = _at_once(
        sessions,
        *(lambda s, by=one: releasing.propose(s, held, recipients=digest, by=by).expected for one in people),
    )
    assert sorted(answers, key=str) == [5, Stale]
    assert states(session) == {MailState.QUEUED: 5}
    assert session.scalar(sa.select(sa.func.count(BatchRelease.id))) == 1


def test_a_confirmation_and_a_cancellation_at_once_are_one_of_them(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    one, other = map(by, desk(session))
    held = hold(session, MOST_ALONE + 1)
    propose(session, one)
    session.commit()
    _at_once(
        sessions,
        lambda s: releasing.confirm(s, held, rev=1, by=other).expected,
        lambda s: releasing.cancel(s, held, by=one),
    )
    assert states(session) in ({MailState.QUEUED: 51}, {MailState.CANCELLED: 51})
    word = session.scalars(sa.select(BatchRelease)).one()
    assert word.ended_at is not None


def _at_once(sessions: sessionmaker[Session], *steps: Callable[[Session], int]) -> list[object]:
    gate = Barrier(len(steps))

    def take(step: Callable[[Session], int]) -> object:
        gate.wait()
        try:
            with unit_of_work(sessions) as other:
                return step(other)
        except Stale:
            return Stale

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(take, steps))


def test_a_batch_leaves_at_its_hour_and_not_before(session: Session, sessions: sessionmaker[Session]) -> None:
    one, other = map(by, desk(session))
    hold(session, MOST_ALONE + 1)
    with time_machine.travel("2027-01-10 00:00:00+00:00", tick=False) as hour:
        word_id = propose(session, one, hours=3).id
        session.commit()
        hour.shift(timedelta(hours=4))
        assert not batches.due_releases(session), "nobody has confirmed it"
        hour.shift(timedelta(hours=-2))
        word = releasing.confirm(session, found(session), rev=1, by=other)
        session.commit()
        assert (word.left_at, batches.due_releases(session)) == (None, [])
        hour.shift(timedelta(hours=1))
        assert batches.due_releases(session) == [word_id]
        session.rollback()
        released = _at_once(sessions, *[lambda s: releasing.release_due(s, word_id)] * 2)
        assert sorted(map(bool, released)) == [False, True]
    assert states(session) == {MailState.QUEUED: 51}


def test_a_batch_that_changed_before_its_hour_stays_and_says_so(session: Session, sign_in: SignIn) -> None:
    organizer, _ = desk(session)
    hold(session, 3)
    word_id = propose(session, by(organizer), hours=1).id
    first = session.scalars(sa.select(OutgoingMail)).first()
    assert first is not None
    first.state = MailState.SUPERSEDED
    session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert releasing.release_due(session, word_id) is False
        session.commit()
    assert states(session) == {MailState.DRAFT: 2, MailState.SUPERSEDED: 1}
    for address in (PAGE, "/ko/ops/mail"):
        assert "나가지 않았어요" in sign_in(organizer).get(address).text


def test_a_word_taken_back_leaves_nothing_and_makes_room_for_another(session: Session, sign_in: SignIn) -> None:
    one, other = desk(session)
    hold(session, 2)
    word_id = propose(session, by(one), hours=1).id
    session.commit()
    colleague = sign_in(other)
    for _again in range(2):
        assert colleague.post(f"{PAGE}/take-back", data={"rev": 1}).status_code == 303
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert releasing.release_due(session, word_id) is False
    propose(session, by(other))
    session.commit()
    assert states(session) == {MailState.QUEUED: 2}
    assert colleague.post(f"{PAGE}/take-back", data={"rev": 1}).status_code == 409


def test_an_hour_that_is_none_keeps_what_was_typed(session: Session, sign_in: SignIn) -> None:
    organizer, _ = desk(session)
    hold(session, 2)
    digest = shown(session)
    browser = sign_in(organizer)
    for day, time in (("soon", "9"), ("2020-01-01", "10:00")):
        typed = {"recipients": digest, "when": "later", "send_on": day, "send_time": time}
        answer = browser.post(f"{PAGE}/release", data=typed)
        assert answer.status_code == 422
        assert f'value="{day}"' in answer.text
    assert states(session) == {MailState.DRAFT: 2}


def test_what_readers_chose_and_what_came_back_is_kept_apart(session: Session) -> None:
    organizer, _ = desk(session)
    hold(session, 4)
    off, daily, gone, _ = session.scalars(sa.select(OutgoingMail.recipient).order_by(OutgoingMail.id)).all()
    for address, way in ((off, Way.OFF), (daily, Way.DIGEST)):
        session.add(MailPreference(address=address, topic=Topic.NEWS, way=way))
    session.add(Suppression(address=gone, reason="550 unknown"))
    session.flush()
    made = batches.makeup(session, found(session))
    assert (made.languages, made.kept, made.no_mail) == ({"ko": 3, "en": 1}, 2, 1)
    propose(session, by(organizer))
    session.commit()
    assert states(session) == {MailState.KEPT: 2, MailState.FAILED: 1, MailState.QUEUED: 1}
    failed = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.state == MailState.FAILED)).one()
    assert (failed.recipient, failed.last_error) == (gone, "550 unknown")


def test_the_page_lists_and_samples_exactly_who_gets_it(
    session: Session, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    organizer, _ = desk(session)
    hold(session, 2)
    browser = sign_in(organizer)
    browser.get(PAGE)
    count_queries()
    browser.get(PAGE)
    few = count_queries()
    long = builders.person(session, native_name="=" + "긴" * 90)
    address, letter = long.email, outbox.Letter(outbox.Recipient(long.email, "ko", long.native_name, long.id))
    edition_id = session.scalar(sa.text("SELECT max(id) FROM editions"))
    held = {"edition_id": edition_id, "hold": True, "batch": "results", "letter": _Words()}
    outbox.queue_all(session, "broadcast.news", [letter], about=long, transition="told", **held)
    hold(session, 20)
    count_queries()
    page = browser.get(PAGE).text
    assert count_queries() == few
    samples = batches.samples(session, found(session))
    assert len(samples) == batches.MOST_SAMPLES
    assert (samples[0].mail.recipient, samples[0].reasons[0]) == (address, "The longest name")
    assert {sample.mail.language for sample in samples} == {"ko", "en"}
    everybody = set(session.scalars(sa.select(OutgoingMail.recipient)))
    session.rollback()
    assert "23명에게 보내기" in page
    listed = csv.reader(io.StringIO(browser.get(f"{PAGE}/recipients.csv").text.removeprefix("\ufeff")))
    rows = list(listed)[1:]
    assert {row[0] for row in rows} == everybody
    assert next(row[1] for row in rows if row[0] == address).startswith("'=")
    only = browser.get(f"{PAGE}?search={address}").text
    assert only.partition('id="recipients"')[2].count("<tr>") == 2


def test_what_is_tied_to_an_announcement_leaves_with_it_alone(session: Session) -> None:
    organizer, _ = desk(session)
    held = hold(session, 1)
    session.execute(sa.update(OutgoingMail).values(batch="with:round:1"))
    session.commit()
    tied = batches.batch_named(session, "with:round:1")
    assert tied is not None
    assert held.batch != tied.batch
    with pytest.raises(Invalid):
        releasing.propose(session, tied, recipients=batches.shown(session, tied), by=by(organizer))
    with pytest.raises(Invalid):
        releasing.cancel(session, tied, by=by(organizer))
