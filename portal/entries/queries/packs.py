"""The teams that accepted a pack's licence, as the desk lists them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.disclosure.packs.models import PackLicence, PackTeam, PackUse
from portal.entries.models import Entry


def pack_teams(session: Session, pack_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Each team with its mark, the version it accepted, who did, and how often it took something."""
    used = sa.select(sa.func.count(PackUse.id)).where(PackUse.team_id == PackTeam.id).scalar_subquery()
    team = (PackTeam.code, PackTeam.entry_id, PackTeam.accepted_at, PackTeam.ended_at, PackTeam.end_reason)
    wanted = (
        sa.select(*team, PackLicence.version, Person.native_name, used.label("used"))
        .add_columns(Entry.number, Entry.title_ko, Entry.title_en)
        .join(PackLicence, PackLicence.id == PackTeam.licence_id)
        .join(Entry, Entry.id == PackTeam.entry_id)
        .outerjoin(Person, Person.id == PackTeam.person_id)
        .where(PackTeam.pack_id == pack_id)
        .order_by(PackTeam.accepted_at.desc(), PackTeam.id)
    )
    return session.execute(wanted).all()
