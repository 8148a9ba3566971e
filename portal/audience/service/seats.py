"""The only place that counts seats: guarded updates under the screening's row lock, so that none is given twice.

A screening's seats are given away (`taken`), kept by quotas for their groups (`held`), or free for everybody. A quota
keeps `seats - taken` until it is released; `taken + held <= seats` holds after every statement, by CHECK too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audience.models import Booking, Quota
from portal.programme.models import Screening


def locked(session: Session, screening_id: int) -> Screening:
    """The screening as it is now, held until the end of the unit of work; SQLite holds the whole database."""
    query = sa.select(Screening).where(Screening.id == screening_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def free(screening: Screening) -> int:
    """Seats that anybody may have; none where more is given away than a smaller hall has."""
    return max(screening.seats - screening.taken - screening.held, 0)


def take(session: Session, screening: Screening, party: int) -> bool:
    """Give away `party` seats if that many are free for everybody."""
    fits = Screening.taken + Screening.held + party <= Screening.seats
    return _change(session, screening, fits, taken=Screening.taken + party)


def take_kept(session: Session, screening: Screening, quota: Quota, party: int) -> bool:
    """Give away `party` of the seats that a quota keeps, if it still keeps that many."""
    fits = sa.and_(Quota.released_at.is_(None), Quota.taken + party <= Quota.seats)
    if not _change_quota(session, quota, fits, taken=Quota.taken + party):
        return False
    kept = _change(session, screening, sa.true(), taken=Screening.taken + party, held=Screening.held - party)
    assert kept
    return True


def give_back(session: Session, screening: Screening, booking: Booking) -> None:
    """Put a booking's seats back: to its quota while that is kept, else to everybody."""
    party, quota = booking.party, session.get(Quota, booking.quota_id) if booking.quota_id else None
    kept = 0
    if quota is not None:
        _change_quota(session, quota, Quota.taken >= party, taken=Quota.taken - party)
        session.refresh(quota)
        kept = party if quota.released_at is None else 0
    _change(session, screening, Screening.taken >= party, taken=Screening.taken - party, held=Screening.held + kept)


def keep(session: Session, screening: Screening, seats: int) -> bool:
    """Keep so many more free seats (fewer, where negative) for a quota; False when they are not free."""
    fits = sa.and_(Screening.taken + Screening.held + seats <= Screening.seats, Screening.held + seats >= 0)
    return _change(session, screening, fits, held=Screening.held + seats)


def resize(session: Session, screening: Screening, quota: Quota, seats: int) -> bool:
    """Give a quota that is kept another size, never below what is given from it; False when it cannot be."""
    if not keep(session, screening, seats - quota.seats):
        return False
    fits = sa.and_(Quota.released_at.is_(None), Quota.taken <= seats)
    if _change_quota(session, quota, fits, seats=seats, rev=Quota.rev + 1):
        return True
    keep(session, screening, quota.seats - seats)
    return False


def release(session: Session, screening: Screening, quota: Quota, at: datetime) -> int:
    """Let everybody have what a quota still keeps; returns how many seats, and once."""
    if not _change_quota(session, quota, Quota.released_at.is_(None), released_at=at, rev=Quota.rev + 1):
        return 0
    session.refresh(quota)
    freed = quota.seats - quota.taken
    keep(session, screening, -freed)
    return freed


def next_position(session: Session, screening: Screening) -> int:
    """The next place of the waiting list: 1, 2, 3 without gaps, as a rollback puts the number back."""
    following = session.scalar(
        sa.update(Screening)
        .where(Screening.id == screening.id)
        .values(next_position=Screening.next_position + 1)
        .returning(Screening.next_position)
        .execution_options(synchronize_session=False)
    )
    session.expire(screening, ["next_position"])
    assert following is not None
    return following - 1


def _change(session: Session, screening: Screening, fits: sa.ColumnElement[bool], **values: Any) -> bool:
    done = session.scalar(
        sa.update(Screening)
        .where(Screening.id == screening.id, fits)
        .values(**values)
        .returning(Screening.id)
        .execution_options(synchronize_session=False)
    )
    session.expire(screening, ["taken", "held"])
    return done is not None


def _change_quota(session: Session, quota: Quota, fits: sa.ColumnElement[bool], **values: Any) -> bool:
    done = session.scalar(
        sa.update(Quota)
        .where(Quota.id == quota.id, fits)
        .values(**values)
        .returning(Quota.id)
        .execution_options(synchronize_session=False)
    )
    session.expire(quota)
    return done is not None
