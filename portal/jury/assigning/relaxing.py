"""The ways out of an impossible plan, as the certificate names them, done with one button."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, db
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.jury.assigning import service, wishes
from portal.jury.assigning.models import AssignmentRun
from portal.jury.models import Round, RoundFilm
from portal.lifecycles import RunState
from portal.policies import Actor

DONE_HERE = ("raise_max_minutes", "lower_min_minutes", "lower_demand", "drop_rule")
"""More jurors are seated on the page of the round."""


def ways(run: AssignmentRun) -> list[tuple[int, dict[str, Any]]]:
    """(place, way out) of those that a button can do."""
    certificate = run.report.get("certificate") or {}
    found: Sequence[dict[str, Any]] = certificate.get("relaxations", ())
    return [(place, way) for place, way in enumerate(found) if way["action"] in DONE_HERE]


def relax(session: Session, round_: Round, run: AssignmentRun, place: int, *, by: Actor) -> AssignmentRun:
    """Take this way out and ask again; raises Invalid where the plan is not the last one, or there is no such way."""
    living = service.hold(session, round_)
    way = dict(ways(run)).get(place)
    if living is not None:
        return living
    if run.state != RunState.INFEASIBLE or way is None:
        raise Invalid("main", service.OTHER_PLAN)
    wish = wishes.of(run)
    minutes = float(math.ceil(way["amount"]))
    if way["action"] == "raise_max_minutes":
        wish = replace(wish, more=_added(wish.more, way["subjects"], minutes))
    elif way["action"] == "lower_min_minutes":
        wish = replace(wish, less=_added(wish.less, way["subjects"], minutes))
    elif way["action"] == "drop_rule":
        wish = replace(wish, dropped=wish.dropped | set(way["subjects"]))
    else:
        _lower_demand(session, round_, way, by=by)
    audit.record(session, by, "run.relaxed", run, way=way)
    return service.request_assignment(session, round_, by=by, wish=wish, kappa_bp=run.kappa_bp)


def _added(before: Any, labels: Sequence[str], minutes: float) -> dict[str, float]:
    return {**before, **{label: before.get(label, 0.0) + minutes for label in labels}}


def _lower_demand(session: Session, round_: Round, way: dict[str, Any], *, by: Actor) -> None:
    """Fewer jurors for the films named, never none."""
    films = session.execute(
        sa.select(Entry.id, RoundFilm.demand)
        .outerjoin(RoundFilm, sa.and_(RoundFilm.entry_id == Entry.id, RoundFilm.round_id == round_.id))
        .where(Entry.number.in_(way["subjects"]), Entry.call_id == round_.call_id)
    ).all()
    less = math.ceil(way["amount"] / max(1, len(films)))
    rows = [
        {"round_id": round_.id, "entry_id": film.id, "demand": max(1, (film.demand or round_.jurors_per_film) - less)}
        for film in films
    ]
    if not rows:
        raise Invalid("main", service.OTHER_PLAN)
    statement = db.insert(session, RoundFilm).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["round_id", "entry_id"], set_={"demand": statement.excluded.demand}
        )
    )
    audit.record(session, by, "round.demand_lowered", round_, films=list(way["subjects"]), less=less)
