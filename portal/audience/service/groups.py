"""Groups that seats are kept for: named, with the proof by which their people show that they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, signing
from portal.audience.lists import Line
from portal.audience.models import Booking, Group, Proof, Quota, RosterLine
from portal.calls.models import Edition
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.policies import Actor
from portal.school.models import Cohort


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """Names of a group and the proof it asks for; a cohort's group names the cohort."""

    name_ko: str
    name_en: str
    proof: Proof
    cohort: Cohort | None = None


def add(session: Session, edition: Edition, draft: GroupDraft, *, by: Actor) -> Group:
    """A new group at the end of the edition's; raises Invalid on a name it has already."""
    _check(session, edition.id, draft, None)
    last = session.scalar(sa.select(sa.func.max(Group.position)).where(Group.edition_id == edition.id))
    group = Group(code=signing.random_code(), edition_id=edition.id, position=(last or 0) + 1, **_values(draft))
    session.add(group)
    session.flush()
    audit.record(session, by, "group.made", group, name=draft.name_ko, proof=draft.proof)
    return group


def change(session: Session, group: Group, draft: GroupDraft, *, rev: int, by: Actor) -> None:
    """Other names, or another proof. Raises Stale, Invalid."""
    if group.rev != rev:
        raise Stale
    _check(session, group.edition_id, draft, group)
    for name, value in _values(draft).items():
        setattr(group, name, value)
    session.flush()
    audit.record(session, by, "group.changed", group, name=draft.name_ko, proof=draft.proof)


def remove(session: Session, group: Group, *, by: Actor) -> None:
    """Take a group away for which nothing is kept and nobody booked. Raises Invalid."""
    if session.scalar(sa.select(sa.exists().where(Quota.group_id == group.id))):
        raise Invalid("main", N_("Seats are kept for this group. Take those away first."))
    if session.scalar(sa.select(sa.exists().where(Booking.group_id == group.id))):
        raise Invalid("main", N_("Bookings are counted to this group, so it stays."))
    audit.record(session, by, "group.removed", group, name=group.name_ko)
    session.execute(sa.delete(RosterLine).where(RosterLine.group_id == group.id))
    session.execute(sa.delete(Group).where(Group.id == group.id))


def renew_link(session: Session, group: Group, old: str, *, by: Actor) -> None:
    """Put a new secret link in the place of `old`, which nobody belongs by any more; twice is once. Bookings stay."""
    renewed = session.execute(
        sa.update(Group)
        .where(Group.id == group.id, Group.link == old)
        .values(link=signing.random_code(), rev=Group.rev + 1)
        .returning(Group.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.expire(group)
    if renewed:
        audit.record(session, by, "group.link_renewed", group)


def set_roster(session: Session, group: Group, lines: Sequence[Line], *, by: Actor) -> int:
    """Add addresses to a group; one that is there already stays. Returns how many are new."""
    known = set(session.scalars(sa.select(RosterLine.email).where(RosterLine.group_id == group.id)))
    new = [one for one in lines if one.email not in known]
    if new:
        rows = [{"group_id": group.id, "email": one.email, "name": one.name} for one in new]
        session.execute(sa.insert(RosterLine), rows)
        audit.record(session, by, "group.roster", group, added=len(new))
    return len(new)


def strike(session: Session, group: Group, email: str, *, by: Actor) -> None:
    """Take an address off a group's roster; its bookings stay."""
    line = session.get(RosterLine, (group.id, email))
    if line is not None:
        session.delete(line)
        session.flush()
        audit.record(session, by, "group.struck", group, removed=1)


def _values(draft: GroupDraft) -> dict[str, object]:
    cohort_id = draft.cohort.id if draft.cohort is not None and draft.proof == Proof.COHORT else None
    return {"name_ko": draft.name_ko, "name_en": draft.name_en, "proof": draft.proof, "cohort_id": cohort_id}


def _check(session: Session, edition_id: int, draft: GroupDraft, own: Group | None) -> None:
    if draft.proof == Proof.COHORT and draft.cohort is None:
        raise Invalid("cohort", N_("Choose the class whose students belong to the group."))
    same = sa.select(Group.id).where(Group.edition_id == edition_id, Group.name_ko == draft.name_ko)
    found = session.scalar(same)
    if found is not None and (own is None or own.id != found):
        raise Invalid("name_ko", N_("There is a group of that name already."))
