"""The reserves: their order, and who takes over the place of a selected film that left.

A reserve that takes over is decided anew: its maker learns of it when a second person has released that, too.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.decisions import mails, queries
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.decisions.queries import Shown
from portal.jury.models import Round
from portal.lifecycles import DecisionState, EntryState, advance
from portal.policies import Actor


def move(session: Session, round_: Round, decision: Decision, step: int, *, by: Actor) -> None:
    """Move a reserve up (-1) or down (1) in the order in which reserves take over."""
    ids = [row.decision_id for row in session.execute(queries.films(round_, Shown.RESERVE))]
    if decision.id not in ids:
        raise Invalid("order", N_("This film is not on the reserve list."))
    here = ids.index(decision.id)
    there = min(max(here + step, 0), len(ids) - 1)
    ids.insert(there, ids.pop(here))
    for position, decision_id in enumerate(ids, start=1):
        session.execute(sa.update(Decision).where(Decision.id == decision_id).values(position=position))
    audit.record(session, by, "round.reserves", round_, order=ids)
    session.expire(decision)


def promote(session: Session, round_: Round, decision: Decision, *, by: Actor) -> None:
    """Let a reserve take over the place of a selected film that left; one reserve for each such place."""
    if decision.state != DecisionState.ANNOUNCED or decision.outcome != Outcome.RESERVE:
        raise Invalid("reserve", N_("This film is not on the reserve list."))
    if decision.entry.state != EntryState.ELIGIBLE:
        raise Invalid("reserve", N_("This film is no longer in the running."))
    free = queries.vacancies(session, round_.id)
    if not free:
        raise Invalid("reserve", N_("No place is free: every selected film is still in the running."))
    decision.outcome, decision.replaces_id = Outcome.SELECTED, free[0].decision_id
    decision.decided_by_id, decision.decided_at, decision.released_by_id = by.person_id, clock.now(), None
    try:
        with session.begin_nested():
            advance(session, decision, DecisionState.PENDING, by=by, outcome="selected", replaces=free[0].number)
            session.flush()
    except IntegrityError:
        session.expire(decision)
        raise Invalid("reserve", N_("Somebody else has just filled this place.")) from None
    mails.queue(session, round_, decision.entry, decision)


def put_back(session: Session, decision: Decision, *, by: Actor) -> None:
    """Take a promotion back before its release: the film stays on the reserve list, and its maker has seen nothing."""
    mails.supersede(session, decision, by)
    decision.outcome, decision.replaces_id = Outcome.RESERVE, None
    advance(session, decision, DecisionState.ANNOUNCED, by=by, outcome="reserve")
    session.flush()
