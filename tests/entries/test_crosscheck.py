"""An entry's files held against its form: kept once, answered by its makers, settled by the office, public nowhere."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock, i18n
from portal.accounts.models import Person
from portal.calls.models import Call
from portal.disclosure import publication
from portal.disclosure import service as disclosing
from portal.disclosure.crosscheck import queries as crosscheck_queries
from portal.disclosure.crosscheck import service as findings
from portal.disclosure.crosscheck.models import CrossFinding
from portal.entries import queries, service
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.lifecycles import AssetState, FindingState
from portal.mail.models import OutgoingMail
from portal.media import service as media
from portal.media import tickets
from portal.media.checks import Rule
from portal.media.models import Asset, Slot
from portal.policies import SYSTEM, Role, Scope
from portal.settings import Settings
from tests import builders
from tests.entries import made
from tests.scene_clips import SAID, clip
from workers.crosscheck import crosscheck
from workers.media import examine

SignIn = Callable[..., FlaskClient]
FILM = b"\0\0\0\x18ftypmp42" + bytes(400)
UNTRUSTED = {**SAID, "state": "UNTRUSTED_SIGNER", "signer": None}


def checked(session: Session, entry: Entry) -> dict[str, CrossFinding]:
    service.check(session, entry.id)
    found = {row.kind: row for row in crosscheck_queries.findings(session, entry.id)}
    session.commit()
    return found


def test_the_task_finds_each_thing_once(
    environment: Settings, session: Session, entry: Entry, sessions: sessionmaker[Session]
) -> None:
    clip(session, entry)
    session.commit()
    crosscheck(entry.id)
    crosscheck(entry.id)
    rows = session.scalars(sa.select(CrossFinding).order_by(CrossFinding.kind)).all()
    assert [(row.kind, row.severity, row.state) for row in rows] == [
        ("X01", "high", "open"),
        ("X04", "medium", "open"),
    ]
    assert queries.needs_review(session, entry.id)


def test_the_makers_are_asked_once_and_nobody_about_a_draft(
    session: Session, entry: Entry, call: Call, owner: Person
) -> None:
    draft = made.whole(session, call, owner)
    for one in (entry, draft):
        clip(session, one)
        checked(session, one)
        checked(session, one)
    letters = sa.select(OutgoingMail).where(OutgoingMail.kind == "file_question")
    sent = session.scalars(letters).all()
    assert [(letter.recipient, f"/entries/{entry.number}/clips" in letter.text) for letter in sent] == [
        (owner.email, True)
    ]


def test_the_desk_lists_what_needs_review(
    session: Session, sign_in: SignIn, entry: Entry, call: Call, owner: Person, organizer: Person
) -> None:
    other, _receipt = made.submitted(session, call, owner)
    clip(session, entry)
    checked(session, entry)
    number, other_number, office = entry.number, other.number, organizer.id
    chair = builders.person(session)
    builders.grant(session, chair, Role.CHAIR, Scope.EDITION, call.edition_id)
    session.commit()
    browser = sign_in(office)
    page = browser.get("/en/ops/entries?review=1").text
    assert (number in page, other_number in page) == (True, False)
    assert "1 film whose file differs gravely" in browser.get("/en/ops").text
    assert "Needs review" not in sign_in(chair.id).get("/en/ops/entries").text


def test_two_workers_at_once_find_it_once(session: Session, entry: Entry, sessions: sessionmaker[Session]) -> None:
    clip(session, entry)
    session.commit()

    def work(_: int) -> None:
        with sessions() as own:
            service.check(own, entry.id)
            own.commit()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert session.scalar(sa.select(sa.func.count()).select_from(CrossFinding)) == 2


def test_what_waits_is_what_changed_since(session: Session, entry: Entry) -> None:
    session.commit()
    assert list(queries.to_crosscheck(session)) == [entry.id]
    service.check(session, entry.id)
    later = clock.now() + findings.SLACK
    session.execute(sa.text("UPDATE cross_checks SET seen_until = :at"), {"at": later.replace(tzinfo=None)})
    session.commit()
    assert list(queries.to_crosscheck(session)) == []
    added = clip(session, entry)
    added.settled_at = later + findings.SLACK
    session.commit()
    assert list(queries.to_crosscheck(session)) == [entry.id]


def test_an_answer_outlives_the_next_check(session: Session, entry: Entry, owner: Person) -> None:
    clip(session, entry)
    finding = checked(session, entry)["X01"]
    findings.answer(session, finding, FindingState.DISPUTED, "시험용 파일이에요.", by=made.by(owner))
    again = checked(session, entry)["X01"]
    assert (again.state, again.answer) == (FindingState.DISPUTED, "시험용 파일이에요.")


def test_what_is_no_longer_found_is_over_and_comes_back_open(session: Session, entry: Entry) -> None:
    held = clip(session, entry)
    checked(session, entry)
    held.superseded_at = clock.now()
    rows = checked(session, entry)
    assert {kind: row.state for kind, row in rows.items()} == {
        "X01": FindingState.SETTLED,
        "X04": FindingState.SETTLED,
    }
    assert not queries.needs_review(session, entry.id)
    held.superseded_at = None
    assert checked(session, entry)["X01"].state is FindingState.OPEN


def test_what_the_office_settled_stays_settled(session: Session, entry: Entry, organizer: Person) -> None:
    clip(session, entry)
    finding = checked(session, entry)["X01"]
    with pytest.raises(Invalid):
        findings.settle(session, finding, " ", by=made.by(organizer))
    findings.settle(session, finding, "이야기했어요.", by=made.by(organizer))
    assert checked(session, entry)["X01"].state is FindingState.SETTLED
    with pytest.raises(Invalid):
        findings.answer(session, finding, FindingState.EXPLAINED, "늦은 답", by=SYSTEM)


def test_an_answer_and_a_settlement_at_once_stand_in_line(
    session: Session, entry: Entry, owner: Person, organizer: Person, sessions: sessionmaker[Session]
) -> None:
    clip(session, entry)
    code = checked(session, entry)["X01"].code
    entry_id, maker, office = entry.id, made.by(owner), made.by(organizer)
    session.commit()

    def say(_: int) -> str:
        with sessions() as own:
            finding = crosscheck_queries.finding_by_code(own, entry_id, code)
            assert finding is not None
            try:
                findings.answer(own, finding, FindingState.EXPLAINED, "설명", by=maker)
            except Invalid:
                return "late"
            own.commit()
            return "said"

    def settle() -> None:
        with sessions() as own:
            finding = crosscheck_queries.finding_by_code(own, entry_id, code)
            assert finding is not None
            findings.settle(own, finding, "끝", by=office)
            own.commit()

    with ThreadPoolExecutor(2) as pool:
        said = pool.submit(say, 0)
        pool.submit(settle).result()
    finding = crosscheck_queries.finding_by_code(session, entry_id, code)
    assert finding is not None
    session.refresh(finding)
    assert finding.state is FindingState.SETTLED
    assert bool(finding.answer) == (said.result() == "said")


def test_a_real_clip_confirms_its_tool(
    environment: Settings, session: Session, call: Call, owner: Person, shared: Path
) -> None:
    """A clip of Sora from the shared folder, from its upload to what is found, with the lists beside it."""
    draft = made.whole(session, call, owner)
    service.add_tool(session, draft, "Sora", by=made.by(owner), at=clock.now())
    shutil.copytree(shared / "data" / "provenance" / "trust", environment.trust_folder)
    film = next((shared / "data" / "provenance").glob("01-*"))
    ticket = tickets.UploadTicket(owner.id, draft.id, Slot.EVIDENCE, Rule())
    with film.open("rb") as source:
        asset = media.receive(session, ticket, film.name, source, film.stat().st_size, by=made.by(owner))
    session.commit()
    examine(asset.id)
    session.refresh(asset)
    assert (asset.state, asset.probe["provenance"]["signer"]) == (AssetState.PLAYABLE, "OpenAI")
    found = checked(session, draft)
    assert (set(found), found["X12"].subject) == ({"X01", "X12"}, "Sora")


def test_a_confirmed_clip_stands_in_the_labels_third_line(session: Session, entry: Entry, owner: Person) -> None:
    """Declared is Sora and a trusted clip says Sora; an untrusted one counts for nothing."""
    service.start_amendment(session, entry, "TOOL_ADDED", "", by=made.by(owner))
    service.add_tool(session, entry, "Sora", by=made.by(owner), at=clock.now())
    clip(session, entry, UNTRUSTED)
    disclosing.freeze(session, disclosing.of_entry(session, entry.id), by=made.by(owner), reason="TYPO")
    assert "X12" not in checked(session, entry)
    stored = disclosing.of_entry(session, entry.id)
    stored.ledger = {**stored.ledger, "parts": [{**stored.ledger["parts"][0], "tools": [{"name": "Sora"}]}]}
    disclosing.freeze(session, stored, by=made.by(owner), reason="TOOL_ADDED")
    clip(session, entry, name="second.mp4")
    assert checked(session, entry)["X12"].subject == "Sora"
    found = publication.published(session, entry.id)
    assert found is not None
    with i18n.using("en"):
        assert found.label.verified == "File credentials verified for 1 source clip"


def test_five_clips_and_no_more(session: Session, sign_in: SignIn, entry: Entry, call: Call, owner: Person) -> None:
    draft = made.whole(session, call, owner)
    for n in range(5):
        clip(session, draft, name=f"{n}.mp4")
    session.commit()
    answer = sign_in(owner.id).post(f"/en/entries/{draft.number}/clips", data={"evidence": (io.BytesIO(FILM), "6.mp4")})
    assert answer.status_code == 422
    assert "at most 5" in answer.text
    held = sa.select(sa.func.count()).where(Asset.entry_id == draft.id, Asset.slot == Slot.EVIDENCE)
    assert session.scalar(held) == 5


def test_clips_come_while_the_form_is_open(session: Session, sign_in: SignIn, entry: Entry, owner: Person) -> None:
    """After handing in only with an amendment, so that nobody piles up proof behind the office's back."""
    entry_id, number, maker = entry.id, entry.number, made.by(owner)
    session.commit()
    browser = sign_in(maker.person_id)
    answers = []
    for _ in range(2):
        sent = {"evidence": (io.BytesIO(FILM), "clip.mp4")}
        answers.append(browser.post(f"/en/entries/{number}/clips", data=sent).status_code)
        service.start_amendment(session, made.found(session, number), "CROSSCHECK", "", by=maker)
        session.commit()
    assert answers == [422, 302]
    held = sa.select(Asset.file_name).where(Asset.entry_id == entry_id, Asset.slot == Slot.EVIDENCE)
    assert session.scalars(held).all() == ["clip.mp4"]


