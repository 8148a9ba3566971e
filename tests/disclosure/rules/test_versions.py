"""Rules of a category as versions: published once each, raced for, written in a plain form."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.audit import AuditRecord
from portal.calls.models import Category, RuleVersion
from portal.db import unit_of_work
from portal.disclosure.rules import fields as rule_fields
from portal.disclosure.rules import versions as rule_versions
from portal.disclosure.rules.policies import DEFINITIONS, read_policies
from portal.disclosure.rules.presets import PRESETS
from portal.errors import Invalid, Stale
from portal.policies import SYSTEM
from tests import builders

LEAST = [{"code": "P01", "min_bp": 5001, "on": "V"}]


@pytest.fixture
def category(session: Session) -> Category:
    """A category without rules, committed."""
    call = builders.call(session, builders.edition(session))
    session.commit()
    return session.scalars(sa.select(Category).where(Category.call_id == call.id)).one()


def test_a_version_is_published_once_and_named_in_the_trail(session: Session, category: Category) -> None:
    for _ in range(2):
        made = rule_versions.publish(session, category, LEAST, reason="AI가 절반은 넘어야 해요", seen=1, by=SYSTEM)
        session.commit()
    assert (made.version, category.rules_version, category.ai_rules) == (2, 2, LEAST)
    assert [row.RuleVersion.version for row in rule_versions.versions(session, category.id)] == [2, 1]
    assert len(session.scalars(sa.select(AuditRecord).where(AuditRecord.verb == "rules.published")).all()) == 1
    assert rule_versions.rules_of(session, category, 1) == ()
    assert rule_versions.rules_of(session, category, None) == read_policies(LEAST)


def test_a_published_version_never_changes(session: Session, category: Category) -> None:
    made = rule_versions.publish(session, category, LEAST, reason="이유", seen=1, by=SYSTEM)
    session.commit()
    made.rules = []
    with pytest.raises(TypeError):
        session.flush()


def test_a_reason_and_readable_policies_are_needed(session: Session, category: Category) -> None:
    with pytest.raises(Invalid) as without:
        rule_versions.publish(session, category, LEAST, reason="", seen=1, by=SYSTEM)
    assert without.value.field == "reason"
    with pytest.raises(Invalid) as unread:
        rule_versions.publish(session, category, [{"code": "P01"}], reason="이유", seen=1, by=SYSTEM)
    assert unread.value.field == "ai_rules.0.min_bp"


def test_of_two_publishers_one_is_told(sessions: sessionmaker[Session], session: Session, category: Category) -> None:
    category_id = category.id
    session.rollback()

    def publish(points: int) -> int | None:
        with unit_of_work(sessions) as own:
            found = own.get_one(Category, category_id)
            rules = [{"code": "P01", "min_bp": points}]
            try:
                return rule_versions.publish(own, found, rules, reason="이유", seen=1, by=SYSTEM).version
            except Stale:
                return None

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(publish, (1000, 2000)), key=str) == [2, None]
    assert session.scalars(sa.select(RuleVersion.version).order_by(RuleVersion.version)).all() == [1, 2]


def test_every_parameter_of_every_policy_has_its_field() -> None:
    drawn = {code: {param.name for param in rule_fields.PARAMS.get(code, ())} for code in DEFINITIONS}
    assert drawn == {code: set(found.params) for code, found in DEFINITIONS.items()}


@pytest.mark.parametrize("name", PRESETS)
def test_a_set_drawn_and_sent_again_says_the_same(name: str) -> None:
    sent: dict[str, list[str]] = {"code": []}
    for row in rule_fields.rows(PRESETS[name]):
        sent["code"].append(row.code)
        sent[f"severity-{row.place}"] = [row.severity]
        for param in row.params:
            ticked = ["1"] if param.value else []
            as_sent = {"several": list(param.value) if param.kind == "several" else [], "flag": ticked}
            sent[param.id] = as_sent.get(param.kind, [param.value])
    assert read_policies(rule_fields.posted(sent)) == read_policies(PRESETS[name])


@pytest.mark.parametrize(
    ("text", "stored"), [("50.01", 5001), ("50,5", 5050), ("100", 10_000), ("half", "half"), ("1e400", "1e400")]
)
def test_percentages_are_read_to_the_basis_point(text: str, stored: int | str) -> None:
    rules = rule_fields.posted({"code": ["P01"], "min_bp-0": [text], "on-0": ["V"]})
    assert rules == [{"code": "P01", "min_bp": stored, "on": "V"}]
    row = rule_fields.rows(rules)[0]
    assert (row.problem is None) == isinstance(stored, int)
    assert row.problem is None or row.problem[0] == "min_bp-0"
