"""Every address of the jury, every role; what the matrix is, tests/matrix.py says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from portal import db
from portal.policies import Role, Scope
from tests import builders, scene
from tests.matrix import Matrix

pytestmark = pytest.mark.sqlite

ELSEWHERE = "chair-elsewhere"
ROLES = (
    "",
    "creator",
    "mentor",
    "student",
    "juror",
    "juror2",
    "programmer",
    "moderator",
    "chair",
    "organizer",
    ELSEWHERE,
)
OFFICE = {"chair", "organizer"}
# Who goes to a page in tests/pages.py, and who may therefore go there.
ALLOWED = {"chair": OFFICE, "organizer": OFFICE, "juror": {"juror"}, "creator": {"creator"}}
# Rooms that show everybody what is their own behind one address: a juror's desk, the rounds of a chair's editions.
EVERYBODYS_OWN = {"jury.home", "jury.done", "discussions.mine", "declarations.index", "rounds.index", "rounds.create"}
EVERYBODYS_OWN |= {"answers.accept", "answers.ask_step_down", "answers.step_down"}  # the own seat in a round
EVERYBODYS_OWN |= {"declarations.show", "declarations.tell", "declarations.nothing_more"}  # and what that seat declares


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    """A stage of this module's own, with a chair of another edition."""
    original = scene.shared(tmp_path_factory)
    copy = scene.copied(original, tmp_path_factory.mktemp("matrix"))
    with db.unit_of_work(copy.sessions) as session:
        _a_chair_elsewhere(session)
    copy.app.config["WTF_CSRF_ENABLED"] = False
    yield Matrix(copy, ("portal.jury.views",), ROLES, ALLOWED, EVERYBODYS_OWN)
    db.engine_for(copy.settings.database_url).dispose()


def _a_chair_elsewhere(session: Session) -> None:
    edition = builders.edition(session)
    somebody = builders.person(session, email=f"{ELSEWHERE}@pan.example")
    for role in (Role.CHAIR, Role.ORGANIZER, Role.JUROR):
        builders.grant(session, somebody, role, Scope.EDITION, edition.id)


def test_nobody_learns_of_what_is_not_theirs(matrix: Matrix) -> None:
    told, asked = matrix.leaks()
    assert not told, "\n".join(told)
    assert asked > 300


def test_those_who_may_find_it(matrix: Matrix) -> None:
    assert matrix.missed() == []


def test_every_address_has_an_example(matrix: Matrix) -> None:
    assert matrix.without_example() == []
