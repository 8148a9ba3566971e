"""Answers to invitations: the makers' own, what they told the office, more time, and the day that goes by.

Every answer is one conditional UPDATE of the invitation's row. Whoever makes a reserve ready for a place touches the
same row first (see reserves.promote), so that a late answer and a reserve never both have it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, doorbell
from portal.entries.models import Entry
from portal.errors import Invalid, Stale, require_at_most
from portal.i18n import N_
from portal.jury.decisions import reserves
from portal.jury.decisions.models import Decision
from portal.jury.invitations import places, terms
from portal.jury.invitations.models import FilmInvitation
from portal.lifecycles import DecisionState, EntryState, InvitationState, advance_row
from portal.policies import SYSTEM, Actor

MOST_WORDS = 500
TAKEN = N_("The place has gone to another film meanwhile.")


def confirm(session: Session, invitation: FilmInvitation, *, note: str = "", by: Actor) -> FilmInvitation:
    """The film comes. Said twice, it is said once; late, it counts as long as no other maker was told of the place.

    `note` is who told the office, where it answers for the makers.
    """
    _require_running(invitation)
    moved = _answered(session, invitation, InvitationState.CONFIRMED, note, by, ~places.taken(invitation.decision_id))
    if moved is None:
        return _settled(session, invitation, InvitationState.CONFIRMED)
    _give_back(session, moved, by=SYSTEM)
    return moved


def decline(session: Session, invitation: FilmInvitation, *, reason: str = "", by: Actor) -> FilmInvitation:
    """The film does not come, also after it was confirmed; its place is free for good. Said twice, it is said once."""
    _require_running(invitation)
    moved = _answered(session, invitation, InvitationState.DECLINED, reason, by)
    if moved is None:
        return _settled(session, invitation, InvitationState.DECLINED)
    ring(session, moved.decision_id)
    return moved


def ring(session: Session, decision_id: int) -> None:
    """Let a worker look after the free place of a decision's round, once this is committed."""
    round_id = session.scalar(sa.select(Decision.round_id).where(Decision.id == decision_id))
    if round_id is not None:
        doorbell.after_commit(session, "jury.fill_places", round_id)


def _require_running(invitation: FilmInvitation) -> None:
    if invitation.entry.state != EntryState.ELIGIBLE:
        raise Invalid("answer", N_("This film is no longer in the running."))


def _answered(
    session: Session,
    invitation: FilmInvitation,
    to: InvitationState,
    words: str,
    by: Actor,
    *conditions: sa.ColumnElement[bool],
) -> FilmInvitation | None:
    require_at_most(MOST_WORDS, "reason", words)
    before, now = invitation.state, clock.now()
    answer: dict[str, Any] = {"answered_at": now, "answered_by_id": by.person_id, "reason": words.strip()}
    moved: FilmInvitation | None = advance_row(session, FilmInvitation, invitation.id, to, *conditions, **answer)
    if moved is not None:
        audit.record(session, by, f"film_invitation.{to}", moved, before=str(before), reason=answer["reason"])
    return moved


def _settled(session: Session, invitation: FilmInvitation, wish: InvitationState) -> FilmInvitation:
    """What stood in the way: nothing where the same was said before."""
    session.refresh(invitation)
    if invitation.state == wish:
        return invitation
    if invitation.state == InvitationState.DECLINED:
        raise Invalid("answer", N_("This film was declined, and its place is free. Write to the festival office."))
    if invitation.state == InvitationState.LAPSED and wish == InvitationState.CONFIRMED:
        raise Invalid("answer", TAKEN)
    raise Stale


def _give_back(session: Session, invitation: FilmInvitation, *, by: Actor) -> None:
    """A reserve that was made ready for the place stays one; its maker has seen nothing."""
    ready = session.scalar(
        sa.select(Decision).where(
            Decision.replaces_id == invitation.decision_id, Decision.state == DecisionState.PENDING
        )
    )
    if ready is not None:
        reserves.put_back(session, ready, by=by)
    invitation.offered_at = None
    session.flush()


def more_time(session: Session, invitation: FilmInvitation, until: datetime, *, rev: int, by: Actor) -> FilmInvitation:
    """Ask again until a later day, as long as the place is free; what was made ready for it is taken back.

    Raises Stale when the invitation was answered or changed meanwhile, Invalid for a bad day or a place that is gone.
    """
    _require_running(invitation)
    if invitation.state == InvitationState.INVITED and invitation.answer_by == until:
        return invitation
    if until <= clock.now():
        raise Invalid("answer_by", N_("Choose a day that is still to come."))
    if until > clock.now() + terms.MOST:
        raise Invalid("answer_by", N_("Choose a day within the next {n} days."), n=terms.MOST.days)
    if invitation.rev != rev:
        raise Stale
    before = invitation.state
    unchanged = (FilmInvitation.rev == rev, ~places.taken(invitation.decision_id))
    moved: FilmInvitation | None = advance_row(
        session, FilmInvitation, invitation.id, InvitationState.INVITED, *unchanged, answer_by=until
    )
    if moved is None:
        session.refresh(invitation)
        raise Stale if invitation.rev != rev else Invalid("answer_by", TAKEN)
    audit.record(session, by, "film_invitation.more_time", moved, before=str(before), until=until)
    _give_back(session, moved, by=SYSTEM)
    return moved


# ── the clock, and the places that became free ─────────────────────────


def fill_places(session: Session, round_id: int) -> int:
    """Let the days that are over be over, and make the next reserve ready for each free place; how many were.

    Each place is offered once: when the desk puts that reserve back, what follows is the desk's to say.
    """
    _lapse(session, round_id)
    _take_leavers_back(session, round_id)
    return reserves.make_ready(session, round_id)


def _lapse(session: Session, round_id: int) -> None:
    for invitation_id in session.scalars(over(round_id)).all():
        late = FilmInvitation.answer_by <= clock.now()
        moved = advance_row(session, FilmInvitation, invitation_id, InvitationState.LAPSED, late)
        if moved is not None:
            audit.record(session, SYSTEM, "film_invitation.lapsed", moved)


def over(round_id: int | None = None) -> sa.Select[int]:
    """Ids of invitations whose day has gone by, of films still in the running; of all rounds where none is named."""
    found = (
        sa.select(FilmInvitation.id)
        .join(FilmInvitation.entry)
        .join(Decision, Decision.id == FilmInvitation.decision_id)
        .where(
            FilmInvitation.state == InvitationState.INVITED,
            FilmInvitation.answer_by <= clock.now(),
            Entry.state == EntryState.ELIGIBLE,
        )
    )
    return found if round_id is None else found.where(Decision.round_id == round_id)


def _take_leavers_back(session: Session, round_id: int) -> None:
    """A reserve that left the running before it was told of its place makes way for the next one."""
    for decision in session.scalars(reserves.leavers().where(Decision.round_id == round_id)).all():
        reserves.pass_over(session, decision, by=SYSTEM)


def waiting(session: Session) -> list[int]:
    """Ids of rounds in which a day has gone by, or a place waits for a reserve that is there."""
    lapsing = sa.select(Decision.round_id).where(
        Decision.id.in_(sa.select(FilmInvitation.decision_id).where(FilmInvitation.id.in_(over())))
    )
    leaving = reserves.leavers().with_only_columns(Decision.round_id)
    open_places = reserves.open_places()
    found = sa.union(lapsing, leaving, open_places).subquery()
    return list(session.scalars(sa.select(found.c[0]).order_by(found.c[0])))
