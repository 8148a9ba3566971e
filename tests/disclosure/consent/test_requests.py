"""Asking for a consent, and every answer to it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.disclosure import queries, service
from portal.disclosure.codes import ConsentStatus, Likeness, Medium, PerformerKind, SignerCapacity
from portal.disclosure.consent import papers
from portal.disclosure.consent import requests as consents
from portal.disclosure.models import Consent, DisclosureRevision
from portal.disclosure.problems import Facts
from portal.disclosure.revisions.history import declaration
from portal.errors import Invalid
from portal.lifecycles import ConsentState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM, VISITOR
from portal.settings import Settings
from tests.disclosure.declared import (
    ACTRESS,
    FILM,
    WISH,
    WORDS,
    Desk,
    ask,
    at_once,
    declare,
    desk,
    performer,
    public_holds,
    stored,
)
from workers.disclosure import expire_consents

Sessions = sessionmaker[Session]
GRANT = consents.Grant("김순례", (Medium.FESTIVAL, Medium.TRAILER))


@pytest.fixture
def asked(session: Session) -> tuple[Desk, str]:
    """An entry whose performer was mailed a link, and the link's token."""
    mine = desk(session)
    declare(session, mine, performers=(ACTRESS,))
    ask(session, mine)
    return mine, token_of(session)


def token_of(session: Session, kind: str = "consent_request") -> str:
    """The token in the newest mail of a kind."""
    wanted = sa.select(OutgoingMail.text).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id.desc()).limit(1)
    found = re.search(r"/sign/([\w-]+)", session.scalars(wanted).one())
    session.commit()
    assert found is not None
    return found[1]


def behind(session: Session, token: str) -> Consent:
    found = queries.consent_behind(session, token)
    assert found is not None
    return found


def sign(session: Session, token: str, grant: consents.Grant = GRANT) -> None:
    consents.sign(session, behind(session, token), grant, token=token, at=clock.now(), by=VISITOR)
    session.commit()


def codes(session: Session, mine: Desk) -> set[str]:
    """The codes of everything that still blocks."""
    found = service.problems(session, stored(session, mine), Facts(submitter=mine.owner.native_name))
    return {problem.code for problem in found if problem.blocking}


def test_a_request_reaches_the_person_and_settles_the_task(session: Session, asked: tuple[Desk, str]) -> None:
    mine, token = asked
    mail = session.scalars(sa.select(OutgoingMail)).one()
    assert (mail.recipient, mail.kind) == (WISH.email, "consent_request")
    assert "편지를 쓰는 기계" in mail.text
    assert token not in str(session.scalars(sa.select(Consent.digest)).all())
    assert codes(session, mine) == set()
    assert public_holds(session, [mine.entry.id]) == {mine.entry.id}


def test_signing_confirms_the_consent_and_opens_the_film(session: Session, asked: tuple[Desk, str]) -> None:
    mine, token = asked
    sign(session, token, replace(GRANT, limits="광고에는 쓰지 마세요", ends_on=date(2099, 1, 1)))
    found = stored(session, mine)
    row = performer(found)
    consent = row.consents[0]
    assert row.consent_status is ConsentStatus.VERIFIED
    assert (consent.state, consent.signer_name, consent.limits) == ("signed", "김순례", "광고에는 쓰지 마세요")
    assert found.badges == ["REPLICA_CONSENTED"]
    assert public_holds(session, [mine.entry.id]) == set()
    kinds = session.scalars(sa.select(OutgoingMail.kind).order_by(OutgoingMail.kind)).all()
    assert kinds == ["consent_answered", "consent_copy", "consent_request"]


def test_the_signature_names_the_text_it_was_given_to(session: Session, asked: tuple[Desk, str]) -> None:
    _, token = asked
    sign(session, token)
    rows = session.scalars(sa.select(AuditRecord).where(AuditRecord.verb.like("consent.%")).order_by(AuditRecord.seq))
    by_verb = {row.verb: row.detail for row in rows}
    assert by_verb["consent.requested"]["document"] == by_verb["consent.signed"]["document"]
    assert len(by_verb["consent.signed"]["document"]) == 64


