"""Whatever jurors and organizers do in whatever order, the sheets say what a replay of the events says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.errors import IllegalMove, Invalid, InvalidMany
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.models import Criterion
from portal.jury.scoring import abstaining, events, voiding
from portal.jury.scoring import service as scoring
from portal.jury.scoring.models import EventKind, Score, ScoreEvent, ScoreSheet
from portal.lifecycles import AssignmentState, SheetState
from portal.policies import Role
from tests.jury.conftest import Jury

COUNTS = (SheetState.SUBMITTED, SheetState.LOCKED)
COMMANDS = ("draft", "submit", "submit", "abstain", "reopen", "recuse", "ask", "confirm", "stand")


def _do(session: Session, jury: Jury, command: str, code: str, value: int) -> None:
    """One command as the pages give it; what is refused changes nothing."""
    assignment = queries.assignment_to_score(session, code)
    assert assignment is not None
    by = jury.actor(jury.people[0], Role.JUROR)
    criteria = queries.weights(session, assignment)
    scores = {one.id: 1 + (value + n) % 10 for n, one in enumerate(criteria)}
    given: dict[str, Any] = {"scores": scores, "comment": "", "by": by}
    if command == "draft":
        scoring.save_draft(session, assignment, criteria, **given)
    elif command == "submit":
        scoring.submit(session, assignment, criteria, **given)
    elif command == "abstain":
        abstaining.abstain(session, assignment, reason="소리", by=by)
    elif command == "reopen":
        abstaining.reopen(session, assignment, by=by)
    elif command == "recuse":
        scoring.recuse(session, assignment, reason="같은 회사", by=by)
    elif command == "ask":
        voiding.ask(session, assignment, reason="대신 냈어요", by=jury.actor(jury.chair))
    elif command == "stand":
        voiding.let_stand(session, assignment, by=jury.actor(jury.organizer))
    else:
        voiding.confirm(session, assignment, by=jury.actor(jury.organizer))


def _sheets(session: Session, round_id: int) -> dict[int, Any]:
    """(scores by code, total) of every assignment whose sheet counts, from the sheets themselves."""
    rows = session.execute(
        sa.select(ScoreSheet.assignment_id, ScoreSheet.total, Criterion.code, Score.value)
        .join(Assignment, Assignment.id == ScoreSheet.assignment_id)
        .join(Score, Score.sheet_id == ScoreSheet.id)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(Assignment.round_id == round_id, ScoreSheet.state.in_(COUNTS))
    )
    found: dict[int, Any] = {}
    for row in rows:
        found.setdefault(row.assignment_id, ({}, row.total))[0][row.code] = row.value
    return found


def _codes(session: Session, jury: Jury) -> list[str]:
    return [row.code for row in queries.queue(session, jury.jurors[0].id)]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    commands=st.lists(
        st.tuples(st.sampled_from(COMMANDS), st.integers(0, 2), st.integers(0, 9)), min_size=1, max_size=12
    )
)
def test_the_sheets_are_what_a_replay_of_the_events_gives(
    published: Jury, session: Session, commands: list[tuple[str, int, int]]
) -> None:
    round_id = published.round.id
    codes = session.scalars(
        sa.select(Assignment.code).where(Assignment.juror_id == published.jurors[0].id).order_by(Assignment.id)
    ).all()
    for command, film, value in commands:
        with suppress(IllegalMove, Invalid, InvalidMany), session.begin_nested():
            _do(session, published, command, codes[film % len(codes)], value)
    session.flush()
    replayed = {key: row for key, row in events.replayed(session, round_id).items() if row.total is not None}
    standing = {row.assignment_id: row for row in events.standing(session, round_id)}
    stored = _sheets(session, round_id)
    assert {key: (row.scores, row.total) for key, row in replayed.items()} == stored
    assert {key: (row.scores, row.total) for key, row in standing.items()} == stored
    session.rollback()  # the next example begins with untouched sheets


def test_each_step_leaves_its_event(published: Jury, session: Session) -> None:
    code = _codes(session, published)[0]
    for command in ("draft", "submit", "submit", "reopen", "submit", "abstain", "abstain", "submit", "ask", "confirm"):
        _do(session, published, command, code, 3)
    kinds = session.scalars(sa.select(ScoreEvent.kind).order_by(ScoreEvent.id)).all()
    assert list(kinds) == [
        EventKind.SUBMITTED,
        EventKind.REVISED,
        EventKind.REOPENED,
        EventKind.SUBMITTED,
        EventKind.ABSTAINED,
        EventKind.SUBMITTED,
        EventKind.VOIDED,
    ]
    session.commit()
    assert list(queries.waiting_for_results(session)) == [published.round.id]


def test_an_event_is_written_once(published: Jury, session: Session) -> None:
    _do(session, published, "submit", _codes(session, published)[0], 3)
    event = session.scalars(sa.select(ScoreEvent)).one()
    event.total = 1000
    with pytest.raises(TypeError, match="written once"):
        session.flush()


def test_an_abstention_is_done_and_no_score(published: Jury, session: Session) -> None:
    code = _codes(session, published)[0]
    _do(session, published, "submit", code, 3)
    _do(session, published, "abstain", code, 0)
    row = next(row for row in queries.queue(session, published.jurors[0].id) if row.code == code)
    assert (row.done, row.total, row.state) == (True, None, AssignmentState.ABSTAINED)
    assert events.standing(session, published.round.id) == []


def test_a_sheet_is_voided_by_two_people(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    code = _codes(session, published)[0]
    _do(session, published, "submit", code, 3)
    assignment = voiding.assignment_in(session, published.round.id, code)
    assert assignment is not None
    chair, organizer = published.actor(published.chair), published.actor(published.organizer)
    with pytest.raises(Invalid, match="Say why"):
        voiding.ask(session, assignment, reason="", by=chair)
    with pytest.raises(Invalid, match="Nobody has asked"):
        voiding.confirm(session, assignment, by=organizer)
    voiding.ask(session, assignment, reason="대신 냈어요", by=chair)
    assert len(events.standing(session, published.round.id)) == 1, "asking changes nothing yet"
    with pytest.raises(Invalid, match="Somebody else must confirm"):
        voiding.confirm(session, assignment, by=chair)
    voiding.confirm(session, assignment, by=organizer)
    voiding.confirm(session, assignment, by=organizer)  # pressed twice
    assert events.standing(session, published.round.id) == []
    with pytest.raises(Invalid, match="has voided"):
        _do(session, published, "submit", code, 3)
