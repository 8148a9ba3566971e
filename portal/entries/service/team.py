"""The people who work on an entry: invited by mail, joined by a single-use link, dismissed by the owner."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, signing
from portal.accounts.letters import addressed
from portal.accounts.models import Person
from portal.entries.models import Entry, Member
from portal.entries.service.locking import locked
from portal.errors import Invalid
from portal.i18n import N_, language, pick
from portal.lifecycles import EntryState
from portal.mail import outbox
from portal.policies import Actor

LINK_LASTS = timedelta(days=14)
MOST_MEMBERS = 20
_AT_WORK = (EntryState.DRAFT, EntryState.NEEDS_FIX, EntryState.MENTOR_REVIEW)


def invite(session: Session, entry: Entry, *, email: str, name: str, by: Actor, at: datetime) -> Member:
    """Mail somebody a link to work on the entry; asked again, a new link takes the place of the old one.

    The same press twice is one invitation.
    """
    locked(session, entry)
    known = next((member for member in entry.members if member.email == email), None)
    _require_invitable(entry, email, known)
    if known is not None and known.name == name and clock.now() - known.invited_at < clock.PRESSED_TWICE:
        return known
    token = signing.random_token()
    member = known or Member(entry_id=entry.id, email=email)
    member.name, member.digest = name, signing.digest(token)
    member.invited_at, member.expires_at = clock.now(), at + LINK_LASTS
    session.add(member)
    session.flush()
    audit.record(session, by, "entry.member_invited", entry, member=member.id)
    _send(session, entry, member, token)
    return member


def _require_invitable(entry: Entry, email: str, known: Member | None) -> None:
    if entry.state not in _AT_WORK:
        raise Invalid("email", N_("This entry has been handed in; its team is complete."))
    if email == entry.owner.email or (known is not None and known.person_id is not None):
        raise Invalid("email", N_("This person already works on the entry."))
    if known is None and len(entry.members) >= MOST_MEMBERS:
        raise Invalid("email", N_("A team has at most {n} members."), n=MOST_MEMBERS)


def _send(session: Session, entry: Entry, member: Member, token: str) -> None:
    person = session.scalar(sa.select(Person).where(Person.email == member.email))
    to = addressed(person) if person else outbox.Recipient(member.email, language(), member.name)
    outbox.queue(
        session,
        "team_invitation",
        to=to,
        about=member,
        transition=f"invited:{member.digest[:12]}",
        edition_id=entry.edition_id,
        token=token,
        title=pick(entry.title_ko, entry.title_en) or entry.number,
        inviter=entry.owner,
        expires_at=member.expires_at,
    )


def join(session: Session, member: Member, *, by: Actor, at: datetime) -> Entry:
    """Make the signed-in person a member of the team; the link works once, for whoever opens it first."""
    entry = member.entry
    locked(session, entry)
    if member.person_id == by.person_id:
        return entry
    if member.person_id is not None or at >= member.expires_at:
        raise Invalid("main", N_("This invitation has been used or has expired. Ask for a new one."))
    if by.person_id in entry.member_ids:
        raise Invalid("main", N_("You already work on this entry."))
    member.person_id, member.accepted_at = by.person_id, clock.now()
    session.flush()
    audit.record(session, by, "entry.member_joined", entry, member=member.id)
    return entry


def dismiss(session: Session, entry: Entry, member_id: int, *, by: Actor) -> None:
    """Take somebody, or an open invitation, out of the team; already gone is no error."""
    locked(session, entry)
    member = next((one for one in entry.members if one.id == member_id), None)
    if member is None:
        return
    if entry.state not in _AT_WORK:
        raise Invalid("main", N_("This entry has been handed in; its team is complete."))
    session.delete(member)
    audit.record(session, by, "entry.member_dismissed", entry, member=member_id)
    session.flush()
