"""Writes what is due to a guest: the reminder of an unanswered invitation, the letter before the evening."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.lifecycles import GuestState
from portal.programme.models import Guest, Hall, QASession, Screening
from portal.programme.queries.reminding import guests_to_write_to
from portal.programme.service import letters


def write_due(session: Session, guest_id: int) -> None:
    """Write to a guest whose letter is due; twice is once, and nothing where it no longer is."""
    if guest_id not in guests_to_write_to(session):
        return
    screening = joinedload(Guest.qa_session).joinedload(QASession.screening)
    guest = session.scalars(
        sa.select(Guest)
        .where(Guest.id == guest_id)
        .options(
            joinedload(Guest.slot),
            screening.joinedload(Screening.hall).joinedload(Hall.venue),
            screening.joinedload(Screening.package),
        )
    ).one()
    write = letters.reminder if guest.state == GuestState.INVITED else letters.evening
    write(session, guest, guest.qa_session)
