"""Releases: the plan frozen as a version everybody reads, at once or when its embargo ends, and who is told of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, doorbell
from portal.calls.models import Edition
from portal.errors import Invalid, Stale
from portal.i18n import N_, moment
from portal.lifecycles import ScreeningState, advance
from portal.policies import SYSTEM, Actor
from portal.programme import frozen
from portal.programme.models import Release, Screening
from portal.programme.queries.loading import features_of, with_everything
from portal.programme.queries.published import in_force, newest_release, public_release, state_now
from portal.programme.queries.readiness import blocked_packages
from portal.programme.service import telling

_UPCOMING = (ScreeningState.CONFIRMED, ScreeningState.RELEASED, ScreeningState.BOOKING, ScreeningState.CLOSED)
_PUBLIC = (*_UPCOMING, ScreeningState.RUNNING, ScreeningState.Q_AND_A, ScreeningState.HELD)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a release would publish now, compared with what everybody reads.

    `base` is the newest version of all; `waiting` is the moment it waits for, and this one would take its place.
    `blocked` names films in the way, `guests` counts those who get mail, by screening.
    """

    base: int
    waiting: datetime | None
    body: frozen.Body
    digest: str
    changes: list[frozen.Body]
    blocked: list[str]
    screenings: Sequence[Screening]
    guests: Mapping[str, int]
    repeats: bool

    @property
    def told(self) -> int:
        """How many guests get mail."""
        return sum(self.guests.values())

    @property
    def is_new(self) -> bool:
        """Whether anything differs from what is public, and from what waits."""
        return not self.repeats and (bool(self.changes) or not self.base)


def preview(session: Session, edition: Edition) -> Preview:
    """Freeze the confirmed plan without publishing it, and compare it with the version that is public."""
    newest, public = newest_release(session, edition.id), public_release(session, edition.id)
    screenings = _public_screenings(session, edition.id, _codes(public))
    body = frozen.body(edition, screenings, features_of(session, screenings))
    digest = frozen.digest(body)
    changes = frozen.changes(public.body if public else None, body)
    upcoming = {one.package_id for one in screenings if one.state in _UPCOMING}
    blocked = sorted({title for titles in blocked_packages(session, upcoming).values() for title in titles})
    waiting = newest.embargo_until if newest is not None and newest is not public else None
    guests = telling.counted(telling.told(session, screenings, changes))
    repeats = newest is not None and waiting is not None and newest.digest == digest
    base = newest.version if newest else 0
    return Preview(base, waiting, body, digest, changes, blocked, screenings, guests, repeats)


def _codes(release: Release | None) -> list[str]:
    return [item["code"] for item in release.body["screenings"]] if release else []


def _public_screenings(session: Session, edition_id: int, known: Sequence[str]) -> Sequence[Screening]:
    cancelled_before = sa.and_(Screening.state == ScreeningState.CANCELLED, Screening.code.in_(known))
    query = (
        sa.select(Screening)
        .where(Screening.edition_id == edition_id, sa.or_(Screening.state.in_(_PUBLIC), cancelled_before))
        .order_by(Screening.starts_at, Screening.id)
        .options(*with_everything())
    )
    return session.scalars(query).unique().all()


def release(
    session: Session,
    edition: Edition,
    *,
    base: int,
    open_booking: bool = True,
    embargo_until: datetime | None = None,
    by: Actor,
) -> Release:
    """Publish the confirmed plan as the next version, at once or at `embargo_until`, and tell whom it touches then.

    `base` is the version the person has seen; raises Stale when another was released meanwhile, Invalid when nothing
    changed, a film may not be public, or the embargo is over before it began. A version that still waits is replaced.
    The same release asked for twice is released once.
    """
    _lock(session, edition)
    made = preview(session, edition)
    if made.base != base:
        return _same_again(session, edition, made, base, embargo_until)
    _check(made, embargo_until)
    released = Release(
        edition_id=edition.id,
        version=made.base + 1,
        body=made.body,
        digest=made.digest,
        changes=made.changes,
        released_by_id=by.person_id,
        embargo_until=embargo_until,
        opens_booking=open_booking,
    )
    session.add(released)
    session.flush()
    until = embargo_until.isoformat() if embargo_until else None
    facts = {"version": released.version, "digest": made.digest, "embargo_until": until}
    audit.record(session, by, "programme.released", released, **facts)
    if embargo_until is None:
        _publish(session, released, by)
    return released