def test_signed_twice_it_is_signed_once(session: Session, asked: tuple[Desk, str]) -> None:
    _, token = asked
    sign(session, token)
    sign(session, token)
    copies = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "consent_copy")).all()
    assert len(copies) == 1


def test_a_link_used_twice_at_once_counts_once(session: Session, sessions: Sessions, asked: tuple[Desk, str]) -> None:
    mine, token = asked

    def yes() -> str:
        with unit_of_work(sessions) as own:
            consents.sign(own, behind(own, token), GRANT, token=token, at=clock.now(), by=VISITOR)
            return "yes"

    def no() -> str:
        with unit_of_work(sessions) as own:
            consents.refuse(own, behind(own, token), reason="", at=clock.now(), by=VISITOR)
            return "no"

    results = at_once(yes, no)
    won = [result for result in results if isinstance(result, str)]
    assert len(won) == 1
    assert [type(result) for result in results if result not in won] == [Invalid]
    status = performer(stored(session, mine)).consent_status
    assert status is {"yes": ConsentStatus.VERIFIED, "no": ConsentStatus.NONE}[won[0]]


def test_refusing_keeps_the_film_hidden(session: Session, asked: tuple[Desk, str]) -> None:
    mine, token = asked
    consents.refuse(session, behind(session, token), reason="싫어요", at=clock.now(), by=VISITOR)
    session.commit()
    assert performer(stored(session, mine)).consent_status is ConsentStatus.NONE
    assert public_holds(session, [mine.entry.id]) == {mine.entry.id}
    assert "F04" in codes(session, mine)
    verbs = session.scalars(sa.select(AuditRecord.verb)).all()
    assert "consent.refused" in verbs
    told = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "consent_answered")).one()
    assert told.recipient == mine.owner.email
    assert "싫어요" not in told.text


def test_withdrawing_takes_the_film_down(session: Session, asked: tuple[Desk, str]) -> None:
    mine, token = asked
    sign(session, token)
    assert public_holds(session, [mine.entry.id]) == set()
    consents.revoke(session, behind(session, token), reason="", at=clock.now(), by=VISITOR)
    consents.revoke(session, behind(session, token), reason="", at=clock.now(), by=VISITOR)
    session.commit()
    assert performer(stored(session, mine)).consent_status is ConsentStatus.REVOKED
    assert public_holds(session, [mine.entry.id]) == {mine.entry.id}
    assert token_of(session, "consent_copy") == token


def test_a_consent_after_handing_in_is_a_revision(session: Session, asked: tuple[Desk, str]) -> None:
    mine, token = asked
    service.freeze(session, stored(session, mine), by=mine.by, reason="SUBMITTED")
    session.commit()
    declare(session, mine, performers=(ACTRESS,), picture_s=1200)
    sign(session, token)
    found = session.scalars(sa.select(DisclosureRevision).order_by(DisclosureRevision.revision.desc())).all()
    assert [(one.revision, one.reason) for one in found] == [(2, "CONSENT_UPDATE"), (1, "SUBMITTED")]
    ledger = declaration(found[0].body).ledger
    assert ledger.performers[0].consent is ConsentStatus.VERIFIED
    assert ledger.parts[0].picture_s == 840


def test_an_old_link_stops_working_when_a_new_one_is_sent(session: Session, asked: tuple[Desk, str]) -> None:
    mine, old = asked
    ask(session, mine, replace(WISH, email="new@example.test"))
    with pytest.raises(Invalid, match="answered already"):
        consents.sign(session, behind(session, old), GRANT, token=old, at=clock.now(), by=VISITOR)
    session.rollback()
    sign(session, token_of(session))
    assert performer(stored(session, mine)).consent_status is ConsentStatus.VERIFIED


