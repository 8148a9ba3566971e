"""Tells the web kernel who sends a request."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import i18n
from portal.accounts import queries
from portal.web.current import Identity, Me


def identify(session: Session, token: str) -> Identity | None:
    """The identity behind a session cookie's token, as the kernel asks for it."""
    account = queries.account_behind(session, token)
    if account is None:
        return None
    name = account.native_name if i18n.language() == "ko" else account.latin_name or account.native_name
    known = (account.email, account.language, account.timezone, account.unread)
    me = Me(account.person_id, name, initials(name), *known)
    return Identity(account.actor, me)


def initials(name: str) -> str:
    """Two letters for the round mark: the given name's syllables in Hangul, first letters elsewhere."""
    words = name.split()
    if len(words) > 1:
        return (words[0][0] + words[1][0]).upper()
    return name[-2:] if name and "가" <= name[-1] <= "힣" else name[:2].upper()
