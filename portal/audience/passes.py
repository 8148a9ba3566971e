"""A ticket in words, for the page, for paper and for the wallet; and since when it is what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audience import plans
from portal.audience.models import AllottedSeat, Booking
from portal.audience.states import pass_state, seat_text
from portal.audience.terms import DOORS
from portal.audit import AuditRecord
from portal.i18n import N_, clock_time, moment, ngettext, translate
from portal.lifecycles import SEAT, SeatState
from portal.programme.agenda import Showing

ENDED = (SeatState.CANCELLED, SeatState.EXPIRED, SeatState.NO_SHOW)


@dataclass(frozen=True, slots=True)
class Pass:
    """What the `ticket_pass` component and the papers draw."""

    title: str
    when: str
    doors: str
    hall: str
    venue: str
    address: str
    seats: str
    at_the_door: str
    holder: str
    code: str
    state: str
    state_text: str
    films: tuple[str, ...]


def drawn(session: Session, booking: Booking, showing: Showing) -> Pass:
    """The ticket in the language in use; numbered seats stand behind their count."""
    count = ngettext("{n} seat", "{n} seats", booking.party).format(n=booking.party)
    return Pass(
        title=showing.title,
        when=f"{moment(showing.starts_at)} KST",
        doors=clock_time(showing.starts_at - DOORS),
        hall=showing.hall,
        venue=showing.venue,
        address=showing.address,
        seats=" · ".join(part for part in (count, numbered(session, booking)) if part),
        at_the_door=ngettext(
            "Show this code at the door, on the screen or on paper. It lets {n} person in.",
            "Show this code at the door, on the screen or on paper. It lets {n} people in.",
            booking.party,
        ).format(n=booking.party),
        holder=booking.name,
        code=booking.code,
        state=_drawn_as(booking),
        state_text=translate(N_("Not confirmed yet")) if unsure(booking) else seat_text(booking.state),
        films=tuple(f"{film.title} · {film.directors}" for film in showing.films),
    )


def _drawn_as(booking: Booking) -> str:
    """Valid as long as it lets somebody in: also while some of a party that is in are still outside."""
    if unsure(booking):
        return "offered"
    return "valid" if booking.outside else pass_state(booking.state)


def unsure(booking: Booking) -> bool:
    """Whether nobody has said yet that the address is theirs: the seats are kept, but there is no code."""
    return booking.state == SeatState.CONFIRMED and booking.verified_at is None and booking.verify_by is not None


def numbered(session: Session, booking: Booking) -> str:
    """`C 7–8`; empty where people sit as they like."""
    query = sa.select(AllottedSeat.row, AllottedSeat.number).where(AllottedSeat.booking_id == booking.id)
    return plans.words((row.row, row.number) for row in session.execute(query))


def ended_at(session: Session, booking: Booking) -> datetime | None:
    """When a booking ended, as the trail tells it; None while it lives."""
    if booking.state not in ENDED:
        return None
    query = sa.select(sa.func.max(AuditRecord.at)).where(
        AuditRecord.subject_kind == Booking.__tablename__,
        AuditRecord.subject_id == booking.id,
        AuditRecord.verb == f"{SEAT.name}.{booking.state}",
    )
    return session.scalar(query)