def _lock(session: Session, edition: Edition) -> None:
    session.execute(sa.select(Edition.id).where(Edition.id == edition.id).with_for_update())


def _check(made: Preview, embargo_until: datetime | None) -> None:
    if made.blocked:
        raise Invalid("main", N_("These films are not ready to be shown: {titles}"), titles=", ".join(made.blocked))
    if not made.is_new:
        raise Invalid("main", N_("Nothing has changed since version {n}."), n=made.base)
    if embargo_until is not None and embargo_until <= clock.now():
        raise Invalid("embargo_on", N_("{when} is over. Choose a later moment."), when=moment(embargo_until))


def _same_again(
    session: Session, edition: Edition, made: Preview, base: int, embargo_until: datetime | None
) -> Release:
    newest = newest_release(session, edition.id)
    if newest is None or (newest.version, newest.digest) != (base + 1, made.digest):
        raise Stale
    if newest.embargo_until != embargo_until:
        raise Stale
    return newest


def lift_embargo(session: Session, edition: Edition, *, version: int, by: Actor) -> bool:
    """Make the version that waits public now. False if it was public already; raises Stale if another took its place.

    One conditional UPDATE decides: whoever comes second changes nothing.
    """
    _lock(session, edition)
    newest = newest_release(session, edition.id)
    if newest is None or newest.version != version:
        raise Stale
    now = clock.now()
    mine = (Release.id == newest.id, Release.embargo_until > now)
    lifted = session.execute(
        sa.update(Release)
        .where(*mine)
        .values(embargo_until=now)
        .returning(Release.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(newest)
    if lifted is None:
        return False
    audit.record(session, by, "programme.embargo_lifted", newest, version=version)
    _publish(session, newest, by)
    return True


def take_effect(session: Session, release_id: int) -> Release | None:
    """Once for each version, at its moment: open what is new and tell guests. The caller tells the seat holders.

    None where the moment has not come, or where everybody was told already.
    """
    now = clock.now()
    mine = sa.update(Release).where(Release.id == release_id, Release.told_at.is_(None), in_force(now))
    won = mine.values(told_at=now).returning(Release.id).execution_options(synchronize_session=False)
    if session.execute(won).first() is None:
        return None
    released = session.get_one(Release, release_id, populate_existing=True)
    if released.embargo_until is not None:
        _come_into_force(session, released, SYSTEM)
    return released


def _publish(session: Session, released: Release, by: Actor) -> None:
    """What whoever publishes sees at once; seat holders are written to by the workers."""
    _come_into_force(session, released, by)
    doorbell.after_commit(session, "audience.tell", released.id)


def _come_into_force(session: Session, released: Release, by: Actor) -> None:
    """Open what is new in it, and write to guests."""
    shown = set(_codes(released))
    known = _named(session, shown | {change["code"] for change in released.changes})
    for screening in known:
        if screening.code in shown:
            _open(session, screening, opens_booking=released.opens_booking, by=by)
    session.flush()
    telling.tell(session, released, known)


def open_due(session: Session, screening: Screening) -> None:
    """Open a screening whose embargo is over, before the workers do; the row is locked."""
    state = state_now(session, screening)
    if state != screening.state:
        _open(session, screening, opens_booking=state == ScreeningState.BOOKING, by=SYSTEM)


def _open(session: Session, screening: Screening, *, opens_booking: bool, by: Actor) -> None:
    if screening.state == ScreeningState.CONFIRMED:
        advance(session, screening, ScreeningState.RELEASED, by=by)
    if opens_booking and screening.state == ScreeningState.RELEASED:
        advance(session, screening, ScreeningState.BOOKING, by=by)


def _named(session: Session, codes: Collection[str]) -> Sequence[Screening]:
    query = sa.select(Screening).where(Screening.code.in_(codes)).order_by(Screening.starts_at, Screening.id)
    return session.scalars(query.options(*with_everything())).unique().all()
