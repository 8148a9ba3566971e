"""What somebody has starred."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import links
from portal.accounts.models import Person
from portal.accounts.queries import person_by_code
from portal.programme.models import Screening, Star
from portal.signing import BadToken


def starred(session: Session, person_id: int) -> frozenset[str]:
    """The codes of the screenings in somebody's plan; one statement."""
    query = sa.select(Screening.code).join(Star, Star.screening_id == Screening.id).where(Star.person_id == person_id)
    return frozenset(session.scalars(query))


def plan_by_token(session: Session, token: str) -> Person | None:
    """Whose plan a signed calendar address tells."""
    try:
        return person_by_code(session, links.of(session).opened(links.PLAN, token))
    except BadToken:
        return None
