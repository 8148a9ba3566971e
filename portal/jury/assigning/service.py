"""The chair's side of a plan: asked for, taken back, and shown to all jurors at once.

A proposed plan is invisible to jurors. The worker makes it (portal.jury.assigning.storing), so that no page computes.
Whoever changes a plan holds the round's row first: two who press at once come one after the other.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, doorbell
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury import queries
from portal.jury.assigning import letters, moving, wishes
from portal.jury.assigning.models import Assignment, AssignmentRun, RunKind
from portal.jury.assigning.wishes import Wish
from portal.jury.conflicts import reach
from portal.jury.models import Round
from portal.lifecycles import AssignmentState, RoundState, RunState, advance, advance_all
from portal.policies import Actor

LIVING = (RunState.WANTED, RunState.PROPOSED)
RUNNING = (RoundState.OPEN, RoundState.PAUSED)
OTHER_PLAN = N_("This plan has been replaced meanwhile. Look at the one that is here now.")


def hold(session: Session, round_: Round) -> AssignmentRun | None:
    """Keep others from changing the round's plan until the end; the run that is wanted or proposed, read anew."""
    session.flush()
    session.execute(sa.select(Round.id).where(Round.id == round_.id).with_for_update())
    session.refresh(round_, ["state", "rev"])
    return session.scalar(
        sa.select(AssignmentRun)
        .where(AssignmentRun.round_id == round_.id, AssignmentRun.state.in_(LIVING))
        .execution_options(populate_existing=True)
    )


def request_assignment(
    session: Session, round_: Round, *, by: Actor, wish: Wish | None = None, kappa_bp: int | None = None
) -> AssignmentRun:
    """Ask the worker for a plan, for a repair where the round is running; asking twice while it works is asking once.

    Without a `wish` the new plan respects what the last one was asked to, and every pair set by hand.
    """
    living = hold(session, round_)
    if living is not None and living.state == RunState.WANTED:
        return living
    repair = round_.state in RUNNING
    if not repair and round_.state not in (RoundState.SETUP, RoundState.ASSIGNING, RoundState.PROPOSED):
        raise Invalid("main", N_("The round takes no more changes."))
    before = _last(session, round_.id)
    if living is not None:
        _lay_aside(session, living, by=by, with_fixed=False)
    run = AssignmentRun(
        round_id=round_.id,
        kind=RunKind.REPAIR if repair else RunKind.FULL,
        kappa_bp=round_.kappa_bp if kappa_bp is None else kappa_bp,
        seed=round_.seed,
        wanted_by_id=by.person_id,
        report={},
    )
    wishes.keep(run, wishes.of(before) if wish is None else wish)
    session.add(run)
    session.flush()
    audit.record(session, by, "run.wanted", run, round=round_.id, kind=str(run.kind), asked=run.report["asked"])
    if round_.state != RoundState.ASSIGNING and not repair:
        advance(session, round_, RoundState.ASSIGNING, by=by, run=run.code)
    doorbell.after_commit(session, "jury.assign", run.id)
    return run


def _last(session: Session, round_id: int) -> AssignmentRun | None:
    """The last run, unless it came to its end: what it was asked for holds for the next one."""
    run = session.scalar(
        sa.select(AssignmentRun).where(AssignmentRun.round_id == round_id).order_by(AssignmentRun.id.desc()).limit(1)
    )
    return None if run is None or run.state in (RunState.PUBLISHED, RunState.DROPPED) else run


def _lay_aside(session: Session, run: AssignmentRun, *, by: Actor, with_fixed: bool) -> None:
    """The plan is not to be published; what was set by hand goes with it or stays for the next one."""
    advance(session, run, RunState.DROPPED, by=by)
    run.settled_at = clock.now()
    proposed = sa.delete(Assignment).where(
        Assignment.round_id == run.round_id, Assignment.state == AssignmentState.PROPOSED
    )
    session.execute(proposed if with_fixed else proposed.where(~Assignment.fixed))
    session.flush()


def drop(session: Session, round_: Round, *, by: Actor) -> bool:
    """Take a plan back, or the question for it, with all that was set by hand; False where there is none."""
    living = hold(session, round_)
    if living is None:
        return False
    _lay_aside(session, living, by=by, with_fixed=True)
    if round_.state in (RoundState.ASSIGNING, RoundState.PROPOSED):
        advance(session, round_, RoundState.SETUP, by=by, run=living.code)
    return True


def publish(session: Session, round_: Round, *, by: Actor, code: str | None = None) -> int:
    """Show the whole plan to the jurors in one step and tell each who it concerns; how many assignments are new.

    Pressed twice, it is done once. `code` is the plan that was looked at; raises Invalid where it is there no more.
    """
    run = hold(session, round_)
    if run is None or run.state != RunState.PROPOSED:
        return _published_before(session, round_, code)
    if code is not None and run.code != code:
        raise Invalid("plan", OTHER_PLAN)
    if round_.due_at <= clock.now():
        raise Invalid("due_at", N_("The round's due date has passed. Set a later one first."))
    _expect_no_clash(session, round_, run)
    if round_.state == RoundState.PROPOSED:
        advance(session, round_, RoundState.OPEN, by=by, run=run.code)
        round_.opened_at = clock.now()
    moved = moving.move_away(session, round_, run, by=by)
    shown = _show(session, round_, run, by=by)
    advance(session, run, RunState.PUBLISHED, by=by, shown=shown, moved=len(moved))
    run.settled_at = clock.now()
    letters.tell(session, round_, run, moved)
    return shown


def _published_before(session: Session, round_: Round, code: str | None) -> int:
    if code is None and round_.state != RoundState.OPEN:
        raise Invalid("plan", N_("There is no plan to publish. Have one worked out first."))
    state = session.scalar(sa.select(AssignmentRun.state).where(AssignmentRun.code == code)) if code else None
    if code is not None and state != RunState.PUBLISHED:
        raise Invalid("plan", OTHER_PLAN)
    return 0


def _expect_no_clash(session: Session, round_: Round, run: AssignmentRun) -> None:
    """Never a pair in conflict, a seat that ended or a film that is not judged any more."""
    rows = session.execute(
        sa.select(Assignment.entry_id, Assignment.juror_id).where(
            Assignment.run_id == run.id, Assignment.state == AssignmentState.PROPOSED
        )
    )
    pairs = {(row.entry_id, row.juror_id) for row in rows}
    judged = set(session.scalars(sa.select(queries.judged_entries(round_).subquery().c.id)))
    if pairs & reach.pairs(session, round_) or not {entry for entry, _ in pairs} <= judged:
        raise Invalid("plan", moving.MEANWHILE)


def _show(session: Session, round_: Round, run: AssignmentRun, *, by: Actor) -> int:
    of_run = (Assignment.run_id == run.id, Assignment.state == AssignmentState.PROPOSED)
    session.execute(
        sa.update(Assignment)
        .where(*of_run)
        .values(published_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return advance_all(session, Assignment, AssignmentState.PUBLISHED, *of_run, by=by, round=round_.id)
