"""People who were asked to agree to a film and have not answered: once, after three days."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure.codes import Channel, SignerCapacity
from portal.disclosure.consent.offers import Offer
from portal.disclosure.consent.requests import OPEN
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.entries.models import Entry
from portal.i18n import N_, SEOUL
from portal.jury.decisions.models import Outcome
from portal.lifecycles import EntryState
from portal.mail import outbox
from portal.reminders.asked import asked_at, question
from portal.reminders.due import ten_after
from portal.reminders.kind import Kind, Wanted, one_by_one
from portal.reminders.makers import stays_away
from portal.reminders.models import Reminder

AFTER = timedelta(days=3)
_ASKED = "consent_request"
_OUT = (EntryState.WITHDRAWN, EntryState.INELIGIBLE, EntryState.DISQUALIFIED)


def _wanted(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    waiting = (Consent.state.in_(OPEN), Consent.channel == Channel.LINK, Consent.expires_at > now)
    running = (Entry.state.not_in(_OUT), Entry.announced != Outcome.NOT_SELECTED, ~stays_away())
    since = asked_at(_ASKED, Consent)
    query = (
        sa.select(Consent.id, Consent.email, Consent.expires_at, since.label("since"), Entry.edition_id)
        .join(Consent.performer)
        .join(Performer.disclosure)
        .join(Entry, Entry.id == Disclosure.entry_id)
        .where(*waiting, *running, since.is_not(None))
        .where(*(() if of is None else (Consent.id == of,)))
    )
    for row in session.execute(query):
        due_at = ten_after(row.since + AFTER, SEOUL)
        yield Wanted(row.id, row.email, 1, due_at, row.expires_at, row.edition_id)


def _named(session: Session, consent_ids: Collection[int]) -> dict[int, str]:
    query = (
        sa.select(Consent.id, Performer.name, Entry.number)
        .join(Consent.performer)
        .join(Performer.disclosure)
        .join(Entry, Entry.id == Disclosure.entry_id)
        .where(Consent.id.in_(consent_ids))
    )
    return {row.id: f"{row.number} {row.name}" for row in session.execute(query)}


def _write(session: Session, reminder: Reminder) -> None:
    consent = session.get_one(Consent, reminder.object_id)
    asked = question(session, _ASKED, Consent, consent.id)
    offer = Offer.from_json(consent.offer)
    # Only the performers themselves are addressed by name, it being the one the maker gave.
    name = offer.name if consent.signer_capacity == SignerCapacity.SELF else ""
    outbox.queue(
        session,
        "reminder_consent",
        to=outbox.Recipient(consent.email, asked.language, name),
        about=consent,
        transition=f"reminder:{reminder.nth}",
        edition_id=reminder.edition_id,
        path=asked.path,
        offer=offer,
        until=consent.expires_at,
    )


KIND = Kind(
    name="consent",
    model=Consent,
    title=N_("Consent not answered"),
    rule=N_("To a person who was asked for consent and has not answered: once, after 3 days."),
    ended=N_("Answered or run out, or the film is not in the running"),
    wanted=_wanted,
    named=_named,
    write=one_by_one(_write),
)
