"""A worker's hold on a round whose assignment was asked for: taken, given back with its error, given up."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from portal import claims
from portal.jury.models import Round
from portal.lifecycles import RoundState, advance
from portal.policies import SYSTEM

LEASE = timedelta(minutes=2)
LONGEST_ERROR = 2000


def take(session: Session, round_id: int) -> bool:
    """Claim a round that waits for its plan; False when it is not to be had, or was tried as often as may be.

    The claim is to be committed before the work begins: a try that kills its worker counts as well.
    """
    round_ = claims.claim(session, Round, round_id, Round.state == RoundState.ASSIGNING, lease=LEASE)
    if round_ is None:
        return False
    if round_.attempts > claims.MAX_ATTEMPTS:
        _give_up(session, round_)
        return False
    return True


def wanted(session: Session, round_id: int) -> Round | None:
    """The round, locked for the end of a try; None when nobody waits for its plan any more."""
    round_ = session.get_one(Round, round_id, with_for_update=True)
    return round_ if round_.state == RoundState.ASSIGNING else None


def give_back(session: Session, round_id: int, error: str) -> None:
    """Let the round be tried again by whoever comes next."""
    if round_ := wanted(session, round_id):
        claims.settle(round_, error=error[:LONGEST_ERROR])


def _give_up(session: Session, round_: Round) -> None:
    reason = round_.last_error or "the worker ended in the middle of it"
    claims.settle(round_, error=reason)
    advance(session, round_, RoundState.SETUP, by=SYSTEM, reason=reason)
