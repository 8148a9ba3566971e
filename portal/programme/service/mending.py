"""The one step that takes a finding away, carried out."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.errors import Stale
from portal.policies import Actor
from portal.programme.models import Hall, Screening
from portal.programme.service import screenings
from portal.programme.timetable import Fix, Step


def mend(session: Session, screening: Screening, fix: Fix, *, rev: int, by: Actor) -> None:
    """Take the step; raises Stale where somebody changed the screening first, Invalid where it may not be done."""
    screenings.hold(session, screening, rev)
    match fix.step:
        case Step.MOVE:
            if fix.room is None or fix.starts_at is None:
                raise Stale
            hall = session.get_one(Hall, fix.room)
            screenings.move(session, screening, hall, fix.starts_at, rev=rev, seats=fix.seats, by=by)
        case Step.SLOT:
            screenings.set_slot(session, screening, fix.slot, rev=rev, by=by)
        case Step.SEATS:
            screenings.set_seats(session, screening, fix.seats or 0, by=by)
        case Step.UNCONFIRM:
            screenings.unconfirm(session, screening, by=by)
        case Step.UNPLACE:
            screenings.unplace(session, screening, by=by)
