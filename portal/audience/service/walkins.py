"""Seats sold at the door from those that are free: booked and let in by one press, with a name or without."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.audience import entrance
from portal.audience.models import Booking, Origin
from portal.audience.service import seats
from portal.audience.service.booking import Ask, book
from portal.audience.service.door import check_in
from portal.i18n import N_, language, translate
from portal.policies import Actor
from portal.programme.models import Screening


def walk_in(session: Session, screening: Screening, party: int, *, name: str = "", code: str, by: Actor) -> Booking:
    """Book a party that stands at the door and let it in; the same `code` is the same party.

    Who gives no name is called by a number. Raises Full where the party does not fit, Invalid where nobody enters now.
    """
    screening = seats.locked(session, screening.id)
    called = name or translate(N_("Walk-in {n}")).format(n=entrance.walk_ins(session, screening.id) + 1)
    booking = book(session, screening, Ask(called, "", party, language()), code=code, origin=Origin.WALK_IN, by=by)
    check_in(session, booking, once=f"walk-in-{code}", by=by)
    return booking
