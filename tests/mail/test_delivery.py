"""Delivery against a real SMTP server: once, in order of claim, honest about what is unknown."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial

import pytest
import sqlalchemy as sa
import time_machine
from markupsafe import escape
from sqlalchemy.orm import Session, sessionmaker

from portal import clock, db
from portal.db import unit_of_work
from portal.lifecycles import MailState
from portal.mail import delivery, message, outbox, queries
from portal.mail.models import OutgoingMail
from portal.mail.smtp import Answer, Fate, Server, lines
from tests import builders
from tests.mail.conftest import Postman
from tests.mail.test_outbox import SignIn, desk

Sessions = sessionmaker[Session]


def queued(session: Session, count: int = 1, **values: object) -> list[int]:
    """Mails that wait, committed; returns their ids."""
    ids = []
    for _ in range(count):
        person = builders.person(session)
        to = outbox.Recipient(person.email, "ko", person.native_name, person.id)
        mail = outbox.queue(
            session, "sign_in", to=to, about=person, transition="asked", token="t", until=clock.now(), **values
        )
        ids.append(mail.id)
    session.commit()
    return ids


def send(sessions: Sessions, smtp_url: str, first: int = 0) -> int:
    """One ring of the bell."""

    @contextmanager
    def work() -> Iterator[Session]:
        with unit_of_work(sessions) as session:
            yield session

    with lines(Server.from_url(smtp_url)) as opened:
        return delivery.deliver(work, opened, first)


def mail(session: Session, mail_id: int) -> OutgoingMail:
    """The row as it is now."""
    session.rollback()
    found = session.get_one(OutgoingMail, mail_id, populate_existing=True)
    session.commit()
    return found


def test_a_mail_arrives_with_everything(session: Session, sessions: Sessions, smtp_url: str, postman: Postman) -> None:
    calendar = ("일정.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    (mail_id,) = queued(session, attachments=[calendar])
    assert send(sessions, smtp_url) == 1
    ((recipient, content),) = postman.arrived
    message = message_from_bytes(content, policy=default)
    row = mail(session, mail_id)
    assert (row.state, row.lease_until, row.recipient) == (MailState.SENT, None, recipient)
    assert message["To"] == recipient
    assert message["Message-ID"] == row.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert "로그인" in message["Subject"]
    assert message.get_body(("plain",)).get_content().splitlines() == row.text.splitlines()
    assert "로그인" in message.get_body(("html",)).get_content()
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("일정.ics", "text/calendar")
    assert all(len(line) <= 998 for line in content.splitlines())


@pytest.mark.parametrize(("lines", "mails"), [(1, 5), (3, 60)])
def test_many_mails_share_few_connections(
    session: Session, sessions: Sessions, smtp_url: str, postman: Postman, lines: int, mails: int
) -> None:
    queued(session, mails)
    assert send(sessions, f"{smtp_url}?lines={lines}") == mails > delivery.LISTED * (lines > 1)
    assert postman.connections == lines
    assert len({recipient for recipient, _ in postman.arrived}) == mails


def test_two_workers_send_every_mail_once(
    session: Session, sessions: Sessions, smtp_url: str, postman: Postman
) -> None:
    ids = queued(session, 12)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda first: send(sessions, smtp_url, first), ids[::3]))
    assert sum(counts) == 12
    assert len({recipient for recipient, _ in postman.arrived}) == len(postman.arrived) == 12
    assert session.scalar(sa.select(sa.func.count()).where(OutgoingMail.state == MailState.SENT)) == 12


@pytest.mark.parametrize(
    ("answer", "state"), [("451 try later", MailState.QUEUED), ("550 no such user", MailState.FAILED)]
)
def test_the_servers_no_is_heard(
    session: Session, sessions: Sessions, smtp_url: str, postman: Postman, answer: str, state: MailState
) -> None:
    refused, fine = queued(session, 2)
    postman.answers[mail(session, refused).recipient] = answer
    send(sessions, smtp_url)
    row = mail(session, refused)
    assert (row.state, row.last_error, row.uncertain) == (state, answer, False)
    assert mail(session, fine).state is MailState.SENT
    assert send(sessions, smtp_url) == 0


def test_a_delayed_mail_is_tried_five_times_and_then_failed(
    session: Session, sessions: Sessions, smtp_url: str, postman: Postman
) -> None:
    (mail_id,) = queued(session)
    postman.answers[mail(session, mail_id).recipient] = "450 busy"
    tries = 0
    for hours in range(0, 60, 6):
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            tries += send(sessions, smtp_url)
    assert tries == 5
    assert mail(session, mail_id).state is MailState.FAILED


def test_a_server_that_is_away_costs_no_try(session: Session, sessions: Sessions) -> None:
    (mail_id,) = queued(session)
    assert send(sessions, "smtp://127.0.0.1:9") == 0
    row = mail(session, mail_id)
    assert (row.state, row.attempts, row.lease_until) == (MailState.QUEUED, 0, None)


@pytest.mark.parametrize("answer", ["421 closing", "432 too many lines", "550 not from you"])
def test_what_a_server_says_before_it_knows_the_reader_is_no_try(
    session: Session, sessions: Sessions, smtp_url: str, postman: Postman, answer: str
) -> None:
    (mail_id,) = queued(session)
    postman.at_once = [answer] * 2
    assert send(sessions, smtp_url) == 0
    row = mail(session, mail_id)
    assert (row.state, row.attempts, row.send_after, row.last_error) == (MailState.QUEUED, 0, None, answer)
    postman.at_once = ["421 a hundred mails a line"]
    assert send(sessions, smtp_url) == 1
    assert mail(session, mail_id).state is MailState.SENT


def test_a_server_that_greets_with_a_no_is_away(session: Session, sessions: Sessions) -> None:
    (mail_id,) = queued(session)
    with socket.create_server(("127.0.0.1", 0)) as door, ThreadPoolExecutor(1) as porter:
        turned_away = porter.submit(_turn_away, door)
        assert send(sessions, f"smtp://127.0.0.1:{door.getsockname()[1]}?lines=1") == 0
        turned_away.result()
    assert (mail(session, mail_id).attempts, mail(session, mail_id).last_error) == (0, None)


def _turn_away(door: socket.socket) -> None:
    guest, _ = door.accept()
    with guest:
        guest.sendall(b"421 4.3.2 come back later\r\n")


def test_what_arrives_is_what_the_desk_shows(
    session: Session, sessions: Sessions, smtp_url: str, postman: Postman, sign_in: SignIn
) -> None:
    edition_id, organizer = desk(session)
    calendar = ("일정.ics", "text/calendar; method=REQUEST; charset=utf-8", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    (mail_id,) = queued(session, edition_id=edition_id, hold=True, attachments=[calendar])
    at_desk = sign_in(organizer)
    page, framed = (at_desk.get(f"/ko/ops/mail/{mail_id}{part}").text for part in ("", "/html"))
    before = message.content(session.info["settings"], parts(session, mail_id))
    at_desk.post(f"/ko/ops/mail/{mail_id}/release")
    assert send(sessions, smtp_url) == 1
    ((_, arrived),) = postman.arrived
    head, _, content = arrived.partition(b"Subject:")
    assert b"Subject:" + content == before
    assert [line.partition(b":")[0] for line in head.splitlines()] == [b"From", b"To", b"Date", b"Message-ID"]
    read = message_from_bytes(arrived, policy=default)
    assert f"<title>{escape(read['Subject'])}" in page
    assert escape(read.get_body(("plain",)).get_content().replace("\r\n", "\n")) in page
    assert words(read.get_body(("html",)).get_content()) == words(framed)


def parts(session: Session, mail_id: int) -> dict[str, object]:
    """What a mail's content is made of."""
    return {name: getattr(mail(session, mail_id), name) for name in message.PARTS}


