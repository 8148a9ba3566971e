"""Reads of Actor-IP packs: a category's pack, a team's licence, the log of use, and whose staff belongs to an owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.accounts.models import Person
from portal.disclosure.packs.models import Pack, PackFile, PackLicence, PackTeam, PackUse

Uses = Sequence[sa.Row[*tuple[Any, ...]]]


def of_category(session: Session, category_id: int) -> Pack | None:
    """A category's pack with its licence's versions and files."""
    wanted = sa.select(Pack).where(Pack.category_id == category_id)
    whole = wanted.options(selectinload(Pack.versions), selectinload(Pack.files))
    return session.scalar(whole.execution_options(populate_existing=True))


def in_force(pack: Pack) -> PackLicence | None:
    """The newest version of the licence."""
    return pack.versions[-1] if pack.versions else None


def given_out(pack: Pack) -> list[PackFile]:
    """The files that were not taken away."""
    return [file for file in pack.files if file.removed_at is None]


def team_of(session: Session, pack_id: int, entry_id: int) -> PackTeam | None:
    """A team's licence, living or ended, with the version it was accepted in."""
    wanted = sa.select(PackTeam).where(PackTeam.pack_id == pack_id, PackTeam.entry_id == entry_id)
    return session.scalar(wanted.options(joinedload(PackTeam.licence)))


def team_by_code(session: Session, pack_id: int, code: str) -> PackTeam | None:
    """The team with this mark."""
    return session.scalar(sa.select(PackTeam).where(PackTeam.pack_id == pack_id, PackTeam.code == code))


def uses(session: Session, pack_id: int, *, team_id: int | None = None, limit: int = 500) -> Uses:
    """Who took which file for which team, the newest first."""
    wanted = (
        sa.select(PackUse.at, PackTeam.id, PackTeam.code, PackTeam.entry_id, PackFile.file_name, Person.native_name)
        .join(PackTeam, PackTeam.id == PackUse.team_id)
        .join(PackFile, PackFile.id == PackUse.file_id)
        .outerjoin(Person, Person.id == PackUse.person_id)
        .where(PackTeam.pack_id == pack_id)
        .order_by(PackUse.id.desc())
        .limit(limit)
    )
    return session.execute(wanted if team_id is None else wanted.where(PackTeam.id == team_id)).all()


def licensed(entry_id: Any, today: Any) -> sa.ColumnElement[bool]:
    """Whether a team holds a living licence of the pack in the enclosing statement: accepted, newest, not over."""
    newest = sa.select(sa.func.max(PackLicence.id)).where(PackLicence.pack_id == Pack.id).scalar_subquery()
    return sa.exists().where(
        PackTeam.pack_id == Pack.id,
        PackTeam.entry_id == entry_id,
        PackTeam.ended_at.is_(None),
        PackTeam.licence_id == newest,
        Pack.ends_on >= today,
    )


def living(pack: Pack, team: PackTeam | None, today: date) -> bool:
    """The same of rows at hand."""
    newest = in_force(pack)
    if team is None or newest is None:
        return False
    return team.ended_at is None and team.licence_id == newest.id and today <= pack.ends_on
