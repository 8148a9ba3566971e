"""A plan to be proven again: asked for, found by the sweep, noted. Brings no solver; see replaying."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, claims, doorbell
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.assigning.models import AssignmentRun
from portal.lifecycles import RunState
from portal.policies import Actor

WANTED = "wanted"
_IS_WANTED = AssignmentRun.report["replay"]["state"].as_string() == WANTED


def waiting(session: Session) -> Sequence[int]:
    """Runs to be solved again."""
    return claims.waiting(session, AssignmentRun, AssignmentRun.state != RunState.WANTED, _IS_WANTED)


def ask(session: Session, run: AssignmentRun, *, by: Actor) -> None:
    """Have the stored instance solved again; asking twice is asking once."""
    session.execute(sa.select(AssignmentRun.id).where(AssignmentRun.id == run.id).with_for_update())
    session.refresh(run, ["report", "state", "rev"])
    if run.state == RunState.WANTED or not run.fingerprint:
        raise Invalid("replay", N_("There is no plan to solve again yet."))
    if run.report.get("replay", {}).get("state") == WANTED:
        return
    run.report = {**run.report, "replay": {"state": WANTED}}
    run.attempts, run.last_error = 0, None
    audit.record(session, by, "run.replay", run)
    doorbell.after_commit(session, "jury.replay", run.id)
