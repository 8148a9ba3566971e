"""Sixty films decided and told at once, against real processes and a real mail server.

Ten selected, ten in reserve, forty not: the outbox of sixty is read first, a second person lets it go, everybody gets
one mail in their language, byte for byte what was shown; one comes back, and the public list waits for that person;
one of the selected declines, and the next reserve is told by two.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from html import unescape
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, db
from portal.jury.models import Round
from portal.jury.rounds import setup
from portal.lifecycles import EntryState, MailState, RoundState
from portal.links import Links
from portal.mail import mailbox, message
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM, Role, Scope
from tests import builders
from tests.journeys.installation import Installation, running
from tests.journeys.test_premiere import Visitor
from tests.local.test_supervisor import wait_for
from tests.mail.test_bounces import returned
from tests.scene import Scene

pytestmark = [pytest.mark.sqlite, pytest.mark.timeout(300)]

FILMS, SELECTED, RESERVES = 60, 10, 10
STAFF = (("chair", Role.CHAIR), ("organizer", Role.ORGANIZER), ("second", Role.ORGANIZER))


@dataclass
class Evening:
    """A running portal with a round that has been judged."""

    portal: Installation
    round: str = ""

    def person(self, who: str) -> Visitor:
        """Somebody signed in, in a browser without JavaScript."""
        found = Visitor(self.portal.address)
        found.http.cookies.set("pan", Scene(self.portal.settings).cookie(who), domain="127.0.0.1")
        return found

    def session(self) -> Session:
        return db.sessions(self.portal.settings)()

    def mails(self, *conditions: sa.ColumnElement[bool]) -> list[OutgoingMail]:
        """Rows of the outbox, in order."""
        with self.session() as session:
            wanted = sa.select(OutgoingMail).where(*conditions).order_by(OutgoingMail.id)
            return list(session.scalars(wanted))

    def as_shown(self, mail: OutgoingMail) -> bytes:
        """What leaves of a mail as the desk has read it: all but addresses, date and number."""
        parts = {name: getattr(mail, name) for name in message.PARTS}
        return message.content(self.portal.settings, parts)

    def arrived(self) -> list[bytes]:
        """What the mail server has got, byte for byte."""
        return [file.read_bytes() for file in sorted(mailbox.folder(self.portal.settings).glob("*.eml"))]


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with running(tmp_path / "data", {}) as portal:
        found = Evening(portal)
        with db.unit_of_work(db.sessions(portal.settings)) as session:
            found.round = _judged(session)
        yield found
        db.engine_for(portal.settings.database_url).dispose()


def _judged(session: Session) -> str:
    """Sixty eligible films of sixty makers, every other one English, in a closed round."""
    edition = builders.edition(session, slug="pan27", prefix="PAN27", published_at=clock.now())
    call = builders.call(session, edition, slug="pan27")
    for who, role in STAFF:
        builders.grant(session, builders.person(session, email=f"{who}@pan.example"), role, Scope.EDITION, edition.id)
    for n in range(FILMS):
        maker = builders.person(session, email=f"{_name(n)}@films.example", language="en" if n % 2 else "ko")
        builders.entry(
            session,
            call,
            maker,
            number=f"PAN27-{n:05d}",
            title_ko=f"영화 <{n}>",
            title_en=f"Film <{n}>",
            state=EntryState.ELIGIBLE,
            runtime_s=300,
            submitted_at=clock.now(),
        )
    due_at = clock.now() + timedelta(days=1)
    made = setup.make_round(session, call, name_ko="본선", name_en="Selection", due_at=due_at, by=SYSTEM)
    session.flush()
    session.execute(sa.update(Round).values(state=RoundState.CLOSED))
    return made.code


def _name(n: int) -> str:
    return f"maker{n}"


def test_sixty_decisions_told_at_once(evening: Evening) -> None:
    the_chair_decides(evening)
    shown = the_office_reads_the_outbox(evening)
    a_second_person_lets_it_go(evening)
    everybody_has_one_mail_as_it_was_shown(evening, shown)
    one_comes_back_and_the_list_waits(evening)
    one_declines_and_the_next_reserve_is_told_by_two(evening)


def the_chair_decides(evening: Evening) -> None:
    chair = evening.person("chair")
    chair.open(f"/en/ops/results/{evening.round}/select")
    for n in range(SELECTED + RESERVES):
        outcome = "selected" if n < SELECTED else "reserve"
        chair.send(f"/en/ops/results/{evening.round}/decide", number=f"PAN27-{n:05d}", outcome=outcome)
    chair.send(f"/en/ops/results/{evening.round}/decide-rest")


def the_office_reads_the_outbox(evening: Evening) -> dict[str, OutgoingMail]:
    """The sixty drafts by their readers, as page and list of recipients show them."""
    drafts = {mail.recipient: mail for mail in evening.mails()}
    assert len(drafts) == FILMS
    assert {mail.state for mail in drafts.values()} == {MailState.DRAFT}
    office = evening.person("organizer")
    review = office.open(f"/en/ops/results/{evening.round}/release")
    assert "Announce 60 decisions" in review
    batch = unescape(re.search(r'href="([^"]+)">Read the mails first', review)[1])  # type: ignore[index]
    page = unescape(office.open(batch))
    assert "60 people get this mail." in page
    samples = [mail for mail in drafts.values() if mail.text in page]
    assert len(samples) == 5
    assert {mail.language for mail in samples} == {"ko", "en"}
    listed = list(csv.reader(io.StringIO(office.open(f"{batch}/recipients.csv").lstrip("\ufeff"))))[1:]
    assert {row[0] for row in listed} == set(drafts)
    return drafts


def a_second_person_lets_it_go(evening: Evening) -> None:
    release = f"/en/ops/results/{evening.round}/release"
    chair, office = evening.person("chair"), evening.person("organizer")
    chair.open(release)
    assert "Somebody else must release" in chair.send(release, expected=422).text
    assert evening.arrived() == []
    office.open(release)
    assert "60 decisions announced." in office.send(release).text
    assert "0 decisions announced." in office.send(release).text, "pressed twice, it is announced once"


def everybody_has_one_mail_as_it_was_shown(evening: Evening, shown: dict[str, OutgoingMail]) -> None:
    wait_for(lambda: not evening.mails(OutgoingMail.state != MailState.SENT) or None, 60)
    arrived = {}
    for content in evening.arrived():
        to = str(message_from_bytes(content, policy=default)["To"])
        assert arrived.setdefault(to, content) is content, f"twice to {to}"
    assert set(arrived) == set(shown)
    for n in range(FILMS):
        to = f"{_name(n)}@films.example"
        assert arrived[to].endswith(evening.as_shown(shown[to])), "byte for byte"
        assert message_from_bytes(arrived[to], policy=default)["Content-Language"] == ("en" if n % 2 else "ko")
    kinds = Counter(mail.kind for mail in shown.values())
    assert kinds == {"decision_selected": SELECTED, "decision_reserve": RESERVES, "decision_not_selected": 40}


def one_comes_back_and_the_list_waits(evening: Evening) -> None:
    office, public = evening.person("organizer"), f"/en/ops/results/{evening.round}/list"
    lost = evening.mails(OutgoingMail.recipient == f"{_name(30)}@films.example")[0]
    assert lost.message_id is not None
    door = Links(evening.portal.address, evening.portal.settings.secret_key).bounces()
    assert requests.post(door, data=returned(lost.message_id), timeout=60).status_code == 204
    assert "Mail came back: maker30@films.example" in office.open("/en/ops/entries/PAN27-00030")
    assert "Came back" in office.open(public)
    assert "Not told yet: 1" in office.send(public, expected=422).text
    anybody = Visitor(evening.portal.address)
    assert "Film &lt;" not in anybody.open("/en/films")
    office.send(f"/en/ops/results/{evening.round}/undeliverable", number="PAN27-00030", reason="Reached by telephone")
    assert "10 films are public now." in office.send(public).text
    listed = anybody.open("/en/films")
    assert all(f"Film &lt;{n}&gt;" in listed for n in range(SELECTED))
    assert f"Film &lt;{SELECTED}&gt;" not in listed


def one_declines_and_the_next_reserve_is_told_by_two(evening: Evening) -> None:
    maker, release = evening.person(_name(3)), f"/en/ops/results/{evening.round}/release"
    assert "Confirm or decline" in maker.open("/en/entries")
    maker.open("/en/entries/PAN27-00003/invitation")
    maker.send("/en/entries/PAN27-00003/invitation", answer="decline", reason="Another premiere")
    office, chair = evening.person("second"), evening.person("chair")
    ready = wait_for(lambda: evening.mails(OutgoingMail.state == MailState.DRAFT), 60)
    assert [(mail.recipient, mail.kind) for mail in ready] == [(f"{_name(10)}@films.example", "decision_selected")]
    assert "Another premiere" in office.open(f"/en/ops/rounds/{evening.round}/invitations")
    chair.open(release)
    chair.send(release, expected=422)
    office.open(release)
    assert "1 decision announced." in office.send(release).text
    wait_for(lambda: len(evening.arrived()) == FILMS + 1, 60)
    last = message_from_bytes(evening.arrived()[-1], policy=default)
    assert (last["To"], "Selected" in str(last["Subject"]) or "선정" in str(last["Subject"])) == (
        ready[0].recipient,
        True,
    )
    assert "Film &lt;3&gt;" not in Visitor(evening.portal.address).open("/en/films")
