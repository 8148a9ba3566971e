"""The desk of calls and the team, as organizers see them and nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import Invitation
from portal.calls.models import Call, Category, Regulations
from portal.mail.models import OutgoingMail
from portal.policies import Role, Scope
from tests import builders

SignIn = Callable[[int], FlaskClient]
DATES = {"opens_on": "2027-01-04", "opens_time": "10:00", "closes_on": "2027-02-01", "closes_time": "23:59"}
NAMES = {"name_ko": "새 공모", "name_en": "New call"}
LIMITS = {"grace_minutes": "60", "entry_limit": "2"}
CALL = {**DATES, **NAMES, **LIMITS}


@pytest.fixture
def call(session: Session) -> Call:
    """A call of the newest edition, committed."""
    made = builders.call(session, builders.edition(session))
    session.commit()
    return made


@pytest.fixture
def organizer(session: Session, call: Call, sign_in: SignIn) -> FlaskClient:
    """The browser of an organizer of that edition."""
    person = builders.person(session)
    builders.grant(session, person, Role.ORGANIZER, Scope.EDITION, call.edition_id)
    session.commit()
    return sign_in(person.id)


def test_a_call_is_made_and_edited_in_korean_time(organizer: FlaskClient, session: Session) -> None:
    assert organizer.post("/ko/ops/calls", data={**CALL, "slug": "pan28", "kind": "school"}).status_code == 303
    made = session.scalars(sa.select(Call).where(Call.slug == "pan28")).one()
    assert f"{made.closes_at:%Y-%m-%d %H:%M}" == "2027-02-01 14:59"
    assert made.published_at is None
    session.rollback()
    shown = organizer.get("/ko/ops/calls/pan28").text
    assert 'value="2027-02-01"' in shown
    assert 'value="23:59"' in shown
    organizer.post("/ko/ops/calls/pan28", data={**CALL, "closes_time": "18:00", "rev": 1})
    session.refresh(made)
    assert f"{made.closes_at:%H:%M}" == "09:00"


def test_an_older_form_keeps_what_was_typed(organizer: FlaskClient, session: Session, call: Call) -> None:
    path = f"/ko/ops/calls/{call.slug}"
    organizer.post(path, data={**CALL, "rev": 1})
    late = organizer.post(path, data={**CALL, "name_ko": "늦게 쓴 이름", "rev": 1})
    assert late.status_code == 409
    assert "늦게 쓴 이름" in late.text
    session.refresh(call)
    assert call.name_ko == "새 공모"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("closes_on", "내일"), ("closes_on", "2026-01-01"), ("closes_time", "25:00"), ("entry_limit", "0")),
        *(("entry_limit", "many"), ("grace_minutes", "-1"), ("name_ko", ""), ("name_en", "x" * 201)),
    ],
)
def test_bad_input_is_named_and_kept(
    organizer: FlaskClient, session: Session, call: Call, field: str, value: str
) -> None:
    answer = organizer.post(f"/ko/ops/calls/{call.slug}", data={**CALL, "rev": 1, field: value})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert value in answer.text
    session.refresh(call)
    assert call.rev == 1


def test_categories_are_added_and_edited(organizer: FlaskClient, session: Session, call: Call) -> None:
    values = {"name_ko": "광고", "name_en": "Advertisement", "gel": "lab", "min_seconds": "0", "max_seconds": "120"}
    path = f"/ko/ops/calls/{call.slug}/categories"
    assert "부문 추가" in organizer.get(path).text
    assert organizer.post(path, data={**values, "min_height": "720", "code": "광고"}).status_code == 422
    assert organizer.post(path, data={**values, "min_height": "720", "code": "advert"}).status_code == 303
    added = session.scalars(sa.select(Category).where(Category.code == "advert")).one()
    assert added.max_seconds == 120
    edit = f"/ko/ops/categories/{added.id}"
    session.rollback()
    assert 'value="120"' in organizer.get(edit).text
    organizer.post(edit, data={**values, "min_height": "0", "max_seconds": "90"})
    session.refresh(added)
    assert (added.max_seconds, added.min_height) == (90, 0)


def test_regulations_are_published_as_the_next_version(organizer: FlaskClient, session: Session, call: Call) -> None:
    path = f"/ko/ops/calls/{call.slug}/regulations"
    assert organizer.post(path, data={"text_ko": "새 규정", "text_en": ""}).status_code == 422
    for _ in range(2):
        organizer.post(path, data={"text_ko": "새 규정", "text_en": "New rules", "change_note": "길이"})
    versions = session.scalars(sa.select(Regulations.version).order_by(Regulations.version)).all()
    assert list(versions) == [1, 2]


def test_the_team_invites_and_ends_roles(organizer: FlaskClient, session: Session, call: Call) -> None:
    chair = builders.person(session, native_name="한서윤")
    held = builders.grant(session, chair, Role.CHAIR, Scope.EDITION, call.edition_id)
    session.commit()
    assert "한서윤" in organizer.get("/ko/ops/team").text
    invitation = {"email": "new@example.com", "name": "새 사람", "language": "en", "role": "programmer"}
    for _ in range(2):
        assert organizer.post("/ko/ops/team", data=invitation).status_code == 303
    offered = session.scalars(sa.select(Invitation)).one()
    assert (offered.role, offered.scope_id) == (Role.PROGRAMMER, call.edition_id)
    assert session.scalars(sa.select(OutgoingMail.language)).all() == ["en"]
    offered_id, held_id = offered.id, held.id
    session.rollback()
    assert organizer.post("/ko/ops/team/again", data={"invitation": offered_id}).status_code == 303
    assert organizer.post("/ko/ops/team/end", data={"grant": held_id}).status_code == 303
    session.refresh(held)
    assert held.ended_at is not None


def test_roles_elsewhere_cannot_be_ended(organizer: FlaskClient, session: Session) -> None:
    held = builders.grant(session, builders.person(session), Role.CHAIR, Scope.EDITION, 999)
    session.commit()
    assert organizer.post("/ko/ops/team/end", data={"grant": held.id}).status_code == 404
    session.refresh(held)
    assert held.ended_at is None


def test_an_administrators_role_is_not_on_offer(organizer: FlaskClient, session: Session) -> None:
    answer = organizer.post(
        "/ko/ops/team", data={"email": "a@example.com", "name": "나", "language": "ko", "role": "administrator"}
    )
    assert answer.status_code == 422
    assert session.scalars(sa.select(Invitation)).all() == []


@pytest.mark.parametrize("role", [Role.CHAIR, Role.PROGRAMMER, Role.MODERATOR, Role.JUROR])
def test_other_roles_find_nothing_here(session: Session, call: Call, sign_in: SignIn, role: Role) -> None:
    person = builders.person(session)
    builders.grant(session, person, role, Scope.EDITION, call.edition_id)
    session.commit()
    browser = sign_in(person.id)
    for path in ("calls", f"calls/{call.slug}", f"calls/{call.slug}/categories", "team"):
        assert browser.get(f"/ko/ops/{path}").status_code == 404
    assert browser.post(f"/ko/ops/calls/{call.slug}", data={**CALL, "rev": 1}).status_code == 404
    assert browser.post("/ko/ops/team", data={}).status_code == 404
    session.refresh(call)
    assert call.rev == 1
