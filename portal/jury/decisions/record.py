"""What the minutes of a round say, read at one moment: panels, viewings, the ranking around the cut, every decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal import i18n
from portal.accounts.models import Person
from portal.audit import AuditHead
from portal.entries.models import Entry
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts.models import Conflict
from portal.jury.decisions import queries as reading
from portal.jury.decisions.models import Decision
from portal.jury.decisions.quotas import Standing
from portal.jury.models import Juror, Panel, Round
from portal.jury.results.models import Result
from portal.jury.tiebreak.models import TieBreak, TieBreakFilm
from portal.lifecycles import AssignmentState

AROUND = 8


@dataclass(frozen=True)
class Minutes:
    """Everything the minutes say, read at one moment."""

    round: Round
    jurors: Sequence[Any]
    films: int
    viewings: int
    recusals: int
    conflicts: Counter[str]
    around: Sequence[Any]
    tiebreaks: Sequence[Any]
    standings: Sequence[Standing]
    kinds: reading.Kinds
    decisions: Sequence[Any]
    names: dict[int, str] = field(default_factory=dict)
    audit_seq: int = 0
    audit_digest: str = ""


def gather(session: Session, round_: Round) -> Minutes:
    """Read what the minutes say."""
    head = session.get(AuditHead, 1)
    decided = _decisions(session, round_)
    people = {row.decided_by_id for row in decided} | {row.released_by_id for row in decided}
    people |= {one.get("by") for one in round_.meeting.get("releases", [])}
    return Minutes(
        round=round_,
        jurors=_jurors(session, round_.id),
        films=session.scalar(sa.select(sa.func.count()).select_from(queries.judged_entries(round_).subquery())) or 0,
        viewings=_assignments(session, round_.id, *queries.DONE),
        recusals=_assignments(session, round_.id, AssignmentState.RECUSED),
        conflicts=_conflicts(session, round_.id),
        around=_around(session, round_),
        tiebreaks=_tiebreaks(session, round_.id),
        standings=reading.quota_standings(session, round_.id),
        kinds=reading.quota_kinds(session, round_),
        decisions=decided,
        names=_names(session, {one for one in people if one is not None}),
        audit_seq=head.seq if head else 0,
        audit_digest=head.digest if head else "",
    )


def _jurors(session: Session, round_id: int) -> Sequence[Any]:
    seen = (
        sa.select(sa.func.count())
        .where(Assignment.juror_id == Juror.id, Assignment.state.in_(queries.DONE))
        .correlate(Juror)
        .scalar_subquery()
    )
    who = (Person.native_name, Person.latin_family, Person.latin_given)
    return session.execute(
        sa.select(Juror.label, *who, Panel.name_ko, Panel.name_en, seen.label("seen"))
        .join(Panel, Panel.id == Juror.panel_id)
        .join(Person, Person.id == Juror.person_id)
        .where(Juror.round_id == round_id)
        .order_by(Panel.position, Juror.label)
    ).all()


def _assignments(session: Session, round_id: int, *states: AssignmentState) -> int:
    wanted = sa.select(sa.func.count()).where(Assignment.round_id == round_id, Assignment.state.in_(states))
    return session.scalar(wanted) or 0


def _conflicts(session: Session, round_id: int) -> Counter[str]:
    rows = session.execute(
        sa.select(Conflict.status, sa.func.count())
        .join(Juror, Juror.id == Conflict.juror_id)
        .where(Juror.round_id == round_id)
        .group_by(Conflict.status)
    )
    return Counter({row[0].value: row[1] for row in rows})


def _around(session: Session, round_: Round) -> Sequence[Any]:
    """The films whose place is near the cut."""
    place = sa.func.coalesce(Result.place, Result.rank)
    near = place.between(round_.places - AROUND + 1, round_.places + AROUND)
    figures = (place.label("place"), Result.n, Result.mean, Result.score, Result.low, Result.high, Result.p_top)
    return session.execute(
        sa.select(Entry.number, Entry.title_ko, Entry.title_en, *figures)
        .join(Entry, Entry.id == Result.entry_id)
        .where(Result.round_id == round_.id, near)
        .order_by(place, Entry.number)
    ).all()


def _tiebreaks(session: Session, round_id: int) -> Sequence[Any]:
    """(number, titles, rank) of the films that a tie-break put in order."""
    return session.execute(
        sa.select(Entry.number, Entry.title_ko, Entry.title_en, TieBreakFilm.rank)
        .join(TieBreak, TieBreak.id == TieBreakFilm.tiebreak_id)
        .join(Entry, Entry.id == TieBreakFilm.entry_id)
        .where(TieBreak.round_id == round_id, TieBreak.counted_at.is_not(None), TieBreakFilm.rank.is_not(None))
        .order_by(TieBreak.id, TieBreakFilm.rank, Entry.number)
    ).all()


def _decisions(session: Session, round_: Round) -> Sequence[Any]:
    replaced, other = aliased(Decision), aliased(Entry)
    film = (Entry.number, Entry.title_ko, Entry.title_en)
    how = (Decision.outcome, Decision.decided_by_id, Decision.decided_at, Decision.released_by_id)
    place = sa.func.coalesce(Result.place, Result.rank)
    return session.execute(
        sa.select(*film, *how, Decision.announced_at, place.label("place"), other.number.label("replaces"))
        .join(Entry, Entry.id == Decision.entry_id)
        .outerjoin(Result, sa.and_(Result.entry_id == Decision.entry_id, Result.round_id == Decision.round_id))
        .outerjoin(replaced, replaced.id == Decision.replaces_id)
        .outerjoin(other, other.id == replaced.entry_id)
        .where(Decision.round_id == round_.id, Decision.state.in_(reading.DECIDED))
        .order_by(Decision.outcome != "selected", Decision.outcome != "reserve", place.is_(None), place, Entry.number)
    ).all()


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    people = session.scalars(sa.select(Person).where(Person.id.in_(ids)))
    return {one.id: one.shown_in(i18n.language()) for one in people}
