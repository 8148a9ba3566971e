"""Reads of days filled from the tray, and of people's other engagements."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.lifecycles import ScreeningState
from portal.programme.models import Screening
from portal.programme.placing.models import Engagement, Placing


def placing_by_code(session: Session, code: str) -> Placing | None:
    """One question with its plan."""
    return session.scalar(sa.select(Placing).where(Placing.code == code))


def placings(session: Session, edition_id: int, limit: int = 20) -> Sequence[Placing]:
    """The latest questions of an edition, the newest first."""
    query = sa.select(Placing).where(Placing.edition_id == edition_id).order_by(Placing.id.desc()).limit(limit)
    return session.scalars(query).all()


def engagements(session: Session, edition_id: int) -> Sequence[tuple[Engagement, Screening | None]]:
    """Everybody's other engagements by time, each with its screening, package and hall where it is one."""
    query = (
        sa.select(Engagement, Screening)
        .outerjoin(Screening, Screening.id == Engagement.screening_id)
        .where(Engagement.edition_id == edition_id)
        .order_by(sa.func.coalesce(Engagement.starts_at, Screening.starts_at), Engagement.id)
        .options(joinedload(Screening.package), joinedload(Screening.hall))
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def engagement_by_code(session: Session, code: str) -> Engagement | None:
    """One engagement."""
    return session.scalar(sa.select(Engagement).where(Engagement.code == code))


def screening_choices(session: Session, edition_id: int) -> Sequence[Screening]:
    """The screenings of an edition that are not cancelled, by time, with package and hall."""
    query = (
        sa.select(Screening)
        .where(Screening.edition_id == edition_id, Screening.state != ScreeningState.CANCELLED)
        .order_by(Screening.starts_at, Screening.id)
        .options(joinedload(Screening.package), joinedload(Screening.hall))
    )
    return session.scalars(query).all()
