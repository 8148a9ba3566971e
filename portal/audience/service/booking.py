"""Booking and cancelling. One live booking for each address and screening; the same form twice is one booking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, signing
from portal.audience import membership
from portal.audience.errors import Full
from portal.audience.membership import Proofs
from portal.audience.models import Booking, Group, Origin, Quota
from portal.audience.service import allotment, letters, seats
from portal.audience.service.clockwork import turn_booking
from portal.audience.service.offers import offer_free
from portal.audience.terms import HOLDING, LARGEST_PARTY, LIVE, is_open, verify_by
from portal.errors import Invalid
from portal.i18n import N_, SEOUL
from portal.lifecycles import ScreeningState, SeatState, advance
from portal.policies import Actor
from portal.programme.models import Screening

AT_THE_DOOR = (ScreeningState.BOOKING, ScreeningState.CLOSED, ScreeningState.RUNNING)


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants: seats for a party. `links` are the secret links of groups that they came by.

    `vouched` says that the address is known to be theirs: they signed in with it, or came by a link mailed to it. A
    walk-in may leave `email` empty: nobody writes to them.
    """

    name: str
    email: str
    party: int
    language: str = "ko"
    access_needs: str = ""
    person_id: int | None = None
    vouched: bool = False
    links: tuple[str, ...] = ()
    note: str = ""


def book(
    session: Session,
    screening: Screening,
    ask: Ask,
    *,
    code: str | None = None,
    may_wait: bool = False,
    origin: Origin = Origin.PUBLIC,
    quota: Quota | None = None,
    by: Actor,
) -> Booking:
    """Seats at once, or with `may_wait` a place on the waiting list; an address that has either gets that one back.

    What nobody has confirmed ends where the owner of the address comes, who inherits its place on the list. Seats come
    from what is kept for the person's groups, else from those for everybody; the guest list may name the `quota`
    instead. `code` makes a form sent twice recognisable: a booking that carries it was made by this form. A stranger's
    seats wait for the owner of the address until `verify_by`. Raises Full when the party does not fit and
    the person has not agreed to wait, Invalid when booking is not open or the party is too large.
    """
    screening, code = seats.locked(session, screening.id), code or signing.random_code()
    email = ask.email.strip().lower() or code.lower()
    found = _made_before(session, screening, email, code)
    if found is not None and not _gives_way(found, code, origin, vouched=ask.vouched):
        return found
    _check(session, screening, ask, origin)
    if found is not None:
        _make_way(session, screening, found, by=by)
        ask = _with_own_words(ask, found)
    groups = _groups(session, screening, ask, email, origin)
    kept = [quota] if quota else membership.kept_for(session, screening, groups)
    given, confirmed = _seats(session, screening, kept, ask.party, only_kept=quota is not None)
    if not confirmed and not may_wait:
        raise Full(_most(session, screening, kept, only_kept=quota is not None))
    booking = _drawn_up(screening, ask, code, email, origin, confirmed=confirmed)
    booking.group_id = _group_id(given, kept, groups)
    booking.quota_id = given.id if given else None
    booking.position = None if confirmed else _place(session, screening, found)
    session.add(booking)
    session.flush()
    audit.record(session, by, f"seat.{booking.state}", booking, party=ask.party, position=booking.position)
    _settle(session, screening, booking)
    if found is not None:
        offer_free(session, screening, by=by)
    return booking


def _made_before(session: Session, screening: Screening, email: str, code: str) -> Booking | None:
    """The booking this very form made, whatever became of it, or else the live one of this address."""
    here = sa.select(Booking).where(Booking.screening_id == screening.id)
    made = session.scalar(here.where(Booking.code == code))
    return made or session.scalar(here.where(Booking.email == email, Booking.state.in_(LIVE)))


def _gives_way(found: Booking, code: str, origin: Origin, *, vouched: bool) -> bool:
    """Whether a booking ends for its address's owner: one that nobody confirmed, or that holds no seats for a guest."""
    if found.code == code or found.state == SeatState.CHECKED_IN:
        return False
    sure = found.verified_at is not None or (found.state == SeatState.CONFIRMED and found.verify_by is None)
    if origin == Origin.GUEST_LIST:
        return not sure or found.state != SeatState.CONFIRMED
    return vouched and not sure


def _make_way(session: Session, screening: Screening, found: Booking, *, by: Actor) -> None:
    held = found.state in HOLDING
    advance(session, found, SeatState.CANCELLED, by=by, reason="booked by the owner of the address")
    found.offered_until = None
    session.flush()
    if held:
        allotment.vacate(session, screening, found)


def _with_own_words(ask: Ask, found: Booking) -> Ask:
    """What a guest had said themselves stays: their language, their account, what they need."""
    if found.verified_at is None:
        return ask
    needs = ask.access_needs or found.access_needs
    return replace(ask, language=found.language, person_id=found.person_id, access_needs=needs)


