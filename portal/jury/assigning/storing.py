"""The worker's last step: a plan becomes rows, in one transaction, or nothing of it does.

A killed worker leaves the run as it was: asked for, and found again by the sweep.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.entries.models import Entry
from portal.jury.allocation.exchange import fingerprint
from portal.jury.allocation.model import ENGINE, Pair, Plan
from portal.jury.assigning import archive, planning, reporting, solving, wishes
from portal.jury.assigning.models import Assignment, AssignmentRun
from portal.jury.assigning.planning import Sheet
from portal.jury.assigning.rows import proposed
from portal.jury.assigning.solving import Solved
from portal.jury.conflicts import reach
from portal.jury.models import Juror, Round
from portal.lifecycles import AssignmentState, RoundState, RunState, advance
from portal.policies import SYSTEM, Actor


class Overtaken(Exception):
    """What the plan was worked out from has changed meanwhile; the next try sees it."""


def sheet_of(session: Session, run: AssignmentRun) -> Sheet:
    """What a run is to be worked out from, as it is now."""
    round_ = session.get_one(Round, run.round_id)
    return planning.instance_of(session, round_, wish=wishes.of(run), kappa_bp=run.kappa_bp)


def make(session: Session, run: AssignmentRun, *, budget: float = solving.BUDGET) -> None:
    """Read, solve and store in the transaction at hand: for scripts and tests; the worker does it in three."""
    sheet = sheet_of(session, run)
    store(session, run, sheet, solving.solve(sheet.instance, repair=sheet.repair, budget=budget))


def store(session: Session, run: AssignmentRun, sheet: Sheet, solved: Solved) -> None:
    """Keep the plan and propose its pairs; an impossible one sends the round back with who and why."""
    round_ = session.get_one(Round, run.round_id, with_for_update=True)
    if run.state != RunState.WANTED:
        return
    session.refresh(round_, ["band_bp"])
    told = reporting.report(sheet, solved) | {"band_bp": round_.band_bp, "asked": wishes.of(run).as_json()}
    run.report, run.engine, run.seed, run.solved_at = told, ENGINE, sheet.instance.seed, clock.now()
    run.fingerprint = fingerprint(sheet.instance)
    run.instance = archive.pack_instance(sheet.instance, sheet.traits)
    if solved.plan.status == "infeasible":
        _impossible(session, run, round_)
        return
    run.pairs = archive.pack_plans(solved.variants or {run.kappa_bp: solved.plan})
    _propose(session, run, round_, sheet, solved.plan)
    advance(session, run, RunState.PROPOSED, by=SYSTEM, pairs=len(solved.plan.pairs), gap=told["gap"])
    if round_.state == RoundState.ASSIGNING:
        advance(session, round_, RoundState.PROPOSED, by=SYSTEM, run=run.code)


def _impossible(session: Session, run: AssignmentRun, round_: Round) -> None:
    run.settled_at = clock.now()
    advance(session, run, RunState.INFEASIBLE, by=SYSTEM, certificate=run.report["certificate"])
    if round_.state == RoundState.ASSIGNING:
        advance(session, round_, RoundState.SETUP, by=SYSTEM, run=run.code)


def _propose(session: Session, run: AssignmentRun, round_: Round, sheet: Sheet, plan: Plan) -> None:
    """Rows for every pair that has none yet; what was set by hand belongs to this plan from now on."""
    session.execute(
        sa.delete(Assignment).where(
            Assignment.round_id == round_.id, Assignment.state == AssignmentState.PROPOSED, ~Assignment.fixed
        )
    )
    session.execute(
        sa.update(Assignment)
        .where(Assignment.round_id == round_.id, Assignment.state == AssignmentState.PROPOSED)
        .values(run_id=run.id)
        .execution_options(synchronize_session="fetch")
    )
    standing = _standing(session, round_.id)
    new = [pair for pair in plan.pairs if not sheet.ids([pair]) & standing]
    if sheet.ids(new) & reach.pairs(session, round_) or not _seated(session, sheet, new):
        raise Overtaken("a conflict or the end of a seat came in between")
    rows = [_row(run, sheet, pair) for pair in new]
    if rows:
        session.execute(sa.insert(Assignment), rows)


def _standing(session: Session, round_id: int) -> set[tuple[int, int]]:
    rows = session.execute(sa.select(Assignment.entry_id, Assignment.juror_id).where(Assignment.round_id == round_id))
    return {(row.entry_id, row.juror_id) for row in rows}


def _seated(session: Session, sheet: Sheet, pairs: Iterable[Pair]) -> bool:
    wanted = {sheet.jurors[juror].id for _, juror in pairs}
    seated = session.scalars(sa.select(Juror.id).where(Juror.id.in_(wanted), Juror.ended_at.is_(None)))
    return wanted <= set(seated)


def _row(run: AssignmentRun, sheet: Sheet, pair: Pair) -> dict[str, Any]:
    film, juror = sheet.films[pair[0]].id, sheet.jurors[pair[1]].id
    affinity = round(float(sheet.instance.affinity[pair]), 4)
    return proposed(run, film, juror, seed=sheet.instance.seed, affinity=affinity)


def choose(session: Session, run: AssignmentRun, kappa_bp: int, *, by: Actor) -> bool:
    """Take another of a repair's plans: how much keeping a pair is worth; False where it was not worked out."""
    round_ = session.get_one(Round, run.round_id, with_for_update=True)
    offered = {int(one["kappa_bp"]) for one in run.report.get("knob", ())}
    if kappa_bp not in offered or run.instance is None or run.pairs is None or run.state != RunState.PROPOSED:
        return False
    kept = archive.unpack_instance(run.instance)
    plan = archive.unpack_plan(run.pairs, kappa_bp)
    instance = replace(kept.instance, kappa=kappa_bp / 10_000)
    _exchange(session, run, round_, [(instance.films[f].id, instance.jurors[j].id) for f, j in plan.pairs])
    run.report = run.report | reporting.of_plan(instance, plan)
    before, run.kappa_bp, run.fingerprint = run.kappa_bp, kappa_bp, fingerprint(instance)
    run.instance = archive.pack_instance(instance, archive.unpack(run.instance)["traits"])
    audit.record(session, by, "run.kappa", run, before=before, after=kappa_bp)
    return True


def _exchange(session: Session, run: AssignmentRun, round_: Round, pairs: list[tuple[str, str]]) -> None:
    """Other proposed rows for the run; pairs are (number, label). What was set by hand stays if the plan has it."""
    films = _ids(session, sa.select(Entry.number, Entry.id).where(Entry.number.in_({number for number, _ in pairs})))
    jurors = _ids(session, sa.select(Juror.label, Juror.id).where(Juror.round_id == round_.id))
    wanted = {(films[number], jurors[label]) for number, label in pairs}
    rows = sa.select(Assignment.id, Assignment.entry_id, Assignment.juror_id, Assignment.fixed).where(
        Assignment.run_id == run.id, Assignment.state == AssignmentState.PROPOSED
    )
    gone = [row.id for row in session.execute(rows) if not (row.fixed and (row.entry_id, row.juror_id) in wanted)]
    session.execute(sa.delete(Assignment).where(Assignment.id.in_(gone)))
    new = sorted(wanted - _standing(session, round_.id))
    if new:
        made = [proposed(run, film, juror, seed=run.seed, affinity=None) for film, juror in new]
        session.execute(sa.insert(Assignment), made)


def _ids(session: Session, statement: sa.Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(statement)}