def words(html: str) -> list[str]:
    """What a page says, without its styles."""
    return re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split()


def test_a_line_that_breaks_after_the_content_is_flagged(
    session: Session, sessions: Sessions, smtp_url: str, postman: Postman
) -> None:
    (mail_id,) = queued(session)
    postman.hang_up_on.add(mail(session, mail_id).recipient)
    send(sessions, smtp_url)
    row = mail(session, mail_id)
    assert (row.state, row.uncertain) == (MailState.QUEUED, True)
    postman.hang_up_on.clear()
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert send(sessions, smtp_url) == 1
    first, second = (message_from_bytes(content, policy=default)["Message-ID"] for _, content in postman.arrived)
    assert first == second
    assert mail(session, mail_id).state is MailState.SENT


def test_a_worker_that_died_while_sending_leaves_no_lost_mail(
    session: Session, sessions: Sessions, smtp_url: str, postman: Postman
) -> None:
    (mail_id,) = queued(session)
    with unit_of_work(sessions) as dying:
        assert delivery.take(dying, mail_id) is not None
    assert send(sessions, smtp_url) == 0
    with time_machine.travel(clock.now() + delivery.LEASE + timedelta(seconds=1)):
        assert list(queries.first_waiting(session)) == [mail_id]
        session.rollback()
        assert send(sessions, smtp_url) == 1
    row = mail(session, mail_id)
    assert (row.state, row.uncertain, row.attempts) == (MailState.SENT, True, 2)
    assert len(postman.arrived) == 1


