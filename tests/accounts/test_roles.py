"""Roles and invitations: granted once, ended everywhere, accepted by the addressee alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts import queries, service
from portal.accounts.models import Invitation, Person, RoleGrant
from portal.errors import Invalid
from portal.mail.models import OutgoingMail
from portal.policies import Grant, Role, Scope
from tests import builders

AtOnce = Callable[[Callable[[Session], object], int], list[object]]
SignIn = Callable[[int], FlaskClient]
CHAIR = Grant(Role.CHAIR, Scope.EDITION, 7)


def invited(session: Session, email: str = "guest@example.com") -> Person:
    """An organizer who has invited somebody to chair the jury; committed."""
    organizer = builders.person(session)
    by = builders.actor(organizer)
    service.invite(session, email, CHAIR, name="초대 손님", language="ko", place="AI 필름 판", by=by)
    session.commit()
    return organizer


def test_a_role_that_ends_ends_at_the_next_request(session: Session, sign_in: SignIn) -> None:
    organizer, person = builders.person(session), builders.person(session)
    service.grant_role(session, person, CHAIR)
    session.commit()
    token = service.start_session(session, person.id)
    held = session.scalars(sa.select(RoleGrant)).one()
    service.end_role(session, held, by=builders.actor(organizer))
    session.commit()
    account = queries.account_behind(session, token)
    assert account is not None
    assert account.actor.grants == frozenset()


def test_a_role_granted_many_times_at_once_is_one_row(session: Session, at_once: AtOnce) -> None:
    person = builders.person(session)
    session.commit()
    answers = at_once(lambda other: service.grant_role(other, person, CHAIR), 4)
    assert answers == [None] * 4
    assert len(session.scalars(sa.select(RoleGrant)).all()) == 1


def test_an_ended_role_can_be_granted_again(session: Session) -> None:
    organizer, person = builders.person(session), builders.person(session)
    service.grant_role(session, person, CHAIR)
    held = session.scalars(sa.select(RoleGrant)).one()
    service.end_role(session, held, by=builders.actor(organizer))
    service.grant_role(session, person, CHAIR)
    assert queries.grants_of(session, person.id) == {CHAIR}


def test_nobody_ends_an_own_role(session: Session) -> None:
    person = builders.person(session)
    service.grant_role(session, person, CHAIR)
    with pytest.raises(Invalid):
        service.end_role(session, session.scalars(sa.select(RoleGrant)).one(), by=builders.actor(person))


def test_a_newcomer_accepts_with_a_name(
    client: FlaskClient, session: Session, mailed_path: Callable[[str], str]
) -> None:
    invited(session)
    path = mailed_path("guest@example.com")
    assert "심사위원장" in client.get(path).text
    assert client.post(path, data={"native_name": "초대 손님"}).headers["Location"] == "/ko/me"
    person = queries.person_by_email(session, "guest@example.com")
    assert person is not None
    assert queries.grants_of(session, person.id) == {CHAIR}
    session.rollback()
    assert client.post(path, data={"native_name": "초대 손님"}).status_code == 410


def test_an_existing_account_has_to_sign_in_first(
    client: FlaskClient, session: Session, sign_in: SignIn, mailed_path: Callable[[str], str]
) -> None:
    guest, stranger = builders.person(session, email="guest@example.com").id, builders.person(session).id
    invited(session)
    path = mailed_path("guest@example.com")
    for browser in (client, sign_in(stranger)):
        sent_away = browser.post(path)
        assert sent_away.headers["Location"].startswith("/ko/login?next=")
    assert queries.grants_of(session, guest) == queries.grants_of(session, stranger) == frozenset()
    session.rollback()
    assert sign_in(guest).post(path).status_code == 303
    assert queries.grants_of(session, guest) == {CHAIR}


def test_a_forwarded_invitation_is_worth_nothing(session: Session, mailed_path: Callable[[str], str]) -> None:
    invited(session)
    token = mailed_path("guest@example.com").rpartition("/")[2]
    stranger = builders.person(session)
    assert not service.accept_invitation(session, token, stranger)


def test_an_invitation_accepted_twice_at_once_grants_once(
    session: Session, mailed_path: Callable[[str], str], at_once: AtOnce
) -> None:
    guest = builders.person(session, email="guest@example.com").id
    invited(session)
    token = mailed_path("guest@example.com").rpartition("/")[2]
    answers = at_once(lambda other: service.accept_invitation(other, token, other.get_one(Person, guest)), 4)
    assert sorted(answers, key=repr) == [False, False, False, True]


def test_inviting_twice_at_once_sends_one_mail(session: Session, at_once: AtOnce) -> None:
    by = builders.actor(builders.person(session))
    session.commit()
    at_once(
        lambda other: service.invite(other, "g@example.com", CHAIR, name="손님", language="ko", place="판", by=by), 3
    )
    assert session.scalar(sa.select(sa.func.count(Invitation.id))) == 1
    assert session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 1


def test_sending_again_voids_the_older_link(session: Session, mailed_path: Callable[[str], str]) -> None:
    organizer = invited(session)
    first = mailed_path("guest@example.com").rpartition("/")[2]
    offered = session.scalars(sa.select(Invitation)).one()
    service.invite_again(session, offered, place="AI 필름 판", by=builders.actor(organizer))
    session.commit()
    second = mailed_path("guest@example.com").rpartition("/")[2]
    assert queries.invitation_behind(session, first) is None
    assert queries.invitation_behind(session, second) is not None


def test_an_invitation_closes_after_two_weeks(
    client: FlaskClient, session: Session, mailed_path: Callable[[str], str]
) -> None:
    invited(session)
    path = mailed_path("guest@example.com")
    with time_machine.travel(clock.now() + timedelta(days=15)):
        assert client.get(path).status_code == 410
