"""Who belongs to which group, and which quotas of a screening are kept for somebody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.audience.models import Group, Proof, Quota, RosterLine
from portal.programme.models import Screening
from portal.school.models import Enrolment


@dataclass(frozen=True, slots=True)
class Proofs:
    """What somebody can show: an address, an account, and the secret links they came by."""

    email: str = ""
    person_id: int | None = None
    links: Collection[str] = ()


def groups_of(session: Session, edition_id: int, shown: Proofs) -> Sequence[Group]:
    """The groups of an edition that somebody belongs to, in the order the organizers gave them."""
    by_link = sa.and_(Group.proof == Proof.LINK, Group.link.in_(list(shown.links)))
    on_roster = sa.exists().where(RosterLine.group_id == Group.id, RosterLine.email == shown.email.strip().lower())
    enrolled = sa.exists().where(Enrolment.cohort_id == Group.cohort_id, Enrolment.person_id == shown.person_id)
    query = sa.select(Group).where(
        Group.edition_id == edition_id,
        sa.or_(
            by_link,
            sa.and_(Group.proof == Proof.ROSTER, on_roster),
            sa.and_(Group.proof == Proof.COHORT, enrolled),
        ),
    )
    return session.scalars(query.order_by(Group.position, Group.id)).all()


def kept_for(session: Session, screening: Screening, groups: Sequence[Group]) -> Sequence[Quota]:
    """The quotas of a screening that are still kept for these groups, in the groups' order."""
    if not groups:
        return ()
    query = (
        sa.select(Quota)
        .join(Group, Group.id == Quota.group_id)
        .where(
            Quota.screening_id == screening.id,
            Quota.released_at.is_(None),
            Quota.group_id.in_([group.id for group in groups]),
        )
        .options(joinedload(Quota.group))
        .order_by(Group.position, Group.id)
    )
    return session.scalars(query.execution_options(populate_existing=True)).all()
