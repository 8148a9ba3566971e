"""The team of an entry: invited by mail, joined once, dismissed; only the owner decides."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock, signing
from portal.entries import queries, service
from portal.entries.models import Entry, Member
from portal.errors import Invalid
from portal.lifecycles import EntryState
from portal.mail.models import OutgoingMail
from tests import builders
from tests.entries import made

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def owner(session: Session):
    return builders.person(session)


@pytest.fixture
def entry(session: Session, owner) -> Entry:
    call = builders.call(session, builders.edition(session))
    return made.found(session, builders.entry(session, call, owner, title_ko="편지", title_en="Letter").number)


def token_of(session: Session, email: str) -> str:
    """The secret in the newest invitation mailed to an address."""
    text = session.scalars(
        sa.select(OutgoingMail.text).filter_by(recipient=email).order_by(OutgoingMail.id.desc())
    ).first()
    return re.search(r"/teams/(\S+)", text)[1]


def test_an_invitation_is_mailed_and_joined_by_whoever_opens_it(session, owner, entry, sign_in: SignIn) -> None:
    mate, other = builders.person(session), builders.person(session)
    session.commit()
    number, people, mate_email = entry.number, {owner.id, mate.id}, mate.email
    joining, late = sign_in(mate.id), sign_in(other.id)
    sent = sign_in(owner.id).post(f"/ko/entries/{number}/team", data={"name": "박민서", "email": "MATE@Example.org"})
    assert sent.status_code == 302
    token = token_of(session, "mate@example.org")
    session.rollback()
    page = joining.get(f"/ko/teams/{token}").text
    assert "편지" in page
    assert mate_email in page
    for _ in range(2):
        assert joining.post(f"/ko/teams/{token}").location.endswith(number)
    assert joining.get(f"/ko/entries/{number}/info").status_code == 200
    assert joining.post(f"/ko/entries/{number}/submit").status_code == 404
    invite = {"name": "x", "email": "x@example.org"}
    assert joining.post(f"/ko/entries/{number}/team", data=invite).status_code == 404
    assert late.post(f"/ko/teams/{token}").status_code == 422
    assert made.found(session, number).member_ids == people


def test_the_page_of_an_invitation_works_signed_out_and_a_wrong_link_does_not(session, owner, entry, client) -> None:
    service.invite(session, entry, email="m@example.test", name="M", by=made.by(owner), at=clock.now())
    token = token_of(session, "m@example.test")
    session.commit()
    page = client.get(f"/en/teams/{token}")
    assert page.status_code == 200
    assert "/login?next=" in page.text
    assert client.post(f"/en/teams/{token}").status_code == 302
    assert client.get("/en/teams/nonsense").status_code != 200


@pytest.mark.parametrize(
    "form, field",
    [
        ({"name": "", "email": "a@example.org"}, "name"),
        ({"name": "A", "email": "nonsense"}, "email"),
        ({}, "name"),
        ({"name": "A" * 201, "email": "a@example.org"}, "name"),
    ],
)
def test_a_bad_invitation_names_its_field(session, owner, entry, sign_in: SignIn, form, field) -> None:
    session.commit()
    answer = sign_in(owner.id).post(f"/ko/entries/{entry.number}/team", data=form)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    session.rollback()
    assert session.scalars(sa.select(Member)).all() == []


def test_nobody_is_invited_twice_and_the_new_link_voids_the_old(session, owner, entry) -> None:
    service.invite(session, entry, email="m@example.test", name="M", by=made.by(owner), at=clock.now())
    old = token_of(session, "m@example.test")
    service.invite(session, entry, email="m@example.test", name="M", by=made.by(owner), at=clock.now())
    assert queries.member_by_token(session, old) is not None, "the same press twice is one invitation"
    with time_machine.travel(clock.now() + clock.PRESSED_TWICE):
        service.invite(session, entry, email="m@example.test", name="M", by=made.by(owner), at=clock.now())
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(Member)) == 1
    assert queries.member_by_token(session, old) is None
    assert queries.member_by_token(session, token_of(session, "m@example.test")) is not None
    with pytest.raises(Invalid, match="already works"):
        service.invite(session, entry, email=owner.email, name="Me", by=made.by(owner), at=clock.now())


def test_an_expired_invitation_lets_nobody_in(session, owner, entry) -> None:
    mate = builders.person(session)
    member = service.invite(session, entry, email="m@example.test", name="M", by=made.by(owner), at=clock.now())
    found = queries.member_by_token(session, token_of(session, "m@example.test"))
    with pytest.raises(Invalid, match="expired"):
        service.join(session, found, by=made.by(mate), at=member.expires_at + timedelta(seconds=1))
    assert member.person_id is None


def test_one_link_lets_in_one_person_however_many_open_it_at_once(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        owner = builders.person(session)
        call = builders.call(session, builders.edition(session))
        entry = made.found(session, builders.entry(session, call, owner).number)
        service.invite(session, entry, email="m@example.test", name="M", by=made.by(owner), at=clock.now())
        token = token_of(session, "m@example.test")
        people = [made.by(builders.person(session)) for _ in range(4)]

    def join(actor) -> bool:
        with sessions() as session:
            member = queries.member_by_token(session, token)
            try:
                service.join(session, member, by=actor, at=clock.now())
                session.commit()
            except Invalid:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(join, people)) == [False, False, False, True]


def test_a_dismissed_member_loses_the_entry_at_once(session, owner, entry, sign_in: SignIn) -> None:
    mate = builders.person(session)
    member = Member(
        entry_id=entry.id,
        email=mate.email,
        name="M",
        digest=signing.digest("t"),
        person_id=mate.id,
        expires_at=clock.now(),
    )
    session.add(member)
    session.commit()
    browser = sign_in(mate.id)
    assert browser.get(f"/ko/entries/{entry.number}").status_code == 200
    for value in (str(member.id), str(member.id), "x", "9" * 40):
        assert (
            sign_in(owner.id).post(f"/ko/entries/{entry.number}/team/dismiss", data={"member": value}).status_code
            == 302
        )
    assert browser.get(f"/ko/entries/{entry.number}").status_code == 404


def test_a_handed_in_entry_keeps_its_team(session, owner, entry) -> None:
    entry.state = EntryState.SUBMITTED
    session.flush()
    with pytest.raises(Invalid, match="complete"):
        service.invite(session, entry, email="m@example.test", name="M", by=made.by(owner), at=clock.now())


def test_what_people_wrote_never_becomes_a_link_in_the_mail(session, owner, entry) -> None:
    entry.title_ko = "http://evil.example/login 눌러 주세요"
    service.invite(session, entry, email="m@example.test", name="M\nBcc: x@y", by=made.by(owner), at=clock.now())
    mail = session.scalars(sa.select(OutgoingMail)).one()
    assert "http://evil.example" not in mail.text + mail.html
    assert "\n" not in mail.subject
