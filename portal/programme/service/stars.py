"""Stars: the screenings somebody wants to see. A private list, so the audit trail says nothing of it."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, db
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import ScreeningState
from portal.programme.models import Screening, Star
from portal.programme.my_plan import MOST

_HIDDEN = (ScreeningState.PLANNED, ScreeningState.CONFIRMED)


def star(session: Session, person_id: int, screening: Screening) -> None:
    """Put a screening into the plan; twice is once. Raises Invalid when the plan is full."""
    db.one_at_a_time(session, f"stars {person_id}")
    mine = sa.select(sa.func.count()).where(Star.person_id == person_id, Star.screening_id != screening.id)
    if (session.scalar(mine) or 0) >= MOST:
        raise Invalid("main", N_("A plan holds {n} screenings at most."), n=MOST)
    _insert(session, person_id, [screening.id])


def unstar(session: Session, person_id: int, screening: Screening) -> None:
    """Take it off the plan."""
    session.execute(sa.delete(Star).where(Star.person_id == person_id, Star.screening_id == screening.id))


def merge(session: Session, person_id: int, codes: Collection[str]) -> None:
    """Add what somebody starred before they signed in, as far as the plan has room."""
    db.one_at_a_time(session, f"stars {person_id}")
    had = session.scalar(sa.select(sa.func.count()).where(Star.person_id == person_id)) or 0
    known = sa.select(Star.screening_id).where(Star.person_id == person_id)
    public = sa.select(Screening.id).where(Screening.code.in_(codes), Screening.state.not_in(_HIDDEN))
    new = public.where(Screening.id.not_in(known)).order_by(Screening.starts_at).limit(max(0, MOST - had))
    _insert(session, person_id, list(session.scalars(new)))


def _insert(session: Session, person_id: int, screening_ids: Collection[int]) -> None:
    """Whoever presses twice at once has pressed once."""
    if not screening_ids:
        return
    rows = [{"person_id": person_id, "screening_id": one, "at": clock.now()} for one in screening_ids]
    session.execute(db.insert(session, Star).values(rows).on_conflict_do_nothing())
