"""The desk of a category's rules: tried on the films there are, published with a reason, kept for what came before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.calls.models import Call, Category
from portal.disclosure import service as disclosures
from portal.disclosure.rules import waivers
from portal.disclosure.rules.outcomes import Outcome
from portal.disclosure.rules.policies import read_policies
from portal.entries import judging, simulation
from portal.entries.models import Entry
from portal.lifecycles import AssetState
from portal.media.models import Asset, Slot
from portal.policies import SYSTEM, Role, Scope
from tests import builders
from tests.entries import made

FORM = {"code": ["P01"], "min_bp-0": ["50"], "on-0": ["V"], "severity-0": ["FAIL"], "seen": ["1"]}


@pytest.fixture
def call(session: Session) -> Call:
    """A call with a film handed in and a draft, both without AI."""
    found = builders.call(session, builders.edition(session))
    made.submitted(session, found, builders.person(session))
    made.whole(session, found, builders.person(session))
    session.commit()
    return found


@pytest.fixture
def category(session: Session, call: Call) -> Category:
    """Its category."""
    found = session.scalars(sa.select(Category).where(Category.call_id == call.id)).one()
    session.commit()
    return found


@pytest.fixture
def organizer(session: Session, call: Call, sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    """The browser of an organizer of its edition."""
    person = builders.person(session)
    builders.grant(session, person, Role.ORGANIZER, Scope.EDITION, call.edition_id)
    session.commit()
    return sign_in(person.id)


def test_a_draft_of_rules_is_tried_before_anything_counts(
    organizer: FlaskClient, session: Session, category: Category
) -> None:
    shown = organizer.post(f"/ko/ops/categories/{category.id}/rules", data={**FORM, "try": "1"})
    assert shown.status_code == 200
    assert "결과가 달라지는 작품 2편" in shown.text
    numbers = {entry.state.value: entry.number for entry in session.scalars(sa.select(Entry))}
    assert f"/ops/entries/{numbers['submitted']}?tab=checks" in shown.text
    assert f"/ops/entries/{numbers['draft']}" not in shown.text, "a draft is its makers' own business"
    session.refresh(category)
    assert (category.ai_rules, category.rules_version) == ([], 1)


def test_publishing_judges_drafts_and_leaves_what_was_handed_in(
    organizer: FlaskClient, session: Session, category: Category
) -> None:
    path = f"/ko/ops/categories/{category.id}/rules"
    assert organizer.post(path, data={**FORM, "publish": "1"}).status_code == 422
    for _ in range(2):
        assert organizer.post(path, data={**FORM, "publish": "1", "reason": "규정 3조"}).status_code == 303
    session.expire_all()
    assert category.ai_rules == [{"code": "P01", "min_bp": 5000, "on": "V"}]
    trial = simulation.simulate(session, category, read_policies(category.ai_rules))
    assert {one.film.received: (one.now, one.then) for one in trial.trials} == {
        True: (Outcome.PASS, Outcome.FAIL),
        False: (Outcome.FAIL, Outcome.FAIL),
    }
    session.rollback()
    assert "규정 3조" in organizer.get(path).text
    again = organizer.post(path, data={**FORM, "seen": "2", "try": "1"}).text
    assert "지금처럼 통과하지 못할 작품 1편" in again
    late = organizer.post(path, data={**FORM, "min_bp-0": "60", "publish": "1", "reason": "늦었어요"})
    assert late.status_code == 409
    assert 'value="60"' in late.text


def test_a_threshold_that_is_none_is_named_and_kept(organizer: FlaskClient, category: Category) -> None:
    answer = organizer.post(f"/ko/ops/categories/{category.id}/rules", data={**FORM, "min_bp-0": "절반", "try": "1"})
    assert answer.status_code == 422
    assert 'href="#min_bp-0"' in answer.text
    assert 'value="절반"' in answer.text


def test_rules_are_added_dropped_and_taken_from_a_set(organizer: FlaskClient, category: Category) -> None:
    path = f"/ko/ops/categories/{category.id}/rules"
    added = organizer.post(path, data={**FORM, "add": "1", "new": "P17"}).text
    assert 'name="day-1"' in added
    assert 'name="min_bp-0"' in added
    assert 'name="min_bp-0"' not in organizer.post(path, data={**FORM, "drop": "0"}).text
    assert 'name="min_bp-1"' in organizer.post(path, data={"use": "1", "preset": "HYBRID"}).text


def test_trying_asks_the_same_for_many_films(
    organizer: FlaskClient, session: Session, call: Call, category: Category, count_queries: Callable[[], int]
) -> None:
    path = f"/ko/ops/categories/{category.id}/rules"
    spent = []
    for more in (0, 6):
        for _ in range(more):
            made.submitted(session, call, builders.person(session))
        session.commit()
        organizer.post(path, data={**FORM, "try": "1"})
        count_queries()
        organizer.post(path, data={**FORM, "try": "1"})
        spent.append(count_queries())
    assert spent[0] == spent[1] <= 13, "twelve and a BEGIN"


def test_an_entry_knows_its_version_and_its_receipt_says_so(session: Session, call: Call) -> None:
    entry, receipt = made.submitted(session, call, builders.person(session))
    assert entry.rules_version == 1
    assert '"ai_rules":1' in receipt.snapshot
    assert clock.now() >= receipt.created_at


def test_only_clips_found_sound_are_evidence() -> None:
    clips = [Asset(slot=Slot.EVIDENCE, state=state) for state in (AssetState.PLAYABLE, AssetState.PROBING)]
    film = Asset(slot=Slot.FILM, state=AssetState.PLAYABLE, probe={"provenance": {"state": "BROKEN"}})
    found = judging.evidence_of([*clips, film])
    assert (found.clips, found.provenance_state) == (1, "BROKEN")
    assert judging.state_of({"provenance": "nonsense"}) is None


def test_a_waiver_softens_one_film_in_the_trial(session: Session, category: Category) -> None:
    entry_id = session.scalars(sa.select(Entry.id).where(Entry.rules_version.is_not(None))).one()
    disclosure = disclosures.of_entry(session, entry_id)
    for _ in range(2):
        waivers.grant(session, disclosure, "P01", "특별 상영", by=SYSTEM)
    session.commit()
    trial = simulation.simulate(session, category, read_policies([{"code": "P01", "min_bp": 5000}]))
    assert {one.film.received: one.then for one in trial.trials} == {True: Outcome.WARN, False: Outcome.FAIL}
    assert trial.counts(received=True)[Outcome.WARN] == (0, 1)
    assert (len(trial.moving), trial.unmet) == (2, ())
