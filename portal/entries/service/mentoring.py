"""A mentor's word on a student's entry: approve hands it in, returning gives it back with notes; never an edit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.entries import mails, queries
from portal.entries.models import Entry, Receipt
from portal.entries.service.locking import locked, people_held, touch
from portal.entries.service.submission import hand_over
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import EntryState, advance
from portal.policies import Actor
from portal.school import service as school
from portal.school.models import SignOffVerdict


def approve(session: Session, entry: Entry, note: str, *, by: Actor, at: datetime) -> Receipt | None:
    """Sign the entry off; it counts as handed in when its maker handed it in. Done twice, it is done once."""
    people_held(session, entry)
    if entry.state == EntryState.SUBMITTED:
        return queries.latest_receipt(session, entry.id)
    _require_waiting(entry)
    school.note_sign_off(session, entry.id, SignOffVerdict.APPROVED, note, by=by)
    return hand_over(session, entry, handed_in_at=entry.submitted_at or at, by=by)


def send_back(session: Session, entry: Entry, note: str, *, by: Actor) -> None:
    """Return the entry to its makers with notes on what to change."""
    locked(session, entry)
    if entry.state == EntryState.DRAFT:
        return
    _require_waiting(entry)
    if not note:
        raise Invalid("note", N_("Write what should be changed."))
    word = school.note_sign_off(session, entry.id, SignOffVerdict.RETURNED, note, by=by)
    advance(session, entry, EntryState.DRAFT, by=by, reason=note)
    entry.submitted_at = None
    touch(session, entry)
    mentor = session.get_one(Person, by.person_id)
    people = queries.people_of(session, entry)
    mails.send(session, "returned", entry, people, f"returned:{word.id}", note=note, mentor=mentor.native_name)


def _require_waiting(entry: Entry) -> None:
    if entry.state != EntryState.MENTOR_REVIEW:
        raise Invalid("main", N_("This entry does not wait for a mentor."))