def test_the_same_request_form_twice_asks_once(session: Session) -> None:
    mine = desk(session)
    found = declare(session, mine, performers=(ACTRESS,))
    row = performer(found)
    first = consents.request(session, found, row, WISH, film=FILM, seen=0, by=mine.by)
    assert consents.request(session, found, row, WISH, film=FILM, seen=0, by=mine.by).id == first.id
    assert session.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == 1


def test_a_link_older_than_fourteen_days_is_void(session: Session, asked: tuple[Desk, str]) -> None:
    _, token = asked
    late = clock.now() + timedelta(days=14, minutes=1)
    with pytest.raises(Invalid, match="expired"):
        consents.sign(session, behind(session, token), GRANT, token=token, at=late, by=VISITOR)


def test_links_nobody_answered_are_closed(session: Session, asked: tuple[Desk, str], environment: Settings) -> None:
    mine, token = asked
    assert consents.expire(session, at=clock.now(), by=SYSTEM) == 0
    session.execute(sa.update(Consent).values(expires_at=clock.now() - timedelta(minutes=1)))
    session.commit()
    expire_consents()
    assert behind(session, token).state is ConsentState.EXPIRED
    session.commit()
    assert codes(session, mine) == {"F04"}


def test_opening_the_link_is_noted_once(session: Session, asked: tuple[Desk, str]) -> None:
    _, token = asked
    for _ in range(2):
        consents.note_opened(session, behind(session, token), at=clock.now(), by=VISITOR)
        session.commit()
    assert behind(session, token).state is ConsentState.OPENED


@pytest.mark.parametrize(
    ("grant", "field"),
    [
        (replace(GRANT, signer_name=""), "signer_name"),
        (replace(GRANT, signer_name="한서윤"), "signer_name"),
        (replace(GRANT, media=(Medium.TRAILER,)), "media"),
        (replace(GRANT, media=(Medium.FESTIVAL, Medium.ADVERT)), "media"),
        (replace(GRANT, ends_on=date(2000, 1, 1)), "ends_on"),
    ],
)
def test_a_signature_has_to_be_sound(
    session: Session, asked: tuple[Desk, str], grant: consents.Grant, field: str
) -> None:
    _, token = asked
    with pytest.raises(Invalid) as invalid:
        consents.sign(session, behind(session, token), grant, token=token, at=clock.now(), by=VISITOR)
    assert invalid.value.field == field


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (replace(WISH, text="짧아요"), "text"),
        (replace(WISH, media=(Medium.ADVERT,)), "media"),
        (replace(WISH, capacity=SignerCapacity.GUARDIAN), "capacity"),
    ],
)
def test_a_request_has_to_be_sound(session: Session, wish: consents.Wish, field: str) -> None:
    mine = desk(session)
    found = declare(session, mine, performers=(ACTRESS,))
    with pytest.raises(Invalid) as invalid:
        consents.request(session, found, performer(found), wish, film=FILM, seen=0, by=mine.by)
    assert invalid.value.field == field


def test_nobody_is_flooded_with_requests(session: Session, asked: tuple[Desk, str]) -> None:
    mine, _ = asked
    for _ in range(consents.MOST_REQUESTS_A_DAY - 1):
        ask(session, mine)
    with pytest.raises(Invalid, match="requests today"):
        ask(session, mine)


def test_a_guardian_signs_for_a_minor(session: Session) -> None:
    mine = desk(session)
    declare(session, mine, performers=(replace(ACTRESS, minor=True),))
    assert codes(session, mine) == {"F04"}
    ask(session, mine, replace(WISH, capacity=SignerCapacity.GUARDIAN))
    sign(session, token_of(session), replace(GRANT, signer_name="김엄마"))
    assert codes(session, mine) == set()
    assert performer(stored(session, mine)).consent_status is ConsentStatus.VERIFIED
    assert public_holds(session, [mine.entry.id]) == {mine.entry.id}
    token = token_of(session, "consent_copy")
    for _ in range(2):
        papers.confirm_guardian(session, behind(session, token), by=mine.by)
        session.commit()
        session.expunge_all()
    assert public_holds(session, [mine.entry.id]) == set()
    checked = sa.select(AuditRecord).where(AuditRecord.verb == "consent.guardian_checked")
    assert len(session.scalars(checked).all()) == 1


