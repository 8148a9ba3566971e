"""The same inputs give the same plan: a stored instance solved again and held against what was stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from portal import claims, clock
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.allocation import engine
from portal.jury.allocation.exchange import fingerprint
from portal.jury.allocation.model import ENGINE
from portal.jury.assigning import archive, replays, tries
from portal.jury.assigning.models import AssignmentRun
from portal.lifecycles import RunState


@dataclass(frozen=True)
class Stored:
    """What is needed to solve a run again."""

    code: str
    kappa_bp: int
    engine: str
    fingerprint: str
    instance: bytes
    pairs: bytes | None


def take(session: Session, run_id: int) -> Stored | None:
    """Claim a run that is to be solved again; one that was tried too often is noted as such."""
    run = claims.claim(session, AssignmentRun, run_id, AssignmentRun.state != RunState.WANTED, lease=tries.LEASE)
    if run is None:
        return None
    wanted = run.report.get("replay", {}).get("state") == replays.WANTED
    if not wanted or run.instance is None or run.attempts > claims.MAX_ATTEMPTS:
        claims.settle(run)
        if wanted:
            run.report = {**run.report, "replay": {"state": "failed"}}
        return None
    return stored_of(run)


def stored_of(run: AssignmentRun) -> Stored:
    """What a run has kept; raises Invalid where there is nothing."""
    if run.instance is None:
        raise Invalid("run", N_("There is no plan to solve again yet."))
    return Stored(run.code, run.kappa_bp, run.engine, run.fingerprint, run.instance, run.pairs)


def again(stored: Stored) -> dict[str, Any]:
    """Solve it, and say whether inputs and plan are the same as then."""
    kept = archive.unpack_instance(stored.instance)
    plan = engine.assign(kept.instance)
    before = archive.unpack_plan(stored.pairs, stored.kappa_bp).pairs if stored.pairs else ()
    return {
        "run": stored.code,
        "engine": ENGINE,
        "same_engine": stored.engine == ENGINE,
        "fingerprint": fingerprint(kept.instance),
        "same_inputs": fingerprint(kept.instance) == stored.fingerprint,
        "same_plan": set(before) == set(plan.pairs),
        "differing_pairs": len(set(before) ^ set(plan.pairs)),
        "status": plan.status,
        "objective": round(plan.objective, 6),
        "cpu_seconds": round(plan.cpu_seconds, 3),
    }


def note(session: Session, run_id: int, found: dict[str, Any]) -> None:
    """Keep what came out."""
    run = session.get_one(AssignmentRun, run_id, with_for_update=True, populate_existing=True)
    run.report = {**run.report, "replay": {"state": "done", "at": clock.now().isoformat(timespec="seconds"), **found}}
    claims.settle(run)
    run.attempts = 0


def by_code(session: Session, code: str) -> dict[str, Any]:
    """For the command: solve the run with this code again; raises Invalid where there is none."""
    run = session.scalar(
        sa.select(AssignmentRun)
        .where(AssignmentRun.code == code)
        .options(undefer(AssignmentRun.instance), undefer(AssignmentRun.pairs))
    )
    if run is None:
        raise Invalid("run", N_("There is no such plan."))
    return again(stored_of(run))
