"""Reads of groups and of the seats kept for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import links
from portal.audience.models import Booking, Group, Proof, Quota, RosterLine
from portal.audience.terms import LIVE
from portal.lifecycles import SeatState
from portal.school.models import Cohort
from portal.signing import BadToken


def quota_by_code(session: Session, code: str) -> Quota | None:
    """A quota with its screening and its group."""
    query = sa.select(Quota).where(Quota.code == code)
    return session.scalar(query.options(joinedload(Quota.screening), joinedload(Quota.group)))


def quotas_of(session: Session, screening_id: int) -> Sequence[Quota]:
    """The quotas of a screening, groups in their order, then the holds of the house."""
    query = sa.select(Quota).outerjoin(Group, Group.id == Quota.group_id).where(Quota.screening_id == screening_id)
    in_order = query.order_by(Quota.group_id.is_(None), Group.position, Quota.id)
    return session.scalars(in_order.options(joinedload(Quota.group))).all()


def waiting_by_group(session: Session, screening_id: int) -> dict[int | None, int]:
    """Waiting seats by group; None for those of no group."""
    query = sa.select(Booking.group_id, sa.func.sum(Booking.party)).where(
        Booking.screening_id == screening_id, Booking.state == SeatState.WAITLISTED
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(Booking.group_id))}


def offered_by_quota(session: Session, screening_id: int) -> dict[int | None, int]:
    """Seats on offer by the quota they come from; None for those of everybody."""
    query = sa.select(Booking.quota_id, sa.func.sum(Booking.party)).where(
        Booking.screening_id == screening_id, Booking.state == SeatState.OFFERED
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(Booking.quota_id))}


def group_by_code(session: Session, code: str) -> Group | None:
    """One group."""
    return session.scalar(sa.select(Group).where(Group.code == code))


def group_behind(session: Session, token: str) -> Group | None:
    """The group a secret link stands for; None where a new link took its place, or the group is proved otherwise."""
    try:
        link = links.of(session).opened(links.GROUP, token)
    except BadToken:
        return None
    return session.scalar(sa.select(Group).where(Group.link == link, Group.proof == Proof.LINK))


def groups_in(session: Session, edition_id: int) -> Sequence[Group]:
    """The groups of an edition in their order."""
    query = sa.select(Group).where(Group.edition_id == edition_id)
    return session.scalars(query.order_by(Group.position, Group.id)).all()


def groups_with_seats(session: Session, edition_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The groups of an edition with the size of their rosters, and the seats kept for them and given to them."""
    roster_of = sa.select(sa.func.count()).where(RosterLine.group_id == Group.id)
    kept = sa.select(sa.func.sum(Quota.seats - Quota.taken)).where(
        Quota.group_id == Group.id, Quota.released_at.is_(None)
    )
    seated = tuple(state for state in LIVE if state != SeatState.WAITLISTED)
    given = sa.select(sa.func.sum(Booking.party)).where(Booking.group_id == Group.id, Booking.state.in_(seated))
    counts = [
        sa.func.coalesce(one.correlate(Group).scalar_subquery(), 0).label(name)
        for name, one in (("roster", roster_of), ("kept", kept), ("given", given))
    ]
    columns = (Group.code, Group.name_ko, Group.name_en, Group.proof)
    query = sa.select(*columns, *counts).where(Group.edition_id == edition_id)
    return session.execute(query.order_by(Group.position, Group.id)).all()


def roster(group_id: int) -> sa.Select[*tuple[Any, ...]]:
    """The addresses of a group."""
    query = sa.select(RosterLine.email, RosterLine.name).where(RosterLine.group_id == group_id)
    return query.order_by(RosterLine.email)


def cohorts_in(session: Session, edition_id: int) -> Sequence[Cohort]:
    """The classes of an edition."""
    return session.scalars(sa.select(Cohort).where(Cohort.edition_id == edition_id).order_by(Cohort.id)).all()