def _place(session: Session, screening: Screening, before: Booking | None) -> int:
    """The place of what made way, or the next; the list stays dense."""
    if before is None or before.position is None:
        return seats.next_position(session, screening)
    place, before.position = before.position, None
    session.flush()
    return place


def _check(session: Session, screening: Screening, ask: Ask, origin: Origin) -> None:
    if origin == Origin.PUBLIC:
        turn_booking(session, screening, clock.now())
        if not 1 <= ask.party <= screening.largest_party:
            raise Invalid("party", N_("Choose 1 to {n} seats for this screening."), n=screening.largest_party)
        if not is_open(screening, clock.now()):
            raise Invalid("main", N_("Booking is not open for this screening."))
        return
    if not 1 <= ask.party <= LARGEST_PARTY:
        raise Invalid("party", N_("A party has 1 to {n} people."), n=LARGEST_PARTY)
    if origin == Origin.WALK_IN and screening.state not in AT_THE_DOOR:
        raise Invalid("main", N_("Nobody enters this screening now."))
    if origin == Origin.GUEST_LIST and screening.starts_at <= clock.now():
        raise Invalid("main", N_("The screening has begun."))


def _groups(session: Session, screening: Screening, ask: Ask, email: str, origin: Origin) -> Sequence[Group]:
    if origin != Origin.PUBLIC:
        return ()
    return membership.groups_of(session, screening.edition_id, Proofs(email, ask.person_id, ask.links))


def _seats(
    session: Session, screening: Screening, kept: Sequence[Quota], party: int, *, only_kept: bool
) -> tuple[Quota | None, bool]:
    """The quota whose seats were given, if it was one; and whether there were seats at all."""
    for quota in kept:
        if seats.take_kept(session, screening, quota, party):
            return quota, True
    return None, not only_kept and seats.take(session, screening, party)


def _most(session: Session, screening: Screening, kept: Sequence[Quota], *, only_kept: bool) -> int:
    """The largest party that would have fitted for this person."""
    session.refresh(screening)
    left = [quota.seats - quota.taken for quota in kept if quota.released_at is None]
    return max([0, *left, *([] if only_kept else [seats.free(screening)])])


def _group_id(given: Quota | None, kept: Sequence[Quota], groups: Sequence[Group]) -> int | None:
    """The group somebody is counted to: whose seats they got, else whose seats they may hope for, else the first."""
    if given is not None:
        return given.group_id
    return next((quota.group_id for quota in kept), None) or next((group.id for group in groups), None)


def _drawn_up(screening: Screening, ask: Ask, code: str, email: str, origin: Origin, *, confirmed: bool) -> Booking:
    now = clock.now()
    vouched = ask.vouched or origin != Origin.PUBLIC
    return Booking(
        code=code,
        screening_id=screening.id,
        person_id=ask.person_id,
        origin=origin,
        state=SeatState.CONFIRMED if confirmed else SeatState.WAITLISTED,
        name=ask.name,
        email=email,
        language=ask.language,
        party=ask.party,
        access_needs=ask.access_needs,
        note=ask.note,
        verified_at=now if vouched else None,
        verify_by=verify_by(now, screening.starts_at) if confirmed and not vouched else None,
    )


def _settle(session: Session, screening: Screening, booking: Booking) -> None:
    """Numbered seats where the hall has them, and the mail."""
    if booking.state == SeatState.WAITLISTED:
        letters.waitlisted(session, booking, screening)
        return
    allotment.allot(session, screening, booking)
    (letters.to_confirm if booking.verified_at is None else letters.ticket)(session, booking, screening)


def cancel(session: Session, booking: Booking, *, by: Actor) -> None:
    """Give a booking, an offer or a place on the list back; freed seats are offered at once. Twice is once."""
    screening = seats.locked(session, booking.screening_id)
    session.refresh(booking)
    if booking.state not in LIVE:
        return
    if booking.state == SeatState.CHECKED_IN or screening.starts_at <= clock.now():
        raise Invalid("main", N_("The screening has begun, so the seats can no longer be given back."))
    held, had_ticket = booking.state in HOLDING, booking.state == SeatState.CONFIRMED and booking.verify_by is None
    advance(session, booking, SeatState.CANCELLED, by=by)
    booking.offered_until = None
    session.flush()
    letters.cancelled(session, booking, screening, had_ticket=had_ticket)
    if held:
        allotment.vacate(session, screening, booking)
        offer_free(session, screening, by=by)


def send_again(session: Session, booking: Booking, screening: Screening) -> None:
    """Send what the booking is at once more, at most once a day: the ticket, the question, the offer, the place."""
    today = clock.now().astimezone(ZoneInfo(SEOUL)).date().isoformat()
    if booking.state == SeatState.WAITLISTED:
        write = letters.waitlisted
    elif booking.state == SeatState.OFFERED:
        write = letters.seat_offer
    else:
        write = letters.to_confirm if booking.verify_by is not None else letters.ticket
    write(session, booking, screening, transition=f"again-{today}")