def test_the_makers_read_and_answer(session: Session, sign_in: SignIn, entry: Entry, owner: Person) -> None:
    clip(session, entry)
    finding = checked(session, entry)["X01"]
    browser = sign_in(owner.id)
    page = browser.get(f"/en/entries/{entry.number}/clips").text
    assert "The file clip.mp4 says: made by AI (signed by A studio of tools, verified)." in page
    address = f"/en/entries/{entry.number}/findings/{finding.code}"
    refused = browser.post(address, data={"choice": "explained", "answer": ""})
    assert (refused.status_code, "Say in a few words" in refused.text) == (422, True)
    browser.post(address, data={"choice": "explained", "answer": "A test shot."})
    session.expire_all()
    assert (finding.state, finding.answer, finding.answered_by_id) == (FindingState.EXPLAINED, "A test shot.", owner.id)


def test_accepting_opens_the_form_with_the_tool_added(
    session: Session, sign_in: SignIn, entry: Entry, owner: Person
) -> None:
    clip(session, entry)
    finding = checked(session, entry)["X04"]
    address = f"/en/entries/{entry.number}/findings/{finding.code}"
    answer = sign_in(owner.id).post(address, data={"choice": "accepted", "add": "1"})
    assert answer.headers["Location"].startswith(f"/en/entries/{entry.number}/ai")
    session.expire_all()
    disclosure = disclosing.of_entry(session, entry.id)
    assert disclosure.amendment is not None
    assert disclosure.amendment.reason == "CROSSCHECK"
    tools = disclosure.amendment.answers["ledger"]["parts"][0]["tools"]
    assert [tool["name"] for tool in tools] == ["Sora"]
    assert finding.state is FindingState.ACCEPTED


