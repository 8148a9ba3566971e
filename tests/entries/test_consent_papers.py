"""A consent on paper: brought for one performer, encrypted, read by consent officers alone, deleted in the end."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.accounts.models import Person
from portal.audit import AuditRecord
from portal.calls.models import Edition
from portal.db import unit_of_work
from portal.disclosure.codes import Channel, ConsentStatus, Medium, SignerCapacity
from portal.disclosure.consent import papers
from portal.disclosure.models import Consent
from portal.entries import queries as entries
from portal.entries import service
from portal.errors import Invalid
from portal.mail.models import OutgoingMail
from portal.media import storage, vault
from portal.media.models import Asset
from portal.media.service import sealing
from portal.media.vault import Unreadable, Vault
from portal.policies import SYSTEM, Role, Scope
from portal.settings import Settings
from tests import builders
from tests.disclosure.consent.test_requests import GRANT, sign, token_of
from tests.disclosure.declared import (
    ACTRESS,
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
from workers import media as tasks
from workers.papers import seal, shred_papers

PAPER = b"%PDF-1.7\n" + b"I, Kim Sun-rye, agree. " * 200
READING = papers.Reading("김순례", SignerCapacity.SELF, (Medium.FESTIVAL,))
SignIn = Callable[..., FlaskClient]


@dataclass(frozen=True)
class Brought:
    """A paper that was sent for the actress of a film, and its rows."""

    desk: Desk
    asset: Asset
    consent: Consent


def send(browser: FlaskClient, number: str, content: bytes = PAPER, **changed: object) -> int:
    form = {"person": ACTRESS.code, "capacity": "SELF", "media": ["FESTIVAL"], "text": WORDS, **changed}
    form["paper"] = (io.BytesIO(content), "동의서.pdf")
    return browser.post(f"/ko/entries/{number}/consents/papers", data=form).status_code


@pytest.fixture
def brought(session: Session, environment: Settings, sign_in: SignIn) -> Brought:
    """A sound paper, examined and sealed."""
    mine = desk(session)
    declare(session, mine, performers=(ACTRESS,))
    assert send(sign_in(mine.owner.id), mine.entry.number) == 303
    asset = session.scalars(sa.select(Asset)).one()
    session.commit()
    tasks.examine(asset.id)
    seal(asset.id)
    session.refresh(asset)
    consent = session.scalars(sa.select(Consent)).one()
    session.commit()
    return Brought(mine, asset, consent)


def case(session: Session, brought: Brought) -> Consent:
    found = entries.paper_by_code(session, brought.asset.code)
    assert found is not None
    return found.consent


def match(session: Session, brought: Brought, reading: papers.Reading = READING) -> None:
    papers.match(session, case(session, brought), reading, at=clock.now(), by=builders.actor(officer(session, brought)))
    session.commit()


def officer(session: Session, brought: Brought) -> Person:
    person = builders.person(session)
    builders.grant(session, person, Role.CONSENT_OFFICER, Scope.EDITION, brought.desk.entry.edition_id)
    session.commit()
    return person


def status(session: Session, brought: Brought) -> ConsentStatus:
    return performer(stored(session, brought.desk)).consent_status


def plain_bytes_lie_about(settings: Settings) -> bool:
    return any(PAPER in path.read_bytes() for path in (settings.data / "media").rglob("*") if path.is_file())


def test_a_paper_counts_once_it_has_proved_sound(session: Session, environment: Settings, sign_in: SignIn) -> None:
    mine = desk(session)
    declare(session, mine, performers=(ACTRESS,))
    send(sign_in(mine.owner.id), mine.entry.number)
    assert performer(stored(session, mine)).consent_status is ConsentStatus.PENDING
    asset_id = session.scalars(sa.select(Asset.id)).one()
    session.commit()
    tasks.examine(asset_id)
    assert plain_bytes_lie_about(environment)
    assert sealing.to_seal(session) == [asset_id]
    session.commit()
    seal(asset_id)
    assert performer(stored(session, mine)).consent_status is ConsentStatus.DOC
    assert public_holds(session, [mine.entry.id]) == set()
    assert not plain_bytes_lie_about(environment)


def test_a_crash_between_the_two_steps_leaves_nothing_plain(
    session: Session, environment: Settings, sign_in: SignIn
) -> None:
    mine = desk(session)
    declare(session, mine, performers=(ACTRESS,))
    send(sign_in(mine.owner.id), mine.entry.number)
    asset_id = session.scalars(sa.select(Asset.id)).one()
    session.commit()
    tasks.examine(asset_id)
    sealing.seal(session, asset_id)
    session.commit()
    assert plain_bytes_lie_about(environment)
    assert sealing.to_seal(session) == [asset_id]
    session.commit()
    seal(asset_id)
    assert not plain_bytes_lie_about(environment)
    assert sealing.to_seal(session) == []


def test_an_unreadable_paper_is_given_up(session: Session, environment: Settings, sign_in: SignIn) -> None:
    mine = desk(session)
    declare(session, mine, performers=(ACTRESS,))
    assert send(sign_in(mine.owner.id), mine.entry.number, b"\x89PNG\r\n\x1a\n no picture") == 303
    asset_id = session.scalars(sa.select(Asset.id)).one()
    session.commit()
    tasks.examine(asset_id)
    seal(asset_id)
    assert performer(stored(session, mine)).consent_status is ConsentStatus.PENDING
    assert session.scalars(sa.select(Consent.verdict)).all() == [papers.UNSOUND]
    assert list((environment.data / "media").rglob("*.bin")) == []


def test_what_is_no_paper_is_refused_with_everything_typed_kept(session: Session, sign_in: SignIn) -> None:
    mine = desk(session)
    declare(session, mine, performers=(ACTRESS,))
    browser = sign_in(mine.owner.id)
    assert send(browser, mine.entry.number, b"MZ program") == 422
    assert send(browser, mine.entry.number, text="짧아요") == 422
    assert session.scalars(sa.select(Consent)).all() == []


def test_the_stored_bytes_are_sealed_to_their_row(session: Session, brought: Brought) -> None:
    store = storage.of(session)
    kept = store.head(brought.asset.storage_key or "", 10**6)
    assert PAPER not in kept
    assert vault.of(session).open(kept, brought.asset.code) == PAPER
    with pytest.raises(Unreadable):
        vault.of(session).open(kept, "SOMEBODY23")
    with pytest.raises(Unreadable):
        vault.of(session).open(kept[:-1] + bytes([kept[-1] ^ 1]), brought.asset.code)
    with pytest.raises(Unreadable):
        Vault(b"\0" * 32).open(kept, brought.asset.code)
    assert vault.of(session).seal(PAPER, brought.asset.code) != kept


def test_only_the_bringer_and_the_officer_open_it_and_each_view_is_noted(
    session: Session, brought: Brought, sign_in: SignIn
) -> None:
    organizer = builders.person(session)
    builders.grant(session, organizer, Role.ORGANIZER, Scope.EDITION, brought.desk.entry.edition_id)
    reader = officer(session, brought)
    own = f"/ko/entries/{brought.desk.entry.number}/consents/papers/{brought.asset.code}"
    desk_file = f"/ko/ops/papers/{brought.asset.code}/file"
    assert sign_in(brought.desk.owner.id).get(own).data == PAPER
    answer = sign_in(reader.id).get(desk_file)
    assert (answer.data, answer.headers["Cache-Control"]) == (PAPER, "private, no-store")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    for browser, path in ((sign_in(organizer.id), desk_file), (sign_in(reader.id), own), (sign_in(organizer.id), own)):
        assert browser.get(path).status_code == 404
    viewers = session.scalars(sa.select(AuditRecord.actor_id).where(AuditRecord.verb == "paper.viewed")).all()
    assert viewers == [brought.desk.owner.id, reader.id]


def test_an_officer_confirms_it_in_the_browser(session: Session, brought: Brought, sign_in: SignIn) -> None:
    browser, page = sign_in(officer(session, brought).id), f"/en/ops/papers/{brought.asset.code}"
    assert ACTRESS.name in browser.get("/en/ops/papers").text
    wrong = {"signer_name": "다른 사람", "capacity": "SELF", "media": ["FESTIVAL"]}
    assert browser.post(f"{page}/match", data=wrong).status_code == 422
    assert browser.post(f"{page}/match", data={**wrong, "signer_name": "김순례"}).status_code == 303
    assert status(session, brought) is ConsentStatus.VERIFIED
    told = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "consent_answered")).one()
    assert told.recipient == brought.desk.owner.email


def test_an_officer_refuses_it_with_a_reason(session: Session, brought: Brought, sign_in: SignIn) -> None:
    browser, page = sign_in(officer(session, brought).id), f"/en/ops/papers/{brought.asset.code}"
    assert browser.post(f"{page}/refuse", data={"verdict": ""}).status_code == 422
    assert status(session, brought) is ConsentStatus.DOC
    assert browser.post(f"{page}/refuse", data={"verdict": "No signature on page 2"}).status_code == 303
    assert status(session, brought) is ConsentStatus.PENDING
    mine = sign_in(brought.desk.owner.id).get(f"/en/entries/{brought.desk.entry.number}/consents").text
    assert "No signature on page 2" in mine


def test_the_makers_own_signature_proves_nothing(session: Session, brought: Brought) -> None:
    with pytest.raises(Invalid) as refused:
        match(session, brought, papers.Reading("한서윤", SignerCapacity.AGENT, (Medium.FESTIVAL,)))
    assert refused.value.field == "signer_name"


def test_two_officers_at_once_settle_it_once(
    session: Session, sessions: sessionmaker[Session], brought: Brought
) -> None:
    by = builders.actor(officer(session, brought))

    def settle(yes: bool) -> str:
        with unit_of_work(sessions) as own:
            found = case(own, brought)
            if yes:
                papers.match(own, found, READING, at=clock.now(), by=by)
            else:
                papers.refuse(own, found, "nein", at=clock.now(), by=by)
            return "yes" if yes else "no"

    results = at_once(lambda: settle(True), lambda: settle(False))
    won = [one for one in results if isinstance(one, str)]
    assert len(won) == 1
    assert [type(one) for one in results if one not in won] == [Invalid]
    assert status(session, brought) is {"yes": ConsentStatus.VERIFIED, "no": ConsentStatus.PENDING}[won[0]]


def test_its_file_goes_and_its_facts_stay(session: Session, brought: Brought, environment: Settings) -> None:
    match(session, brought)
    edition = session.get_one(Edition, brought.desk.entry.edition_id)
    edition.starts_on = edition.ends_on = date.today() - timedelta(days=environment.papers_keep_days - 1)  # noqa: DTZ011
    session.commit()
    assert service.shred_papers(session, by=SYSTEM) == 0
    session.commit()
    edition.starts_on = edition.ends_on = edition.ends_on - timedelta(days=3)
    session.commit()
    shred_papers()
    session.expire_all()
    kept = session.scalars(sa.select(Consent)).one()
    assert (kept.channel, kept.asset_id, kept.signer_name) == (Channel.PAPER, None, "김순례")
    assert kept.paper_sha256 is not None
    assert kept.media == ["FESTIVAL"]
    assert list(Path(environment.data / "media").rglob("*.bin")) == []
    assert status(session, brought) is ConsentStatus.VERIFIED


def test_an_officer_checks_the_guardian_who_signed_by_link(session: Session, sign_in: SignIn) -> None:
    mine = desk(session)
    declare(session, mine, performers=(replace(ACTRESS, minor=True),))
    ask(session, mine, replace(WISH, capacity=SignerCapacity.GUARDIAN))
    sign(session, token_of(session), replace(GRANT, signer_name="김엄마"))
    reader, stranger = builders.person(session), builders.person(session)
    builders.grant(session, reader, Role.CONSENT_OFFICER, Scope.EDITION, mine.entry.edition_id)
    consent_id = session.scalars(sa.select(Consent.id)).one()
    session.commit()
    assert sign_in(stranger.id).post(f"/en/ops/guardians/{consent_id}").status_code == 404
    officer_desk = sign_in(reader.id)
    assert "김엄마" in officer_desk.get("/en/ops/papers").text
    assert officer_desk.post(f"/en/ops/guardians/{consent_id}").status_code == 303
    assert "김엄마" not in officer_desk.get("/en/ops/papers").text
    assert public_holds(session, [mine.entry.id]) == set()
