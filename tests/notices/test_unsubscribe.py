"""Unsubscribing without signing in: the mail's headers and foot, one click, the page's form, and what it never does."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import SMTP

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.audit import AuditRecord
from portal.lifecycles import MailState
from portal.links import Links
from portal.mail import message, preferences
from portal.mail.models import MailPreference, Topic, Way
from portal.mail.unsubscribe import DAILY, headers
from portal.policies import SYSTEM
from tests import builders
from tests.conftest import BASE_URL, SECRET
from tests.notices.letters import write

LINKS = Links(BASE_URL, SECRET)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def path(address: str, topic: str) -> str:
    """Where such a link leads, without the origin."""
    return LINKS.unsubscribe(address, topic).removeprefix(BASE_URL)


def chosen(session: Session, address: str) -> dict[Topic, Way]:
    """What the address has chosen, beyond each at once."""
    session.rollback()
    found = preferences.chosen(session, address)
    session.rollback()
    return {topic: way for topic, way in found.items() if way != Way.AT_ONCE}


def test_a_mail_of_a_topic_says_how_to_end_it(session: Session) -> None:
    person = builders.person(session, email="somebody.with.a.long.name@a.long.domain.example.test")
    mail = write(session, person)
    sent = message.content(session.info["settings"], {name: getattr(mail, name) for name in message.PARTS})
    found = message_from_bytes(sent, policy=SMTP)
    assert b"<" + LINKS.unsubscribe(person.email, "school").encode() + b">\r\n" in sent, "whole, not as encoded words"
    link = found["List-Unsubscribe"].strip("<>")
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert LINKS.unsubscribing(link.rpartition("/")[2]) == (person.email, "school")
    assert person.email not in link
    assert link in mail.text
    assert link in mail.html
    receipt = write(session, person, kind="eligible")
    assert headers(LINKS, receipt.kind, person.email) == b""
    assert "unsubscribe" not in receipt.text + receipt.html


def test_one_click_ends_the_letters_and_not_the_notices(session: Session, client: FlaskClient) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = True  # a mail program knows no token
    person = builders.person(session)
    session.commit()
    for _ in range(2):
        answer = client.post(path(person.email, Topic.SCHOOL), data=ONE_CLICK)
        assert answer.status_code == 200, "RFC 8058 allows no redirection"
    assert chosen(session, person.email) == {Topic.SCHOOL: Way.OFF}
    assert write(session, person).state == MailState.KEPT
    assert write(session, person, kind="eligible").state == MailState.QUEUED
    noted = session.scalars(sa.select(AuditRecord).where(AuditRecord.verb == "mail.preference")).all()
    assert [(row.detail["topic"], row.detail["way"]) for row in noted] == [("school", "off")]


def test_opening_the_link_changes_nothing_and_the_form_takes_it_back(session: Session, client: FlaskClient) -> None:
    address = "reader@example.test"
    page = client.get(path(address, Topic.NEWS))
    assert address in page.text
    assert "영화제 소식" in page.text
    assert chosen(session, address) == {}
    assert client.post(path(address, Topic.NEWS), data={"way": "off"}).status_code == 303
    assert "되돌리기" in client.get(path(address, Topic.NEWS)).text
    assert chosen(session, address) == {Topic.NEWS: Way.OFF}
    client.post(path(address, Topic.NEWS), data={"way": "at_once"})
    assert chosen(session, address) == {}
    assert session.scalar(sa.select(sa.func.count()).select_from(MailPreference)) == 0
    session.rollback()
    assert client.post(path(address, Topic.NEWS), data={"way": "never"}).status_code == 422


def test_the_daily_letters_link_ends_its_topics_and_takes_them_back(session: Session, client: FlaskClient) -> None:
    address = "reader@example.test"
    ways = {Topic.FILMS: Way.OFF, Topic.SCHOOL: Way.DIGEST, Topic.NEWS: Way.DIGEST}
    preferences.choose(session, address, ways, by=SYSTEM)
    session.commit()
    answer = client.post(path(address, DAILY), data={"way": "off"})
    assert chosen(session, address) == dict.fromkeys(ways, Way.OFF)
    assert 'value="school.news"' in client.get(answer.headers["Location"]).text
    client.post(path(address, DAILY), data={"way": "digest", "was": "school.news"})
    assert chosen(session, address) == ways


def test_no_other_token_opens_it(client: FlaskClient) -> None:
    for token in ("NOWHERE", "A" * 60, LINKS.notice_token(1)):
        assert client.get(f"/ko/mail/unsubscribe/{token}").status_code == 302, "shown the door, as wherever nothing is"
        assert client.post(f"/ko/mail/unsubscribe/{token}", data=ONE_CLICK).status_code == 401
