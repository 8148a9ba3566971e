"""Workers killed in the middle of deliveries: every mail leaves, and none twice without being flagged.

`PORTAL_TEST_KILLS` asks for more kills, `PORTAL_TEST_SEED` for others.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal import clock, db
from portal.lifecycles import MailState
from portal.mail import outbox
from portal.mail.models import OutgoingMail
from portal.mail.smtp import Server
from portal.settings import Settings
from tests import builders
from tests.mail.conftest import Postman
from tests.mail.test_delivery import queued
from tests.resilience import post
from tests.resilience.crew import PATIENCE, Crew

MAILS, ANSWERED = 40, 12
A_LIFE = 25  # mails for each kill: five hundred on SQLite, a hundred on PostgreSQL, where the same code runs
KILLS = {kind: int(os.environ.get("PORTAL_TEST_KILLS", usual)) for kind, usual in (("postgresql", 4), ("sqlite", 20))}
SEED = int(os.environ.get("PORTAL_TEST_SEED", "2028"))
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


def test_killed_at_random_moments_before_a_weary_server(
    session: Session,
    sessions: sessionmaker[Session],
    environment: Settings,
    tmp_path: Path,
    count: Count,
    let_leases_lapse: Lapse,
) -> None:
    chance = random.Random(SEED)
    kills = KILLS[session.get_bind().dialect.name]
    readers = queued_to_many(session, kills * A_LIFE)
    kept = tmp_path / "kept"
    with post.weary_server(kept, SEED) as smtp_url:
        given = {name: value for name, value in os.environ.items() if name.startswith("PORTAL_")}
        given["PORTAL_SMTP_URL"] = smtp_url
        for n in range(kills):
            hand = post.worker(given)
            until_arrived(kept, (n + 1) * A_LIFE * 9 // 10)
            time.sleep(chance.uniform(0, 0.03))
            hand.kill()
            hand.join()
            assert let_leases_lapse(OutgoingMail) <= Server.from_url(smtp_url).lines
            let_waits_end(sessions)
        hand, deadline = post.worker(given), time.monotonic() + PATIENCE
        while count(OutgoingMail, OutgoingMail.state.in_((MailState.QUEUED, MailState.SENDING))):
            assert time.monotonic() < deadline, "some never leave"
            time.sleep(0.05)
            let_waits_end(sessions)
        hand.kill()
        hand.join()
    rows = {row.recipient: row for row in session.scalars(sa.select(OutgoingMail))}
    times = Counter(kept.read_text().split())
    refused = {reader for reader in readers if reader.startswith(post.NEVER)}
    assert {reader for reader, row in rows.items() if row.state == MailState.FAILED} == refused
    assert set(times) == set(readers) - refused  # none lost
    assert all(rows[reader].uncertain for reader, n in times.items() if n > 1)
    flagged = sum(row.uncertain for row in rows.values())
    print(f"{kills} kills, {len(rows)} mails: {flagged} flagged as uncertain, {times.total() - len(times)} copies more")


def queued_to_many(session: Session, mails: int) -> list[str]:
    """So many mails, committed, two in a hundred to nobody; who gets them."""
    person = builders.person(session)
    readers = [f"{'reader' if n % 50 else post.NEVER}{n}@example.test" for n in range(mails)]
    letters = [outbox.Letter(outbox.Recipient(reader, "ko", person.native_name)) for reader in readers]
    outbox.queue_all(session, "sign_in", letters, about=person, transition="asked", token="t", until=clock.now())
    session.commit()
    return readers


def until_arrived(kept: Path, mails: int) -> None:
    """Wait until the server has kept so many."""
    deadline = time.monotonic() + PATIENCE
    while not kept.exists() or kept.read_bytes().count(b"\n") < mails:
        assert time.monotonic() < deadline, "nothing goes on"
        time.sleep(0.005)


def let_waits_end(sessions: sessionmaker[Session]) -> None:
    """What time does: mails that were put off may leave, with their tries forgotten."""
    with db.unit_of_work(sessions) as working:
        waiting = (OutgoingMail.state == MailState.QUEUED, OutgoingMail.send_after.is_not(None))
        free = sa.select(OutgoingMail.id).where(*waiting).with_for_update(skip_locked=True)  # time waits for nobody
        put_off = sa.update(OutgoingMail).where(OutgoingMail.id.in_(free))
        working.execute(put_off.values(send_after=None, attempts=0).execution_options(synchronize_session=False))
