"""A disclosure that was handed in is amended: by a reason, chained, upward at any time, downward by the office."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.db import unit_of_work
from portal.disclosure import service as disclosures
from portal.disclosure.answers import Answers, PersonShown, ToolUse, stamp
from portal.disclosure.codes import Degree, Likeness, PerformerKind, Scope
from portal.disclosure.models import Amendment, Disclosure, DisclosureRevision
from portal.disclosure.revisions import drafts, history, proof
from portal.disclosure.rows import answers_of
from portal.entries import service
from portal.entries.models import Entry
from portal.entries.service import disclosing
from portal.errors import Invalid, InvalidMany
from portal.lifecycles import AmendmentState, EntryState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM, Role
from portal.policies import Scope as Place
from tests import builders
from tests.disclosure.declared import public_holds
from tests.entries import made

NONE = dict.fromkeys(Scope, Degree.N)
TOOL = ToolUse("Suno", "", (Scope.MUS,))
MUSIC = {"degrees": NONE | {Scope.MUS: Degree.G}, "tools": (TOOL,), "realistic": False}
SCRIPT = {"degrees": NONE | {Scope.SCR: Degree.G}, "tools": (ToolUse("Claude", "", (Scope.SCR,)),), "realistic": False}
SOMEBODY = PersonShown("SOMEBODY23", PerformerKind.REP_EMP, "김순례", "할머니", (Likeness.FACE,), 60, 20)


@pytest.fixture
def entry(session: Session) -> Entry:
    """A film handed in as made without AI, committed."""
    found, _ = made.submitted(session, builders.call(session, builders.edition(session)), builders.person(session))
    session.commit()
    return made.found(session, found.number)


def amend(session: Session, entry: Entry, **changed: object) -> Disclosure:
    """Write another answer into the entry's amendment, and sign it."""
    by = made.by(entry.owner)
    service.start_amendment(session, entry, "TOOL_ADDED", "", by=by)
    disclosure = disclosures.of_entry(session, entry.id)
    shown = answers_of(drafts.working(disclosure))
    answers: Answers = replace(shown, attested=True, **changed)
    film = session.scalar(sa.select(Disclosure.film_sha256).where(Disclosure.id == disclosure.id))
    disclosures.save_draft(session, disclosure, answers, rev=stamp(shown), by=by, film_sha256=film)
    session.commit()
    return disclosure


def state_of(disclosure: Disclosure) -> AmendmentState:
    """Where the amendment under way stands."""
    assert disclosure.amendment is not None
    return disclosure.amendment.state


def hand_in(session: Session, entry: Entry, *, late: bool = False) -> DisclosureRevision | None:
    """Hand the change in, before the deadline or after it."""
    at = entry.call.closes_at + timedelta(days=1) if late else clock.now()
    found = service.hand_in_amendment(session, entry, by=made.by(entry.owner), at=at)
    session.commit()
    return found


def test_what_is_written_counts_only_once_it_is_handed_in(session: Session, entry: Entry) -> None:
    disclosure = amend(session, entry, **MUSIC, performers=(SOMEBODY,))
    assert (disclosure.tier, disclosure.performers) == (0, [])
    assert public_holds(session, [entry.id]) == set()
    revision = hand_in(session, entry, late=True)
    assert revision is not None
    assert (revision.revision, revision.reason, revision.role, revision.tier) == (2, "TOOL_ADDED", "maker", 2)
    found = disclosures.of_entry(session, entry.id)
    assert (found.tier, [row.name for row in found.performers]) == (2, ["김순례"])
    assert public_holds(session, [entry.id]) == {entry.id}, "nobody asked her yet"
    assert session.scalars(sa.select(Amendment.state)).all() == [AmendmentState.APPLIED]


def test_less_ai_after_the_deadline_waits_for_the_office(session: Session, entry: Entry) -> None:
    amend(session, entry, **MUSIC)
    hand_in(session, entry)
    amend(session, entry, degrees=NONE, tools=())
    assert hand_in(session, entry, late=True) is None
    assert hand_in(session, entry, late=True) is None, "twice is once"
    found = disclosures.of_entry(session, entry.id)
    assert (found.tier, state_of(found)) == (2, AmendmentState.PROPOSED)
    with pytest.raises(Invalid):
        service.settle_amendment(session, entry, "", approved=False, by=SYSTEM)
    service.settle_amendment(session, entry, "음악은 그대로 들려요", approved=False, by=SYSTEM)
    assert (state_of(found), found.amendment.answer) == (AmendmentState.OPEN, "음악은 그대로 들려요")
    hand_in(session, entry, late=True)
    service.settle_amendment(session, entry, "", approved=True, by=SYSTEM)
    assert disclosures.of_entry(session, entry.id).tier == 0
    kinds = session.scalars(sa.select(OutgoingMail.kind).where(OutgoingMail.kind.like("amendment%"))).all()
    assert sorted(kinds) == ["amendment_accepted", "amendment_returned"]


