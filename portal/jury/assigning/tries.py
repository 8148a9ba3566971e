"""A worker's hold on a round: for its plan, or for its results; taken, given back with its error, given up.

One hold serves both: a round has no score sheet while its plan is worked out. A claim is to be committed before the
work begins: a try that kills its worker counts as well.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from portal import audit, claims, clock, doorbell
from portal.jury import queries
from portal.jury.models import Round
from portal.lifecycles import RoundState, advance
from portal.policies import SYSTEM, Actor

LEASE = timedelta(minutes=2)
LONGEST_ERROR = 2000


def take(session: Session, round_id: int) -> bool:
    """Claim a round that waits for its plan; False when it is not to be had, or was tried as often as may be."""
    round_ = claims.claim(session, Round, round_id, Round.state == RoundState.ASSIGNING, lease=LEASE)
    if round_ is not None and round_.attempts > claims.MAX_ATTEMPTS:
        advance(session, round_, RoundState.SETUP, by=SYSTEM, reason=_give_up(round_))
        return False
    return round_ is not None


def take_results(session: Session, round_id: int) -> bool:
    """Claim a round whose results are to be worked out; False as above.

    Giving up leaves the results as they were, and all sheets so far count as looked at: a new one is tried anew.
    """
    round_ = claims.claim(session, Round, round_id, Round.state != RoundState.ASSIGNING, lease=LEASE)
    if round_ is not None and round_.attempts > claims.MAX_ATTEMPTS:
        reason = _give_up(round_)
        round_.attempts, round_.results_at = 0, clock.now()
        known = queries.events_of(session, round_.id)
        round_.results_note = {**round_.results_note, "error": reason, "events": known}
        audit.record(session, SYSTEM, "round.results_failed", round_, reason=reason)
        return False
    return round_ is not None


def _give_up(round_: Round) -> str:
    reason = round_.last_error or "the worker ended in the middle of it"
    claims.settle(round_, error=reason)
    return reason


def wanted(session: Session, round_id: int) -> Round | None:
    """The round, locked for the end of a try; None when nobody waits for its plan any more."""
    round_ = session.get_one(Round, round_id, with_for_update=True)
    return round_ if round_.state == RoundState.ASSIGNING else None


def done(round_: Round) -> None:
    """The work is done: whatever comes next has all its tries."""
    claims.settle(round_)
    round_.attempts = 0


def give_back(session: Session, round_id: int, error: str) -> None:
    """Let the round's plan be tried again by whoever comes next."""
    if round_ := wanted(session, round_id):
        claims.settle(round_, error=error[:LONGEST_ERROR])


def give_back_results(session: Session, round_id: int, error: str) -> None:
    """Let its results be tried again by whoever comes next."""
    claims.settle(session.get_one(Round, round_id, with_for_update=True), error=error[:LONGEST_ERROR])


def ask_results_again(session: Session, round_: Round, *, by: Actor) -> None:
    """Try anew what was given up; without a failure there is nothing to ask for."""
    if "error" not in round_.results_note:
        return
    round_.results_note = {key: value for key, value in round_.results_note.items() if key != "error"}
    round_.results_at = round_.last_error = None
    audit.record(session, by, "round.results_asked", round_)
    doorbell.after_commit(session, "jury.calibrate", round_.id)
