"""Commands on sessions: a browser signs in, one of them or all of them sign out."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, signing
from portal.accounts.models import SignInSession

SESSION_LASTS = timedelta(days=30)


def start_session(session: Session, person_id: int) -> str:
    """Sign a browser in; returns the token for its cookie, of which only the digest is stored."""
    token = signing.random_token()
    session.add(
        SignInSession(digest=signing.digest(token), person_id=person_id, expires_at=clock.now() + SESSION_LASTS)
    )
    session.flush()
    return token


def end_session(session: Session, token: str) -> None:
    """Sign the browser with this token out; a copied cookie is worth nothing afterwards."""
    session.execute(
        sa.update(SignInSession)
        .where(SignInSession.digest == signing.digest(token), SignInSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
