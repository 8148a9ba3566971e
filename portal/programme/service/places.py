"""Venues and halls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.calls.models import Edition
from portal.errors import Invalid
from portal.i18n import N_, moment
from portal.policies import Actor
from portal.programme import seat_plan
from portal.programme.models import DAY_MINUTES, Hall, Screening, Venue
from portal.programme.service.screenings import offer
from portal.programme.settling import COMING

Place = TypeVar("Place", Venue, Hall)


@dataclass(frozen=True, slots=True)
class VenueDraft:
    """What is asked about a venue."""

    name_ko: str
    name_en: str
    address_ko: str = ""
    address_en: str = ""


@dataclass(frozen=True, slots=True)
class HallDraft:
    """What is asked about a hall; hours are minutes after midnight, `plan` is that of `seat_plan`, empty for none."""

    name_ko: str
    name_en: str
    seats: int
    accessible_seats: int = 0
    turnaround_min: int = 20
    opens_min: int = 0
    closes_min: int = DAY_MINUTES
    plan: seat_plan.Plan = field(default_factory=list)


def add_venue(session: Session, edition: Edition, draft: VenueDraft, *, by: Actor) -> Venue:
    """Add a venue; the same name again is the same venue."""
    db.one_at_a_time(session, f"plan {edition.id}")
    same = sa.select(Venue).where(Venue.edition_id == edition.id, Venue.name_ko == draft.name_ko)
    found = session.scalar(same.limit(1))
    if found is not None:
        return found
    venue = Venue(edition_id=edition.id, **asdict(draft))
    return _added(session, venue, "venue.added", draft, by)


def edit_venue(session: Session, venue: Venue, draft: VenueDraft, *, by: Actor) -> None:
    """Rename or readdress a venue."""
    _edit(session, venue, draft, "venue.edited", by)


def add_hall(session: Session, venue: Venue, draft: HallDraft, *, by: Actor) -> Hall:
    """Add a hall at the end; the same name again is the same hall. Raises Invalid."""
    _check(draft)
    db.one_at_a_time(session, f"plan {venue.edition_id}")
    same = sa.select(Hall).where(Hall.venue_id == venue.id, Hall.name_ko == draft.name_ko)
    found = session.scalar(same.limit(1))
    if found is not None:
        return found
    count = session.scalar(sa.select(sa.func.count(Hall.id)).where(Hall.venue_id == venue.id)) or 0
    hall = Hall(venue_id=venue.id, position=count, **asdict(draft))
    return _added(session, hall, "hall.added", draft, by)


def edit_hall(session: Session, hall: Hall, draft: HallDraft, *, follow: bool = False, by: Actor) -> None:
    """Change a hall. Raises Invalid naming the screenings that stand in the way of fewer seats, or of another plan.

    `follow` lets coming screenings that sell every seat of the hall sell every seat of the new one; others keep what
    they sell. None may be left selling more than the hall has.
    """
    _check(draft)
    session.refresh(hall, with_for_update={"of": Hall})
    before = hall.seats
    if draft.plan != hall.plan:
        _check_numbers(session, hall)
    if draft.seats != before:
        _reseat(session, hall, before, draft.seats, follow=follow, by=by)
    _edit(session, hall, draft, "hall.edited", by)


def _reseat(session: Session, hall: Hall, before: int, seats: int, *, follow: bool, by: Actor) -> None:
    shown = coming_in(session, hall)
    full = [one for one in shown if one.taken + one.held > seats]
    if full:
        listed = ", ".join(f"{moment(one.starts_at)} ({one.taken + one.held})" for one in full)
        raise Invalid("seats", N_("More seats than that are given away or kept: {screenings}"), screenings=listed)
    over = [one for one in shown if one.seats > seats]
    if over and not follow:
        listed = ", ".join(f"{moment(one.starts_at)} ({one.seats})" for one in over)
        sentence = N_("These screenings sell more seats than that: {screenings}. Tick the box to change them too.")
        raise Invalid("follow", sentence, screenings=listed)
    for screening in shown if follow else ():
        if screening.seats == before or screening in over:
            offer(session, screening, seats, by=by)


def _check_numbers(session: Session, hall: Hall) -> None:
    """Seats that are given by their number stay where they are; raises Invalid."""
    numbered = [one for one in coming_in(session, hall) if one.seated and one.taken]
    if numbered:
        listed = ", ".join(moment(one.starts_at) for one in numbered)
        raise Invalid("plan", N_("Seats of this plan are given away by number: {screenings}"), screenings=listed)


def coming_in(session: Session, hall: Hall) -> Sequence[Screening]:
    """The screenings in a hall that are not over, by time, held until the transaction ends."""
    wanted = sa.select(Screening).where(
        Screening.hall_id == hall.id, Screening.state.in_(COMING), Screening.ends_at > clock.now()
    )
    held = wanted.order_by(Screening.starts_at, Screening.id).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).all()


def _check(draft: HallDraft) -> None:
    if draft.seats < 1:
        raise Invalid("seats", N_("A hall has at least one seat."))
    if draft.accessible_seats > draft.seats:
        raise Invalid("accessible_seats", N_("A hall cannot have more wheelchair spaces than seats."))
    if not 0 <= draft.opens_min < draft.closes_min <= DAY_MINUTES:
        raise Invalid("closes", N_("A hall closes after it opens, by 29:00 at the latest: five in the morning."))
    if draft.plan and seat_plan.seats(draft.plan) != draft.seats:
        sentence = N_("The plan has {n} seats. Write that number, or leave it empty to count the plan.")
        raise Invalid("seats", sentence, n=seat_plan.seats(draft.plan))
    if draft.plan and seat_plan.accessible(draft.plan) != draft.accessible_seats:
        sentence = N_("The plan has {n} accessible seats. Write that number, or leave it empty to count the plan.")
        raise Invalid("accessible_seats", sentence, n=seat_plan.accessible(draft.plan))


def _added(session: Session, row: Place, verb: str, draft: Any, by: Actor) -> Place:
    session.add(row)
    session.flush()
    audit.record(session, by, verb, row, after=asdict(draft))
    return row


def _edit(session: Session, row: Place, draft: Any, verb: str, by: Actor) -> None:
    after = asdict(draft)
    before = {name: getattr(row, name) for name in after}
    if before == after:
        return
    for name, value in after.items():
        setattr(row, name, value)
    session.flush()
    audit.record(session, by, verb, row, before=before, after=after)
