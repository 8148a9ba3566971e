"""Rows of ballot tests: a screening whose films run, parties in the hall, stars."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.audience.models import Booking
from portal.lifecycles import ScreeningState, SeatState
from portal.live.ballots import queries, service
from portal.live.models import BallotBox
from portal.policies import SYSTEM
from portal.programme.models import Screening
from tests.programme import rows

_numbers = itertools.count(1)


def running(session: Session, films: int = 3) -> Screening:
    """A screening whose films are running."""
    screening = rows.on_sale(session, films=films)
    session.execute(
        sa.update(Screening)
        .where(Screening.id == screening.id)
        .values(
            state=ScreeningState.RUNNING,
            starts_at=clock.now() - timedelta(hours=1),
            ends_at=clock.now() - timedelta(minutes=5),
        )
    )
    session.commit()
    return screening


def party(
    session: Session,
    screening: Screening,
    size: int = 1,
    state: SeatState = SeatState.CHECKED_IN,
    *,
    verified: bool = True,
) -> Booking:
    """A party, by default in the hall."""
    n = next(_numbers)
    came = state == SeatState.CHECKED_IN
    booking = Booking(
        screening_id=screening.id,
        state=state,
        name=f"관객 {n}",
        email=f"voter{n}@example.test",
        party=size,
        verified_at=clock.now() - timedelta(days=1) if verified else None,
        checked_in_at=clock.now() - timedelta(minutes=70) if came else None,
    )
    session.add(booking)
    session.flush()
    loaded = sa.select(Booking).where(Booking.id == booking.id).options(joinedload(Booking.screening))
    found = session.scalars(loaded).one()
    session.commit()
    return found


def voter(session: Session, booking_id: int) -> queries.Voter:
    """Who bears a booking's ticket, in another session."""
    loaded = sa.select(Booking).where(Booking.id == booking_id).options(joinedload(Booking.screening))
    booking = session.scalars(loaded).one()
    return queries.Voter(booking, tuple(range(1, booking.party + 1)))


def films(session: Session, screening: Screening) -> list[int]:
    """The ids of its films in order."""
    return [film.entry_id for film in queries.films(session, screening, public=True)]


def cast(
    session: Session, booking: Booking, stars: Sequence[int | None], seat: int = 1, address: str = "203.0.113.1"
) -> None:
    """Vote; the stars come in the order of the films."""
    screening = session.get_one(Screening, booking.screening_id)
    box = queries.box_of(session, screening.id)
    assert box is not None
    given = {film: n for film, n in zip(films(session, screening), stars, strict=False) if n}
    bearer = voter(session, booking.id)
    service.cast(session, box, bearer, seat, given, at=clock.now(), address=address)


def opened(session: Session, screening: Screening, minutes: int | None = None) -> BallotBox:
    """Its box, open."""
    box = service.open_box(session, screening, minutes=minutes, by=SYSTEM)
    session.commit()
    return box


def rested(session: Session, screening: Screening) -> BallotBox:
    """Its box, closed long enough to be read."""
    service.close(session, screening, by=SYSTEM)
    session.execute(sa.update(BallotBox).values(closed_at=clock.now() - timedelta(minutes=3)))
    box = queries.box_of(session, screening.id)
    assert box is not None
    session.refresh(box)
    session.commit()
    return box
