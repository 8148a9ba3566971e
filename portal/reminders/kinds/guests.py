"""Guests of a talk: an invitation nobody has answered, and the letter before the evening."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.i18n import N_, pick
from portal.lifecycles import GuestState, ScreeningState
from portal.mail.models import OutgoingMail
from portal.programme.models import Guest, Hall, Package, QASession, Screening
from portal.programme.service import letters
from portal.reminders.due import ten_after
from portal.reminders.kind import Kind, Wanted, one_by_one
from portal.reminders.models import Reminder

ANSWER_BEFORE = timedelta(days=3)
# Reaches the guest at least twelve hours before, wherever they live.
EVENING_BEFORE = timedelta(hours=36)
# Who was asked a moment ago is not reminded, however near the day is.
_REST = timedelta(days=1)
_OVER = (ScreeningState.CANCELLED, ScreeningState.RUNNING, ScreeningState.Q_AND_A, ScreeningState.HELD)


def _unanswered(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    query = _guests(now, of).where(Guest.state == GuestState.INVITED, ~_written("qa_reminder"))
    for row in session.execute(query):
        since = max(row.answer_by - ANSWER_BEFORE, row.invited_at + _REST)
        yield Wanted(row.id, row.email, 1, ten_after(since, row.timezone), row.starts_at, row.edition_id)


def _coming(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    query = _guests(now, of).where(Guest.state.in_((GuestState.ACCEPTED, GuestState.REMOTE)), ~_written("qa_evening"))
    for row in session.execute(query):
        due_at = ten_after(row.starts_at - EVENING_BEFORE, row.timezone)
        yield Wanted(row.id, row.email, 1, due_at, row.starts_at, row.edition_id)


def _guests(now: datetime, of: int | None) -> sa.Select[int, str, str, datetime, datetime, datetime, int]:
    return (
        sa.select(Guest.id, Guest.email, Guest.timezone, Guest.invited_at, Guest.answer_by)
        .add_columns(Screening.starts_at, Screening.edition_id)
        .join(Guest.qa_session)
        .join(QASession.screening)
        .where(Screening.starts_at > now, Screening.state.not_in(_OVER))
        .where(*(() if of is None else (Guest.id == of,)))
    )


def _written(mail: str) -> sa.ColumnElement[bool]:
    """Whether a guest got the mail; the moderator may have sent it by hand."""
    about = (OutgoingMail.object_kind == "guests", OutgoingMail.object_id == Guest.id)
    return sa.exists().where(*about, OutgoingMail.kind == mail)


def _named(session: Session, guest_ids: Collection[int]) -> dict[int, str]:
    query = (
        sa.select(Guest.id, Guest.name, Package.title_ko, Package.title_en)
        .join(Guest.qa_session)
        .join(QASession.screening)
        .join(Screening.package)
        .where(Guest.id.in_(guest_ids))
    )
    return {row.id: f"{row.name} ({pick(row.title_ko, row.title_en)})" for row in session.execute(query)}


def _ask_again(session: Session, reminder: Reminder) -> None:
    guest = _loaded(session, reminder.object_id)
    letters.reminder(session, guest, guest.qa_session)


def _last_letter(session: Session, reminder: Reminder) -> None:
    guest = _loaded(session, reminder.object_id)
    letters.evening(session, guest, guest.qa_session)


def _loaded(session: Session, guest_id: int) -> Guest:
    screening = joinedload(Guest.qa_session).joinedload(QASession.screening)
    place = (screening.joinedload(Screening.hall).joinedload(Hall.venue), screening.joinedload(Screening.package))
    return session.scalars(sa.select(Guest).where(Guest.id == guest_id).options(joinedload(Guest.slot), *place)).one()


ANSWER = Kind(
    name="qa_answer",
    model=Guest,
    title=N_("Q&A invitation not answered"),
    rule=N_("To an invited guest who has not answered: once, 3 days before the answer is due."),
    ended=N_("Answered or reminded by hand, or there is no talk"),
    wanted=_unanswered,
    named=_named,
    write=one_by_one(_ask_again),
)
EVENING = Kind(
    name="qa_evening",
    model=Guest,
    title=N_("Tomorrow's Q&A"),
    rule=N_("To a guest who comes: once, in the 36 hours before the screening."),
    ended=N_("Does not come any more, or there is no talk"),
    wanted=_coming,
    named=_named,
    write=one_by_one(_last_letter),
)
