"""Signing in: one-time links, passwords, limits, and doors that look the same to everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import clock
from portal.accounts import passwords, queries, service
from portal.accounts.models import Person, SignInAttempt, SignInLink, SignInSession
from portal.audit import AuditRecord
from portal.mail.models import OutgoingMail
from portal.policies import Grant, Role, Scope
from tests import builders

AtOnce = Callable[[Callable[[Session], object], int], list[object]]
PASSWORD = "종이 고래 달빛 우산"


def ask(client: FlaskClient, email: str, **fields: str) -> None:
    """Ask for a link as the form does."""
    assert client.post("/ko/login", data={"email": email, **fields}).status_code == 303


def blank(answer: TestResponse, email: str) -> tuple[int, str]:
    """The page without what the visitor typed and the random token of its forms."""
    return answer.status_code, re.sub(r'(name="csrf_token" value=)"[^"]+"', r"\1", answer.text.replace(email, ""))


def known(session: Session, **values: object) -> Person:
    """A committed person."""
    person = builders.person(session, **values)
    session.commit()
    return person


def test_a_mailed_link_signs_in_once(client: FlaskClient, session: Session, mailed_path: Callable[[str], str]) -> None:
    person = known(session, email="maker@example.com", native_name="한서윤")
    ask(client, "Maker@example.com ")
    path = mailed_path("maker@example.com")
    assert "maker@example.com" in client.get(path).text
    assert client.post(path).headers["Location"] == "/ko/entries"
    assert "한서윤" in client.get("/ko/me").text
    assert session.scalar(sa.select(SignInSession.person_id)) == person.id
    session.rollback()
    again = client.post(path)
    assert again.status_code == 410
    assert "이제 쓸 수 없어요" in again.text


def test_looking_at_the_link_does_not_use_it_up(
    client: FlaskClient, session: Session, mailed_path: Callable[[str], str]
) -> None:
    known(session, email="scanned@example.com")
    ask(client, "scanned@example.com")
    path = mailed_path("scanned@example.com")
    for _ in range(3):
        assert client.get(path).status_code == 200
    assert session.scalar(sa.select(SignInLink.used_at)) is None


def test_an_unknown_address_becomes_an_account(
    client: FlaskClient, session: Session, mailed_path: Callable[[str], str]
) -> None:
    ask(client, "new@example.com", next="/ko/calls/pan27")
    path = mailed_path("new@example.com")
    nameless = client.post(path, data={"native_name": " ", "latin_family": "HAN"})
    assert nameless.status_code == 422
    assert "이름을 써 주세요" in nameless.text
    assert 'value="HAN"' in nameless.text
    signed_in = client.post(path, data={"native_name": "한서윤", "latin_family": "Han", "latin_given": "Seo-yun"})
    assert signed_in.headers["Location"] == "/ko/calls/pan27"
    person = session.scalars(sa.select(Person)).one()
    assert (person.email, person.latin_name) == ("new@example.com", "HAN Seo-yun")


def test_a_link_ends_after_a_quarter_of_an_hour(
    client: FlaskClient, session: Session, mailed_path: Callable[[str], str]
) -> None:
    known(session, email="late@example.com")
    ask(client, "late@example.com")
    path = mailed_path("late@example.com")
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        late = client.get(path)
    assert late.status_code == 410
    assert "late@example.com" in late.text


def test_a_link_used_twice_at_once_signs_in_once(session: Session, at_once: AtOnce) -> None:
    person = known(session)
    token = service.one_time_link(session, person).rpartition("/")[2]
    session.commit()
    answers = at_once(lambda other: service.use_link(other, token), 4)
    assert [type(answer) for answer in sorted(answers, key=repr)].count(Person) == 1
    assert answers.count(None) == 3


def test_a_link_asked_for_twice_at_once_is_mailed_once(session: Session, at_once: AtOnce) -> None:
    def press(other: Session) -> None:
        service.ask_link(other, "twice@example.com", language="ko", asked_from="192.0.2.7")

    at_once(press, 4)
    assert session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 1
    with time_machine.travel(clock.now() + clock.PRESSED_TWICE + timedelta(seconds=1)):
        press(session)
    assert session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 2


def test_known_and_unknown_addresses_get_the_same_bytes(app: Flask, session: Session) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    known(session, email="known@example.com", password_hash=passwords.hashed(PASSWORD))
    known(session, email="nopass@example.com")
    answers = set()
    for email in ("known@example.com", "nopass@example.com", "nobody@example.com"):
        client = app.test_client()
        asked = client.post("/ko/login", data={"email": email})
        sent = client.get(asked.headers["Location"])
        refused = client.post("/ko/login/password", data={"email": email, "password": "wrong wrong"})
        answers.add((asked.data, *(blank(page, email) for page in (asked, sent, refused))))
    assert len(answers) == 1
    assert session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 3


def test_a_password_signs_in_and_follows_todays_parameters(client: FlaskClient, session: Session) -> None:
    old = passwords.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    person = known(session, email="han@example.com", password_hash=old)
    answer = client.post("/ko/login/password", data={"email": "han@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == "/ko/entries"
    session.refresh(person)
    assert person.password_hash != old
    assert not passwords.outdated(person.password_hash or "")
    assert session.scalar(sa.select(sa.func.count(SignInAttempt.id))) == 0


def test_wrong_passwords_are_counted_although_refused(client: FlaskClient, session: Session) -> None:
    known(session, email="han@example.com", password_hash=passwords.hashed(PASSWORD))
    tries = {"email": "han@example.com", "password": "wrong wrong"}
    statuses = [client.post("/ko/login/password", data=tries).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    right = client.post("/ko/login/password", data={**tries, "password": PASSWORD})
    assert right.status_code == 429
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        later = client.post("/ko/login/password", data={**tries, "password": PASSWORD})
    assert later.status_code == 303


def test_one_address_cannot_ask_for_many_links(client: FlaskClient, session: Session) -> None:
    for n in range(40):
        ask(client, f"a{n}@example.com")
    assert client.post("/ko/login", data={"email": "one-more@example.com"}).status_code == 429
    assert session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 40


def test_one_mailbox_is_not_flooded(client: FlaskClient, session: Session) -> None:
    with time_machine.travel(clock.now()) as moment:
        for _ in range(7):
            ask(client, "victim@example.com")
            moment.shift(clock.PRESSED_TWICE)
    assert session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 4


def test_a_disabled_person_comes_in_by_no_door(
    client: FlaskClient, session: Session, mailed_path: Callable[[str], str]
) -> None:
    known(session, email="gone@example.com", disabled_at=clock.now(), password_hash=passwords.hashed(PASSWORD))
    ask(client, "gone@example.com")
    assert client.post(mailed_path("gone@example.com")).status_code == 410
    refused = client.post("/ko/login/password", data={"email": "gone@example.com", "password": PASSWORD})
    assert refused.status_code == 422
    assert session.scalar(sa.select(sa.func.count(SignInSession.id))) == 0


def test_signing_out_revokes_a_copied_cookie(client: FlaskClient, session: Session, app: Flask) -> None:
    person = known(session)
    token = service.start_session(session, person.id)
    session.commit()
    with client.session_transaction() as cookie:
        cookie["t"] = token
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie["t"] = token
    assert thief.get("/ko/me").status_code == 200
    assert client.post("/ko/logout").status_code == 303
    assert thief.get("/ko/me").status_code == 302
    session.rollback()
    assert session.scalar(sa.select(SignInSession.ended_at)) is not None


def test_a_next_outside_the_portal_is_forgotten(client: FlaskClient, session: Session) -> None:
    known(session, email="han@example.com", password_hash=passwords.hashed(PASSWORD))
    form = client.get("/ko/login/password?next=//evil.test")
    assert 'name="next" value=""' in form.text
    answer = client.post(
        "/ko/login/password",
        data={"email": "han@example.com", "password": PASSWORD, "next": "https://evil.test/"},
    )
    assert answer.headers["Location"] == "/ko/entries"


@pytest.mark.parametrize(
    ("role", "desk"), [(Role.ORGANIZER, "/ko/ops"), (Role.JUROR, "/ko/jury"), (Role.PROGRAMMER, "/ko/ops")]
)
def test_everybody_lands_at_their_own_desk(client: FlaskClient, session: Session, role: Role, desk: str) -> None:
    person = builders.person(session, email="desk@example.com", password_hash=passwords.hashed(PASSWORD))
    service.grant_role(session, person, Grant(role, Scope.EDITION, 1))
    session.commit()
    answer = client.post("/ko/login/password", data={"email": "desk@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == desk


@pytest.mark.parametrize("email", ["", "no-at-sign", "a@b", "a" * 250 + "@example.com", "x\r\nBcc: y@z.test"])
def test_what_is_no_address_is_said_beside_the_field(client: FlaskClient, session: Session, email: str) -> None:
    answer = client.post("/ko/login", data={"email": email})
    assert answer.status_code == 422
    assert 'id="e-email"' in answer.text
    assert session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 0


def test_identity_costs_one_statement(session: Session, count_queries: Callable[[], int]) -> None:
    person = known(session)
    token = service.start_session(session, person.id)
    session.flush()
    count_queries()
    assert queries.account_behind(session, token) is not None
    assert count_queries() == 1


def test_sessions_leave_an_audit_trail(session: Session) -> None:
    person = known(session)
    token = service.start_session(session, person.id)
    service.end_session(session, token, by=builders.actor(person))
    session.commit()
    verbs = session.scalars(sa.select(AuditRecord.verb).order_by(AuditRecord.seq)).all()
    assert verbs == ["session.started", "session.ended"]
