"""The stage's ballots: one that is open in a running screening, beside the demo's that was announced."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, links
from portal.audience.models import Booking
from portal.lifecycles import BallotState, ScreeningState, SeatState, advance
from portal.live.ballots import queries, service
from portal.live.models import BallotBox
from portal.policies import SYSTEM
from portal.programme import service as programme
from portal.programme.models import Hall, Package, Screening

PARTY = 3


def with_a_ballot(session: Session) -> None:
    """A screening that is running, a party of three in the hall, one of whom has voted."""
    package = session.scalars(sa.select(Package).order_by(Package.id.desc())).first()
    hall = session.scalars(sa.select(Hall).order_by(Hall.id.desc())).first()
    assert package is not None
    assert hall is not None
    screening = programme.place(session, package, hall, clock.now() - timedelta(hours=1), by=SYSTEM)
    for state in (ScreeningState.CONFIRMED, ScreeningState.RELEASED, ScreeningState.BOOKING):
        advance(session, screening, state, by=SYSTEM)
    for state in (ScreeningState.CLOSED, ScreeningState.RUNNING):
        advance(session, screening, state, by=SYSTEM)
    session.flush()
    booking = seated(session, screening, "voter@seats.example", PARTY)
    box = service.open_box(session, screening, minutes=30, by=SYSTEM)
    films = queries.films(session, screening, public=True)
    voter = queries.Voter(booking, (1, 2, 3))
    stars = {film.entry_id: 4 for film in films[:3]}
    service.cast(session, box, voter, 1, stars, at=clock.now(), address="203.0.113.7")


def seated(session: Session, screening: Screening, email: str, party: int) -> Booking:
    """A party that came in."""
    booking = Booking(
        screening_id=screening.id,
        state=SeatState.CHECKED_IN,
        name="임관객",
        email=email,
        party=party,
        verified_at=clock.now() - timedelta(days=1),
        checked_in_at=clock.now() - timedelta(minutes=70),
    )
    session.add(booking)
    screening.taken += party
    session.flush()
    return session.scalars(
        sa.select(Booking).where(Booking.id == booking.id).options(sa.orm.joinedload(Booking.screening))
    ).one()


def things(session: Session) -> dict[str, Any]:
    """The open ballot's screening and a ticket to it; the screening whose result is announced."""
    found = {box.state: box for box in session.scalars(sa.select(BallotBox))}
    running = session.get_one(Screening, found[BallotState.OPEN].screening_id)
    held = session.get_one(Screening, found[BallotState.PUBLISHED].screening_id)
    voter = session.scalars(sa.select(Booking).where(Booking.email == "voter@seats.example")).one()
    return {
        "voting": running.code,
        "voter": links.of(session).token(links.TICKET, voter.code),
        "reported": held.code,
    }
