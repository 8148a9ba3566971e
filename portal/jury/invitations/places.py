"""Whose place in the selection is free, as conditions on rows: of those who declined, did not answer, or left."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations.models import FilmInvitation
from portal.lifecycles import DecisionState, InvitationState

FREED = (InvitationState.DECLINED, InvitationState.LAPSED)
STANDING = (InvitationState.INVITED, InvitationState.CONFIRMED)


def freed(decision: Any) -> sa.ColumnElement[bool]:
    """Says of a decision that its film's makers declined, or let the day go by."""
    answered = (FilmInvitation.decision_id == decision.id, FilmInvitation.state.in_(FREED))
    return sa.exists().where(*answered)


def taken(decision_id: Any) -> sa.ColumnElement[bool]:
    """Says of a place that a reserve has it for good: its maker was told."""
    taker = aliased(Decision)
    return sa.exists().where(
        taker.replaces_id == decision_id,
        taker.state == DecisionState.ANNOUNCED,
        taker.outcome == Outcome.SELECTED,
    )


def given_up(decision: Any) -> sa.ColumnElement[bool]:
    """Says of a selection that its film does not come: declined, or unanswered until a reserve had the place.

    What its makers were asked last counts, also where it was another round that asked.
    """
    invitation = aliased(FilmInvitation)
    return sa.exists().where(
        *_last(invitation, decision.entry_id),
        sa.or_(
            invitation.state == InvitationState.DECLINED,
            sa.and_(invitation.state == InvitationState.LAPSED, taken(invitation.decision_id)),
        ),
    )


def answered(entry_id: Any, *states: InvitationState) -> sa.ColumnElement[bool]:
    """Says of a film that its last invitation stands in one of these states."""
    invitation = aliased(FilmInvitation)
    return sa.exists().where(*_last(invitation, entry_id), invitation.state.in_(states))


def _last(invitation: Any, entry_id: Any) -> tuple[sa.ColumnElement[bool], ...]:
    later = aliased(FilmInvitation)
    none_later = ~sa.exists().where(later.entry_id == invitation.entry_id, later.id > invitation.id)
    return invitation.entry_id == entry_id, none_later
