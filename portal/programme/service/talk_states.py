"""Where a talk stands: each step with its guard, and the step that takes it back. Twice is once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import clock
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import ScreeningState, TalkState, advance
from portal.policies import Actor
from portal.programme.models import QASession, Screening
from portal.programme.talk_steps import SHOWN

SETTLED = (TalkState.CONFIRMED, TalkState.COLLECTING, TalkState.LIVE)


def note_invitation(session: Session, talk: QASession, *, by: Actor) -> None:
    """The first invitation has gone out: a talk that was only planned is one that people were asked for."""
    if talk.state == TalkState.PLANNED:
        _advance(session, talk, TalkState.INVITED, by)


def confirm_talk(session: Session, talk: QASession, *, by: Actor) -> None:
    """The programmer vouches for the talk, whoever is still to answer."""
    _screening(session, talk)
    _advance(session, talk, TalkState.CONFIRMED, by)


def unconfirm_talk(session: Session, talk: QASession, *, by: Actor) -> None:
    """Take the confirmation back."""
    _advance(session, talk, TalkState.INVITED, by)


def open_questions(session: Session, talk: QASession, *, by: Actor) -> None:
    """The audience may ask from now on, as it may while the talk is live; raises Invalid before it is confirmed."""
    _screening(session, talk)
    _require_settled(talk)
    if talk.state != TalkState.LIVE:
        _advance(session, talk, TalkState.COLLECTING, by)


def close_questions(session: Session, talk: QASession, *, by: Actor) -> None:
    """No more questions until they are opened again."""
    _advance(session, talk, TalkState.CONFIRMED, by)


def begin_talk(session: Session, talk: QASession, *, by: Actor) -> None:
    """The guests come on stage, so the films are over; raises Invalid before the screening has begun."""
    screening = _screening(session, talk)
    _require_settled(talk, TalkState.CLOSED)
    if screening.state not in SHOWN:
        raise Invalid("main", N_("The talk begins when the films are over. Start the screening first."))
    if screening.state == ScreeningState.RUNNING:
        advance(session, screening, ScreeningState.Q_AND_A, by=by)
    talk.began_at = talk.began_at or clock.now()
    talk.closed_at = None
    _advance(session, talk, TalkState.LIVE, by)


def unbegin_talk(session: Session, talk: QASession, *, by: Actor) -> None:
    """It has not begun after all: questions are collected again."""
    if talk.state == TalkState.LIVE:
        talk.began_at = None
        _advance(session, talk, TalkState.COLLECTING, by)


def close_talk(session: Session, talk: QASession, *, by: Actor) -> None:
    """The talk is over; its questions may be answered in writing now."""
    if talk.state != TalkState.CLOSED:
        talk.closed_at = clock.now()
        _advance(session, talk, TalkState.CLOSED, by)


def reopen_talk(session: Session, talk: QASession, *, by: Actor) -> None:
    """It is not over after all; the moment it began stays."""
    begin_talk(session, talk, by=by)


def publish_talk(session: Session, talk: QASession, *, by: Actor) -> None:
    """Questions and answers may be read by everybody."""
    if talk.state != TalkState.PUBLISHED:
        talk.published_at = clock.now()
        _advance(session, talk, TalkState.PUBLISHED, by)


def unpublish_talk(session: Session, talk: QASession, *, by: Actor) -> None:
    """Take questions and answers off the public page."""
    if talk.state == TalkState.PUBLISHED:
        talk.published_at = None
        _advance(session, talk, TalkState.CLOSED, by)


def _advance(session: Session, talk: QASession, to: TalkState, by: Actor) -> None:
    if talk.state != to:
        advance(session, talk, to, by=by, screening=talk.screening_id)
        session.flush()


def _screening(session: Session, talk: QASession) -> Screening:
    screening = session.get_one(Screening, talk.screening_id)
    if screening.state == ScreeningState.CANCELLED:
        raise Invalid("main", N_("The screening is cancelled, and its talk with it."))
    return screening


def _require_settled(talk: QASession, *more: TalkState) -> None:
    if talk.state not in (*SETTLED, *more):
        raise Invalid("main", N_("Confirm the talk first."))
