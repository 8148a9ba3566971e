"""What a phone at the entrance keeps of a screening: its list, as small and as silent as the door allows.

The list names those who may come in; of all others it holds what is needed to say why not. It knows tickets by a
digest, so that whoever holds it can recognise a ticket but make none.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import links
from portal.audience import plans
from portal.audience.models import AllottedSeat, Booking, Group, Origin, Scan, ScanOutcome
from portal.audit import AuditHead, AuditRecord
from portal.i18n import pick
from portal.lifecycles import SeatState
from portal.programme.models import QASession, Screening

ADMITTED = (SeatState.CONFIRMED, SeatState.CHECKED_IN, SeatState.NO_SHOW)
LINGERS = timedelta(hours=3)
LONGEST = timedelta(hours=24)
_MARK = 22

_COLUMNS = (
    Booking.id,
    Booking.code,
    Booking.name,
    Booking.party,
    Booking.state,
    Booking.access_needs,
    Booking.checked_in_at,
    Booking.outside,
    Group.code.label("group"),
)


def mark(token: str) -> str:
    """How the list knows a ticket: 128 bits of its SHA-256, as `entrance.js` works it out too."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode()[:_MARK]


def cursor(session: Session) -> int:
    """Where the trail stands: every change of a booking is noted there, in the order of the commits."""
    return session.scalars(sa.select(AuditHead.seq)).one()


def forget_at(session: Session, screening: Screening) -> datetime:
    """When a phone drops the list: some hours after the talk, so that a late reconciliation still finds its words."""
    minutes = session.scalar(sa.select(QASession.minutes).where(QASession.screening_id == screening.id)) or 0
    return screening.ends_at + timedelta(minutes=minutes) + LINGERS


def groups(session: Session, screening: Screening) -> list[dict[str, Any]]:
    """The edition's groups in their order: their code and the word on the panel."""
    query = sa.select(Group.code, Group.name_ko, Group.name_en).where(Group.edition_id == screening.edition_id)
    rows = session.execute(query.order_by(Group.position, Group.id))
    return [{"code": row.code, "name": pick(row.name_ko, row.name_en)} for row in rows]


def rows(session: Session, screening: Screening, *, since: int | None = None) -> list[dict[str, Any]]:
    """The list, or what of it has changed since the trail stood there."""
    query = sa.select(*_COLUMNS).outerjoin(Group, Group.id == Booking.group_id)
    query = query.where(Booking.screening_id == screening.id)
    if since is not None:
        changed = sa.select(AuditRecord.subject_id).where(
            AuditRecord.seq > since, AuditRecord.subject_kind == Booking.__tablename__
        )
        query = query.where(Booking.id.in_(changed))
    found = session.execute(query.order_by(Booking.id)).all()
    seats = _seats(session, screening.id) if found else {}
    mine = links.of(session)
    return [_line(row, mark(mine.door_token(row.code)), seats.get(row.id, "")) for row in found]


def lines_of(session: Session, bookings: Sequence[Booking]) -> list[dict[str, Any]]:
    """The lines of some bookings as they are in this unit of work."""
    if not bookings:
        return []
    ids = [booking.id for booking in bookings]
    query = sa.select(*_COLUMNS).outerjoin(Group, Group.id == Booking.group_id).where(Booking.id.in_(ids))
    seats, mine = _seats(session, bookings[0].screening_id), links.of(session)
    return [_line(row, mark(mine.door_token(row.code)), seats.get(row.id, "")) for row in session.execute(query)]


def _line(row: sa.Row[*tuple[Any, ...]], marked: str, seats: str) -> dict[str, Any]:
    line = {"code": row.code, "mark": marked, "state": row.state, "party": row.party, "outside": row.outside}
    if row.state in ADMITTED:
        line |= {"name": row.name, "group": row.group, "needs": row.access_needs, "seats": seats}
        line["at"] = row.checked_in_at.isoformat(timespec="seconds") if row.checked_in_at else None
    return {key: value for key, value in line.items() if value}


def _seats(session: Session, screening_id: int) -> dict[int, str]:
    columns = (AllottedSeat.row, AllottedSeat.number, AllottedSeat.booking_id)
    query = sa.select(*columns).where(AllottedSeat.screening_id == screening_id)
    held: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in session.execute(query):
        held[row.booking_id].append((row.row, row.number))
    return {booking_id: plans.words(seats) for booking_id, seats in held.items()}


def walk_ins(session: Session, screening_id: int) -> int:
    """How many parties were sold seats at the door."""
    query = sa.select(sa.func.count(Booking.id)).where(
        Booking.screening_id == screening_id, Booking.origin == Origin.WALK_IN
    )
    return session.scalar(query) or 0


def scanned_twice(session: Session, screening_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Bookings whose ticket was shown when all of its party were in, with how often it was shown as if for all."""
    times = sa.func.count(Scan.id) + 1
    again = (Scan.screening_id == screening_id, Scan.outcome == ScanOutcome.AGAIN)
    return session.execute(
        sa.select(Booking.name, Booking.code, Booking.party, Booking.checked_in_at, times.label("times"))
        .join(Scan, Scan.booking_id == Booking.id)
        .where(Booking.screening_id == screening_id, *again)
        .group_by(Booking.id, Booking.name, Booking.code, Booking.party, Booking.checked_in_at)
        .order_by(Booking.name, Booking.id)
    ).all()


def away(session: Session, screening_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Who held seats and did not come, with their group."""
    query = sa.select(
        Booking.name, Booking.code, Booking.party, Booking.email, Group.name_ko, Group.name_en, Booking.created_at
    ).outerjoin(Group, Group.id == Booking.group_id)
    query = query.where(Booking.screening_id == screening_id, Booking.state == SeatState.NO_SHOW)
    return session.execute(query.order_by(Group.position, Booking.name, Booking.id)).all()


def on_paper(session: Session, screening: Screening) -> list[sa.Row[*tuple[Any, ...]]]:
    """The check-in list in the order of the Korean dictionary: Hangul by syllable, then Latin names."""
    query = sa.select(*_COLUMNS, Group.name_ko, Group.name_en).outerjoin(Group, Group.id == Booking.group_id)
    admitted = (SeatState.CONFIRMED, SeatState.CHECKED_IN)
    found = session.execute(query.where(Booking.screening_id == screening.id, Booking.state.in_(admitted))).all()
    return sorted(found, key=lambda row: (not _is_hangul(row.name), row.name.casefold(), row.id))


def _is_hangul(name: str) -> bool:
    return "가" <= name[:1] <= "힣"
