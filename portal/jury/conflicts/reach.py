"""Which films a conflict covers: that one, all with somebody of its team, its category, or its owner's material.

Hinted and confirmed conflicts count, dismissed ones never do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure.packs.models import Pack
from portal.entries.models import Entry
from portal.jury import queries
from portal.jury.conflicts import makers
from portal.jury.conflicts.models import Conflict, ConflictScope, ConflictState
from portal.jury.models import Juror, Round

Keys = Mapping[int, Collection[Hashable]]


def pairs(session: Session, round_: Round, *conditions: sa.ColumnElement[bool]) -> set[tuple[int, int]]:
    """(entry id, juror id) of every film of the round that a juror must not judge; at most three statements.

    Further `conditions` on conflicts narrow it to some of them.
    """
    noted = session.execute(
        sa.select(Conflict.entry_id, Conflict.juror_id, Conflict.scope)
        .join(Juror, Juror.id == Conflict.juror_id)
        .where(Juror.round_id == round_.id, Conflict.status != ConflictState.DISMISSED, *conditions)
    ).all()
    judged, kinds = _kinds(session, round_, {row.scope for row in noted})
    found = {(row.entry_id, row.juror_id) for row in noted}
    for row in noted:
        alike = kinds.get(row.scope)
        if alike is not None:
            found |= {(entry_id, row.juror_id) for entry_id in alike.of(row.entry_id)}
    return {pair for pair in found if pair[0] in judged}


def covered(session: Session, round_: Round, conflict: Conflict) -> set[int]:
    """The ids of the round's films that one conflict keeps from its juror, whatever its state."""
    judged, kinds = _kinds(session, round_, {conflict.scope})
    alike = kinds.get(conflict.scope)
    return ({conflict.entry_id} | (alike.of(conflict.entry_id) if alike else set())) & judged


class Alike:
    """Films that share a key with one another."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._films: dict[Hashable, set[int]] = defaultdict(set)
        for entry_id, own in keys.items():
            for key in own:
                self._films[key].add(entry_id)

    def of(self, entry_id: int) -> set[int]:
        """The films that share any key with this one, itself among them if it has one."""
        return set().union(*(self._films[key] for key in self._keys.get(entry_id, ())))


def _kinds(
    session: Session, round_: Round, scopes: Collection[ConflictScope]
) -> tuple[set[int], dict[ConflictScope, Alike]]:
    """The films that the round judges, and how films are alike in each of the wider scopes that are asked for."""
    noted = sa.select(Conflict.entry_id).join(Juror, Juror.id == Conflict.juror_id).where(Juror.round_id == round_.id)
    judged = sa.select(queries.judged_entries(round_).subquery().c.id)
    known = sa.or_(Entry.id.in_(judged), Entry.id.in_(noted))
    rows: Any = session.execute(
        sa.select(Entry.id, Entry.id.in_(judged).label("judged"), Entry.category_id, Pack.owner)
        .outerjoin(Pack, Pack.category_id == Entry.category_id)
        .where(known)
    ).all()
    kinds = {
        ConflictScope.CATEGORY: Alike({row.id: [row.category_id] for row in rows}),
        ConflictScope.IP: Alike({row.id: [row.owner] for row in rows if row.owner}),
    }
    if ConflictScope.TEAM in scopes:
        kinds[ConflictScope.TEAM] = Alike(_teams(session, sa.select(Entry.id).where(known)))
    return {row.id for row in rows if row.judged}, kinds


def _teams(session: Session, entry_ids: sa.Select[Any]) -> dict[int, list[Hashable]]:
    return {entry_id: list(_addresses(own)) for entry_id, own in makers.of_entries(session, entry_ids).items()}


def _addresses(people: Iterable[makers.Maker]) -> set[Hashable]:
    return {one.email for one in people}
