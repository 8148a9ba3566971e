"""Every address of the programme, the seats and the hall, every role; what the matrix is, tests/matrix.py says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from portal import db
from portal.policies import Role, Scope
from tests import builders, scene
from tests.matrix import Matrix

pytestmark = pytest.mark.sqlite

ELSEWHERE = "programmer-elsewhere"
ROLES = ("", "creator", "mentor", "student", "juror", "chair", "moderator", "programmer", "organizer", ELSEWHERE)
OFFICE = {"programmer", "organizer"}
# Who goes to a page in tests/pages.py, and who may therefore go there.
ALLOWED = {
    "programmer": OFFICE,
    "organizer": OFFICE,
    "moderator": {*OFFICE, "moderator"},
    "creator": {"creator"},
}
# Addresses that show everybody what is their own: the desk's of whatever edition one works on.
EVERYBODYS_OWN: set[str] = set()
ROOMS = ("portal.programme.views", "portal.audience.views", "portal.live.views")


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    """A stage of this module's own, with the staff of another edition."""
    copy = scene.copied(scene.shared(tmp_path_factory), tmp_path_factory.mktemp("matrix"))
    with db.unit_of_work(copy.sessions) as session:
        _staff_elsewhere(session)
    copy.app.config["WTF_CSRF_ENABLED"] = False
    yield Matrix(copy, ROOMS, ROLES, ALLOWED, EVERYBODYS_OWN)
    db.engine_for(copy.settings.database_url).dispose()


def _staff_elsewhere(session: Session) -> None:
    edition = builders.edition(session, published_at=None)
    somebody = builders.person(session, email=f"{ELSEWHERE}@pan.example")
    for role in (Role.PROGRAMMER, Role.ORGANIZER, Role.MODERATOR):
        builders.grant(session, somebody, role, Scope.EDITION, edition.id)


def test_nobody_learns_of_what_is_not_theirs(matrix: Matrix) -> None:
    told, asked = matrix.leaks()
    assert not told, "\n".join(told)
    assert asked > 200


def test_those_who_may_find_it(matrix: Matrix) -> None:
    assert matrix.missed() == []


def test_every_address_has_an_example(matrix: Matrix) -> None:
    assert matrix.without_example() == []