def test_the_office_sees_the_mark_and_settles(
    session: Session, sign_in: SignIn, entry: Entry, organizer: Person
) -> None:
    clip(session, entry)
    finding = checked(session, entry)["X01"]
    browser = sign_in(organizer.id)
    page = browser.get(f"/en/ops/entries/{entry.number}/provenance").text
    assert "Needs review" in page
    assert "made by AI (signed by A studio of tools, verified)" in page
    address = f"/en/ops/entries/{entry.number}/provenance/{finding.code}"
    refused = browser.post(address, data={"settle": "1", "note": "", "manual_check": "SynthID: none"})
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    browser.post(address, data={"settle": "1", "note": "Talked to them.", "manual_check": "SynthID: none"})
    session.expire_all()
    assert (finding.state, finding.note, finding.manual_check) == (
        FindingState.SETTLED,
        "Talked to them.",
        "SynthID: none",
    )
    assert "Needs review" not in browser.get(f"/en/ops/entries/{entry.number}/provenance").text


def test_the_pages_ask_little(
    session: Session, sign_in: SignIn, count_queries: Callable[[], int], entry: Entry, owner: Person, organizer: Person
) -> None:
    maker, office, number = owner.id, organizer.id, entry.number
    session.commit()
    visits = (
        (sign_in(maker), f"/en/entries/{number}/clips"),
        (sign_in(office), f"/en/ops/entries/{number}/provenance"),
    )
    asked = []
    for n in range(2):
        for _ in range(1 + 3 * n):
            clip(session, entry)
        checked(session, entry)
        for browser, address in visits:
            browser.get(address)
            count_queries()
            assert browser.get(address).status_code == 200
            asked.append(count_queries())
    assert asked[:2] == asked[2:]
    assert max(asked) <= 13, "twelve, and the transaction's beginning"


def test_only_the_makers_and_the_office_know(
    session: Session, sign_in: SignIn, entry: Entry, call: Call, owner: Person
) -> None:
    clip(session, entry)
    finding = checked(session, entry)["X01"]
    stranger, chair = builders.person(session), builders.person(session)
    builders.grant(session, chair, Role.CHAIR, Scope.EDITION, call.edition_id)
    session.commit()
    for person in (stranger, chair):
        browser = sign_in(person.id)
        assert browser.get(f"/en/ops/entries/{entry.number}/provenance").status_code == 404
        assert browser.get(f"/en/entries/{entry.number}/clips").status_code == 404
        browser.post(f"/en/entries/{entry.number}/findings/{finding.code}", data={"choice": "accepted"})
    assert sign_in(owner.id).get(f"/en/ops/entries/{entry.number}/provenance").status_code == 404
    session.expire_all()
    assert finding.state is FindingState.OPEN
