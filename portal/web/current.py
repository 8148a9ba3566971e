"""What belongs to the request at hand: its database session, its actor, its settings and links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import current_app, g, request
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.links import Links, of
from portal.policies import VISITOR, Actor
from portal.settings import Settings
from portal.web import cookies

READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Me:
    """What every page shows of the person signed in."""

    person_id: int
    name: str
    initials: str
    email: str
    language: str
    timezone: str
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sends this request, and how pages greet them."""

    actor: Actor = VISITOR
    me: Me | None = None


class Identify(Protocol):
    """Finds the identity behind a session cookie's token; supplied by the composition root."""

    def __call__(self, session: Session, token: str) -> Identity | None: ...


@dataclass(frozen=True)
class Kernel:
    """What the composition root hands to the web kernel."""

    settings: Settings
    writing: sessionmaker[Session]
    reading: sessionmaker[Session]
    identify: Identify


def kernel() -> Kernel:
    """The kernel of the running application."""
    found: Kernel = current_app.extensions["portal"]
    return found


def settings() -> Settings:
    """The installation's settings."""
    return kernel().settings


def note_arrival() -> None:
    """Before each request: look at the clock once, so that no deadline depends on how long the answer takes."""
    g.arrived_at = clock.now()


def arrived_at() -> datetime:
    """When this request came in: the moment its deadlines are measured by."""
    moment: datetime = g.arrived_at
    return moment


def is_reading() -> bool:
    """Whether this request may only read: its method is safe and its view did not ask to write."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method in READING and not getattr(view, "writes", False)


def session() -> Session:
    """The request's database session, opened on first use."""
    if "db" not in g:
        g.db = (kernel().reading if is_reading() else kernel().writing)()
    found: Session = g.db
    return found


def release_database() -> None:
    """End the transaction early: a view that is about to wait for a slow client must not hold a lock."""
    found = session()
    if is_reading():
        found.rollback()
    else:
        found.commit()


def identity() -> Identity:
    """Who is asking; looked up once for each request."""
    if "identity" not in g:
        found = cookies.token()
        g.identity = (kernel().identify(session(), found) if found else None) or Identity()
    known: Identity = g.identity
    return known


def actor() -> Actor:
    """The actor policies are asked about."""
    return identity().actor


def me() -> Me | None:
    """The person signed in, as pages show them."""
    return identity().me


def links() -> Links:
    """Absolute addresses."""
    return of(session())
