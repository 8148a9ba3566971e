"""Sessions as rows: a browser signs in, one of them or all the others sign out."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, signing
from portal.accounts.models import SignInSession
from portal.policies import Actor

SESSION_LASTS = timedelta(days=30)


def start_session(session: Session, person_id: int) -> str:
    """Sign a browser in; returns the token for its cookie, of which only the digest is stored."""
    token = signing.random_token()
    row = SignInSession(digest=signing.digest(token), person_id=person_id, expires_at=clock.now() + SESSION_LASTS)
    session.add(row)
    session.flush()
    audit.record(session, Actor("person", person_id), "session.started", row)
    return token


def end_session(session: Session, token: str, *, by: Actor) -> None:
    """Sign the browser with this token out; a copied cookie is worth nothing afterwards."""
    if _end(session, SignInSession.digest == signing.digest(token)):
        audit.record(session, by, "session.ended", "sign_in_sessions")


def end_other_sessions(session: Session, person_id: int, *, keep: str | None, by: Actor) -> int:
    """Sign a person out everywhere, except the browser with the token `keep`; returns how many it were."""
    kept = signing.digest(keep) if keep else ""
    ended = _end(session, SignInSession.person_id == person_id, SignInSession.digest != kept)
    if ended:
        audit.record(session, by, "session.ended_everywhere", "sign_in_sessions", person_id=person_id, ended=ended)
    return ended


def _end(session: Session, *which: sa.ColumnElement[bool]) -> int:
    ended = session.scalars(
        sa.update(SignInSession)
        .where(*which, SignInSession.ended_at.is_(None))
        .values(ended_at=clock.now())
        .returning(SignInSession.id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())
