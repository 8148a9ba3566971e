"""Seats kept for groups and for the house: made, changed, released, taken away; and when booking opens and closes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, signing
from portal.audience.models import Booking, Group, Quota
from portal.audience.service import allotment, clockwork, seats
from portal.audience.service.offers import offer_free
from portal.audience.terms import LARGEST_PARTY
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import ScreeningState
from portal.policies import Actor
from portal.programme.models import Screening

_NO_ROOM = N_("Only {n} seats are free for everybody; fewer must be kept.")


@dataclass(frozen=True, slots=True)
class QuotaDraft:
    """Seats to be kept for a group, or without one for the house under a name; until `releases_at`, if any."""

    seats: int
    group: Group | None = None
    label: str = ""
    releases_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The largest party of a screening, when its booking opens and closes by itself, whether its seats are numbered."""

    largest_party: int
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    seated: bool = False


def add(session: Session, screening: Screening, draft: QuotaDraft, *, by: Actor) -> Quota:
    """Keep free seats; the same again is the same. Raises Invalid where not so many are free, or some are kept so."""
    screening = seats.locked(session, screening.id)
    _check(screening, draft)
    found = _same(session, screening, draft)
    if found is not None and (found.seats, found.releases_at) == (draft.seats, draft.releases_at):
        return found
    if found is not None:
        raise Invalid("seats", N_("Seats are already kept for this group here. Change those."))
    if not seats.keep(session, screening, draft.seats):
        raise Invalid("seats", _NO_ROOM, n=seats.free(screening))
    quota = Quota(
        code=signing.random_code(),
        screening_id=screening.id,
        group_id=draft.group.id if draft.group else None,
        label=draft.label,
        seats=draft.seats,
        releases_at=draft.releases_at,
    )
    session.add(quota)
    session.flush()
    audit.record(session, by, "quota.made", quota, seats=draft.seats, releases_at=draft.releases_at)
    return quota


def change(session: Session, quota: Quota, draft: QuotaDraft, *, rev: int, by: Actor) -> None:
    """Give a quota another size, name or clock; never below what is given from it. Raises Invalid, Stale."""
    screening = _held(session, quota, rev)
    _check(screening, draft)
    before = {"seats": quota.seats, "releases_at": quota.releases_at}
    if draft.seats < quota.taken:
        raise Invalid("seats", N_("{n} of these seats are already given away."), n=quota.taken)
    if not seats.resize(session, screening, quota, draft.seats):
        raise Invalid("seats", _NO_ROOM, n=seats.free(screening))
    session.refresh(quota)
    quota.label, quota.releases_at = draft.label, draft.releases_at
    session.flush()
    audit.record(session, by, "quota.changed", quota, before=before, seats=draft.seats, releases_at=draft.releases_at)
    offer_free(session, screening, by=by)


def release(session: Session, quota: Quota, *, by: Actor) -> int:
    """Give what is still kept to everybody, the waiting first. Returns how many seats; twice is once."""
    screening = seats.locked(session, quota.screening_id)
    freed = clockwork.release_quota(session, screening, quota, by=by)
    offer_free(session, screening, by=by)
    return freed


def remove(session: Session, quota: Quota, *, rev: int, by: Actor) -> None:
    """Take a quota away from which nothing was ever given. Raises Invalid, Stale."""
    screening = _held(session, quota, rev)
    if session.scalar(sa.select(sa.exists().where(Booking.quota_id == quota.id))):
        raise Invalid("main", N_("Seats were given from it. Release it instead."))
    seats.keep(session, screening, -quota.seats)
    audit.record(session, by, "quota.removed", quota, seats=quota.seats)
    session.delete(quota)
    session.flush()
    offer_free(session, screening, by=by)


def set_terms(session: Session, screening: Screening, terms: Terms, *, rev: int, by: Actor) -> None:
    """Say how large a party may be, when booking opens and closes, and whether seats are numbered.

    Who has booked before seats are numbered gets theirs now. Raises Invalid, Stale.
    """
    screening = seats.locked(session, screening.id)
    if screening.rev != rev:
        raise Stale
    if not 1 <= terms.largest_party <= LARGEST_PARTY:
        raise Invalid("largest_party", N_("A party has 1 to {n} people."), n=LARGEST_PARTY)
    if terms.opens_at is not None and terms.closes_at is not None and terms.opens_at >= terms.closes_at:
        raise Invalid("closes_on", N_("Booking closes after it opens."))
    if any(at is not None and at >= screening.starts_at for at in (terms.opens_at, terms.closes_at)):
        raise Invalid("closes_on", N_("Booking opens and closes before the screening starts."))
    if screening.state == ScreeningState.BOOKING and terms.opens_at is not None and terms.opens_at > clock.now():
        raise Invalid("opens_on", N_("Booking is open already. Close it by hand first."))
    before = (screening.largest_party, screening.booking_opens_at, screening.booking_closes_at, screening.seated)
    if terms.seated != screening.seated:
        allotment.number(session, screening, seated=terms.seated)
    screening.largest_party = terms.largest_party
    screening.booking_opens_at, screening.booking_closes_at = terms.opens_at, terms.closes_at
    session.flush()
    after = (terms.largest_party, terms.opens_at, terms.closes_at, terms.seated)
    if before != after:
        audit.record(session, by, "screening.terms", screening, before=before, after=after)
    clockwork.turn_booking(session, screening, clock.now())


def _held(session: Session, quota: Quota, rev: int) -> Screening:
    """The quota's screening with its row locked; raises Stale on another revision, Invalid on a released quota."""
    screening = seats.locked(session, quota.screening_id)
    session.refresh(quota)
    if quota.rev != rev:
        raise Stale
    if quota.released_at is not None:
        raise Invalid("main", N_("These seats are released already."))
    return screening


def _check(screening: Screening, draft: QuotaDraft) -> None:
    if draft.seats < 1:
        raise Invalid("seats", N_("Keep at least one seat."))
    if draft.group is None and not draft.label:
        raise Invalid("label", N_("Name the hold, or choose a group."))
    if draft.releases_at is not None and draft.releases_at >= screening.starts_at:
        raise Invalid("releases_on", N_("Release the seats before the screening starts."))


def _same(session: Session, screening: Screening, draft: QuotaDraft) -> Quota | None:
    """What is kept for the group, or by the house under that name, already."""
    mine = (
        Quota.group_id == draft.group.id
        if draft.group
        else sa.and_(Quota.group_id.is_(None), Quota.label == draft.label)
    )
    return session.scalar(sa.select(Quota).where(Quota.screening_id == screening.id, mine))
