"""What keeps a film out of every public view, as conditions for whoever lists films, screenings and pictures."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from portal.disclosure.codes import ConsentStatus, PerformerKind
from portal.disclosure.consent.guardians import unspoken
from portal.disclosure.models import Consent, Disclosure, Hold, Performer
from portal.lifecycles import ConsentState

PROVEN = (ConsentStatus.DOC, ConsentStatus.VERIFIED, ConsentStatus.ESTATE)


def unproven() -> sa.ColumnElement[bool]:
    """Whether a performer's row keeps its film out of public view: the rule `rules.public_hold`, as a condition.

    For a minor a consent officer has read the guardian's consent besides, be it signed by link or on paper.
    """
    read = (Consent.performer_id == Performer.id, Consent.state == ConsentState.SIGNED, Consent.officer_id.is_not(None))
    unread = sa.and_(Performer.minor, ~sa.exists().where(*read))
    return sa.and_(Performer.kind != PerformerKind.SYN, sa.or_(Performer.consent_status.not_in(PROVEN), unread))


def stopped(entry_id: Any) -> sa.ColumnElement[bool]:
    """Whether a hold stands on the entry of this id or column."""
    return sa.exists().where(Hold.entry_id == entry_id, Hold.lifted_at.is_(None))


def held(entry_id: Any) -> sa.ColumnElement[bool]:
    """Whether nobody but the desk and who brought it sees the entry: a hold stands, or a guardian has not agreed."""
    return sa.or_(stopped(entry_id), unspoken(entry_id))


def unagreed(entry_id: Any) -> sa.ColumnElement[bool]:
    """Whether a person in the entry has not agreed, or a hold stands on it."""
    waits = sa.exists().where(Disclosure.entry_id == entry_id, Performer.disclosure_id == Disclosure.id, unproven())
    return sa.or_(stopped(entry_id), waits)


def kept_back(entry_id: Any) -> sa.ColumnElement[bool]:
    """Whether the entry may not be public: a hold stands, or a person in it or a guardian has not agreed."""
    return sa.or_(unagreed(entry_id), unspoken(entry_id))
