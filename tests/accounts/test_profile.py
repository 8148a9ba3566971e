"""The own account: names, language, password, signed-in browsers."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts import passwords
from portal.accounts.models import Person, SignInSession
from portal.audit import AuditRecord
from portal.mail.models import OutgoingMail
from tests import builders

SignIn = Callable[[int], FlaskClient]
PROFILE = {"native_name": "한서윤", "latin_family": "Han", "latin_given": "Seo-yun", "timezone": "Europe/Paris"}


def someone(session: Session, **values: object) -> Person:
    """A committed person."""
    person = builders.person(session, **values)
    session.commit()
    return person


def test_a_profile_is_saved_with_its_audit_row(session: Session, sign_in: SignIn) -> None:
    person = someone(session)
    saved = sign_in(person.id).post("/ko/me", data={**PROFILE, "language": "en", "rev": person.rev})
    assert saved.headers["Location"] == "/en/me"
    session.refresh(person)
    assert (person.latin_name, person.language, person.timezone) == ("HAN Seo-yun", "en", "Europe/Paris")
    detail = session.scalar(sa.select(AuditRecord.detail).where(AuditRecord.verb == "person.edited"))
    assert detail == {"fields": ["language", "latin_family", "latin_given", "native_name", "timezone"]}


def test_nobody_writes_more_than_the_form_shows(session: Session, sign_in: SignIn) -> None:
    person = someone(session)
    sign_in(person.id).post(
        "/ko/me", data={**PROFILE, "language": "ko", "rev": 1, "email": "x@example.com", "password_hash": "x", "id": 99}
    )
    session.refresh(person)
    assert person.email != "x@example.com"
    assert person.password_hash is None


def test_an_older_form_is_told_and_keeps_what_was_typed(session: Session, sign_in: SignIn) -> None:
    person = someone(session)
    browser = sign_in(person.id)
    browser.post("/ko/me", data={**PROFILE, "language": "ko", "rev": 1})
    late = browser.post("/ko/me", data={**PROFILE, "native_name": "늦은 이름", "language": "ko", "rev": 1})
    assert late.status_code == 409
    assert "늦은 이름" in late.text
    session.refresh(person)
    assert person.native_name == "한서윤"


def test_bad_input_is_named_and_kept(session: Session, sign_in: SignIn) -> None:
    person = someone(session)
    answer = sign_in(person.id).post(
        "/ko/me",
        data={"native_name": "x" * 300, "latin_family": "한", "timezone": "Mars/Olympus", "language": "xx", "rev": 1},
    )
    assert answer.status_code == 422
    for field in ("native_name", "latin_family", "timezone", "language"):
        assert f'href="#{field}"' in answer.text
    assert "x" * 300 in answer.text


def test_a_new_password_signs_out_everywhere_else(session: Session, sign_in: SignIn) -> None:
    person = someone(session)
    here, elsewhere = sign_in(person.id), sign_in(person.id)
    assert here.post("/ko/me/password", data={"new_password": "달빛 우산 종이 고래"}).status_code == 303
    assert here.get("/ko/me").status_code == 200
    assert elsewhere.get("/ko/me").status_code == 302
    session.refresh(person)
    assert passwords.matches(person.password_hash, "달빛 우산 종이 고래")
    assert session.scalar(sa.select(OutgoingMail.kind)) == "password_changed"


def test_a_password_needs_the_current_one(session: Session, sign_in: SignIn) -> None:
    person = someone(session, password_hash=passwords.hashed("지금 쓰는 비밀번호"))
    before = person.password_hash
    answer = sign_in(person.id).post(
        "/ko/me/password", data={"current_password": "모르겠어요", "new_password": "달빛 우산 종이 고래"}
    )
    assert answer.status_code == 422
    assert 'href="#current_password"' in answer.text
    session.refresh(person)
    assert person.password_hash == before


def test_signing_out_everywhere_else_keeps_this_browser(session: Session, sign_in: SignIn) -> None:
    person = someone(session)
    here, elsewhere = sign_in(person.id), sign_in(person.id)
    assert here.post("/ko/me/sessions/end").status_code == 303
    assert "1곳에서 로그아웃했어요" in here.get("/ko/me").text
    assert elsewhere.get("/ko/me").status_code == 302
    assert session.scalar(sa.select(sa.func.count()).where(SignInSession.ended_at.is_(None))) == 1
