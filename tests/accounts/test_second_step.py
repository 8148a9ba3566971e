"""The second step: codes as the standard has them, each good once, asked for wherever somebody comes in."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts import passwords, queries, service, totp
from portal.accounts.models import Person, RoleGrant, SignInSession
from portal.accounts.service.second_step import use_code
from portal.app import create_app
from portal.audit import AuditRecord
from portal.errors import Invalid
from portal.mail.models import OutgoingMail
from portal.policies import Grant, Role, Scope
from portal.settings import Settings
from tests import builders

AtOnce = Callable[[Callable[[Session], object], int], list[object]]
SignIn = Callable[[int], FlaskClient]
SECRET = base64.b32encode(b"12345678901234567890").decode()
PASSWORD = "종이 고래 달빛 우산"
ORGANIZER = Grant(Role.ORGANIZER, Scope.EDITION, 1)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert totp.code(SECRET, totp.step_at(moment)) == code
    assert totp.matching_step(SECRET, f"{code[:3]} {code[3:]}", moment) == seconds // 30


def test_a_code_is_good_a_little_early_or_late_and_no_longer() -> None:
    moment = datetime(2027, 2, 19, tzinfo=UTC)
    code = totp.code(SECRET, totp.step_at(moment))
    assert totp.matching_step(SECRET, code, moment + timedelta(seconds=59)) is not None
    assert totp.matching_step(SECRET, code, moment - timedelta(seconds=30)) is not None
    assert totp.matching_step(SECRET, code, moment + timedelta(seconds=60)) is None
    assert totp.matching_step(SECRET, "", moment) is None


def confirmed(session: Session) -> int:
    """The id of a person whose second step is on, with a password; committed."""
    values = {"email": "han@example.com", "password_hash": passwords.hashed(PASSWORD), "totp_secret": SECRET}
    person = builders.person(session, **values)
    session.commit()
    return person.id


def now_code() -> str:
    """The code the device shows."""
    return totp.code(SECRET, totp.step_at(clock.now()))


def first_step(client: FlaskClient) -> None:
    """The right password."""
    answer = client.post("/ko/login/password", data={"email": "han@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == "/ko/login/code"


def test_a_password_alone_does_not_sign_in(client: FlaskClient, session: Session) -> None:
    confirmed(session)
    first_step(client)
    assert client.get("/ko/me").status_code == 302
    assert "여섯 자리" in client.get("/ko/login/code").text
    assert client.post("/ko/login/code", data={"code": "000000"}).status_code == 422
    assert session.scalar(sa.select(sa.func.count(SignInSession.id))) == 0
    session.rollback()
    assert client.post("/ko/login/code", data={"code": now_code()}).headers["Location"] == "/ko/entries"
    assert client.get("/ko/me").status_code == 200


def test_a_mailed_link_alone_does_not_sign_in(client: FlaskClient, session: Session) -> None:
    person_id = confirmed(session)
    path = service.one_time_link(session, session.get_one(Person, person_id)).removeprefix("http://portal.test")
    session.commit()
    assert client.post(path).headers["Location"] == "/ko/login/code"
    assert client.get("/ko/me").status_code == 302


def test_the_code_page_is_for_those_who_took_the_first_step(client: FlaskClient, session: Session) -> None:
    confirmed(session)
    assert client.get("/ko/login/code").headers["Location"] == "/ko/login"
    assert client.post("/ko/login/code", data={"code": now_code()}).headers["Location"] == "/ko/login"
    first_step(client)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert client.post("/ko/login/code", data={"code": now_code()}).headers["Location"] == "/ko/login"


def test_guessing_codes_is_slowed_down(client: FlaskClient, session: Session) -> None:
    confirmed(session)
    first_step(client)
    statuses = [client.post("/ko/login/code", data={"code": "000000"}).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert client.post("/ko/login/code", data={"code": now_code()}).status_code == 429


def test_a_code_used_by_many_at_once_lets_one_in(session: Session, at_once: AtOnce) -> None:
    person_id, code = confirmed(session), now_code()
    answers = at_once(lambda other: use_code(other, other.get_one(Person, person_id), code), 4)
    assert answers.count(None) == 1
    assert sum(isinstance(answer, Invalid) for answer in answers) == 3


def test_it_is_switched_on_with_a_first_code(session: Session, sign_in: SignIn) -> None:
    person = builders.person(session)
    session.commit()
    browser = sign_in(person.id)
    shown = browser.get("/ko/me/device").text
    offer = shown.split('name="secret" value="')[1].split('"')[0]
    secret = shown.split("<code>")[1].split("</code>")[0].replace(" ", "")
    assert browser.post("/ko/me/device", data={"secret": offer, "code": "000000"}).status_code == 422
    forged = offer.replace(offer[0], "x", 1)
    assert browser.post("/ko/me/device", data={"secret": forged, "code": "000000"}).status_code == 422
    code = totp.code(secret, totp.step_at(clock.now()))
    assert browser.post("/ko/me/device", data={"secret": offer, "code": code}).status_code == 303
    session.refresh(person)
    assert person.totp_secret == secret
    assert session.scalars(sa.select(AuditRecord.verb).where(AuditRecord.verb == "second_step.on")).one()
    assert "코드를 물어봐요" in session.scalars(sa.select(OutgoingMail.text)).one()


def test_it_is_switched_off_with_a_code(session: Session, sign_in: SignIn) -> None:
    person_id = confirmed(session)
    browser = sign_in(person_id)
    assert browser.post("/ko/me/device/off", data={"code": "000000"}).status_code == 422
    assert browser.post("/ko/me/device/off", data={"code": now_code()}).status_code == 303
    assert session.scalar(sa.select(Person.totp_secret)) is None


def test_where_it_is_asked_for_a_desk_role_waits_for_it(settings: Settings, session: Session) -> None:
    app: Flask = create_app(replace(settings, second_step=True))
    app.config["WTF_CSRF_ENABLED"] = False
    person = builders.person(session, email="new@example.com", password_hash=passwords.hashed(PASSWORD))
    service.grant_role(session, person, ORGANIZER)
    service.grant_role(session, person, Grant(Role.JUROR, Scope.EDITION, 1))
    session.commit()
    client = app.test_client()
    answer = client.post("/ko/login/password", data={"email": "new@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == "/ko/me/device"
    assert client.get("/ko/ops/mail").status_code == 404
    person.totp_secret = SECRET
    session.commit()
    assert client.get("/ko/ops/mail").status_code == 200


def test_a_colleague_switches_a_lost_device_off(session: Session, sign_in: SignIn) -> None:
    edition, organizer = builders.edition(session), builders.person(session)
    builders.grant(session, organizer, Role.ORGANIZER, Scope.EDITION, edition.id)
    unlucky = builders.person(session, totp_secret=SECRET)
    service.grant_role(session, unlucky, Grant(Role.CHAIR, Scope.EDITION, edition.id))
    session.commit()
    held = session.scalars(sa.select(RoleGrant.id).where(RoleGrant.person_id == unlucky.id)).one()
    session.commit()
    assert sign_in(organizer.id).post("/ko/ops/team/device", data={"grant": held}).status_code == 303
    session.refresh(unlucky)
    assert unlucky.totp_secret is None
    assert session.scalars(sa.select(OutgoingMail.kind)).all() == ["second_step"]


def test_grants_are_complete_where_nothing_is_asked(session: Session) -> None:
    person = builders.person(session)
    service.grant_role(session, person, ORGANIZER)
    account = queries.account_behind(session, service.start_session(session, person.id))
    assert account is not None
    assert account.actor.grants == {ORGANIZER}
