"""Mails to seat holders and those who wait, in their language, with QR code and calendar file where they hold seats."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from portal import clock, links
from portal.audience.models import Booking
from portal.audience.queries import waiting_before
from portal.audience.terms import DOORS, address
from portal.audience.tickets import qr_png
from portal.i18n import SEOUL, using
from portal.lifecycles import SeatState
from portal.mail import outbox
from portal.mail.message import sender_address
from portal.programme import agenda, ical
from portal.programme.agenda import Showing
from portal.programme.models import Screening
from portal.programme.queries import showing_of


def ticket(session: Session, booking: Booking, screening: Screening, *, transition: str = "confirmed") -> None:
    """The seats are yours: QR code as a picture, the screening as a calendar file."""
    with using(booking.language, SEOUL):
        showing = showing_of(session, screening)
        address = links.of(session).check_in(booking.code)
        files = (("ticket.png", "image/png", qr_png(address)), calendar_of(session, booking, showing))
    _queue(session, "ticket", booking, screening, transition, showing, files)


def to_confirm(session: Session, booking: Booking, screening: Screening, *, transition: str = "unconfirmed") -> None:
    """Seats were asked for with this address: say that they are yours, and the ticket comes."""
    _queue(session, "seat_to_confirm", booking, screening, transition, until=booking.verify_by)


def unverified(session: Session, booking: Booking, screening: Screening) -> None:
    """Nobody said in time that the seats are theirs."""
    _queue(session, "seat_unconfirmed", booking, screening, "expired")


def unanswered(session: Session, booking: Booking, screening: Screening) -> None:
    """The screening moved and nobody said that they come all the same; it leaves their calendar."""
    showing, files = _taken_away(session, booking, screening)
    _queue(session, "seat_unanswered", booking, screening, f"unanswered-{booking.moved_in}", showing, files)


def waitlisted(session: Session, booking: Booking, screening: Screening, *, transition: str = "waitlisted") -> None:
    """You are on the list."""
    _queue(session, "waitlisted", booking, screening, transition, place=waiting_before(session, booking) + 1)


def seat_offer(session: Session, booking: Booking, screening: Screening, *, transition: str = "offered") -> None:
    """Seats are yours until then."""
    _queue(session, "seat_offer", booking, screening, transition, until=booking.offered_until)


def offer_expired(session: Session, booking: Booking, screening: Screening) -> None:
    """The offer ran out and went to the next."""
    _queue(session, "offer_expired", booking, screening, "expired")


def cancelled(session: Session, booking: Booking, screening: Screening, *, had_ticket: bool) -> None:
    """You have given the seats back; whoever had a ticket gets the screening taken off their calendar."""
    showing, files = _taken_away(session, booking, screening) if had_ticket else (None, ())
    _queue(session, "booking_cancelled", booking, screening, "cancelled", showing, files, had_ticket=had_ticket)


def tomorrow(session: Session, booking: Booking, screening: Screening, *, nth: int) -> None:
    """The screening is tomorrow: when, where, and the way to the ticket."""
    _queue(session, "reminder_screening", booking, screening, f"reminder:{nth}")


def changed(session: Session, booking: Booking, screening: Screening, version: int, change: dict[str, Any]) -> None:
    """The screening has another time or hall, with the way to keep the seats or not; or does not take place.

    The calendar of who holds a ticket is told, too.
    """
    more = {**agenda.before(change), "holds": booking.state == SeatState.CONFIRMED}
    with using(booking.language, SEOUL):
        showing = showing_of(session, screening)
        files = (calendar_of(session, booking, showing, off=more["cancelled"]),) if more["holds"] else ()
    _queue(session, "screening_changed", booking, screening, f"release-{version}", showing, files, **more)


def _taken_away(
    session: Session, booking: Booking, screening: Screening
) -> tuple[Showing, tuple[outbox.Attachment, ...]]:
    with using(booking.language, SEOUL):
        showing = showing_of(session, screening)
        return showing, (calendar_of(session, booking, showing),)


def calendar_of(session: Session, booking: Booking, showing: Showing, *, off: bool = False) -> outbox.Attachment:
    """The seats for the holder's calendar, in the language in use; seats that are gone take the event away.

    The event is the booking's own, not the screening's: its number rises with whatever happens to the booking. `off`
    says that the screening is going while the booking still stands.
    """
    address, gone = links.of(session).ticket(booking.code), (SeatState.CANCELLED, SeatState.EXPIRED)
    happening = replace(
        ical.of_showing(showing, url=address, version=booking.rev + off, stamp=clock.now()),
        uid=f"seats-{booking.code}@pan",
        cancelled=off or showing.cancelled or booking.state in gone,
    )
    return ical.attached("ticket.ics", happening, organizer=sender_address(session.info["settings"]))


def _queue(
    session: Session,
    kind: str,
    booking: Booking,
    screening: Screening,
    transition: str,
    showing: Showing | None = None,
    files: tuple[outbox.Attachment, ...] = (),
    **context: Any,
) -> None:
    if not address(booking.email):
        return
    if showing is None:
        with using(booking.language, SEOUL):
            showing = showing_of(session, screening)
    outbox.queue(
        session,
        kind,
        to=outbox.Recipient(booking.email, booking.language, booking.name, person_id=booking.person_id),
        about=booking,
        transition=transition,
        edition_id=screening.edition_id,
        attachments=files,
        showing=showing,
        doors=showing.starts_at - DOORS,
        party=booking.party,
        name=booking.name,
        code=booking.code,
        screening_code=screening.code,
        **context,
    )
