"""Whom the makers of a film say should not judge it. They need not know who judges, and are never told."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.accounts.addresses import normal_email
from portal.entries.models import Acquaintance, Entry
from portal.entries.service.locking import locked
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.models import Round
from portal.lifecycles import EntryState, RoundState
from portal.policies import Actor

MOST = 20
_AT_WORK = (EntryState.DRAFT, EntryState.MENTOR_REVIEW, EntryState.NEEDS_FIX)
_HANDED_IN = (EntryState.SUBMITTED, EntryState.ELIGIBLE)
_BEFORE = (RoundState.SETUP, RoundState.ASSIGNING, RoundState.PROPOSED)


def of_entry(session: Session, entry_id: int) -> Sequence[Acquaintance]:
    """Everybody the makers named, in the order they did."""
    return session.scalars(
        sa.select(Acquaintance).where(Acquaintance.entry_id == entry_id).order_by(Acquaintance.id)
    ).all()


def may_change(session: Session, entry: Entry) -> bool:
    """Whether the list takes names: while the makers are at work, and until the first round of the call opens.

    Any round counts, whichever films it lists: what a list takes must not tell who is still in the running.
    """
    if entry.state not in _HANDED_IN:
        return entry.state in _AT_WORK
    opened = sa.exists().where(Round.call_id == entry.call_id, Round.state.not_in(_BEFORE))
    return not session.scalar(sa.select(opened))


def _require_open(session: Session, entry: Entry) -> None:
    locked(session, entry)
    if not may_change(session, entry):
        raise Invalid("main", N_("The judging has begun. Write to the festival office instead."))


def name(session: Session, entry: Entry, *, who: str, email: str, reason: str, by: Actor) -> None:
    """Note somebody who should not judge this film; the same person named again is one row with the later reason."""
    _require_open(session, entry)
    if not reason:
        raise Invalid("reason", N_("Say in a few words why."))
    key = {"entry_id": entry.id, "name": who, "email": normal_email(email) if email else ""}
    count = session.scalar(sa.select(sa.func.count()).where(Acquaintance.entry_id == entry.id)) or 0
    if count >= MOST:
        raise Invalid("main", N_("You have named {n} people. Write to the festival office about others."), n=MOST)
    session.execute(
        db.insert(session, Acquaintance)
        .values(**key, reason=reason, told_by_id=by.person_id, told_at=clock.now())
        .on_conflict_do_update(index_elements=list(key), set_={"reason": reason, "told_by_id": by.person_id})
    )
    audit.record(session, by, "entry.acquaintance_named", entry)


def forget(session: Session, entry: Entry, acquaintance_id: int, *, by: Actor) -> None:
    """Take somebody off the list; already gone is no error."""
    _require_open(session, entry)
    gone = sa.delete(Acquaintance).where(Acquaintance.id == acquaintance_id, Acquaintance.entry_id == entry.id)
    if session.scalars(gone.returning(Acquaintance.id)).all():
        audit.record(session, by, "entry.acquaintance_forgotten", entry)
