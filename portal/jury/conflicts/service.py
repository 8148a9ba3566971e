"""Conflicts of interest: told by jurors and makers, found by the portal, settled by the chair.

A hinted conflict keeps juror and film apart in every plan until somebody dismisses it with a reason; a confirmed one
takes away what was published already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.entries.models import Entry
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.jury.assigning import leaving
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts import hints, reach
from portal.jury.conflicts.models import Conflict, ConflictScope, ConflictSource, ConflictState
from portal.jury.models import Juror, Round
from portal.lifecycles import AssignmentState
from portal.policies import Actor

LONGEST_REASON = 200
_KEY = ("juror_id", "entry_id", "source")


def compute(session: Session, round_: Round, *, by: Actor) -> int:
    """Note every conflict the portal can see by itself; those noted before stay as they were settled.

    What is certain takes its films from the juror at once, as a confirmed one does.
    """
    rows = _rows(hints.of_round(session, round_))
    found: Sequence[Any] = []
    if rows:
        new = db.insert(session, Conflict).on_conflict_do_nothing(index_elements=_KEY)
        found = session.execute(new.returning(Conflict.id, Conflict.status), rows).all()
    certain = [row.id for row in found if row.status == ConflictState.CONFIRMED]
    left = _part(session, round_, _by_id(session, certain), by=by) if certain else 0
    audit.record(session, by, "conflicts.computed", round_, found=len(found), left=left)
    return len(found)


def _by_id(session: Session, ids: Collection[int]) -> Sequence[Conflict]:
    return session.scalars(sa.select(Conflict).where(Conflict.id.in_(ids)).order_by(Conflict.id)).all()


def _rows(found: Iterable[hints.Hint]) -> list[dict[str, Any]]:
    """One row for each juror, film and source, with all its evidence; the strongest state wins."""
    rows: dict[tuple[int, int, str], dict[str, Any]] = {}
    for hint in found:
        first = {"evidence": [], "status": hint.status, "scope": hint.scope, "reason": "", "rev": 1}
        row = rows.setdefault(
            (hint.juror_id, hint.entry_id, hint.source),
            dict(zip(_KEY, (hint.juror_id, hint.entry_id, hint.source), strict=True)) | first,
        )
        if hint.evidence not in row["evidence"]:
            row["evidence"].append(hint.evidence)
        row["reason"] = row["reason"] or hint.reason[:LONGEST_REASON]
        if hint.status == ConflictState.CONFIRMED:
            row["status"], row["scope"] = hint.status, hint.scope
    moment = clock.now()
    return [row | {"noted_at": moment} for row in rows.values()]


def declare(
    session: Session,
    juror: Juror,
    entry: Entry,
    *,
    source: ConflictSource,
    reason: str,
    by: Actor,
    scope: ConflictScope = ConflictScope.FILM,
) -> int:
    """Note a conflict somebody tells of, confirmed by that, and take away what it covers; how many films left a desk.

    The same one told twice is one row, and the later word counts. Juror comes with its round.
    """
    conflict = _told(session, juror, entry.id, source=source, scope=scope, reason=reason, by=by)
    return _part(session, juror.round, [conflict], by=by)


def step_back(session: Session, assignment: Assignment, *, reason: str, by: Actor) -> None:
    """A juror's own recusal from a film at hand; it comes with its juror and sheet."""
    _told(session, assignment.juror, assignment.entry_id, source=ConflictSource.JUROR, reason=reason, by=by)
    leaving.leave(session, assignment, AssignmentState.RECUSED, reason=reason, by=by)


def _told(
    session: Session,
    juror: Juror,
    entry_id: int,
    *,
    source: ConflictSource,
    reason: str,
    by: Actor,
    scope: ConflictScope = ConflictScope.FILM,
) -> Conflict:
    if not reason:
        raise Invalid("reason", N_("Say in a few words what connects you with this film."))
    conflict = _noted(session, juror.id, entry_id, source)
    told = (ConflictState.CONFIRMED, scope, reason[:LONGEST_REASON])
    if (conflict.status, conflict.scope, conflict.reason) != told:
        conflict.status, conflict.scope, conflict.reason = told
        conflict.noted_by_id = by.person_id
        audit.record(session, by, "conflict.declared", conflict, juror=juror.label, reason=reason, scope=scope)
        session.flush()
    return conflict