def test_less_ai_before_the_deadline_counts_at_once(session: Session, entry: Entry) -> None:
    amend(session, entry, **MUSIC)
    hand_in(session, entry)
    amend(session, entry, degrees=NONE, tools=())
    revision = hand_in(session, entry)
    assert revision is not None
    assert revision.tier == 0
    levels = [level for level, _since in history.levels(session, entry.id)]
    assert levels == ["AI 사용 안 함", "일부 AI", "AI 사용 안 함"]


def test_after_the_rules_last_day_less_waits_too(session: Session, entry: Entry) -> None:
    entry.category.ai_rules = [{"code": "P17", "day": "2020-01-01"}]
    session.commit()
    assert not service.less_counts(session, entry, at=clock.now())


def test_an_amendment_needs_a_reason_a_change_and_a_signature(session: Session, entry: Entry) -> None:
    by = made.by(entry.owner)
    with pytest.raises(Invalid):
        service.start_amendment(session, entry, "WHIM", "", by=by)
    service.start_amendment(session, entry, "TYPO", "", by=by)
    with pytest.raises(InvalidMany) as unsigned:
        hand_in(session, entry)
    assert [one.field for one in unsigned.value.problems] == ["attestation"]


def test_two_who_amend_at_once_make_one_revision(
    session: Session, sessions: sessionmaker[Session], entry: Entry
) -> None:
    amend(session, entry, **MUSIC)
    number = entry.number
    session.rollback()

    def one(_: int) -> int | None:
        with unit_of_work(sessions) as own:
            found = made.found(own, number)
            revision = service.hand_in_amendment(own, found, by=made.by(found.owner), at=clock.now())
            return revision.revision if revision else None

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(one, range(2))) == [2, 2]
    assert session.scalars(sa.select(DisclosureRevision.revision).order_by(DisclosureRevision.revision)).all() == [1, 2]


def test_two_who_start_at_once_write_one_amendment(
    session: Session, sessions: sessionmaker[Session], entry: Entry
) -> None:
    number = entry.number
    session.rollback()

    def one(_: int) -> int:
        with unit_of_work(sessions) as own:
            found = made.found(own, number)
            return service.start_amendment(own, found, "TYPO", "", by=made.by(found.owner)).id

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(one, range(2)))) == 1


def test_fixes_asked_for_meanwhile_keep_what_was_written(session: Session, entry: Entry) -> None:
    amend(session, entry, **MUSIC)
    disclosing.query(session, entry, "?", by=SYSTEM)
    found = disclosures.of_entry(session, entry.id)
    assert found.amendment is None
    assert answers_of(found).tools == MUSIC["tools"]


def test_the_chain_breaks_where_one_byte_of_a_revision_changes(session: Session, entry: Entry) -> None:
    amend(session, entry, **MUSIC)
    hand_in(session, entry)
    assert list(proof.breaks(session)) == []
    assert proof.seal(session, at=clock.now() + timedelta(days=1)) is True
    session.commit()
    assert proof.seal(session, at=clock.now() + timedelta(days=1)) is False, "once a day"
    assert proof.broken_seal(session) is None
    body = sa.func.replace(DisclosureRevision.body, '"MUS":"G"', '"MUS":"M"')
    session.execute(sa.update(DisclosureRevision).where(DisclosureRevision.revision == 2).values(body=body))
    session.commit()
    assert list(proof.breaks(session)) == [proof.Break(entry.id, 2)]


def test_a_chain_written_anew_breaks_the_seal(session: Session, entry: Entry) -> None:
    assert proof.seal(session, at=clock.now() + timedelta(days=2))
    session.commit()
    session.execute(sa.delete(DisclosureRevision))
    session.commit()
    assert list(proof.breaks(session)) == []
    assert proof.broken_seal(session) is not None


