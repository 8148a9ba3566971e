"""The broker is killed, or hangs: the portal goes on, and what it could not ring for is done when it is back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from kombu import Connection
from sqlalchemy.orm import Session

from portal import doorbell
from portal.lifecycles import MailState
from portal.mail.models import OutgoingMail
from portal.settings import Settings
from tests.mail.conftest import Postman
from tests.mail.test_delivery import queued
from tests.resilience.crew import Crew, crew
from tests.resilience.visitor import Visitor

Count = Callable[..., int]
MAILS = 20


@pytest.fixture
def hands(settings: Settings, smtp_url: str) -> Iterator[Crew]:
    """A crew on the embedded broker, which keeps its queues on disk, beside either database."""
    with crew(settings, smtp_url=smtp_url) as made:
        made.start("broker")
        yield made


def sent(count: Count) -> int:
    return count(OutgoingMail, OutgoingMail.state == MailState.SENT)


def on_disk(broker_url: str) -> bool:
    """Whether the broker has written all it was told: while a disk is slow, it puts that off for up to two seconds."""
    with Connection(broker_url) as connection:
        told = connection.default_channel.client.info("persistence")
        return bool(told["aof_enabled"]) and not (told["aof_buffer_length"] or told["aof_pending_bio_fsync"])


def test_pages_and_forms_go_on_without_it(hands: Crew, count: Count, postman: Postman) -> None:
    hands.start("web", "worker")
    visitor = Visitor(hands.port)
    hands.until(visitor.answers)
    visitor.ask_for_a_link("first@example.com")
    hands.until(lambda: sent(count) == 1, sweeping=True)

    hands.suspend("broker")
    visitor.ask_for_a_link("second@example.com")
    hands.kill("broker")
    visitor.ask_for_a_link("third@example.com")
    assert visitor.look().ok
    assert count(OutgoingMail, OutgoingMail.state == MailState.QUEUED) == 2

    hands.start("broker")
    hands.until(lambda: sent(count) == 3, sweeping=True)
    times = Counter(recipient for recipient, _ in postman.arrived)
    assert times == {f"{name}@example.com": 1 for name in ("first", "second", "third")}
    print(f"seconds to take a form: {visitor.seconds} (broker there, hanging, gone)")


def test_killed_with_rings_in_it(hands: Crew, session: Session, count: Count, postman: Postman) -> None:
    for mail_id in queued(session, MAILS):
        hands.ring("mail.deliver", mail_id)
    hands.until(lambda: on_disk(hands.broker_url))
    hands.kill("broker")
    hands.start("broker")
    with Connection(hands.broker_url) as connection:
        assert connection.default_channel.client.llen(doorbell.queue_of("mail.deliver")) == MAILS
    hands.start("worker")
    hands.until(lambda: sent(count) == MAILS)
    assert set(Counter(recipient for recipient, _ in postman.arrived).values()) == {1}
    assert count(OutgoingMail, OutgoingMail.uncertain.is_(True)) == 0