def _noted(session: Session, juror_id: int, entry_id: int, source: ConflictSource) -> Conflict:
    """The row of this conflict, locked, and made first where there is none; two at once find the same one."""
    key = {"juror_id": juror_id, "entry_id": entry_id, "source": source}
    first = {"status": ConflictState.HINTED, "scope": ConflictScope.FILM, "reason": "", "evidence": [], "rev": 1}
    new = db.insert(session, Conflict).values(**key, **first, noted_at=clock.now())
    session.execute(new.on_conflict_do_nothing(index_elements=_KEY))
    fresh = sa.select(Conflict).filter_by(**key).execution_options(populate_existing=True)
    return session.scalars(fresh.with_for_update()).one()


def settle(
    session: Session,
    round_: Round,
    conflict: Conflict,
    *,
    confirmed: bool,
    reason: str,
    by: Actor,
    seen: int | None = None,
) -> int:
    """The chair's word on a conflict; dismissing needs a reason. How many films left the juror's desk by it.

    `seen` is the version the page was drawn from: somebody else's word in between raises Stale, unless it was the same.
    """
    if not confirmed and not reason:
        raise Invalid("reason", N_("Say why this is no conflict."))
    session.refresh(conflict, with_for_update=True)
    if not confirmed and conflict.bars:
        raise Invalid("reason", N_("A mentor never judges films of the own class."))
    to = ConflictState.CONFIRMED if confirmed else ConflictState.DISMISSED
    if conflict.status == to:
        return 0
    if seen is not None and seen != conflict.rev:
        raise Stale
    _word(session, conflict, to, reason, by)
    return _part(session, round_, [conflict], by=by) if confirmed else 0


def confirm_all(session: Session, round_: Round, ids: Collection[int], *, by: Actor) -> tuple[int, int]:
    """Confirm these hints of the round; how many were hints, and how many films left a desk by it."""
    hinted = session.scalars(
        sa.select(Conflict)
        .join(Juror, Juror.id == Conflict.juror_id)
        .where(Conflict.id.in_(ids), Juror.round_id == round_.id, Conflict.status == ConflictState.HINTED)
        .order_by(Conflict.id)
        .with_for_update(of=Conflict)
    ).all()
    for conflict in hinted:
        _word(session, conflict, ConflictState.CONFIRMED, "", by)
    return len(hinted), _part(session, round_, hinted, by=by)


def _word(session: Session, conflict: Conflict, to: ConflictState, reason: str, by: Actor) -> None:
    before = conflict.status
    conflict.status, conflict.answer = to, reason[:LONGEST_REASON]
    conflict.settled_by_id, conflict.settled_at = by.person_id, clock.now()
    audit.record(session, by, f"conflict.{to}", conflict, before=before, reason=reason)
    session.flush()


def _part(session: Session, round_: Round, confirmed: Collection[Conflict], *, by: Actor) -> int:
    """Take every film that these conflicts cover from its juror, shown or only proposed."""
    if not confirmed:
        return 0
    covered: dict[int, set[int]] = defaultdict(set)
    for entry_id, juror_id in reach.pairs(session, round_, Conflict.id.in_([one.id for one in confirmed])):
        covered[juror_id].add(entry_id)
    for one in confirmed:
        covered[one.juror_id].add(one.entry_id)
    words = {one.juror_id: one.reason for one in confirmed}
    return sum(
        leaving.take_away(session, juror_id, entry_ids, reason=words[juror_id] or "conflict", by=by)
        for juror_id, entry_ids in covered.items()
    )


def nothing_more(session: Session, juror: Juror, *, by: Actor) -> None:
    """The juror's word that no other conflict is known; it may be said again."""
    juror.declared_at = clock.now()
    audit.record(session, by, "conflicts.declared", juror, round=juror.round_id)
