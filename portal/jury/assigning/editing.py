"""A proposed plan changed by hand: a juror taken off a film or put on it. What was changed stays in every later plan.

A conflict is never allowed; hours and panel may be left aside with a reason, which the trail keeps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import N_, translate
from portal.jury import queries
from portal.jury.assigning import rows, service, wishes
from portal.jury.assigning.models import Assignment, AssignmentRun
from portal.jury.conflicts import reach
from portal.jury.models import Juror, Panel, Round, RoundFilm
from portal.lifecycles import AssignmentState, RunState
from portal.policies import Actor

REASON_LIMIT = 300
_COUNTED = (*queries.AT_WORK, AssignmentState.PROPOSED)


@dataclass(frozen=True)
class Change:
    """Who comes to a film and who goes; either may be missing."""

    put: Juror | None = None
    out: Juror | None = None
    reason: str = ""


@dataclass(frozen=True)
class Remark:
    """What a change does to hours or panels, as a sentence with its figures."""

    text: str
    values: dict[str, object]

    @property
    def message(self) -> str:
        return translate(self.text).format(**self.values)


OVER = N_("{label} would have {minutes} minutes, {n} more than the band allows.")
UNDER = N_("{label} would have {minutes} minutes, {n} less than the band asks for.")
PANEL_OFF = N_("Panel {panel} would see this film {n} times, not {wanted}.")


def change(session: Session, round_: Round, film: Entry, wanted: Change, *, by: Actor) -> list[Remark]:
    """Change who sees a film in the plan that waits; raises Invalid with what stands against it.

    Returns what was left aside because a reason was given.
    """
    run = service.hold(session, round_)
    if run is None or run.state != RunState.PROPOSED:
        raise Invalid("main", N_("No plan waits for its publication, so there is nothing to change."))
    if len(wanted.reason) > REASON_LIMIT:
        raise Invalid("reason", N_("Shorten this to {limit} characters."), limit=REASON_LIMIT)
    if wanted.put is None and wanted.out is None:
        raise Invalid("put", N_("Choose who comes or who goes."))
    leaving = _leaving(session, run, film, wanted.out)
    _expect_free(session, round_, film, wanted.put)
    against = warnings(session, round_, run, film, wanted)
    if against and not wanted.reason:
        raise Invalid("reason", N_("{why} Give a reason to do it all the same."), why=against[0].message)
    if leaving is not None and wanted.out is not None:
        _take_out(session, run, leaving, wanted, by=by)
    if wanted.put is not None:
        _put_in(session, run, film, wanted.put, wanted.reason, by=by)
    session.flush()
    return against


def _leaving(session: Session, run: AssignmentRun, film: Entry, out: Juror | None) -> Assignment | None:
    """Only what is not shown yet can be taken out by hand."""
    if out is None:
        return None
    found = session.scalar(
        sa.select(Assignment).where(
            Assignment.run_id == run.id,
            Assignment.entry_id == film.id,
            Assignment.juror_id == out.id,
            Assignment.state == AssignmentState.PROPOSED,
        )
    )
    if found is None:
        raise Invalid("out", N_("This juror is not on the film in this plan, or has the film already."))
    return found


def _expect_free(session: Session, round_: Round, film: Entry, put: Juror | None) -> None:
    if put is None:
        return
    if put.ended_at is not None:
        raise Invalid("put", N_("This seat has ended."))
    if (film.id, put.id) in reach.pairs(session, round_):
        raise Invalid("put", N_("{label} has a conflict with this film."), label=put.label)
    standing = session.scalar(
        sa.select(Assignment.state).where(Assignment.entry_id == film.id, Assignment.juror_id == put.id)
    )
    if standing is not None:
        has = standing in _COUNTED
        text = N_("{label} has this film already.") if has else N_("{label} has given this film up.")
        raise Invalid("put", text, label=put.label)


def warnings(session: Session, round_: Round, run: AssignmentRun, film: Entry, wanted: Change) -> list[Remark]:
    """What the change does to hours and panels, without making it."""
    found = []
    bands = {row["label"]: row for row in run.report.get("load", ())}
    length = (film.runtime_s or 0) / 60
    for juror, sign in ((wanted.put, 1), (wanted.out, -1)):
        if juror is not None and juror.label in bands:
            found += _against_band(juror.label, bands[juror.label], load(session, juror.id) + sign * length, sign)
    return found + _against_panels(session, round_, film, wanted)


def load(session: Session, juror_id: int) -> float:
    """Minutes on a juror's list, with what is only proposed."""
    total = session.scalar(
        sa.select(sa.func.sum(Entry.runtime_s))
        .join(Assignment, Assignment.entry_id == Entry.id)
        .where(Assignment.juror_id == juror_id, Assignment.state.in_(_COUNTED))
    )
    return (total or 0) / 60


