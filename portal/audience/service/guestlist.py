"""The guest list: the organizers give seats by name, from a hold, a group's quota, or those for everybody."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audience.errors import Full
from portal.audience.lists import Line
from portal.audience.models import Booking, Origin, Quota
from portal.audience.service import seats
from portal.audience.service.booking import Ask, book
from portal.errors import Invalid
from portal.i18n import N_
from portal.policies import Actor
from portal.programme.models import Screening


def add(
    session: Session, screening: Screening, lines: Sequence[Line], *, quota: Quota | None, once: str, by: Actor
) -> int:
    """Give everybody of a list their seats and mail the tickets, or nobody. Returns how many were added.

    Somebody who has seats already keeps those; who waits for some, or never confirmed them, gets these instead. `once`
    makes the same form recognisable, so that guests without an address are not added twice. Raises Invalid where the
    list does not fit.
    """
    screening = seats.locked(session, screening.id)
    added = 0
    for n, one in enumerate(lines):
        code = f"{once[:14]}{n:03d}"
        if session.scalar(sa.select(sa.exists().where(Booking.code == code))):
            continue
        ask = Ask(one.name, one.email, one.party, access_needs=one.access_needs)
        try:
            made = book(session, screening, ask, code=code, origin=Origin.GUEST_LIST, quota=quota, by=by)
        except Full as full:
            raise Invalid(
                "guests",
                N_("The list needs more seats: {name} no longer fits, {n} are left."),
                name=one.name,
                n=full.left,
            ) from full
        added += made.code == code
    return added
