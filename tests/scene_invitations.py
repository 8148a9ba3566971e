"""Invitations on the stage: one that a known maker may answer, one whose day went by, one whose mail came back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.accounts.models import Person
from portal.entries.models import Member
from portal.jury.decisions.models import Decision
from portal.jury.invitations.models import FilmInvitation
from portal.jury.models import Round
from portal.lifecycles import InvitationState, MailState, advance
from portal.mail import outbox
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM


def with_invitations(session: Session, friend: Person) -> None:
    """The first of the demo's that wait gets a second maker; the next two trouble the office."""
    mine, late, away = _waiting(session)[:3]
    mine.entry.announced = "selected"
    session.add(
        Member(
            entry_id=mine.entry_id,
            person_id=friend.id,
            email=friend.email,
            name=friend.native_name,
            digest="0" * 64,
            expires_at=clock.now(),
            accepted_at=clock.now(),
        )
    )
    late.invited_at, late.answer_by = clock.now() - timedelta(days=14), clock.now() - timedelta(days=1)
    advance(session, late, InvitationState.LAPSED, by=SYSTEM)
    owner = session.get_one(Person, away.entry.owner_id)
    to = outbox.Recipient(owner.email, owner.language, owner.native_name, owner.id)
    decision = session.get_one(Decision, away.decision_id)
    told = outbox.queue(
        session,
        "decision_selected",
        to=to,
        about=decision,
        transition="stage",
        edition_id=away.entry.edition_id,
        entry=away.entry,
        answer_by=away.answer_by,
    )
    came_back = {"state": MailState.BOUNCED, "last_error": "5.1.1 550 User unknown", "sent_at": clock.now()}
    session.execute(sa.update(OutgoingMail).where(OutgoingMail.id == told.id).values(**came_back))


def _waiting(session: Session) -> list[FilmInvitation]:
    wanted = sa.select(FilmInvitation).order_by(FilmInvitation.id).options(joinedload(FilmInvitation.entry))
    return list(session.scalars(wanted.where(FilmInvitation.state == InvitationState.INVITED)))


def things(session: Session) -> dict[str, Any]:
    """What addresses ask for."""
    by_state = sa.select(FilmInvitation).options(joinedload(FilmInvitation.entry)).order_by(FilmInvitation.id)
    mine = session.scalars(by_state.where(FilmInvitation.state == InvitationState.INVITED)).first()
    assert mine is not None
    judged = sa.select(Round.code).join(Decision, Decision.round_id == Round.id)
    return {
        "invited": mine.entry.number,
        "round_invited": session.scalar(judged.where(Decision.id == mine.decision_id)),
    }
