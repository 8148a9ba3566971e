"""The organizers' desk: true numbers, the trail, exports, and nobody else's business."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.audit import AuditRecord
from portal.calls.models import Edition
from portal.disclosure.models import Disclosure
from portal.lifecycles import EntryState
from portal.organizer import exports, figures, today
from portal.policies import SYSTEM, Role, Scope
from tests import builders


@pytest.fixture
def edition(session: Session) -> Edition:
    """An edition with one film in each of four states."""
    made = builders.edition(session)
    call = builders.call(session, made)
    maker = builders.person(session, native_name="=HYPERLINK(1)")
    states = (EntryState.DRAFT, EntryState.SUBMITTED, EntryState.ELIGIBLE, EntryState.INELIGIBLE)
    for n, state in enumerate(states):
        at = None if state == EntryState.DRAFT else clock.now() - timedelta(days=n)
        entry = builders.entry(
            session, call, maker, state=state, submitted_at=at, created_at=clock.now() - timedelta(days=2 * n)
        )
        phases = {"script": 0, "picture": 3, "voice": n % 4, "music": 1, "editing": 0}
        session.add(Disclosure(entry_id=entry.id, tier=3, phases=phases, badges=[], ledger={}))
    session.commit()
    return made


def _staff(session: Session, edition: Edition, role: Role) -> int:
    person = builders.person(session)
    builders.grant(session, person, role, Scope.EDITION, edition.id)
    session.commit()
    return person.id


def test_drafts_received_and_eligible_are_told_apart(edition: Edition, session: Session) -> None:
    counts = figures.counts(session, edition.id)
    assert (counts.started, counts.received, counts.checked, counts.of(EntryState.ELIGIBLE)) == (4, 3, 2, 1)


def test_the_growth_ends_at_todays_totals(edition: Edition, session: Session) -> None:
    growth = figures.growth(session, edition.id)
    assert (growth.started[-1], growth.received[-1]) == (4, 3)
    assert growth.started == sorted(growth.started)
    assert len(growth.days) == 60
    assert figures.growth(session, edition.id, days=2).started[0] == 3


def test_shares_of_ai_use_sum_to_a_hundred(edition: Edition, session: Session) -> None:
    use = figures.ai_use(session, edition.id)
    assert use["picture"] == (0, 0, 0, 3)
    assert use["voice"] == (0, 1, 1, 1)
    shares = dict(today.shares(use).crafts)
    assert all(sum(values) == 100 for values in shares.values())


def test_the_dashboard_says_what_needs_a_hand(
    edition: Edition, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    page = sign_in(_staff(session, edition, Role.ORGANIZER)).get("/ko/ops").get_data(as_text=True)
    assert "자격 확인을 기다리는 1편" in page
    assert "시작 4편, 제출 3편." in page


def test_a_first_day_has_a_dashboard_too(session: Session, sign_in: Callable[..., FlaskClient]) -> None:
    empty = builders.edition(session)
    answer = sign_in(_staff(session, empty, Role.ORGANIZER)).get("/ko/ops")
    assert answer.status_code == 200
    assert "손볼 일이 없어요" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.CHAIR, "/ko/ops", 200),
        (Role.CHAIR, "/ko/ops/audit", 404),
        (Role.CHAIR, "/ko/ops/export", 404),
        (Role.MODERATOR, "/ko/ops/export/entries.csv", 404),
        (Role.JUROR, "/ko/ops", 404),
    ],
)
def test_each_role_sees_its_own_rooms(
    edition: Edition, session: Session, sign_in: Callable[..., FlaskClient], role: Role, path: str, status: int
) -> None:
    assert sign_in(_staff(session, edition, role)).get(path).status_code == status


def test_an_export_holds_no_draft_and_no_formula_and_is_noted(
    edition: Edition, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    browser = sign_in(_staff(session, edition, Role.ORGANIZER))
    answer = browser.get("/ko/ops/export/entries.csv")
    text = answer.get_data().decode("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert {row["state"] for row in rows} == {"submitted", "eligible", "ineligible"}
    assert {row["owner"] for row in rows} == {"'=HYPERLINK(1)"}
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    noted = session.scalars(sa.select(AuditRecord).where(AuditRecord.verb == "export.entries")).one()
    assert noted.detail == {"rows": 3}


@pytest.mark.parametrize("name", list(exports.SHEETS))
def test_every_sheet_has_as_many_cells_as_its_header(edition: Edition, session: Session, name: str) -> None:
    sheet = exports.SHEETS[name]
    assert all(len(row) == len(sheet.header) for row in sheet.rows(session, edition.id))


def test_an_unknown_sheet_is_absent(edition: Edition, session: Session, sign_in: Callable[..., FlaskClient]) -> None:
    browser = sign_in(_staff(session, edition, Role.ORGANIZER))
    assert browser.get("/ko/ops/export/people.csv").status_code == 404


def test_the_trail_is_filtered_by_verb_and_day(
    edition: Edition, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    audit.record(session, SYSTEM, "test.<b>one</b>", edition)
    audit.record(session, SYSTEM, "other.two", edition)
    session.commit()
    browser = sign_in(_staff(session, edition, Role.ORGANIZER))
    found = browser.get("/ko/ops/audit?verb=test.").get_data(as_text=True)
    assert "test.&lt;b&gt;one&lt;/b&gt;" in found
    assert "other.two" not in found
    assert "찾은 것이 없어요" in browser.get("/ko/ops/audit?on=2001-01-01").get_data(as_text=True)
    assert browser.get("/ko/ops/audit?on=soon&page=x").status_code == 200
