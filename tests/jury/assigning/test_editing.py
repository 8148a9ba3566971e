"""A plan changed by hand before jurors see it: never against a conflict, beyond hours only with a reason, kept."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal import db
from portal.audit import AuditRecord
from portal.errors import Invalid, PortalError
from portal.jury.assigning import editing, relaxing, storing, wishes
from portal.jury.assigning import service as assigning
from portal.jury.assigning.editing import Change
from portal.jury.assigning.models import Assignment, AssignmentRun
from portal.jury.assigning.wishes import Wish
from portal.jury.conflicts.models import Conflict, ConflictSource
from portal.jury.models import Round, RoundFilm
from portal.lifecycles import RoundState, RunState
from tests.jury.assigning.plans import pairs, propose
from tests.jury.conftest import Jury


def on(session: Session, jury: Jury, film: int) -> set[int]:
    """Who sees a film in the plan, as numbers of jurors."""
    ids = {juror.id: n for n, juror in enumerate(jury.jurors)}
    return {ids[juror] for entry, juror in pairs(session, jury.round.id) if entry == jury.films[film].id}


def swap(session: Session, jury: Jury, *, put: int | None = None, out: int | None = None, reason: str = "") -> None:
    wanted = Change(
        jury.jurors[put] if put is not None else None, jury.jurors[out] if out is not None else None, reason
    )
    editing.change(session, jury.round, jury.films[0], wanted, by=jury.actor(jury.chair))
    session.commit()


def test_a_swap_within_a_panel_is_kept_by_the_next_plan_and_written_down(jury: Jury, session: Session) -> None:
    propose(session, jury)
    has = next(n for n in on(session, jury, 0) if n % 3 == 0)
    other = 3 - has
    jury.round.band_bp = 5000
    swap(session, jury, put=other, out=has, reason="wished by the director")
    assert other in on(session, jury, 0)
    assert has not in on(session, jury, 0)
    propose(session, jury)
    assert other in on(session, jury, 0)
    assert has not in on(session, jury, 0)
    verbs = list(session.scalars(sa.select(AuditRecord.verb).where(AuditRecord.verb.startswith("assignment."))))
    assert verbs.count("assignment.put_in") == verbs.count("assignment.taken_out") == 1


def test_a_conflict_is_never_allowed_whatever_the_reason(jury: Jury, session: Session) -> None:
    session.add(
        Conflict(juror_id=jury.jurors[0].id, entry_id=jury.films[0].id, source=ConflictSource.ENTRANT, reason="kin")
    )
    propose(session, jury)
    with pytest.raises(Invalid) as problem:
        swap(session, jury, put=0, out=3, reason="I insist")
    assert problem.value.field == "put"


def test_hours_and_panels_may_be_left_aside_with_a_reason(jury: Jury, session: Session) -> None:
    jury.round.band_bp = 100
    propose(session, jury)
    free = next(n for n in range(6) if n not in on(session, jury, 0))
    with pytest.raises(Invalid) as problem:
        swap(session, jury, put=free)
    assert problem.value.field == "reason"
    assert "20" in str(problem.value.params["why"])
    swap(session, jury, put=free, reason="a contested film")
    assert free in on(session, jury, 0)


def test_nothing_is_changed_while_a_plan_is_worked_out(jury: Jury, session: Session) -> None:
    propose(session, jury)
    assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    session.commit()
    with pytest.raises(Invalid, match="No plan waits"):
        swap(session, jury, put=0, reason="late")


def test_a_way_out_of_an_impossible_plan_is_one_button(jury: Jury, session: Session) -> None:
    for juror in jury.jurors[::3]:
        session.add(
            Conflict(juror_id=juror.id, entry_id=jury.films[0].id, source=ConflictSource.COMPUTED, reason="kin")
        )
    jury.round.band_bp = 6000
    run = propose(session, jury)
    ways = {way["action"]: place for place, way in relaxing.ways(run)}
    assert {"drop_rule", "lower_demand"} <= set(ways)
    chair = jury.actor(jury.chair)
    asked = relaxing.relax(session, jury.round, run, ways["lower_demand"], by=chair)
    assert relaxing.relax(session, jury.round, run, ways["lower_demand"], by=chair) is asked
    assert session.scalars(sa.select(RoundFilm.demand)).all() == [2]
    storing.make(session, asked)
    assert asked.state == RunState.PROPOSED
    assert len(on(session, jury, 0)) == 2


def test_a_rule_left_aside_stays_so_when_it_is_tried_again(jury: Jury, session: Session) -> None:
    for juror in jury.jurors:
        session.add(
            Conflict(juror_id=juror.id, entry_id=jury.films[0].id, source=ConflictSource.COMPUTED, reason="kin")
        )
    run = propose(session, jury)
    assert run.state == RunState.INFEASIBLE
    wishes.keep(run, Wish(dropped=frozenset({"floor"})))
    again = assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    assert wishes.of(again).dropped == {"floor"}
    assigning.drop(session, jury.round, by=jury.actor(jury.chair))
    assert jury.round.state == RoundState.SETUP
    fresh = assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    assert wishes.of(fresh) == Wish()


def at_once(sessions: sessionmaker[Session], *deeds: Callable[[Session], object]) -> list[str]:
    """Do these in transactions of their own at the same time; what each came to."""
    start, ends = Barrier(len(deeds)), [""] * len(deeds)

    def run(n: int) -> None:
        start.wait()
        try:
            with db.unit_of_work(sessions) as session:
                deeds[n](session)
            ends[n] = "done"
        except (PortalError, sa.exc.SQLAlchemyError) as problem:
            ends[n] = type(problem).__name__

    threads = [Thread(target=run, args=(n,)) for n in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def test_two_who_ask_at_once_ask_once(jury: Jury, session: Session, sessions: sessionmaker[Session]) -> None:
    round_id, by = jury.round.id, jury.actor(jury.chair)
    session.commit()

    def ask(other: Session) -> None:
        assigning.request_assignment(other, other.get_one(Round, round_id), by=by)

    assert at_once(sessions, ask, ask) == ["done", "done"]
    assert session.scalar(sa.select(sa.func.count()).select_from(AssignmentRun)) == 1


def test_two_who_publish_at_once_publish_once(jury: Jury, session: Session, sessions: sessionmaker[Session]) -> None:
    propose(session, jury)
    round_id, by = jury.round.id, jury.actor(jury.chair)
    session.commit()

    def publish(other: Session) -> None:
        assigning.publish(other, other.get_one(Round, round_id), by=by)

    assert "done" in at_once(sessions, publish, publish)
    assert session.scalar(sa.select(Round.state)) == RoundState.OPEN
    wanted = sa.select(sa.func.count()).where(AuditRecord.verb == "run.published")
    assert session.scalar(wanted) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 18