def test_heirs_sign_for_the_dead(session: Session) -> None:
    mine = desk(session)
    person = replace(ACTRESS, kind=PerformerKind.REP_DEC, deceased=True)
    declare(session, mine, performers=(person,))
    ask(session, mine, replace(WISH, capacity=SignerCapacity.ESTATE))
    sign(session, token_of(session), replace(GRANT, signer_name="김상속"))
    found = stored(session, mine)
    assert performer(found).consent_status is ConsentStatus.ESTATE
    assert found.badges == ["REPLICA_ESTATE"]


def test_the_maker_signing_for_somebody_else_proves_nothing(session: Session) -> None:
    mine = desk(session)
    declare(session, mine, performers=(replace(ACTRESS, minor=True),))
    ask(session, mine, replace(WISH, capacity=SignerCapacity.GUARDIAN))
    sign(session, token_of(session), replace(GRANT, signer_name=mine.owner.native_name))
    assert "V12" in codes(session, mine)


def test_the_makers_word_is_a_declaration(session: Session) -> None:
    mine = desk(session)
    found = declare(session, mine, performers=(ACTRESS,))
    for _ in range(2):
        consents.declare(session, found, performer(found), by=mine.by)
    session.commit()
    assert performer(stored(session, mine)).consent_status is ConsentStatus.DECLARED
    assert codes(session, mine) == set()
    assert public_holds(session, [mine.entry.id]) == {mine.entry.id}


def test_another_use_needs_another_consent(session: Session, asked: tuple[Desk, str]) -> None:
    mine, token = asked
    sign(session, token)
    declare(session, mine, performers=(replace(ACTRESS, likeness=tuple(Likeness)),))
    assert performer(stored(session, mine)).consent_status is ConsentStatus.PENDING
    assert "F04" in codes(session, mine)
    declare(session, mine, performers=(ACTRESS,))
    assert performer(stored(session, mine)).consent_status is ConsentStatus.VERIFIED


def test_a_signature_for_what_the_film_no_longer_does_changes_nothing(
    session: Session, asked: tuple[Desk, str]
) -> None:
    mine, token = asked
    declare(session, mine, performers=(replace(ACTRESS, likeness=tuple(Likeness)),))
    sign(session, token)
    assert performer(stored(session, mine)).consent_status is ConsentStatus.PENDING


def test_what_people_write_never_becomes_a_link_or_markup(session: Session) -> None:
    mine = desk(session)
    declare(session, mine, performers=(ACTRESS,))
    evil = "<script>alert(1)</script> http://evil.example/pay " + WORDS
    ask(session, mine, replace(WISH, text=evil))
    sign(session, token_of(session))
    html = "".join(session.scalars(sa.select(OutgoingMail.html)))
    assert "<script>" not in html
    assert "http://evil.example" not in html


def test_a_licensee_names_the_chain_of_the_licence(session: Session) -> None:
    mine = desk(session)
    declare(session, mine, performers=(replace(ACTRESS, deceased=True),))
    ask(session, mine, replace(WISH, capacity=SignerCapacity.LICENSEE))
    token = token_of(session)
    holder = replace(GRANT, signer_name="별빛엔터 대표 정하나")
    with pytest.raises(Invalid) as refused:
        sign(session, token, holder)
    assert refused.value.field == "chain"
    session.rollback()
    chain = "2024년 3월 유족에게서 받았고, 재허락이 가능해요. 계약서 4조."
    sign(session, token, replace(holder, chain=chain))
    row = performer(stored(session, mine))
    assert (row.consents[0].chain, row.consent_status) == (chain, ConsentStatus.ESTATE)