def test_columns_beside_a_body_belong_to_it(session: Session, entry: Entry) -> None:
    session.execute(sa.update(DisclosureRevision).values(reason="LEGAL"))
    session.commit()
    assert list(proof.breaks(session)) == [proof.Break(entry.id, 1)]


def test_makers_see_what_changed_in_both_languages(
    session: Session, entry: Entry, sign_in: Callable[[int], FlaskClient]
) -> None:
    owner_id, number = entry.owner_id, entry.number
    session.rollback()
    browser = sign_in(owner_id)
    path = f"/ko/entries/{number}/changes"
    assert browser.post(path, data={"reason": ""}).status_code == 422
    started = browser.post(path, data={"reason": "TOOL_ADDED"})
    assert started.location.endswith(f"/ko/entries/{number}/ai")
    assert "바꾸는 중" in browser.get(f"/ko/entries/{number}/ai").text
    amend(session, made.found(session, number), **MUSIC)
    shown = browser.get(path).text
    assert "Suno" in shown
    assert "AI로 생성" in shown
    assert "Generated by AI" in shown
    assert browser.post(f"{path}/settle", data={"hand": "1"}).status_code == 303
    assert "2차 수정본" in browser.get(path).text


def test_the_office_accepts_and_waives_on_its_page(
    session: Session, entry: Entry, sign_in: Callable[[int], FlaskClient]
) -> None:
    entry.category.ai_rules = [{"code": "P10"}]
    entry.call.closes_at = clock.now() - timedelta(days=1)
    amend(session, entry, **SCRIPT)
    assert hand_in(session, entry) is not None
    amend(session, entry, degrees=NONE, tools=())
    assert hand_in(session, entry) is None
    organizer = builders.person(session)
    builders.grant(session, organizer, Role.ORGANIZER, Place.EDITION, entry.edition_id)
    session.commit()
    browser, path = sign_in(organizer.id), f"/ko/ops/entries/{entry.number}"
    entry_id = entry.id
    assert browser.post(f"{path}/waivers", data={"code": "P10", "reason": ""}).status_code == 422
    assert browser.post(f"{path}/waivers", data={"code": "P10", "reason": "심사단 결정"}).status_code == 303
    assert "심사단 결정" in browser.get(f"{path}/disclosure").text
    assert browser.post(f"{path}/waivers", data={"code": "P10", "again": "1"}).status_code == 303
    assert "심사단 결정" not in browser.get(f"{path}/disclosure").text
    assert browser.post(f"{path}/amendment", data={"accept": "1"}).status_code == 303
    session.expire_all()
    assert disclosures.of_entry(session, entry_id).tier == 0
    assert made.found(session, entry.number).state == EntryState.SUBMITTED


def test_the_form_itself_writes_the_amendment(
    session: Session, entry: Entry, sign_in: Callable[[int], FlaskClient]
) -> None:
    owner_id, number, entry_id = entry.owner_id, entry.number, entry.id
    session.rollback()
    browser, path = sign_in(owner_id), f"/ko/entries/{number}"
    fields = {f"degree-{scope}": "G" if scope is Scope.MUS else "N" for scope in Scope}
    fields |= {"base": "LIVE", "length": "14:00", "tools-0-name": "Suno", "tools-0-scopes": "MUS", "realistic": "no"}
    fields |= {"human_statement": made.STATEMENT, "attested": "1"}

    def sent() -> dict[str, str]:
        shown = browser.get(f"{path}/ai").text
        hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', shown) for name in ("rev", "film")}
        return fields | {name: found[1] if found else "" for name, found in hidden.items()}

    closed = browser.post(f"{path}/ai", data={**sent(), "next": "1"})
    assert closed.status_code == 422, "what was handed in is closed until it is amended"
    browser.post(f"{path}/changes", data={"reason": "TOOL_ADDED"})
    onward = browser.post(f"{path}/ai", data={**sent(), "next": "1"})
    assert onward.location.endswith("/changes"), onward.text
    assert disclosures.of_entry(session, entry_id).tier == 0
    session.rollback()
    assert 'value="Suno"' in browser.get(f"{path}/ai").text
    assert browser.post(f"{path}/changes/settle", data={"hand": "1"}).status_code == 303
    assert disclosures.of_entry(session, entry_id).tier == 2
    assert [step.reason for step in history.steps(session, entry_id)] == ["TOOL_ADDED", "SUBMITTED"]