def _against_band(label: str, band: dict[str, float], minutes: float, sign: int) -> list[Remark]:
    beyond = minutes - band["most"] if sign > 0 else band["least"] - minutes
    if beyond < 0.05:
        return []
    values = {"label": label, "minutes": round(minutes), "n": max(1, round(beyond))}
    return [Remark(OVER if sign > 0 else UNDER, values)]


def _against_panels(session: Session, round_: Round, film: Entry, wanted: Change) -> list[Remark]:
    if wanted.put is not None and wanted.out is not None and wanted.put.panel_id == wanted.out.panel_id:
        return []
    counted = session.execute(
        sa.select(Juror.panel_id, sa.func.count())
        .join(Assignment, Assignment.juror_id == Juror.id)
        .where(Assignment.entry_id == film.id, Juror.round_id == round_.id, Assignment.state.in_(_COUNTED))
        .group_by(Juror.panel_id)
    )
    seen = {row[0]: int(row[1]) for row in counted}
    own = session.scalar(
        sa.select(RoundFilm.demand).where(RoundFilm.round_id == round_.id, RoundFilm.entry_id == film.id)
    )
    panels = session.scalars(sa.select(Panel).where(Panel.round_id == round_.id).order_by(Panel.position)).all()
    whole = sum(panel.demand for panel in panels) or 1
    found = []
    for panel in panels:
        after = seen.get(panel.id, 0) + _step(wanted.put, panel) - _step(wanted.out, panel)
        exact = (own or round_.jurors_per_film) * panel.demand / whole
        touched = _step(wanted.put, panel) or _step(wanted.out, panel)
        if touched and not int(exact) <= after <= -(-exact // 1):
            values = {"panel": panel.code, "n": after, "wanted": f"{exact:g}"}
            found.append(Remark(PANEL_OFF, values))
    return found


def _step(juror: Juror | None, panel: Panel) -> int:
    return 1 if juror is not None and juror.panel_id == panel.id else 0


def _take_out(session: Session, run: AssignmentRun, leaving: Assignment, wanted: Change, *, by: Actor) -> None:
    wish = wishes.of(run)
    wishes.keep(run, replace(wish, out=wish.out | {(leaving.entry_id, leaving.juror_id)}))
    audit.record(
        session, by, "assignment.taken_out", run, film=leaving.entry_id, juror=leaving.juror_id, reason=wanted.reason
    )
    session.delete(leaving)
    session.flush()


def _put_in(session: Session, run: AssignmentRun, film: Entry, put: Juror, reason: str, *, by: Actor) -> None:
    wish = wishes.of(run)
    wishes.keep(run, replace(wish, out=wish.out - {(film.id, put.id)}))
    made = Assignment(**rows.proposed(run, film.id, put.id, seed=run.seed, affinity=None), fixed=True)
    session.add(made)
    session.flush()
    audit.record(session, by, "assignment.put_in", made, film=film.id, juror=put.id, reason=reason)
