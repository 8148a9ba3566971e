"""The only place that counts seats: guarded updates under the screening's row lock, so that none is given twice."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.programme.models import Screening


def locked(session: Session, screening_id: int) -> Screening:
    """The screening as it is now, held until the end of the unit of work; SQLite holds the whole database."""
    query = sa.select(Screening).where(Screening.id == screening_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def take(session: Session, screening: Screening, party: int) -> bool:
    """Give away `party` seats if that many are left."""
    taken = session.scalar(
        sa.update(Screening)
        .where(Screening.id == screening.id, Screening.taken + party <= Screening.seats)
        .values(taken=Screening.taken + party)
        .returning(Screening.taken)
        .execution_options(synchronize_session=False)
    )
    session.expire(screening, ["taken"])
    return taken is not None


def give_back(session: Session, screening: Screening, party: int) -> None:
    """Put `party` seats back."""
    session.execute(
        sa.update(Screening)
        .where(Screening.id == screening.id, Screening.taken >= party)
        .values(taken=Screening.taken - party)
        .execution_options(synchronize_session=False)
    )
    session.expire(screening, ["taken"])


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
