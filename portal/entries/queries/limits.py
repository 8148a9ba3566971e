"""How many entries people have in a call, as owners or as members of a team."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.entries.models import Entry, Member
from portal.lifecycles import EntryState

_OVER = (EntryState.WITHDRAWN, EntryState.INELIGIBLE, EntryState.DISQUALIFIED)
_UNSENT = (*_OVER, EntryState.DRAFT)


def entries_counted(session: Session, call_id: int, person_id: int) -> int:
    """A person's own entries in a call that are under way or handed in: what starting another is measured by."""
    wanted = sa.select(sa.func.count()).where(
        Entry.call_id == call_id, Entry.owner_id == person_id, Entry.state.not_in(_OVER)
    )
    return session.scalar(wanted) or 0


def entered(session: Session, call_id: int, people: Iterable[int], *, but: int) -> dict[int, int]:
    """For each of the people the entries they have handed in to the call, in any part, apart from the entry `but`."""
    return {row.person_id: row.n for row in session.execute(counted(call_id, tuple(people), but=but))}


def counted(call_id: Any, people: Any, *, but: Any) -> sa.Select[int, int]:
    """The same as a select of `person_id` and `n`, of values or of parameters for them."""
    owned = sa.select(Entry.owner_id.label("person_id"), Entry.id)
    joined = sa.select(Member.person_id.label("person_id"), Entry.id).join(Member, Member.entry_id == Entry.id)
    handed_in = (Entry.call_id == call_id, Entry.id != but, Entry.state.not_in(_UNSENT))
    pairs = sa.union(
        owned.where(*handed_in, Entry.owner_id.in_(people)), joined.where(*handed_in, Member.person_id.in_(people))
    ).subquery()
    return sa.select(pairs.c.person_id, sa.func.count().label("n")).group_by(pairs.c.person_id)
