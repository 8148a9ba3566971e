"""Seats on the stage: a group with its link and one with its addresses, a quota, and a hold of the house."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import links
from portal.audience.lists import Line
from portal.audience.models import Booking, Group, Proof, Quota
from portal.audience.service import groups, quotas, seats
from portal.calls.models import Edition
from portal.lifecycles import ScreeningState, SeatState
from portal.policies import SYSTEM
from portal.programme.models import Screening

LINKED, LISTED = "연수생", "수상자"


def with_kept_seats(session: Session) -> None:
    """The last screening on sale keeps seats, one for each kind of quota."""
    screening = session.scalars(
        sa.select(Screening).where(Screening.state == ScreeningState.BOOKING).order_by(Screening.starts_at.desc())
    ).first()
    assert screening is not None
    edition = session.get_one(Edition, screening.edition_id)
    linked = groups.add(session, edition, groups.GroupDraft(LINKED, "Trainees", Proof.LINK), by=SYSTEM)
    listed = groups.add(session, edition, groups.GroupDraft(LISTED, "Winners", Proof.ROSTER), by=SYSTEM)
    groups.set_roster(session, listed, [Line("한서윤", "han@seats.example")], by=SYSTEM)
    for draft in (quotas.QuotaDraft(2, linked), quotas.QuotaDraft(1, listed), quotas.QuotaDraft(1, None, "후원사")):
        if seats.free(screening) > draft.seats:
            quotas.add(session, screening, draft, by=SYSTEM)
    _somebody_whose_screening_was_cancelled(session, screening)


def _somebody_whose_screening_was_cancelled(session: Session, screening: Screening) -> None:
    before = screening.starts_at - timedelta(days=20)
    lost = Screening(
        edition_id=screening.edition_id,
        package_id=screening.package_id,
        hall_id=screening.hall_id,
        state=ScreeningState.CANCELLED,
        starts_at=before,
        ends_at=before + timedelta(hours=1),
        seats=10,
    )
    session.add(lost)
    session.flush()
    holder = {"name": "임관객", "email": "lost@seats.example", "party": 2, "state": SeatState.CANCELLED}
    session.add(Booking(screening_id=lost.id, **holder))
    session.flush()


def things(session: Session) -> dict[str, Any]:
    """Names of what was made."""
    listed = session.scalars(sa.select(Group).where(Group.name_ko == LISTED)).one()
    linked = session.scalars(sa.select(Group).where(Group.name_ko == LINKED)).one()
    quota = session.scalars(sa.select(Quota).order_by(Quota.id)).first()
    lost = session.scalars(sa.select(Booking).where(Booking.email == "lost@seats.example")).one()
    mine = links.of(session)
    assert quota is not None
    return {
        "seat_group": listed.code,
        "seat_group_link": mine.token(links.GROUP, linked.link),
        "seat_quota": quota.code,
        "seat_lost": mine.token(links.TICKET, lost.code),
    }
