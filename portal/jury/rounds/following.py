"""The round that follows: a plan's next stage, with the best films so far and the same jurors in new seats."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal import audit
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury import queries
from portal.jury.conflicts.models import Conflict, ConflictState
from portal.jury.models import Juror, Panel, Round
from portal.jury.rounds import comparing, editing, listing, setup, writing
from portal.lifecycles import RoundState
from portal.policies import Actor

_OF_SEAT = ("employer", "max_minutes", "categories", "weekly_minutes")
OVER = (RoundState.CLOSED, RoundState.DECIDED, RoundState.ANNOUNCED)


def next_stage(round_: Round, index: int) -> tuple[int, list[int]] | None:
    """The number of a plan's stage after this round's own, with its [films, further jurors]; None after the last."""
    at = int(round_.comparison.get("stage", 0)) + 1
    found = comparing.stages(round_, index)
    return (at, found[at]) if at < len(found) else None


def existing(session: Session, round_: Round) -> Round | None:
    """The round that was made of this one's plan and is still being set up."""
    found = session.scalars(
        sa.select(Round).where(Round.source_id == round_.id, Round.state == RoundState.SETUP).order_by(Round.id)
    ).all()
    return next((one for one in found if "stage" in one.comparison), None)


def make(
    session: Session, round_: Round, index: int, *, name_ko: str, name_en: str, due_at: datetime, by: Actor
) -> Round:
    """Make a plan's next stage once this round has results; made twice it is the same round."""
    session.execute(sa.select(Round.id).where(Round.id == round_.id).with_for_update())
    found = existing(session, round_)
    if found is not None:
        return found
    stage = next_stage(round_, index)
    if stage is None:
        raise Invalid("plan", N_("This plan has no further stage."))
    if round_.results_at is None or round_.state not in OVER:
        raise Invalid("plan", N_("Close this round first; its results say which films go on."))
    at, (films, each) = stage
    comparing.spread(round_, each)
    _expect_new(session, round_, name_ko, name_en)
    made = setup.make_round(session, round_.call, name_ko=name_ko, name_en=name_en, due_at=due_at, by=by)
    whole = _like(session, round_, made.code)
    listing.take(session, whole, round_, "top", films, rev=whole.rev, by=by)
    _demand(whole, each)
    whole.comparison = {**round_.comparison, "stage": at, "used": index}
    session.flush()
    copy_jurors(session, round_, whole, by=by)
    audit.record(session, by, "round.followed", round_, code=whole.code, films=films, jurors=each)
    return whole


def _expect_new(session: Session, round_: Round, name_ko: str, name_en: str) -> None:
    """A round by this name that is being set up is somebody's work: it is not to be written over."""
    same = sa.select(Round.id).filter_by(call_id=round_.call_id, name_ko=name_ko, name_en=name_en)
    if session.scalar(same.where(Round.state == RoundState.SETUP).limit(1)):
        raise Invalid("name_ko", N_("Another round that is being set up has this name."))


def _like(session: Session, round_: Round, code: str) -> Round:
    """The new round with the other's panels and settings."""
    made = queries.round_by_code(session, code)
    assert made is not None
    writing.write(session, made, writing.of_round(round_))
    for name in editing.SETTINGS:
        setattr(made, name, getattr(round_, name))
    session.flush()
    session.expire(made)
    whole = queries.round_by_code(session, code)
    assert whole is not None
    return whole


def _demand(round_: Round, each: int) -> None:
    demands = comparing.spread(round_, each)
    for panel in round_.panels:
        panel.demand = demands[panel.id]
    round_.jurors_per_film = each


def copy_jurors(session: Session, source: Round, round_: Round, *, by: Actor) -> int:
    """Seat the jurors of another round on the panels of the same names, with what they have to do with films."""
    panels = {panel.code: panel for panel in round_.panels}
    seats = session.scalars(
        sa.select(Juror)
        .where(Juror.round_id == source.id, Juror.ended_at.is_(None))
        .options(selectinload(Juror.panel))
        .order_by(Juror.id)
    ).all()
    for seat in seats:
        panel = panels.get(seat.panel.code, round_.panels[0])
        _seat_again(session, seat, round_, panel, by)
    return len(seats)


def _seat_again(session: Session, seat: Juror, round_: Round, panel: Panel, by: Actor) -> None:
    again = setup.seat_juror(
        session, round_, panel, seat.person_id, languages=seat.languages, genres=seat.genres, by=by
    )
    for name in _OF_SEAT:
        setattr(again, name, getattr(seat, name))
    known = {one.entry_id for one in session.scalars(sa.select(Conflict).where(Conflict.juror_id == again.id))}
    rows = sa.select(Conflict).where(Conflict.juror_id == seat.id, Conflict.status != ConflictState.DISMISSED)
    session.add_all(_again(one, again.id) for one in session.scalars(rows) if one.entry_id not in known)
    session.flush()


def _again(conflict: Conflict, juror_id: int) -> Conflict:
    columns = [column.key for column in sa.inspect(Conflict).column_attrs if column.key not in ("id", "code", "rev")]
    values: dict[str, Any] = {name: getattr(conflict, name) for name in columns}
    return Conflict(**values | {"juror_id": juror_id})
