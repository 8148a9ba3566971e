"""A refusal or withdrawal takes a film out of every public view at once, and what ends that."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.disclosure.codes import ConsentStatus, HoldCause
from portal.disclosure.consent import hold_queries, holds
from portal.disclosure.consent import requests as consents
from portal.disclosure.models import Hold
from portal.errors import Invalid
from portal.lifecycles import EntryState
from portal.mail.models import OutgoingMail
from portal.policies import VISITOR, Role, Scope
from tests import builders
from tests.disclosure.consent.test_requests import behind, sign, token_of
from tests.disclosure.declared import ACTRESS, Desk, ask, at_once, declare, desk, performer, public_holds, stored

Sessions = sessionmaker[Session]


@pytest.fixture
def withdrawn(session: Session) -> Desk:
    """A film handed in whose performer signed and then withdrew, with one organizer."""
    mine = desk(session, state=EntryState.ELIGIBLE)
    staff = builders.person(session, email="staff@example.test")
    builders.grant(session, staff, Role.ORGANIZER, Scope.EDITION, mine.entry.edition_id)
    declare(session, mine, performers=(ACTRESS,))
    ask(session, mine)
    token = token_of(session)
    sign(session, token)
    consents.revoke(session, behind(session, token), reason="광고에 나와서", at=clock.now(), by=VISITOR)
    session.commit()
    return mine


def only(session: Session, mine: Desk) -> Hold:
    (found,) = hold_queries.standing(session, mine.entry.id)
    return found


def test_the_row_says_why_since_when_and_whose(session: Session, withdrawn: Desk) -> None:
    hold = only(session, withdrawn)
    assert (hold.cause, hold.person_name, hold.told) == (HoldCause.REVOKED, "김순례", "광고에 나와서")
    assert hold.since <= clock.now()
    mail = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "film_held")).one()
    assert (mail.recipient, mail.edition_id) == ("staff@example.test", withdrawn.entry.edition_id)
    assert f"/ops/entries/{'P1-ABCDE'}" in mail.text
    assert "hold.placed" in session.scalars(sa.select(AuditRecord.verb)).all()


def test_a_draft_is_nobody_elses_business(session: Session) -> None:
    mine = desk(session)
    builders.grant(session, builders.person(session), Role.ORGANIZER, Scope.EDITION, mine.entry.edition_id)
    declare(session, mine, performers=(ACTRESS,))
    ask(session, mine)
    consents.refuse(session, behind(session, token_of(session)), reason="", at=clock.now(), by=VISITOR)
    assert only(session, mine).cause is HoldCause.REFUSED
    assert session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "film_held")).all() == []


def test_a_consent_that_returns_lifts_it(session: Session, withdrawn: Desk) -> None:
    ask(session, withdrawn)
    assert public_holds(session, [withdrawn.entry.id]) == {withdrawn.entry.id}
    sign(session, token_of(session))
    assert public_holds(session, [withdrawn.entry.id]) == set()
    assert [one.lift_reason for one in session.scalars(sa.select(Hold))] == ["CONSENT_RETURNED"]


def test_taking_the_person_out_of_the_form_does_not_bring_the_film_back(session: Session, withdrawn: Desk) -> None:
    declare(session, withdrawn, performers=())
    assert public_holds(session, [withdrawn.entry.id]) == {withdrawn.entry.id}
    holds.lift(session, only(session, withdrawn), "새 편집본을 확인했어요", by=withdrawn.by)
    session.commit()
    assert public_holds(session, [withdrawn.entry.id]) == set()


def test_another_persons_signature_does_not_lift_it(session: Session, withdrawn: Desk) -> None:
    hold = only(session, withdrawn)
    row = performer(stored(session, withdrawn))
    row.name, row.consent_status = "박누구", ConsentStatus.VERIFIED
    holds.lift_returned(session, row, by=VISITOR)
    session.commit()
    assert hold.lifted_at is None


def test_nobody_lifts_it_while_the_person_is_in_the_film(session: Session, withdrawn: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        holds.lift(session, only(session, withdrawn), "괜찮아요", by=withdrawn.by)
    assert refused.value.field == "reason"
    assert only(session, withdrawn).lifted_at is None


def test_the_office_holds_and_lifts_with_reasons(session: Session, withdrawn: Desk) -> None:
    other = desk(session)
    for _ in range(2):
        held = holds.place_by_office(session, other.entry.id, "저작권 분쟁", by=withdrawn.by)
    assert public_holds(session, [other.entry.id]) == {other.entry.id}
    assert session.scalar(sa.select(sa.func.count(Hold.id)).where(Hold.entry_id == other.entry.id)) == 1
    with pytest.raises(Invalid):
        holds.lift(session, held, "", by=withdrawn.by)
    holds.lift(session, held, "해결", by=withdrawn.by)
    session.commit()
    assert public_holds(session, [other.entry.id]) == set()


def test_lifted_by_two_at_once_it_is_lifted_once(session: Session, sessions: Sessions, withdrawn: Desk) -> None:
    declare(session, withdrawn, performers=())
    code = only(session, withdrawn).code
    session.commit()

    def lift(reason: str) -> str:
        with unit_of_work(sessions) as own:
            found = hold_queries.by_code(own, code)
            assert found is not None
            holds.lift(own, found, reason, by=withdrawn.by)
            return found.lift_reason

    reasons = at_once(lambda: lift("하나"), lambda: lift("둘"))
    session.expire_all()
    hold = session.scalars(sa.select(Hold).where(Hold.code == code)).one()
    assert hold.lift_reason in reasons
    lifted = session.scalars(sa.select(AuditRecord).where(AuditRecord.verb == "hold.lifted")).all()
    assert len(lifted) == 1


def test_held_by_two_organizers_at_once_it_is_one_hold(session: Session, sessions: Sessions, withdrawn: Desk) -> None:
    entry_id = desk(session).entry.id
    session.commit()

    def hold(reason: str) -> str:
        with unit_of_work(sessions) as own:
            return holds.place_by_office(own, entry_id, reason, by=withdrawn.by).code

    first, second = at_once(lambda: hold("하나"), lambda: hold("둘"))
    assert first == second
    assert [one.code for one in hold_queries.standing(session, entry_id)] == [first]
