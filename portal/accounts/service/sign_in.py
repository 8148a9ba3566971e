"""Signing in by a link sent by mail or by password, with limits kept as rows so that they survive a restart.

Nothing here tells a known address from an unknown one: both get a link, both cost one password check.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from portal import clock, db, i18n, links, signing
from portal.accounts import passwords, queries
from portal.accounts.letters import addressed
from portal.accounts.models import LinkPurpose, Person, SignInAttempt, SignInLink
from portal.accounts.service.people import Names, create_person
from portal.accounts.service.second_step import use_code
from portal.errors import Invalid, PortalError
from portal.i18n import N_
from portal.mail import outbox

LINK_LASTS = timedelta(minutes=15)
WINDOW = timedelta(minutes=15)
LINKS_PER_ACCOUNT, LINKS_PER_ADDRESS = 4, 40
TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS = 10, 60
_ATTEMPTS_KEPT = timedelta(days=1)
WRONG = N_("The address or the password is not right. You can also get a link by mail.")


class TooManyTries(PortalError):
    """This address asked too often within a quarter of an hour."""

    status = 429


def ask_link(session: Session, email: str, *, language: str, asked_from: str, next_path: str = "") -> None:
    """Mail a one-time link to the address, known or not; a second at once, or a fifth soon, is quietly not sent.

    Raises TooManyTries when one network address asks for many.
    """
    if _recent(session, SignInLink.created_at, SignInLink.asked_from == asked_from) >= LINKS_PER_ADDRESS:
        raise TooManyTries
    person = queries.person_by_email(session, email)
    db.one_at_a_time(session, f"sign_in_link {email}")
    if _is_enough(session, email):
        return
    purpose = LinkPurpose.SIGN_IN if person else LinkPurpose.SIGN_UP
    link, token = _make_link(session, email, purpose, LINK_LASTS, asked_from=asked_from, next_path=next_path)
    to = addressed(person) if person else outbox.Recipient(email, language, "")
    outbox.queue(session, purpose.value, to=to, about=link, transition="asked", token=token, until=link.expires_at)


def _is_enough(session: Session, email: str) -> bool:
    """Whether a link is on its way this very moment, or too many were within the window."""
    mine = SignInLink.email == email
    if _recent(session, SignInLink.created_at, mine) >= LINKS_PER_ACCOUNT:
        return True
    mailed = (mine, SignInLink.asked_from != "", SignInLink.used_at.is_(None))
    return _recent(session, SignInLink.created_at, sa.and_(*mailed), clock.PRESSED_TWICE) > 0


def one_time_link(session: Session, person: Person, *, lasts: timedelta = LINK_LASTS) -> str:
    """The address that signs this person in once; for the operator's own use, nothing is mailed."""
    _link, token = _make_link(session, person.email, LinkPurpose.SIGN_IN, lasts)
    with i18n.using(person.language):
        return links.of(session).sign_in(token)


def use_link(session: Session, token: str, *, newcomer: Names | None = None) -> Person | None:
    """Use the link up; whose it is, or None when it was used, is too old, or its person is disabled.

    An unknown address becomes an account with the `newcomer`'s names.
    """
    email = session.scalar(
        sa.update(SignInLink)
        .where(queries.link_is_usable(token))
        .values(used_at=clock.now())
        .returning(SignInLink.email)
        .execution_options(synchronize_session=False)
    )
    if email is None:
        return None
    person = queries.person_by_email(session, email)
    if person is None and newcomer is not None:
        person = create_person(session, email, newcomer)
    return person if person is not None and person.disabled_at is None else None


def note_attempt(session: Session, email: str, *, asked_from: str) -> int:
    """Count a try before it is judged; the caller makes it durable first. Returns the row's id."""
    now = clock.now()
    session.execute(sa.delete(SignInAttempt).where(SignInAttempt.at < now - _ATTEMPTS_KEPT))
    attempt = SignInAttempt(email=email, asked_from=asked_from, at=now)
    session.add(attempt)
    session.flush()
    return attempt.id


def check_password(session: Session, attempt_id: int, password: str) -> Person:
    """Judge a counted try; whose password it is. The try is forgotten when it was right.

    Raises TooManyTries, or Invalid with the same words for an unknown address, no password and a wrong one.
    """
    attempt = _within_limits(session, attempt_id)
    person = queries.person_by_email(session, attempt.email)
    if not passwords.matches(person.password_hash if person else None, password):
        raise Invalid("password", WRONG)
    assert person is not None
    if person.disabled_at is not None:
        raise Invalid("password", WRONG)
    if passwords.outdated(person.password_hash or ""):
        person.password_hash = passwords.hashed(password)
    session.delete(attempt)
    return person


def check_code(session: Session, attempt_id: int, person: Person, typed: str) -> None:
    """Judge a counted try at the second step; raises TooManyTries or Invalid."""
    attempt = _within_limits(session, attempt_id)
    use_code(session, person, typed)
    session.delete(attempt)


def _within_limits(session: Session, attempt_id: int) -> SignInAttempt:
    attempt = session.get_one(SignInAttempt, attempt_id)
    tries = _recent(session, SignInAttempt.at, SignInAttempt.email == attempt.email)
    nearby = _recent(session, SignInAttempt.at, SignInAttempt.asked_from == attempt.asked_from)
    if tries > TRIES_PER_ACCOUNT or nearby > TRIES_PER_ADDRESS:
        raise TooManyTries
    return attempt


def _make_link(
    session: Session, email: str, purpose: LinkPurpose, lasts: timedelta, *, asked_from: str = "", next_path: str = ""
) -> tuple[SignInLink, str]:
    token = signing.random_token()
    link = SignInLink(
        digest=signing.digest(token),
        purpose=purpose,
        email=email,
        asked_from=asked_from,
        next_path=next_path,
        expires_at=clock.now() + lasts,
    )
    session.add(link)
    session.flush()
    return link, token


def _recent(
    session: Session, moment: InstrumentedAttribute[object], which: sa.ColumnElement[bool], within: timedelta = WINDOW
) -> int:
    counted = sa.select(sa.func.count()).where(which, moment > clock.now() - within)
    return session.scalar(counted) or 0
