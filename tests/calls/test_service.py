"""Calls: dates that make sense, versions that never change, two editors who hear of each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.audit import AuditRecord
from portal.calls import queries, service
from portal.calls.models import Call, CallKind, Gel, Regulations
from portal.calls.service import CallDraft, CategoryDraft
from portal.db import unit_of_work
from portal.errors import Invalid, Stale
from portal.policies import SYSTEM, Grant, Role, Scope, see_call
from tests import builders

DRAFT = CallDraft(
    name_ko="출품 공모",
    name_en="Call for entries",
    intro_ko="",
    intro_en="",
    opens_at=clock.now(),
    closes_at=clock.now() + timedelta(days=30),
    grace_minutes=120,
    entry_limit=3,
)
CATEGORY = CategoryDraft("단편", "Short film", "", "", Gel.AI, 0, 1200, 720)


def a_call(session: Session) -> Call:
    """A call with categories, committed."""
    made = builders.call(session, builders.edition(session))
    session.commit()
    found = queries.call_by_slug(session, made.slug)
    assert found is not None
    return found


def test_a_call_starts_unpublished_and_empty(session: Session) -> None:
    edition = builders.edition(session)
    made = service.create_call(session, edition, CallKind.FESTIVAL, "pan27", DRAFT, by=SYSTEM)
    session.commit()
    found = queries.call_by_slug(session, "pan27")
    assert found is made
    with pytest.raises(Invalid):
        service.publish_call(session, found, by=SYSTEM)
    service.add_category(session, found, "short", CATEGORY, by=SYSTEM)
    service.publish_regulations(session, found, "규정", "Rules", note="", by=SYSTEM)
    service.publish_call(session, found, by=SYSTEM)
    assert [one.slug for one in queries.open_calls(session)] == ["pan27"]


def test_an_address_is_taken_once(session: Session) -> None:
    edition = builders.edition(session)
    service.create_call(session, edition, CallKind.FESTIVAL, "pan27", DRAFT, by=SYSTEM)
    with pytest.raises(Invalid) as refused:
        service.create_call(session, edition, CallKind.SCHOOL, "pan27", DRAFT, by=SYSTEM)
    assert refused.value.field == "slug"


def test_a_call_closes_after_it_opens(session: Session) -> None:
    call = a_call(session)
    with pytest.raises(Invalid) as refused:
        service.edit_call(session, call, replace(DRAFT, closes_at=DRAFT.opens_at), rev=call.rev, by=SYSTEM)
    assert refused.value.field == "closes_on"


def test_a_change_of_date_is_on_record(session: Session) -> None:
    call = a_call(session)
    before = call.closes_at
    service.edit_call(session, call, DRAFT, rev=call.rev, by=SYSTEM)
    session.commit()
    detail = session.scalar(sa.select(AuditRecord.detail).where(AuditRecord.verb == "call.edited"))
    assert detail is not None
    assert detail["before"]["closes_at"] == str(before)
    assert detail["after"]["closes_at"] == str(DRAFT.closes_at)


def test_the_second_editor_is_told(session: Session) -> None:
    call = a_call(session)
    drawn_from = call.rev
    service.edit_call(session, call, DRAFT, rev=drawn_from, by=SYSTEM)
    with pytest.raises(Stale):
        service.edit_call(session, call, replace(DRAFT, entry_limit=5), rev=drawn_from, by=SYSTEM)
    assert call.entry_limit == 3


def test_regulations_get_versions_and_the_same_text_is_the_same_version(session: Session) -> None:
    call = a_call(session)
    second = service.publish_regulations(session, call, "새 규정", "New rules", note="길이", by=SYSTEM)
    again = service.publish_regulations(session, call, "새 규정", "New rules", note="길이", by=SYSTEM)
    assert second is again
    assert [(one.version, one.text_en) for one in queries.regulations(session, call.id)] == [
        (2, "New rules"),
        (1, "Rules"),
    ]


def test_two_publishers_at_once_make_no_two_second_versions(session: Session, sessions: sessionmaker[Session]) -> None:
    call_id, gate = a_call(session).id, Barrier(3)
    session.rollback()

    def one(n: int) -> bool:
        gate.wait()
        try:
            with unit_of_work(sessions) as other:
                call = other.get_one(Call, call_id)
                service.publish_regulations(other, call, f"규정 {n}", f"Rules {n}", note="", by=SYSTEM)
        except IntegrityError:
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        assert any(pool.map(one, range(3)))
    versions = session.scalars(sa.select(Regulations.version).order_by(Regulations.version)).all()
    assert list(versions) == list(range(1, len(versions) + 1))


def test_a_category_needs_room_between_its_lengths(session: Session) -> None:
    call = a_call(session)
    with pytest.raises(Invalid) as refused:
        service.add_category(session, call, "odd", replace(CATEGORY, min_seconds=1200), by=SYSTEM)
    assert refused.value.field == "max_seconds"
    with pytest.raises(Invalid):
        service.add_category(session, call, call.categories[0].code, CATEGORY, by=SYSTEM)


def test_open_calls_are_published_and_within_their_dates(session: Session) -> None:
    edition = builders.edition(session)
    open_one = builders.call(session, edition)
    builders.call(session, edition, published_at=None)
    builders.call(session, edition, closes_at=clock.now() - timedelta(minutes=1))
    builders.call(session, edition, opens_at=clock.now() + timedelta(days=1))
    assert [one.id for one in queries.open_calls(session)] == [open_one.id]


def test_visible_to_agrees_with_the_policy(session: Session) -> None:
    edition, other = builders.edition(session), builders.edition(session)
    calls = [
        builders.call(session, edition),
        builders.call(session, edition, published_at=None),
        builders.call(session, other, published_at=None),
    ]
    person = builders.person(session)
    for role in Role:
        actor = builders.actor(person, Grant(role, Scope.EDITION, edition.id))
        seen = set(session.scalars(sa.select(Call.id).where(queries.visible_to(actor))))
        assert seen == {one.id for one in calls if see_call(actor, one)}


def test_the_newest_published_edition_is_public(session: Session) -> None:
    older = builders.edition(session)
    newer = builders.edition(session, starts_on=older.starts_on + timedelta(days=365), published_at=None)
    assert queries.public_edition(session) is older
    assert queries.current_edition(session) is newer
