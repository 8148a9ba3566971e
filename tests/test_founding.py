"""Founding an edition from the command line, on an empty database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal.accounts.models import RoleGrant
from portal.calls.models import Call, Category, Edition
from portal.cli import main
from portal.disclosure.rules.policies import read_policies
from portal.policies import Role
from portal.settings import Settings

WORDS = ("edition", "found", "pan28", "PAN28", "AI 필름 판", "AI Film P.A.N", "2028-02-17", "2028-02-20")


def test_an_edition_is_founded_with_its_calls_and_its_first_organizer(environment: Settings, session: Session) -> None:
    answer = CliRunner().invoke(main, [*WORDS, "--organizer", "First@Example.com", "--name", "김하늘"])
    assert answer.exit_code == 0, answer.output
    assert "/ko/login/" in answer.output
    edition = session.scalars(sa.select(Edition)).one()
    assert edition.published_at is None
    assert sorted(session.scalars(sa.select(Call.slug))) == ["pan28", "pan28-school"]
    rules = session.scalars(sa.select(Category.ai_rules).order_by(Category.id)).all()
    assert len(rules) == 6
    assert all(read_policies(one) for one in rules)
    assert session.scalars(sa.select(RoleGrant.role)).all() == [Role.ORGANIZER]


@pytest.mark.parametrize("wrong", [{6: "2028-02-30"}, {6: "soon"}])
def test_a_wrong_day_is_refused_in_words(environment: Settings, session: Session, wrong: dict[int, str]) -> None:
    words = [wrong.get(n, word) for n, word in enumerate(WORDS)]
    answer = CliRunner().invoke(main, [*words, "--organizer", "a@example.com"])
    assert answer.exit_code == 2
    assert session.scalar(sa.select(sa.func.count()).select_from(Edition)) == 0


def test_the_same_edition_twice_is_founded_once(environment: Settings, session: Session) -> None:
    CliRunner().invoke(main, [*WORDS, "--organizer", "a@example.com"])
    again = CliRunner().invoke(main, [*WORDS, "--organizer", "a@example.com"])
    assert again.exit_code == 1
    assert "There is an edition" in again.output
    assert session.scalar(sa.select(sa.func.count()).select_from(Edition)) == 1
