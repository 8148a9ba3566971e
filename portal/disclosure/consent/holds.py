"""Commands on holds: a refusal or withdrawal takes a film out of public view at once, and only two things end that.

The consent comes back from the same person, or an organizer lifts the hold with a reason; the latter not while the
person is still in the film without having agreed.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.disclosure.codes import HoldCause
from portal.disclosure.consent import hold_queries, letters
from portal.disclosure.consent.public_view import PROVEN
from portal.disclosure.models import Consent, Hold, Performer
from portal.disclosure.people_rules import same_name
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import ConsentState
from portal.policies import Actor

_CAUSES = {ConsentState.REFUSED: HoldCause.REFUSED, ConsentState.REVOKED: HoldCause.REVOKED}


def place(session: Session, consent: Consent, performer: Performer, entry_id: int, *, told: str, by: Actor) -> Hold:
    """A person refused or withdrew: hold the film and tell its organizers; a hold that stands already stays."""
    standing = hold_queries.of_performer(session, performer.id)
    if standing is not None:
        return standing
    name = str(consent.offer.get("name") or performer.name)
    hold = Hold(
        entry_id=entry_id,
        performer_id=performer.id,
        cause=_CAUSES[consent.state],
        person_name=name,
        told=told,
        placed_by_id=by.person_id,
    )
    _begin(session, hold, by=by)
    letters.tell_office(session, hold, consent)
    return hold


def place_by_office(session: Session, entry_id: int, reason: str, *, by: Actor) -> Hold:
    """An organizer holds a film; the same reason given twice is one hold."""
    if not reason:
        raise Invalid("reason", N_("Say why the film is held."))
    db.one_at_a_time(session, f"hold:{entry_id}")
    standing = [one for one in hold_queries.standing(session, entry_id) if one.cause is HoldCause.OFFICE]
    if standing:
        return standing[0]
    hold = Hold(entry_id=entry_id, cause=HoldCause.OFFICE, told=reason, placed_by_id=by.person_id)
    _begin(session, hold, by=by)
    return hold


def _begin(session: Session, hold: Hold, *, by: Actor) -> None:
    session.add(hold)
    session.flush()
    audit.record(session, by, "hold.placed", hold, entry=hold.entry_id, cause=hold.cause, performer=hold.performer_id)


def lift_returned(session: Session, performer: Performer, *, by: Actor) -> None:
    """A consent came back: the hold of that very person ends; one of somebody else of the same row stays."""
    standing = hold_queries.of_performer(session, performer.id)
    if standing is not None and same_name(standing.person_name, performer.name):
        _end(session, standing, "CONSENT_RETURNED", by=by)


def lift(session: Session, hold: Hold, reason: str, *, by: Actor) -> None:
    """An organizer ends a hold, with a reason; lifted twice, it is lifted once."""
    session.refresh(hold, with_for_update=True)
    if hold.lifted_at is not None:
        return
    if not reason:
        raise Invalid("reason", N_("Say why the film may be shown again."))
    if not may_lift(hold, session.get(Performer, hold.performer_id) if hold.performer_id else None):
        raise Invalid("reason", N_("The person is still in the film and has not agreed. Ask for their consent first."))
    _end(session, hold, reason, by=by)


def may_lift(hold: Hold, performer: Performer | None) -> bool:
    """Whether an organizer's word is enough: no longer in the film, agreed again, or the office's own hold."""
    if hold.cause is HoldCause.OFFICE or performer is None:
        return True
    return performer.consent_status in PROVEN or not same_name(performer.name, hold.person_name)


def _end(session: Session, hold: Hold, reason: str, *, by: Actor) -> None:
    hold.lifted_at, hold.lifted_by_id, hold.lift_reason = clock.now(), by.person_id, reason
    session.flush()
    audit.record(session, by, "hold.lifted", hold, entry=hold.entry_id, reason=reason)
