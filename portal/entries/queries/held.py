"""Films out of public view: the desk's lists of holds and of missing guardians, and an entry's with their people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Person
from portal.disclosure.consent import holds
from portal.disclosure.consent.guardians import unspoken
from portal.disclosure.consent.public_view import held
from portal.disclosure.models import Hold, Performer
from portal.entries.models import Entry
from portal.entries.queries.desk import on_desk
from portal.policies import Actor


@dataclass(frozen=True, slots=True)
class Standing:
    """A hold with who placed and who lifted it, and whether an organizer's word would lift it now."""

    hold: Hold
    placed_by: str
    lifted_by: str
    may_lift: bool


def held_films(actor: Actor, *, lifted: bool = False) -> sa.Select[*tuple[Any, ...]]:
    """The holds of received entries on the actor's desks, newest first, for `paged`."""
    columns = (Hold.code, Hold.cause, Hold.person_name, Hold.since, Hold.lifted_at, Hold.lift_reason)
    wanted = sa.select(*columns, Entry.number, Entry.title_ko, Entry.title_en).join(Entry, Entry.id == Hold.entry_id)
    shown = wanted.where(on_desk(actor)).order_by(Hold.since.desc(), Hold.id.desc())
    return shown if lifted else shown.where(Hold.lifted_at.is_(None))


def holds_with_people(session: Session, entry_id: int) -> Sequence[Standing]:
    """Every hold an entry had, the newest first."""
    placer, lifter = aliased(Person), aliased(Person)
    wanted = (
        sa.select(Hold, Performer, placer.native_name.label("placed_by"), lifter.native_name.label("lifted_by"))
        .outerjoin(Performer, Performer.id == Hold.performer_id)
        .outerjoin(placer, placer.id == Hold.placed_by_id)
        .outerjoin(lifter, lifter.id == Hold.lifted_by_id)
        .where(Hold.entry_id == entry_id)
        .order_by(Hold.since.desc(), Hold.id.desc())
    )
    return [
        Standing(row.Hold, row.placed_by or "", row.lifted_by or "", holds.may_lift(row.Hold, row.Performer))
        for row in session.execute(wanted)
    ]


def unspoken_films(session: Session, actor: Actor) -> Sequence[sa.Row[str, str, str]]:
    """Number and titles of the received entries on the actor's desks that lack a guardian's word."""
    wanted = sa.select(Entry.number, Entry.title_ko, Entry.title_en).where(on_desk(actor), unspoken(Entry.id))
    return session.execute(wanted.order_by(Entry.number)).all()


def stands_on_hold(session: Session, entry_id: int) -> bool:
    """Whether a hold or a guardian's missing word keeps the entry out of public view now."""
    return session.scalar(sa.select(held(entry_id))) is True
