"""A new cut after handing in: asked for by the owner with a reason, granted or declined by an organizer."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.entries import mails, queries
from portal.entries.models import Entry, Receipt, Replacement
from portal.entries.service.locking import people_held
from portal.entries.service.submission import reissue
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import AssetState, EntryState, ReplacementState, advance
from portal.media.models import Asset, Slot
from portal.media.service.cuts import put_in_place
from portal.policies import Actor

# While these last, a film has been handed in and is still judged or to be shown.
REPLACEABLE = (EntryState.SUBMITTED, EntryState.ELIGIBLE)
MOST_WORDS = 2000


def ask_replacement(session: Session, entry: Entry, cut: Asset | None, reason: str, *, by: Actor) -> Replacement:
    """Ask that a new cut counts instead of the film; asking twice for the same cut is asking once."""
    people = people_held(session, entry)
    if entry.state not in REPLACEABLE:
        raise Invalid("cut", N_("A new cut can only be asked for after the entry was handed in."))
    _require_unlocked(entry, "cut")
    open_ = queries.open_replacement(session, entry.id)
    if open_ is not None:
        if cut is not None and open_.asset_id == cut.id:
            return open_
        raise Invalid("cut", N_("The festival office is still looking at your last request."))
    _require_cut(session, cut)
    if not reason.strip():
        raise Invalid("reason", N_("Say what is different, and why it should be judged."))
    assert cut is not None
    asked = Replacement(entry=entry, asset=cut, reason=reason.strip()[:MOST_WORDS], asked_by_id=by.person_id)
    session.add(asked)
    session.flush()
    mails.send(session, "cut_asked", entry, people, f"cut_asked:{asked.code}", asked=asked)
    return asked


def _require_unlocked(entry: Entry, field: str) -> None:
    if entry.copy_locked_at is not None:
        locked = N_("The copy was tested and locked for its screenings; a new cut can no longer replace it.")
        raise Invalid(field, locked)


def _require_cut(session: Session, cut: Asset | None) -> None:
    if cut is None or cut.slot != Slot.REPLACEMENT or cut.state != AssetState.PLAYABLE:
        raise Invalid("cut", N_("Upload the new cut first and wait until its review copy is ready."))
    if session.scalar(sa.select(Replacement.id).where(Replacement.asset_id == cut.id)) is not None:
        raise Invalid("cut", N_("This cut was asked for before. Upload another one."))


def grant_replacement(session: Session, asked: Replacement, answer: str, *, by: Actor) -> Receipt | None:
    """The new cut is judged from now on and gets its own receipt; None when this was granted before."""
    entry = asked.entry
    people = people_held(session, entry)
    session.refresh(asked, attribute_names=["state", "rev"])
    if asked.state == ReplacementState.GRANTED:
        return None
    _require_open(asked)
    if entry.state not in REPLACEABLE:
        raise Invalid("answer", N_("The entry has moved on; look at it again."))
    _require_unlocked(entry, "answer")
    _settle(session, asked, ReplacementState.GRANTED, answer, by=by)
    put_in_place(session, asked.asset, by=by)
    receipt = reissue(session, entry, asked.asset, by=by)
    mails.send(session, "cut_granted", entry, people, f"cut_granted:{asked.code}", asked=asked, receipt=receipt)
    return receipt


def decline_replacement(session: Session, asked: Replacement, answer: str, *, by: Actor) -> None:
    """The film that was handed in stays the one that is judged. Declined twice, it is declined once."""
    entry = asked.entry
    people = people_held(session, entry)
    session.refresh(asked, attribute_names=["state", "rev"])
    if asked.state == ReplacementState.DECLINED:
        return
    _require_open(asked)
    if not answer.strip():
        raise Invalid("answer", N_("Give the reason; the makers will read it."))
    _settle(session, asked, ReplacementState.DECLINED, answer, by=by)
    mails.send(session, "cut_declined", entry, people, f"cut_declined:{asked.code}", asked=asked)


def withdraw_replacement(session: Session, asked: Replacement, *, by: Actor) -> None:
    """The makers take their request back."""
    people_held(session, asked.entry)
    session.refresh(asked, attribute_names=["state", "rev"])
    if asked.state == ReplacementState.WITHDRAWN:
        return
    _require_open(asked)
    advance(session, asked, ReplacementState.WITHDRAWN, by=by)
    session.flush()


def _require_open(asked: Replacement) -> None:
    if asked.state != ReplacementState.ASKED:
        raise Invalid("answer", N_("This request has been settled already."))


def _settle(session: Session, asked: Replacement, to: ReplacementState, answer: str, *, by: Actor) -> None:
    asked.answer = answer.strip()[:MOST_WORDS]
    asked.decided_by_id, asked.decided_at = by.person_id, clock.now()
    advance(session, asked, to, by=by, answer=asked.answer)
    session.flush()
