"""The desk's word: eligible at once, fixes until a day, refusals by two people; each told by mail, once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.entries import eligibility, queries, service
from portal.entries.checklist import Task
from portal.entries.forms import DECLARATIONS
from portal.entries.models import Entry, Receipt, Verdict, VerdictOutcome
from portal.errors import Invalid
from portal.lifecycles import EntryState
from portal.mail.models import OutgoingMail
from portal.policies import Grant, Role, Scope
from tests import builders
from tests.entries import made

REFUSED = VerdictOutcome.INELIGIBLE


@pytest.fixture
def edition(session: Session):
    return builders.edition(session)


@pytest.fixture
def call(session: Session, edition):
    return builders.call(session, edition)


@pytest.fixture
def owner(session: Session):
    return builders.person(session)


@pytest.fixture
def office(session: Session, edition):
    """Two organizers."""
    people = [builders.person(session) for _ in range(2)]
    for person in people:
        builders.grant(session, person, Role.ORGANIZER, Scope.EDITION, edition.id)
    grant = Grant(Role.ORGANIZER, Scope.EDITION, edition.id)
    return [builders.actor(person, grant) for person in people]


def kinds(session: Session) -> list[str]:
    return [
        kind for kind in session.scalars(sa.select(OutgoingMail.kind).order_by(OutgoingMail.id)) if kind != "receipt"
    ]


def test_eligible_counts_at_once_and_is_said_once(session, call, owner, office) -> None:
    entry, _ = made.submitted(session, call, owner)
    for _ in range(2):
        eligibility.propose_verdict(session, entry, VerdictOutcome.ELIGIBLE, "", by=office[0])
    session.commit()
    assert entry.state == EntryState.ELIGIBLE
    assert kinds(session) == ["eligible"]


def test_a_refusal_counts_when_a_second_person_confirms_it(session, call, owner, office) -> None:
    entry, _ = made.submitted(session, call, owner)
    verdict = eligibility.propose_verdict(session, entry, REFUSED, "이미 상영된 작품", by=office[0])
    again = eligibility.propose_verdict(session, entry, REFUSED, "이미 상영된 작품", by=office[0])
    assert again is verdict
    assert (entry.state, kinds(session)) == (EntryState.SUBMITTED, [])
    with pytest.raises(Invalid, match="second person"):
        eligibility.confirm_verdict(session, verdict, by=office[0])
    assert entry.state == EntryState.SUBMITTED
    for _ in range(2):
        eligibility.confirm_verdict(session, verdict, by=office[1])
    session.commit()
    assert entry.state == EntryState.INELIGIBLE
    assert kinds(session) == ["ineligible"]
    mail = session.scalars(sa.select(OutgoingMail).filter_by(kind="ineligible")).one()
    assert "이미 상영된 작품" in mail.text


def test_a_refusal_needs_a_reason_and_can_be_dropped(session, call, owner, office) -> None:
    entry, _ = made.submitted(session, call, owner)
    with pytest.raises(Invalid) as problem:
        eligibility.propose_verdict(session, entry, REFUSED, "", by=office[0])
    assert problem.value.field == "reason"
    verdict = eligibility.propose_verdict(session, entry, REFUSED, "까닭", by=office[0])
    with pytest.raises(Invalid, match="waits for a second person"):
        eligibility.propose_verdict(session, entry, VerdictOutcome.ELIGIBLE, "", by=office[1])
    eligibility.drop_verdict(session, verdict, by=office[1])
    eligibility.propose_verdict(session, entry, VerdictOutcome.ELIGIBLE, "", by=office[1])
    assert entry.state == EntryState.ELIGIBLE


def test_the_database_itself_wants_a_second_person_and_one_open_proposal(session, call, owner, office) -> None:
    entry, _ = made.submitted(session, call, owner)
    row = {
        "entry_id": entry.id,
        "outcome": REFUSED,
        "reason": "x",
        "proposed_by_id": office[0].person_id,
        "proposed_at": clock.now(),
    }
    session.commit()
    for bad in ([row, row], [row | {"confirmed_by_id": office[0].person_id, "confirmed_at": clock.now()}]):
        with pytest.raises(sa.exc.IntegrityError):
            session.execute(sa.insert(Verdict), bad)
        session.rollback()


def test_two_proposals_at_once_are_one(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        edition = builders.edition(session)
        number = made.submitted(session, builders.call(session, edition), builders.person(session))[0].number
        actors = [made.by(builders.person(session)) for _ in range(2)]

    def propose(actor) -> None:
        with sessions.begin() as session:
            eligibility.propose_verdict(session, made.found(session, number), REFUSED, "까닭", by=actor)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(propose, actors))
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Verdict)) == 1


def test_fixes_open_only_the_named_parts_until_the_day(session, call, owner, office) -> None:
    entry, first = made.submitted(session, call, owner)
    due = clock.now() + timedelta(days=3)
    for _ in range(2):
        eligibility.request_fixes(session, entry, ["info"], "시놉시스를 고쳐 주세요", due_at=due, by=office[0])
    assert (entry.state, kinds(session)) == (EntryState.NEEDS_FIX, ["needs_fix"])
    late = call.closes_at + timedelta(days=30)
    service.require_editable(session, entry, Task.INFO, at=due - timedelta(seconds=1))
    with pytest.raises(Invalid, match="run out"):
        service.require_editable(session, entry, Task.INFO, at=due)
    with pytest.raises(Invalid, match="did not ask"):
        service.require_editable(session, entry, Task.CREDITS, at=clock.now())
    with pytest.raises(Invalid, match="run out"):
        service.submit(session, entry, list(DECLARATIONS), by=made.by(owner), at=late)
    second = service.submit(session, entry, list(DECLARATIONS), by=made.by(owner), at=clock.now())
    assert second is not None
    assert (entry.state, second.sequence, entry.fix_items) == (EntryState.SUBMITTED, first.sequence + 1, [])


@pytest.mark.parametrize(
    "items, note, days, field",
    [([], "x", 1, "items"), (["review"], "x", 1, "items"), (["info"], "", 1, "note"), (["info"], "x", -1, "due_on")],
)
def test_a_request_without_part_words_or_time_is_refused(
    session, call, owner, office, items, note, days, field
) -> None:
    entry, _ = made.submitted(session, call, owner)
    due = clock.now() + timedelta(days=days)
    with pytest.raises(Invalid) as problem:
        eligibility.request_fixes(session, entry, items, note, due_at=due, by=office[0])
    assert problem.value.field == field
    assert entry.state == EntryState.SUBMITTED


SignIn = Callable[..., FlaskClient]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_desk_walks_through_the_queue(session, call, owner, office, sign_in: SignIn, language: str) -> None:
    numbers = [made.submitted(session, call, builders.person(session))[0].number for _ in range(3)]
    session.commit()
    browser = sign_in(office[0].person_id)
    first = browser.get(f"/{language}/ops/eligibility")
    assert first.location.endswith(numbers[0])
    page = browser.get(first.location)
    assert page.status_code == 200
    assert 'data-answer="1"' in page.text
    path = f"/{language}/ops/eligibility"
    browser.post(f"{path}/{numbers[0]}/verdict", data={"outcome": "eligible", "reason": ""})
    browser.post(f"{path}/{numbers[1]}/verdict", data={"outcome": "ineligible", "reason": "까닭"})
    due = (clock.now() + timedelta(days=5)).date().isoformat()
    browser.post(f"{path}/{numbers[2]}/fixes", data={"items": ["info", "film"], "note": "고쳐 주세요", "due_on": due})
    done = browser.get(f"/{language}/ops/eligibility")
    assert done.status_code == 200
    assert numbers[1] in done.text
    own = browser.post(f"{path}/{numbers[1]}/confirm")
    assert own.status_code == 422
    assert sign_in(office[1].person_id).post(f"{path}/{numbers[1]}/confirm").status_code == 302
    session.expire_all()
    states = dict(session.execute(sa.select(Entry.number, Entry.state)).all())
    assert [states[number] for number in numbers] == [EntryState.ELIGIBLE, EntryState.INELIGIBLE, EntryState.NEEDS_FIX]


def test_bad_answers_are_told_and_keep_what_was_typed(session, call, owner, office, sign_in: SignIn) -> None:
    number = made.submitted(session, call, owner)[0].number
    session.commit()
    browser, path = sign_in(office[0].person_id), f"/en/ops/eligibility/{number}"
    for action, data in (
        ("verdict", {}),
        ("verdict", {"outcome": "needs_fix", "reason": "typed"}),
        ("verdict", {"outcome": "ineligible", "reason": ""}),
        ("fixes", {"items": ["info"], "note": "typed words", "due_on": "soon"}),
        ("fixes", {"items": ["owner"], "note": "typed words", "due_on": "2999-01-01"}),
    ):
        answer = browser.post(f"{path}/{action}", data=data)
        assert answer.status_code == 422, data
        assert 'id="errsum"' in answer.text, data
        assert data.get("note", "") in answer.text
    session.expire_all()
    assert session.scalar(sa.select(Entry.state).where(Entry.number == number)) == EntryState.SUBMITTED


def test_only_organizers_of_the_edition_decide(session, edition, call, owner, sign_in: SignIn) -> None:
    number = made.submitted(session, call, owner)[0].number
    chair, foreign = builders.person(session), builders.person(session)
    builders.grant(session, chair, Role.CHAIR, Scope.EDITION, edition.id)
    builders.grant(session, foreign, Role.ORGANIZER, Scope.EDITION, builders.edition(session).id)
    session.commit()
    for person in (chair, foreign, owner):
        browser = sign_in(person.id)
        for action in ("verdict", "fixes", "confirm"):
            assert (
                browser.post(f"/ko/ops/eligibility/{number}/{action}", data={"outcome": "eligible"}).status_code == 404
            )
        assert browser.get(f"/ko/ops/eligibility/{number}").status_code == 404
    session.expire_all()
    assert session.scalar(sa.select(Entry.state).where(Entry.number == number)) == EntryState.SUBMITTED
    assert session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 1


def test_the_list_is_searched_filtered_sorted_with_few_queries(
    session, edition, call, owner, office, sign_in: SignIn, count_queries
) -> None:
    category = builders.category(session, call, name_en="Actor IP")
    call.entry_limit = 50
    found = made.submitted(session, call, owner, title_ko="편지를 쓰는 기계", title_en="The Letter 100%_")[0]
    draft = builders.entry(session, call, owner, title_en="Hidden draft")
    session.commit()
    browser, path = sign_in(office[0].person_id), "/en/ops/entries"

    def queries_of(address: str) -> int:
        count_queries()
        assert browser.get(address).status_code == 200
        return count_queries()

    queries_of(path)
    few = queries_of(path)
    for n in range(60):
        builders.entry(
            session,
            call,
            owner,
            state=EntryState.ELIGIBLE,
            submitted_at=clock.now(),
            category_id=category.id,
            number=f"X-{n:03d}",
            search_text=f"x-{n:03d}",
        )
    session.commit()
    assert queries_of(path) == few <= 12
    first = browser.get(path).text
    assert first.count('<tr><th scope="row">') == 50
    assert browser.get(f"{path}?page=2").text.count('<tr><th scope="row">') == 11
    assert draft.number not in browser.get(f"{path}?q=hidden").text
    for words in ("쓰는기계", "LETTER", found.number.lower(), "100%_", owner.native_name):
        page = browser.get(path, query_string={"q": words}).text
        assert found.number in page, words
    wildcard = browser.get(f"{path}?q=%25").text
    assert found.number in wildcard
    assert "X-000" not in wildcard
    assert browser.get(f"{path}?q=zzz").text.count('<tr><th scope="row">') == 0
    assert found.number not in browser.get(f"{path}?category={category.id}").text
    assert found.number in browser.get(f"{path}?state=submitted").text
    assert found.number not in browser.get(f"{path}?state=eligible").text
    ascending = browser.get(f"{path}?sort=number&state=eligible").text
    assert ascending.index("X-000") < ascending.index("X-001")
    for odd in (
        "?page=0",
        "?page=x",
        "?page=99999",
        "?sort=password",
        "?state=draft",
        "?category=9999999999999",
        "?q=" + "가" * 500,
    ):
        assert browser.get(path + odd).status_code == 200, odd
    fragment = browser.get(path, headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith('<div id="rows">')


@pytest.mark.parametrize("tab", ["material", "checks", "log", "nonsense"])
def test_each_tab_of_an_entry_shows(session, call, owner, office, sign_in: SignIn, tab: str) -> None:
    number = made.submitted(session, call, owner)[0].number
    session.commit()
    page = sign_in(office[0].person_id).get(f"/ko/ops/entries/{number}?tab={tab}")
    assert page.status_code == 200
    assert number in page.text


def test_the_queue_holds_what_waits_for_a_first_word(session, call, owner, office) -> None:
    call.entry_limit = 9
    entries = [made.submitted(session, call, owner)[0] for _ in range(2)]
    eligibility.propose_verdict(session, entries[0], REFUSED, "까닭", by=office[0])
    assert queries.queue(session, office[1]) == [entries[1].number]
