"""The films a round lists: taken from an earlier round, added by number, taken out; and films seen by more jurors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.db import insert
from portal.entries.models import Entry
from portal.errors import Invalid, InvalidMany
from portal.i18n import N_
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Round, RoundFilm, RoundReach
from portal.jury.results.models import Result
from portal.jury.results.queries import BAND
from portal.jury.rounds import editing
from portal.lifecycles import DecisionState, EntryState
from portal.policies import Actor

MOST_JURORS = 20
_DECIDED = (DecisionState.PENDING, DecisionState.ANNOUNCED)
RULES = ("top", "decided", "contested")


def films_of(source: Round, rule: str, count: int) -> sa.Select[Any]:
    """The ids of the source's films by a rule: its best by rank, its selected, or those that may go either way."""
    if rule == "decided":
        decided = sa.select(Decision.entry_id).where(Decision.round_id == source.id, Decision.state.in_(_DECIDED))
        return decided.where(Decision.outcome == Outcome.SELECTED)
    results = sa.select(Result.entry_id).where(Result.round_id == source.id)
    return results.where(*BAND) if rule == "contested" else results.where(Result.rank <= count)


def take(session: Session, round_: Round, source: Round, rule: str, count: int, *, rev: int, by: Actor) -> int:
    """List the films of an earlier round that fit a rule, besides those listed already; how many came."""
    editing.hold(session, round_, rev)
    editing.expect_setup(round_)
    if source.call_id != round_.call_id:
        raise Invalid("source", N_("That round judges the films of another call."))
    if rule == "top" and count < 1:
        raise Invalid("count", N_("Write a number from {least} to {most}."), least=1, most=10_000)
    found = session.scalars(_eligible(round_).where(Entry.id.in_(films_of(source, rule, count)))).all()
    if not found:
        raise Invalid("rule", N_("That round has no such films."))
    came = _list(session, round_, found)
    round_.reach, round_.source_id = RoundReach.LISTED, source.id
    _finish(session, round_, "round.films_taken", by, source=source.code, rule=rule, count=count, came=came)
    return came


def add(session: Session, round_: Round, film: str, *, rev: int, by: Actor) -> None:
    """List one film by its number; twice is once."""
    editing.hold(session, round_, rev)
    editing.expect_setup(round_)
    entry_id = session.scalar(_eligible(round_).where(Entry.number == film))
    if entry_id is None:
        raise Invalid("number", N_("No eligible film of this call has this number."))
    _list(session, round_, [entry_id])
    _finish(session, round_, "round.film_listed", by, entry=entry_id)


def change(
    session: Session,
    round_: Round,
    demands: Mapping[int, int | None],
    *,
    rev: int,
    by: Actor,
    without: int | None = None,
) -> None:
    """Keep how many jurors see each of these films, None being the round's own number; `without` is one that goes."""
    editing.hold(session, round_, rev)
    editing.expect_setup(round_)
    _check(demands, without)
    rows = sa.select(RoundFilm).where(RoundFilm.round_id == round_.id, RoundFilm.entry_id.in_(list(demands)))
    changed = {row.entry_id: demands[row.entry_id] for row in session.scalars(rows) if _set(row, demands)}
    if without is not None:
        gone = sa.delete(RoundFilm).where(RoundFilm.round_id == round_.id, RoundFilm.entry_id == without)
        session.execute(gone)
    if changed or without is not None:
        _finish(session, round_, "round.films_changed", by, demands=changed, without=without)


def reach(session: Session, round_: Round, wish: RoundReach, *, rev: int, by: Actor) -> None:
    """Judge every eligible film of the call, or the listed ones alone."""
    editing.hold(session, round_, rev)
    editing.expect_setup(round_)
    if round_.reach != wish:
        round_.reach = wish
        _finish(session, round_, "round.reach", by, reach=wish.value)


def _eligible(round_: Round) -> sa.Select[Any]:
    return sa.select(Entry.id).where(Entry.call_id == round_.call_id, Entry.state == EntryState.ELIGIBLE)


def _list(session: Session, round_: Round, entry_ids: Collection[int]) -> int:
    rows = [{"round_id": round_.id, "entry_id": entry_id} for entry_id in entry_ids]
    before = _count(session, round_)
    session.execute(insert(session, RoundFilm).on_conflict_do_nothing(), rows)
    return _count(session, round_) - before


def _count(session: Session, round_: Round) -> int:
    found = session.scalar(sa.select(sa.func.count()).where(RoundFilm.round_id == round_.id))
    return found or 0


def _set(row: RoundFilm, demands: Mapping[int, int | None]) -> bool:
    before, row.demand = row.demand, demands[row.entry_id]
    return before != row.demand


def _check(demands: Mapping[int, int | None], without: int | None) -> None:
    """Raises InvalidMany with every number out of range; what goes may say anything."""
    wrong = [
        Invalid(f"demand-{key}", N_("Write a number from {least} to {most}."), least=1, most=MOST_JURORS)
        for key, demand in demands.items()
        if key != without and demand is not None and not 1 <= demand <= MOST_JURORS
    ]
    if wrong:
        raise InvalidMany(wrong)


def _finish(session: Session, round_: Round, verb: str, by: Actor, **detail: Any) -> None:
    editing.touch(session, round_)
    audit.record(session, by, verb, round_, **detail)
