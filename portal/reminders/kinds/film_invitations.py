"""Selected films whose makers have neither confirmed nor declined: three and seven days after they were invited.

Where they got more time than that, once more two days before it ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.i18n import N_, pick
from portal.jury.invitations.models import FilmInvitation
from portal.lifecycles import EntryState, InvitationState
from portal.reminders.due import ten_after
from portal.reminders.kind import Kind, Wanted, one_by_one
from portal.reminders.makers import owned, tell
from portal.reminders.models import Reminder

AFTER = {1: timedelta(days=3), 2: timedelta(days=7)}
LAST, BEFORE = 3, timedelta(days=2)
_APART = timedelta(days=4)
_OUT = (EntryState.WITHDRAWN, EntryState.INELIGIBLE, EntryState.DISQUALIFIED)


def _wanted(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    waiting = (FilmInvitation.state == InvitationState.INVITED, Entry.state.not_in(_OUT))
    query = (
        sa.select(FilmInvitation.id, FilmInvitation.invited_at, FilmInvitation.answer_by, Entry.edition_id)
        .add_columns(Person.email, Person.timezone)
        .join(FilmInvitation.entry)
        .join(Person, sa.and_(*owned()))
        .where(*waiting, *(() if of is None else (FilmInvitation.id == of,)))
    )
    for row in session.execute(query):
        for nth, due_at in _moments(row.invited_at, row.answer_by, row.timezone):
            if due_at < row.answer_by:
                yield Wanted(row.id, row.email, nth, due_at, row.answer_by, row.edition_id)


def _moments(invited_at: datetime, answer_by: datetime, zone: str) -> Iterator[tuple[int, datetime]]:
    asked = {nth: ten_after(invited_at + after, zone) for nth, after in AFTER.items()}
    yield from asked.items()
    last = ten_after(answer_by - BEFORE, zone)
    if last - max(asked.values()) >= _APART:
        yield LAST, last


def _named(session: Session, invitation_ids: Collection[int]) -> dict[int, str]:
    query = (
        sa.select(FilmInvitation.id, Entry.number, Entry.title_ko, Entry.title_en)
        .join(FilmInvitation.entry)
        .where(FilmInvitation.id.in_(invitation_ids))
    )
    rows = session.execute(query)
    return {row.id: f"{row.number} {pick(row.title_ko, row.title_en)}".strip() for row in rows}


def _write(session: Session, reminder: Reminder) -> None:
    found = sa.select(FilmInvitation).where(FilmInvitation.id == reminder.object_id)
    invitation = session.scalars(found.options(joinedload(FilmInvitation.entry))).one()
    tell(session, reminder, "reminder_invitation", invitation.entry, about=invitation, until=invitation.answer_by)


KIND = Kind(
    name="invitation",
    model=FilmInvitation,
    title=N_("Film invitation not answered"),
    rule=N_(
        "To the owner of a selected film that is not confirmed: after 3 and 7 days, and 2 days before a later date."
    ),
    ended=N_("Confirmed, declined or withdrawn"),
    wanted=_wanted,
    named=_named,
    write=one_by_one(_write),
)