def test_a_sender_that_was_overtaken_changes_nothing(session: Session, sessions: Sessions) -> None:
    (mail_id,) = queued(session)
    with unit_of_work(sessions) as slow:
        letter = delivery.take(slow, mail_id)
    assert letter is not None
    with time_machine.travel(clock.now() + delivery.LEASE * 2), unit_of_work(sessions) as other:
        delivery.recover(other)
        assert delivery.take(other, mail_id) is not None
    with unit_of_work(sessions) as late:
        delivery.settle(late, [(letter, delivery.Answer(delivery.Fate.REFUSED, "550"))])
    assert mail(session, mail_id).state is MailState.SENDING


def test_held_and_put_off_mails_stay(session: Session, sessions: Sessions, smtp_url: str, postman: Postman) -> None:
    (held,) = queued(session, hold=True)
    (later,) = queued(session)
    session.get_one(OutgoingMail, later).send_after = clock.now() + timedelta(hours=1)
    session.commit()
    assert send(sessions, smtp_url) == 0
    assert postman.arrived == []
    assert mail(session, held).state is MailState.DRAFT


def test_an_address_no_header_can_hold_fails_alone(
    session: Session, sessions: Sessions, smtp_url: str, postman: Postman
) -> None:
    bad, fine = queued(session, 2)
    session.get_one(OutgoingMail, bad).recipient = "a@b.test\r\nBcc: all@b.test"
    session.commit()
    assert send(sessions, smtp_url) == 1
    assert mail(session, bad).state is MailState.FAILED
    assert mail(session, fine).state is MailState.SENT


def test_the_task_delivers(
    session: Session, environment: object, smtp_url: str, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mail_id,) = queued(session)
    monkeypatch.setenv("PORTAL_SMTP_URL", smtp_url)
    from workers.mail import deliver

    deliver(mail_id)
    assert len(postman.arrived) == 1
    assert mail(session, mail_id).state is MailState.SENT


@pytest.mark.database("postgres")
def test_deliveries_that_take_the_same_mails_in_another_order_do_not_wait_for_each_other(
    session: Session, sessions: Sessions
) -> None:
    first, second = queued(session, 2)
    with sessions() as one, sessions() as two:
        for waits in (one, two):
            waits.execute(sa.text("SET LOCAL lock_timeout = '1s'"))
        mine, theirs = delivery.Pile(one, first).letters(one), delivery.Pile(two, second).letters(two)
        assert (next(mine).mail_id, next(theirs).mail_id) == (first, second)
        assert (next(mine, None), next(theirs, None)) == (None, None)


@pytest.mark.database("postgres")
def test_paced_domains_taken_in_another_order_do_not_wait_for_each_other(session: Session, sessions: Sessions) -> None:
    with sessions() as one, sessions() as two:
        assert db.alone(one, "mails to a.example")
        assert db.alone(two, "mails to b.example")
        assert not db.alone(one, "mails to b.example")
        assert not db.alone(two, "mails to a.example")
        one.rollback()
        assert db.alone(two, "mails to a.example")


@pytest.mark.database("postgres")
def test_what_has_left_is_noted_though_another_transaction_locks_mails_in_another_order(
    session: Session, sessions: Sessions
) -> None:
    work, (first, second) = partial(unit_of_work, sessions), queued(session, 2)
    with work() as own:
        pile = delivery.Pile(own, first)
        told = [(letter, Answer(Fate.SENT)) for letter in pile.letters(own)]
    with sessions() as other, ThreadPoolExecutor(1) as hand:
        lock(other, second)
        noted = hand.submit(delivery.turn, work, pile, told, 0)
        while not session.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            session.rollback()
        lock(other, first)  # whoever waited longer is ended by PostgreSQL, and turns again
        other.rollback()
        assert noted.result() == (2, [])
    assert {mail(session, mail_id).state for mail_id in (first, second)} == {MailState.SENT}


def lock(session: Session, mail_id: int) -> None:
    session.get_one(OutgoingMail, mail_id, with_for_update=True)
