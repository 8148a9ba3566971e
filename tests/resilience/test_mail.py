"""A worker killed in the middle of a delivery: every mail leaves, and none twice without being flagged."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.lifecycles import MailState
from portal.mail.models import OutgoingMail
from tests.mail.conftest import Postman
from tests.mail.test_delivery import queued
from tests.resilience.crew import Crew

MAILS, ANSWERED = 40, 12
Count = Callable[..., int]
Lapse = Callable[[type[OutgoingMail]], int]


@pytest.fixture
def falling_silent(postman: Postman, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """After a dozen mails the server keeps what it gets and says nothing, until the event lets it speak again."""
    speaking = threading.Event()
    keep = postman.handle_DATA

    async def handle(server: Any, session: Any, envelope: Any) -> str:
        answer: str = await keep(server, session, envelope)
        while len(postman.arrived) > ANSWERED and not speaking.is_set():
            await asyncio.sleep(0.02)
        return answer

    monkeypatch.setattr(postman, "handle_DATA", handle)
    yield speaking
    speaking.set()


def test_killed_while_it_sends(
    session: Session,
    hands: Crew,
    postman: Postman,
    falling_silent: threading.Event,
    count: Count,
    let_leases_lapse: Lapse,
) -> None:
    ids = queued(session, MAILS)
    hands.start("worker")
    for mail_id in ids:
        hands.ring("mail.deliver", mail_id)
    hands.until(lambda: len(postman.arrived) > ANSWERED and count(OutgoingMail, OutgoingMail.state == MailState.SENT))
    hands.kill("worker")
    sending, sent = (count(OutgoingMail, OutgoingMail.state == state) for state in (MailState.SENDING, MailState.SENT))
    assert sending >= 1
    assert sent <= ANSWERED
    assert let_leases_lapse(OutgoingMail) == sending
    falling_silent.set()
    hands.start("worker")
    hands.until(lambda: count(OutgoingMail, OutgoingMail.state == MailState.SENT) == MAILS, sweeping=True)
    assert count(OutgoingMail, OutgoingMail.uncertain.is_(True)) == sending
    sent_once_unless_flagged(session, postman)


def sent_once_unless_flagged(session: Session, postman: Postman) -> None:
    rows = {row.recipient: row for row in session.scalars(sa.select(OutgoingMail))}
    assert {recipient for recipient, _ in postman.arrived} == set(rows)
    times = Counter(recipient for recipient, _ in postman.arrived)
    twice = {recipient for recipient, n in times.items() if n > 1}
    assert twice  # the server had kept at least one that it never answered
    assert all(rows[recipient].uncertain and times[recipient] == 2 for recipient in twice)
    for recipient, content in postman.arrived:
        assert message_from_bytes(content)["Message-ID"] == rows[recipient].message_id
