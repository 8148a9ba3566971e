"""The browsers a person is told on: added, listed, renewed, removed."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db, links, signing
from portal.accounts.models import SignInSession
from portal.errors import Invalid
from portal.i18n import N_
from portal.notices.models import PushSubscription
from portal.notices.push import endpoints, keys
from portal.policies import Actor

MOST = 10
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Samsung", "Samsung Internet"), ("Firefox", "Firefox"))
_MORE_BROWSERS = (("CriOS", "Chrome"), ("FxiOS", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"))
_MORE_SYSTEMS = (("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))


def device_name(user_agent: str) -> str:
    """`Chrome · Windows` of what a browser says of itself; empty where it says nothing known."""
    found = (
        next((name for mark, name in marks if mark in user_agent), "")
        for marks in (_BROWSERS + _MORE_BROWSERS, _SYSTEMS + _MORE_SYSTEMS)
    )
    return " · ".join(name for name in found if name)


def mark(subscription: PushSubscription) -> str:
    """By this a browser knows itself in the list: SHA-256 of its address in hex, which gives the address to nobody."""
    return signing.digest(subscription.endpoint)


def signed_in_there() -> sa.ColumnElement[bool]:
    """Says of a subscription that its person is still signed in in that browser."""
    lasts = (SignInSession.ended_at.is_(None), SignInSession.expires_at > clock.now())
    return sa.exists().where(SignInSession.id == PushSubscription.session_id, *lasts)


def of(session: Session, person_id: int | None) -> Sequence[PushSubscription]:
    """The browsers a person is told on, the newest first."""
    mine = sa.select(PushSubscription).where(PushSubscription.person_id == person_id, signed_in_there())
    return session.scalars(mine.order_by(PushSubscription.id.desc())).all()


def by_code(session: Session, code: str) -> PushSubscription | None:
    """One of them."""
    return session.scalar(sa.select(PushSubscription).where(PushSubscription.code == code, signed_in_there()))


def sign_in_of(session: Session, token: str | None) -> int:
    """The number of the sign-in that the cookie's `token` belongs to."""
    mine = sa.select(SignInSession.id).where(SignInSession.digest == signing.digest(token or ""))
    return session.scalars(mine).one()


def by_renewal(session: Session, token: str) -> PushSubscription | None:
    """The browser whose worker holds the token; None once it was removed, or its person has signed out there."""
    try:
        sign_in = links.of(session).push_behind(token)
    except signing.BadToken:
        return None
    return session.scalar(
        sa.select(PushSubscription)
        .where(PushSubscription.session_id == sign_in, signed_in_there())
        .order_by(PushSubscription.id.desc())
        .limit(1)
        .with_for_update()
    )


def add(session: Session, subscription: PushSubscription, *, token: str | None, by: Actor) -> None:
    """Tell the actor in this browser, too, for as long as the sign-in with the cookie's `token` lasts.

    A browser has one address: whoever asks last in it is told there, and what it had before is forgotten. Raises
    Invalid for an address that is no known service's, for keys that cannot be used, and past MOST browsers.
    """
    sign_in = sign_in_of(session, token)
    _check(session, subscription)
    _leave(session, subscription, by.person_id, sign_in)
    if len([one for one in of(session, by.person_id) if one.endpoint != subscription.endpoint]) >= MOST:
        raise Invalid("main", N_("You are told on ten devices already. Remove one of them first."))
    values = {
        "person_id": by.person_id,
        "session_id": sign_in,
        "p256dh": subscription.p256dh,
        "auth": subscription.auth,
        "device": subscription.device,
        "created_at": clock.now(),
        "failures": 0,
    }
    row = db.insert(session, PushSubscription).values(
        endpoint=subscription.endpoint, code=signing.random_code(), **values
    )
    kept = session.scalar(
        row.on_conflict_do_update(index_elements=["endpoint"], set_=values).returning(PushSubscription.id)
    )
    audit.record(session, by, "push.added", PushSubscription.__tablename__, subscription=kept)


def _leave(session: Session, subscription: PushSubscription, person_id: int | None, sign_in: int) -> None:
    """Forget where a person has signed out, and what this browser was reached by before."""
    earlier = (PushSubscription.session_id == sign_in, PushSubscription.endpoint != subscription.endpoint)
    left = sa.and_(PushSubscription.person_id == person_id, ~signed_in_there())
    gone = sa.delete(PushSubscription).where(sa.or_(left, sa.and_(*earlier)))
    session.execute(gone.execution_options(synchronize_session=False))


def renew(session: Session, subscription: PushSubscription, fresh: PushSubscription) -> None:
    """Tell the browser at its new address, with its new keys; twice is once. Raises Invalid as `add` does."""
    if subscription.endpoint == fresh.endpoint:
        return
    _check(session, fresh)
    same = sa.delete(PushSubscription).where(PushSubscription.endpoint == fresh.endpoint)
    session.execute(same.execution_options(synchronize_session=False))
    subscription.endpoint, subscription.failures = fresh.endpoint, 0
    subscription.p256dh, subscription.auth = fresh.p256dh, fresh.auth
    session.flush()
    audit.record(session, Actor("person", subscription.person_id), "push.renewed", subscription)


def _check(session: Session, subscription: PushSubscription) -> None:
    services = session.info["settings"].push_services
    if not endpoints.accepted(subscription.endpoint, services):
        raise Invalid("main", N_("This browser's message service is not known here, so it cannot be told."))
    if not keys.usable(subscription.p256dh, subscription.auth):
        raise Invalid("main", N_("This browser gave no keys that messages could be sealed with."))


def forget(session: Session) -> int:
    """Delete what is left of browsers whose person is signed in there no more; how many those were."""
    gone = sa.delete(PushSubscription).where(~signed_in_there()).returning(PushSubscription.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def remove(session: Session, subscription: PushSubscription, *, by: Actor) -> None:
    """Tell nothing there any more."""
    audit.record(session, by, "push.removed", subscription)
    session.delete(subscription)
    session.flush()
