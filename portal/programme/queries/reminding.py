"""Guests who have to be written to without anybody asking: the answer is due, or the evening is near."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.lifecycles import GuestState, ScreeningState
from portal.mail.models import OutgoingMail
from portal.programme.models import Guest, QASession, Screening

REMIND_BEFORE = timedelta(days=3)
EVENING_BEFORE = timedelta(hours=30)
# Who was asked a moment ago is not reminded, however near the day is.
_REST = timedelta(days=1)
_OVER = (ScreeningState.CANCELLED, ScreeningState.RUNNING, ScreeningState.Q_AND_A, ScreeningState.HELD)


def guests_to_write_to(session: Session) -> Sequence[int]:
    """Guests whose reminder or whose letter before the evening is due and not written yet."""
    now = clock.now()
    query = (
        sa.select(Guest.id)
        .join(Guest.qa_session)
        .join(QASession.screening)
        .where(
            Screening.starts_at > now,
            Screening.state.not_in(_OVER),
            sa.or_(
                sa.and_(
                    Guest.state == GuestState.INVITED,
                    Guest.answer_by <= now + REMIND_BEFORE,
                    Guest.invited_at <= now - _REST,
                    ~_written("qa_reminder"),
                ),
                sa.and_(
                    Guest.state.in_((GuestState.ACCEPTED, GuestState.REMOTE)),
                    Screening.starts_at <= now + EVENING_BEFORE,
                    ~_written("qa_evening"),
                ),
            ),
        )
        .order_by(Screening.starts_at, Guest.id)
    )
    return session.scalars(query).all()


def _written(kind: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        OutgoingMail.object_kind == "guests", OutgoingMail.object_id == Guest.id, OutgoingMail.kind == kind
    )
