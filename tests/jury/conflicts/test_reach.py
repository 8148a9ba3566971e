"""Which films a conflict covers, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from portal.disclosure.packs.models import Pack
from portal.entries.models import Member
from portal.jury.assigning import planning
from portal.jury.conflicts import reach
from portal.jury.conflicts.models import Conflict, ConflictScope, ConflictSource, ConflictState
from portal.lifecycles import EntryState
from tests import builders
from tests.jury.conftest import Jury


@pytest.fixture
def related(jury: Jury, session: Session) -> Jury:
    """Films 0 and 1 share somebody, 2 is of another category, 2 and 3 use one owner's material in two categories."""
    owners = [builders.person(session) for _ in jury.films]
    for film, owner in zip(jury.films, owners, strict=True):
        film.owner_id = owner.id
    session.add(
        Member(
            entry_id=jury.films[1].id,
            email=owners[0].email,
            name="x",
            digest="d" * 64,
            person_id=owners[0].id,
            expires_at=jury.round.due_at,
        )
    )
    for n in (2, 3):
        lent = builders.category(session, jury.call)
        jury.films[n].category_id = lent.id
        pack = {"name_ko": "얼굴", "name_en": "Face", "owner": "Starlight", "ends_on": date(2099, 1, 1)}
        session.add(Pack(category_id=lent.id, **pack))
    session.flush()
    return jury


def _note(session: Session, jury: Jury, film: int, scope: ConflictScope, **more: object) -> Conflict:
    values = {"source": ConflictSource.JUROR, "status": ConflictState.CONFIRMED, "reason": "x"} | more
    made = Conflict(juror_id=jury.jurors[0].id, entry_id=jury.films[film].id, scope=scope, **values)
    session.add(made)
    session.flush()
    return made


@pytest.mark.parametrize(
    ("scope", "film", "covered"),
    [
        (ConflictScope.FILM, 0, {0}),
        (ConflictScope.TEAM, 0, {0, 1}),
        (ConflictScope.TEAM, 1, {0, 1}),
        (ConflictScope.TEAM, 4, {4}),
        (ConflictScope.CATEGORY, 0, {0, 1, 4, 5}),
        (ConflictScope.CATEGORY, 2, {2}),
        (ConflictScope.IP, 2, {2, 3}),
        (ConflictScope.IP, 0, {0}),
    ],
)
def test_how_far_each_scope_reaches(
    related: Jury, session: Session, scope: ConflictScope, film: int, covered: set[int]
) -> None:
    noted = _note(session, related, film, scope)
    expected = {related.films[n].id for n in covered}
    assert reach.covered(session, related.round, noted) == expected
    assert reach.pairs(session, related.round) == {(one, related.jurors[0].id) for one in expected}


def test_hints_count_and_what_was_dismissed_never_does(related: Jury, session: Session) -> None:
    _note(session, related, 0, ConflictScope.TEAM, status=ConflictState.DISMISSED)
    assert reach.pairs(session, related.round) == set()
    _note(session, related, 2, ConflictScope.FILM, status=ConflictState.HINTED)
    assert reach.pairs(session, related.round) == {(related.films[2].id, related.jurors[0].id)}


def test_a_film_that_is_not_judged_still_reaches_those_that_are(related: Jury, session: Session) -> None:
    related.films[0].state = EntryState.SUBMITTED
    _note(session, related, 0, ConflictScope.TEAM)
    assert reach.pairs(session, related.round) == {(related.films[1].id, related.jurors[0].id)}


def test_the_plan_keeps_every_covered_pair_apart(related: Jury, session: Session) -> None:
    _note(session, related, 0, ConflictScope.TEAM)
    sheet = planning.instance_of(session, related.round)
    named = {(sheet.films[film].id, sheet.jurors[juror].id) for film, juror in sheet.instance.conflicts}
    assert named == {(related.films[n].id, related.jurors[0].id) for n in (0, 1)}


def test_the_number_of_statements_does_not_grow(
    related: Jury, session: Session, count_queries: Callable[[], int]
) -> None:
    for film in range(2):
        _note(session, related, film, ConflictScope.TEAM)
    count_queries()
    reach.pairs(session, related.round)
    few = count_queries()
    for film, scope in ((2, ConflictScope.IP), (3, ConflictScope.CATEGORY), (4, ConflictScope.TEAM)):
        _note(session, related, film, scope)
    count_queries()
    reach.pairs(session, related.round)
    assert count_queries() == few <= 3
