"""The signed cookie: it carries a random token whose digest is a row, so that signing out truly ends it."""

from __future__ import annotations

from collections.abc import Callable

from flask import g, session

_welcomes: list[Callable[[], None]] = []
_TOKEN = "t"  # noqa: S105 - the cookie's key, no secret


def token() -> str | None:
    """The session token of this browser, if it has one."""
    found = session.get(_TOKEN)
    return found if isinstance(found, str) else None


def at_sign_in(welcome: Callable[[], None]) -> None:
    """Have `welcome` called in every request that signs somebody in, once they are."""
    _welcomes.append(welcome)


def sign_in(token: str) -> None:
    """Start a fresh cookie holding `token`; nothing from before the sign-in survives."""
    session.clear()
    session[_TOKEN] = token
    session.permanent = True
    g.pop("identity", None)
    for welcome in _welcomes:
        welcome()


def sign_out() -> None:
    """Empty the cookie; the caller ends the row."""
    session.clear()
    g.pop("identity", None)
