"""Releases: the plan frozen as a version everybody reads, and those told whom it touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, doorbell
from portal.calls.models import Edition
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import GuestState, ScreeningState, advance
from portal.mail import outbox
from portal.policies import Actor
from portal.programme import agenda, frozen
from portal.programme.models import Guest, QASession, Release, Screening
from portal.programme.queries.loading import with_everything
from portal.programme.queries.published import current_release
from portal.programme.queries.readiness import blocked_packages
from portal.programme.service.letters import conversation_letter

_UPCOMING = (ScreeningState.CONFIRMED, ScreeningState.RELEASED, ScreeningState.BOOKING, ScreeningState.CLOSED)
_PUBLIC = (*_UPCOMING, ScreeningState.RUNNING, ScreeningState.HELD)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a release would publish now; `base` is the version it builds on, `blocked` names films in the way."""

    base: int
    body: frozen.Body
    digest: str
    changes: list[frozen.Body]
    blocked: list[str]
    screenings: Sequence[Screening]
    told: int

    @property
    def is_new(self) -> bool:
        """Whether anything differs from the version before."""
        return bool(self.changes) or not self.base


def preview(session: Session, edition: Edition) -> Preview:
    """Freeze the confirmed plan without publishing it, and compare it with the newest version."""
    newest = current_release(session, edition.id)
    known = [item["code"] for item in newest.body["screenings"]] if newest else []
    screenings = _public_screenings(session, edition.id, known)
    body = frozen.body(edition, screenings)
    changes = frozen.changes(newest.body if newest else None, body)
    upcoming = {one.package_id for one in screenings if one.state in _UPCOMING}
    blocked = sorted({title for titles in blocked_packages(session, upcoming).values() for title in titles})
    told = _guests_to_tell(screenings, changes) if newest else []
    return Preview(newest.version if newest else 0, body, frozen.digest(body), changes, blocked, screenings, len(told))


def _public_screenings(session: Session, edition_id: int, known: Sequence[str]) -> Sequence[Screening]:
    cancelled_before = sa.and_(Screening.state == ScreeningState.CANCELLED, Screening.code.in_(known))
    query = (
        sa.select(Screening)
        .where(Screening.edition_id == edition_id, sa.or_(Screening.state.in_(_PUBLIC), cancelled_before))
        .order_by(Screening.starts_at, Screening.id)
        .options(*with_everything())
    )
    return session.scalars(query).unique().all()


def release(session: Session, edition: Edition, *, base: int, open_booking: bool = True, by: Actor) -> Release:
    """Publish the confirmed plan as the next version and tell the guests it touches.

    `base` is the version the person has seen; raises Stale when another was released meanwhile, Invalid when nothing
    changed or a film may not be public. The same release asked for twice is released once.
    """
    _lock(session, edition)
    made = preview(session, edition)
    if made.base != base:
        return _same_again(session, edition, made, base)
    if made.blocked:
        raise Invalid("main", N_("These films are not ready to be shown: {titles}"), titles=", ".join(made.blocked))
    if not made.is_new:
        raise Invalid("main", N_("Nothing has changed since version {n}."), n=made.base)
    released = Release(
        edition_id=edition.id,
        version=made.base + 1,
        body=made.body,
        digest=made.digest,
        changes=made.changes,
        released_by_id=by.person_id,
    )
    session.add(released)
    session.flush()
    audit.record(session, by, "programme.released", released, version=released.version, digest=made.digest)
    _open(session, made.screenings, open_booking, by)
    if made.base:
        _tell(session, released, made)
    return released


def _lock(session: Session, edition: Edition) -> None:
    session.execute(sa.select(Edition.id).where(Edition.id == edition.id).with_for_update())


def _same_again(session: Session, edition: Edition, made: Preview, base: int) -> Release:
    newest = current_release(session, edition.id)
    if newest is not None and newest.version == base + 1 and not made.changes:
        return newest
    raise Stale


def _open(session: Session, screenings: Sequence[Screening], open_booking: bool, by: Actor) -> None:
    for screening in screenings:
        if screening.state == ScreeningState.CONFIRMED:
            advance(session, screening, ScreeningState.RELEASED, by=by)
        if open_booking and screening.state == ScreeningState.RELEASED:
            advance(session, screening, ScreeningState.BOOKING, by=by)
    session.flush()


def _guests_to_tell(screenings: Sequence[Screening], changes: Sequence[frozen.Body]) -> list[tuple[Guest, QASession]]:
    touched = frozen.told_codes(changes)
    return [
        (guest, one.qa_session)
        for one in screenings
        if one.code in touched and one.qa_session is not None
        for guest in one.qa_session.guests
        if guest.state != GuestState.DECLINED
    ]


def _tell(session: Session, released: Release, made: Preview) -> None:
    by_code: dict[str, Any] = {change["code"]: change for change in made.changes if change["kind"] in frozen.TOLD}
    for guest, talk in _guests_to_tell(made.screenings, made.changes):
        letter = conversation_letter(session, guest, talk)
        outbox.queue(
            session,
            "talk_changed",
            to=outbox.Recipient(guest.email, guest.language, guest.name, person_id=guest.person_id),
            about=guest,
            transition=f"release-{released.version}",
            edition_id=released.edition_id,
            attachments=[letter.calendar],
            **agenda.before(by_code[talk.screening.code]),
            **letter.context,
        )
    if by_code:
        doorbell.after_commit(session, "audience.tell", released.id)
