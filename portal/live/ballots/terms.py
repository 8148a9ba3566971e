"""When a box takes ballots, when it may be opened again, and when its stars may be read. Pure.

A box that was just closed rests: until then a slip of the finger is undone by opening it again, and nobody, not even
the desk, can look inside. Once stars can be read, the box stays closed, so that no ballot is cast by who knows them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.lifecycles import BallotState, ScreeningState, SeatState
from portal.live.models import BallotBox

REST = timedelta(minutes=2)
MINUTES = (10, 20, 30, 60)
# The films are running or were shown: nobody can judge them before.
VOTED_IN = (ScreeningState.RUNNING, ScreeningState.Q_AND_A, ScreeningState.HELD)
# A ballot that changed more often than this is no person's; and no hall of phones writes faster than the second.
MOST_CHANGES, MOST_FROM_ONE, WINDOW = 60, 900, timedelta(minutes=1)


def ended_at(box: BallotBox, at: datetime) -> datetime | None:
    """When the box stopped taking ballots, by hand or by its clock; None while it takes them or never did."""
    if box.closed_at is not None:
        return box.closed_at
    over = box.state == BallotState.OPEN and box.closes_at is not None and box.closes_at <= at
    return box.closes_at if over else None


def is_open(box: BallotBox | None, at: datetime) -> bool:
    """Whether a ballot that arrived at this moment counts."""
    return box is not None and box.state == BallotState.OPEN and ended_at(box, at) is None


def may_reopen(box: BallotBox, at: datetime) -> bool:
    """Whether the box still rests, so that nobody has read it."""
    ended = ended_at(box, at)
    return box.state != BallotState.PUBLISHED and ended is not None and at < ended + REST


def is_readable(box: BallotBox | None, at: datetime) -> bool:
    """Whether its stars may be read by those whose desk it is."""
    ended = ended_at(box, at) if box is not None else None
    return ended is not None and at >= ended + REST


def may_vote(state: SeatState, verified_at: datetime | None) -> bool:
    """Whether a ticket votes: its party came in, or its address was verified and the door has not counted it yet."""
    return state == SeatState.CHECKED_IN or (state == SeatState.CONFIRMED and verified_at is not None)
