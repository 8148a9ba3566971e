"""Handing in: complete, in time, within limits, once; frozen so that anybody can verify it."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from portal import clock
from portal.audit import AuditRecord
from portal.disclosure import service as disclosures
from portal.disclosure.codes import ConsentStatus, PerformerKind
from portal.disclosure.models import Disclosure, Performer
from portal.entries import service, snapshot
from portal.entries.forms import DECLARATIONS
from portal.entries.models import Entry, Member, Receipt
from portal.errors import IllegalMove, Invalid, InvalidMany
from portal.lifecycles import AssetState, DisclosureState, EntryState
from portal.mail.models import OutgoingMail
from portal.media.models import Slot
from tests import builders
from tests.entries import made

ALL = list(DECLARATIONS)


@pytest.fixture
def call(session: Session):
    return builders.call(session, builders.edition(session))


@pytest.fixture
def owner(session: Session):
    return builders.person(session)


def test_submitting_freezes_everything_and_mails_a_receipt(session: Session, call, owner) -> None:
    entry = made.whole(session, call, owner)
    receipt = service.submit(session, entry, [*ALL, "archive"], by=made.by(owner), at=clock.now())
    session.commit()

    assert receipt is not None
    assert (entry.state, entry.runtime_s) == (EntryState.SUBMITTED, 840)
    document = json.loads(receipt.snapshot)
    assert document["texts"]["title_ko"] == entry.title_ko
    assert document["film_sha256"] == receipt.film_sha256 == document["files"][0]["sha256"]
    assert document["declarations"] == [*ALL, "archive"]
    assert document["disclosure"]["body"]["ledger"]
    assert document["regulations"] == 1
    assert receipt.digest == hashlib.sha256(receipt.snapshot.encode()).hexdigest()
    declared = session.scalars(sa.select(Disclosure).filter_by(entry_id=entry.id)).one()
    assert declared.state == DisclosureState.SUBMITTED
    mail = session.scalars(sa.select(OutgoingMail)).one()
    assert mail.recipient == owner.email
    assert receipt.number in mail.text
    assert mail.attachments[0]["type"] == "image/png"


def test_a_document_is_verified_however_it_is_indented(session: Session, call, owner) -> None:
    _, receipt = made.submitted(session, call, owner)
    pretty = json.dumps(json.loads(receipt.snapshot), indent=4, ensure_ascii=True)
    assert snapshot.recompute(pretty) == receipt.digest
    assert snapshot.recompute(pretty.replace("drama", "comedy")) != receipt.digest


@pytest.mark.parametrize("missing", ["genre", "title_en", "synopsis_ko"])
def test_an_incomplete_entry_names_what_is_missing(session: Session, call, owner, missing: str) -> None:
    entry = made.whole(session, call, owner)
    setattr(entry, missing, "")
    with pytest.raises(InvalidMany) as problem:
        service.submit(session, entry, ALL, by=made.by(owner), at=clock.now())
    assert [one.field for one in problem.value.problems] == [f"info-{missing}"]
    assert entry.state == EntryState.DRAFT


def test_a_film_that_was_not_watched_or_changed_since_keeps_the_entry_back(session: Session, call, owner) -> None:
    entry = made.whole(session, call, owner)
    made.film(session, entry)
    with pytest.raises(InvalidMany) as problem:
        service.submit(session, entry, ALL, by=made.by(owner), at=clock.now())
    assert "film-watched" in [one.field for one in problem.value.problems]


def test_an_upload_that_is_running_keeps_the_entry_back(session: Session, call, owner) -> None:
    entry = made.whole(session, call, owner)
    made.film(session, entry, state=AssetState.UPLOADING, sha256=None, settled_at=None)
    with pytest.raises(InvalidMany) as problem:
        service.submit(session, entry, ALL, by=made.by(owner), at=clock.now())
    assert "film-film" in [one.field for one in problem.value.problems]


def test_the_deadline_is_the_moment_of_the_request(session: Session, call, owner) -> None:
    entry = made.whole(session, call, owner)
    with pytest.raises(Invalid, match="deadline"):
        service.submit(session, entry, ALL, by=made.by(owner), at=call.closes_at)
    assert service.submit(session, entry, ALL, by=made.by(owner), at=call.closes_at - timedelta(microseconds=1))


def test_grace_is_for_a_film_that_was_on_its_way(session: Session, call, owner) -> None:
    entry = made.whole(session, call, owner)
    film = session.scalars(sa.select(made.Asset).filter_by(entry_id=entry.id, slot=Slot.FILM)).one()
    film.created_at, film.settled_at = call.closes_at - timedelta(minutes=5), call.closes_at + timedelta(minutes=10)
    session.flush()
    within, after = (call.closes_at + timedelta(minutes=n) for n in (call.grace_minutes - 1, call.grace_minutes))
    with pytest.raises(Invalid, match="deadline"):
        service.submit(session, entry, ALL, by=made.by(owner), at=after)
    assert service.submit(session, entry, ALL, by=made.by(owner), at=within)


def test_a_second_submission_is_the_first(session: Session, call, owner) -> None:
    entry, receipt = made.submitted(session, call, owner)
    assert service.submit(session, entry, ALL, by=made.by(owner), at=clock.now()) is receipt
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == 1


def test_two_submissions_at_once_are_one(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        owner = builders.person(session)
        number = made.whole(session, builders.call(session, builders.edition(session)), owner).number

    def submit(_: int) -> str:
        with sessions.begin() as session:
            entry = made.found(session, number)
            receipt = service.submit(session, entry, ALL, by=made.by(owner), at=clock.now())
            assert receipt is not None
            return receipt.number

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(submit, range(4)))
    with sessions() as session:
        assert len(numbers) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 1
        moves = sa.select(sa.func.count()).where(AuditRecord.verb == "entry.submitted")
        assert session.scalar(moves) == 1


def test_withdrawing_while_submitting_leaves_one_clear_state(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        owner = builders.person(session)
        number = made.whole(session, builders.call(session, builders.edition(session)), owner).number

    def act(verb: str) -> None:
        with sessions.begin() as session:
            entry = made.found(session, number)
            if verb == "submit":
                service.submit(session, entry, ALL, by=made.by(owner), at=clock.now())
            else:
                service.withdraw(session, entry, "", by=made.by(owner))

    with ThreadPoolExecutor(2) as pool:
        outcomes = [job.exception() for job in [pool.submit(act, verb) for verb in ("submit", "withdraw")]]
    with sessions() as session:
        entry = made.found(session, number)
        receipts = session.scalar(sa.select(sa.func.count()).select_from(Receipt))
    # Either it was submitted and then withdrawn, or withdrawn first, and the submission was refused.
    assert entry.state == EntryState.WITHDRAWN
    assert (receipts, outcomes[0] is None) in [(1, True), (0, False)]
    assert not isinstance(outcomes[0], StaleDataError)


def test_what_changes_in_the_disclosure_while_a_submission_waits_is_handed_in(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        owner = builders.person(session)
        number = made.whole(session, builders.call(session, builders.edition(session)), owner).number

    def submit() -> str:
        with sessions.begin() as session:
            entry = service.hold(session, number)
            assert entry is not None
            receipt = service.submit(session, entry, ALL, by=made.by(owner), at=clock.now())
            assert receipt is not None
            return receipt.snapshot

    with ThreadPoolExecutor(1) as pool, sessions() as session:
        declared = disclosures.of_entry(session, made.found(session, number).id)
        disclosures.locked(session, declared)
        waiting = pool.submit(submit)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=1)
        declared.performers = [Performer(code="INVENTED", kind=PerformerKind.SYN, name="", likeness=["FACE"])]
        declared.performers[0].consent_status = ConsentStatus.NOT_REQ
        session.commit()
        part = json.loads(waiting.result(timeout=15))["disclosure"]["body"]["ledger"]["parts"][0]
    assert [person["kind"] for person in part["performers"]] == ["SYN"]


def test_limits_count_every_member_of_the_team(session: Session, call, owner) -> None:
    call.entry_limit = 1
    friend = builders.person(session)
    made.submitted(session, call, friend)
    entry = made.whole(session, call, owner)
    session.add(
        Member(
            entry_id=entry.id,
            email=friend.email,
            name="벗",
            digest="d" * 64,
            person_id=friend.id,
            expires_at=clock.now(),
        )
    )
    entry = made.found(session, entry.number)
    with pytest.raises(Invalid, match="already") as problem:
        service.submit(session, entry, ALL, by=made.by(owner), at=clock.now())
    assert friend.native_name in problem.value.message


def test_two_entries_at_once_do_not_pass_the_limit_together(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        owner = builders.person(session)
        call = builders.call(session, builders.edition(session), entry_limit=1)
        numbers = [made.whole(session, call, owner).number for _ in range(2)]

    def submit(number: str) -> bool:
        with sessions() as session:
            entry = made.found(session, number)
            try:
                service.submit(session, entry, ALL, by=made.by(owner), at=clock.now())
                session.commit()
            except Invalid:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(submit, numbers)) == [False, True]


def test_withdraw_reopen_change_and_submit_again_gives_a_second_receipt(session: Session, call, owner) -> None:
    entry, first = made.submitted(session, call, owner)
    service.withdraw(session, entry, "고칠 게 있어요", by=made.by(owner))
    service.withdraw(session, entry, "고칠 게 있어요", by=made.by(owner))
    service.reopen(session, entry, by=made.by(owner), at=clock.now())
    second = service.submit(session, entry, ALL, by=made.by(owner), at=clock.now())
    session.commit()
    assert second is not None
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.digest != second.digest
    kinds = sorted(session.scalars(sa.select(OutgoingMail.kind)))
    assert kinds == ["receipt", "receipt", "withdrawn"]


def test_after_the_deadline_nothing_is_taken_up_again(session: Session, call, owner) -> None:
    entry, _ = made.submitted(session, call, owner)
    service.withdraw(session, entry, "", by=made.by(owner))
    with pytest.raises(Invalid, match="deadline"):
        service.reopen(session, entry, by=made.by(owner), at=call.closes_at)
    assert entry.state == EntryState.WITHDRAWN


def test_a_disqualified_entry_cannot_be_withdrawn(session: Session, call, owner) -> None:
    entry = builders.entry(session, call, owner, state=EntryState.DISQUALIFIED)
    with pytest.raises(IllegalMove):
        service.withdraw(session, made.found(session, entry.number), "", by=made.by(owner))
    assert session.get_one(Entry, entry.id).state == EntryState.DISQUALIFIED
