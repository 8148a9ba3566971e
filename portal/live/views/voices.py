"""Who speaks from the floor: the ticket they came with, else the person signed in, else this browser.

The signed cookie remembers tickets by screening; what is stored of a question is a digest alone.
"""

from __future__ import annotations

from flask import request, session

from portal import links, signing
from portal.audience.queries import booking_by_code
from portal.live import keys
from portal.live.questions.asking import Voice
from portal.programme.models import Screening
from portal.web import current

_TICKETS, _BROWSER = "seats", "floor"
_REMEMBERED = 8


def remember(screening: Screening, token: str) -> bool:
    """Keep a ticket of this screening for as long as the cookie lasts; whether it is one."""
    try:
        code = current.links().opened(links.TICKET, token)
    except signing.BadToken:
        return False
    booking = booking_by_code(current.session(), code)
    if booking is None or booking.screening_id != screening.id:
        return False
    others = [one for one in session.get(_TICKETS, {}).items() if one[0] != screening.code]
    session[_TICKETS] = dict([*others[1 - _REMEMBERED :], (screening.code, [booking.code, booking.id])])
    session.permanent = True
    return True


def ticket(code: str) -> str | None:
    """The code of the ticket this browser came with, if it came with one."""
    kept = session.get(_TICKETS, {}).get(code)
    return str(kept[0]) if kept else None


def introduce() -> None:
    """Give a browser that nobody signed in with a name of its own, before it asks or votes."""
    if not current.actor().signed_in and _BROWSER not in session:
        session[_BROWSER] = signing.random_code(20)
        session.permanent = True


def key(code: str) -> str:
    """Who reads, asks and votes at a screening; no statement for a browser without a sign-in."""
    secret = current.settings().secret_key
    ticket = session.get(_TICKETS, {}).get(code)
    if ticket:
        return keys.of(secret, code, "ticket", ticket[0])
    person_id = current.actor().person_id
    if person_id is not None:
        return keys.of(secret, code, "person", person_id)
    return keys.of(secret, code, "browser", session.get(_BROWSER, ""))


def voice(screening: Screening) -> Voice:
    """The voice of this request."""
    introduce()
    source = keys.source(current.settings().secret_key, screening.code, request.remote_addr or "")
    ticket = session.get(_TICKETS, {}).get(screening.code)
    return Voice(key(screening.code), source, ticket[1] if ticket else None)
