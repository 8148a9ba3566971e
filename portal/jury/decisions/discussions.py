"""The discussion list of a round and the thread on each of its films: for the chair, and jurors who judged the film.

Who may read and speak is decided by the policies `see_discussion` and `speak_in_discussion`; a juror who steps back, or
whose conflict is confirmed, is out at the next request. Nothing said is ever changed or deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import audit, clock, db, policies, signing
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.decisions.models import Discussion, Remark
from portal.jury.models import Juror, Round
from portal.jury.results import judged
from portal.jury.results.models import Result
from portal.jury.results.queries import BAND
from portal.jury.scoring.models import ScoreSheet
from portal.lifecycles import AssignmentState, SheetState
from portal.policies import Actor

REASON_LIMIT, TEXT_LIMIT = 300, 2000


@dataclass(frozen=True)
class Thread:
    """A discussion with everything that decides who takes part: `states` are those of the film's jurors by person."""

    id: int
    code: str
    round: Round
    entry: Entry
    reason: str
    outcome: str
    closed_at: datetime | None
    barred: frozenset[int]
    states: Mapping[int, AssignmentState]
    seats: Mapping[int, int]


def thread_by_code(session: Session, code: str) -> Thread | None:
    """One discussion, or None."""
    found = session.scalar(
        sa.select(Discussion)
        .where(Discussion.code == code)
        .options(joinedload(Discussion.entry).joinedload(Entry.category))
    )
    return _thread(session, found, session.get_one(Round, found.round_id)) if found else None


def _thread(session: Session, found: Discussion, round_: Round) -> Thread:
    seated = judged.seats(session, round_.id, found.entry_id)
    at_it = [one for one in seated if one.state and one.ended_at is None and one.sheet != SheetState.VOIDED]
    return _made(
        found,
        round_,
        judged.barred(session, round_, seated, found.entry_id),
        {one.person_id: one.state for one in at_it},
        {one.person_id: one.juror_id for one in at_it},
    )


def _made(
    found: Discussion,
    round_: Round,
    barred: frozenset[int],
    states: Mapping[int, AssignmentState],
    seats: Mapping[int, int],
) -> Thread:
    told = (found.id, found.code, round_, found.entry, found.reason, found.outcome, found.closed_at)
    return Thread(*told, barred, states, seats)


# ── the list ───────────────────────────────────────────────────────────


def open_on(session: Session, round_: Round, number: str, *, reason: str, by: Actor) -> Discussion:
    """Put a film on the list; one that is on it already stays as it is."""
    if len(reason) > REASON_LIMIT:
        raise Invalid("reason", N_("Shorten this to {limit} characters."), limit=REASON_LIMIT)
    film = queries.judged_entries(round_).where(Entry.number == number)
    entry_id = session.scalar(film.with_only_columns(Entry.id))
    if entry_id is None:
        raise Invalid("number", N_("This round judges no film of that number."))
    _open(session, round_, [entry_id], reason, by)
    return session.scalars(sa.select(Discussion).filter_by(round_id=round_.id, entry_id=entry_id)).one()


def open_band(session: Session, round_: Round, *, by: Actor) -> int:
    """Put every film of the contested band on the list; how many were not on it yet."""
    contested = session.scalars(
        sa.select(Result.entry_id).where(Result.round_id == round_.id, *BAND).order_by(Result.place, Result.entry_id)
    ).all()
    return _open(session, round_, contested, "", by)


def _open(session: Session, round_: Round, entries: Iterable[int], reason: str, by: Actor) -> int:
    opened = 0
    for entry_id in entries:
        fresh = {"round_id": round_.id, "entry_id": entry_id, "reason": reason, "opened_by_id": by.person_id}
        told = {"code": signing.random_code(), "outcome": "", "opened_at": clock.now(), "rev": 1}
        row = db.insert(session, Discussion).values(**fresh, **told).on_conflict_do_nothing().returning(Discussion)
        made = session.scalar(row)
        if made is not None:
            opened += 1
            audit.record(session, by, "discussion.opened", made, entry=entry_id, reason=reason)
    return opened


_SAID = sa.select(sa.func.count()).where(Remark.discussion_id == Discussion.id).scalar_subquery()


def of_round(session: Session, round_id: int) -> Sequence[Any]:
    """The list as its page shows it: those still open first, each with the film's place and chance."""
    return session.execute(
        sa.select(
            *(Discussion.code, Discussion.reason, Discussion.outcome, Discussion.opened_at, Discussion.closed_at),
            *(Entry.number, Entry.title_ko, Entry.title_en, Result.place, Result.p_top, Result.n),
            _SAID.label("remarks"),
        )
        .join(Entry, Entry.id == Discussion.entry_id)
        .outerjoin(Result, sa.and_(Result.round_id == round_id, Result.entry_id == Discussion.entry_id))
        .where(Discussion.round_id == round_id)
        .order_by(Discussion.closed_at.is_not(None), Result.place.is_(None), Result.place, Entry.number)
    ).all()


def of_juror(session: Session, actor: Actor) -> list[Thread]:
    """The threads a juror takes part in, those still open first; nothing tells of the others."""
    own = sa.and_(Assignment.round_id == Round.id, Assignment.entry_id == Discussion.entry_id)
    mine = session.execute(
        sa.select(Discussion, Round, Juror.id, Assignment.state)
        .join(Round, Round.id == Discussion.round_id)
        .join(Assignment, own)
        .join(Juror, Juror.id == Assignment.juror_id)
        .outerjoin(ScoreSheet, ScoreSheet.assignment_id == Assignment.id)
        .where(Juror.person_id == actor.person_id, Juror.ended_at.is_(None), Assignment.state.in_(queries.AT_WORK))
        .where(sa.or_(ScoreSheet.state.is_(None), ScoreSheet.state != SheetState.VOIDED))
        .options(joinedload(Discussion.entry).joinedload(Entry.category))
        .order_by(Discussion.closed_at.is_not(None), Discussion.opened_at.desc(), Discussion.id)
    ).all()
    away = judged.barred_films(session, {seat: round_ for _, round_, seat, _ in mine}, actor.person_id)
    threads = [_of(found, round_, actor, seat, state, away) for found, round_, seat, state in mine]
    return [one for one in threads if policies.see_discussion(actor, one)]


def _of(
    found: Discussion, round_: Round, actor: Actor, seat: int, state: AssignmentState, away: Collection[int]
) -> Thread:
    """A thread as far as one juror's part in it goes."""
    me = actor.person_id or 0
    barred = frozenset({me} if found.entry_id in away else ())
    return _made(found, round_, barred, {me: state}, {me: seat})


# ── the thread ─────────────────────────────────────────────────────────


def remarks(session: Session, thread: Thread, *, to: Actor) -> Sequence[Any]:
    """(text, at, label, person_id) in order; `label` is None for the chair. Jurors see nothing of who stepped back."""
    said = (
        sa.select(Remark.text, Remark.at, Juror.label, Remark.person_id)
        .outerjoin(Juror, Juror.id == Remark.juror_id)
        .where(Remark.discussion_id == thread.id)
        .order_by(Remark.id)
    )
    if not policies.chair_round(to, thread.round):
        said = said.where(sa.or_(Remark.juror_id.is_(None), Remark.person_id.not_in(thread.barred)))
    return session.execute(said).all()


def say(session: Session, thread: Thread, *, text: str, by: Actor) -> Remark:
    """Add to the thread, as the chair or under the seat's label; the same words of the same person are said once."""
    found = _still_open(session, thread, "text", text)
    known = session.scalar(
        sa.select(Remark).where(Remark.discussion_id == found.id, Remark.person_id == by.person_id, Remark.text == text)
    )
    if known is not None:
        return known
    seat = None if policies.chair_round(by, thread.round) else thread.seats[by.person_id or 0]
    remark = Remark(discussion_id=found.id, juror_id=seat, person_id=by.person_id, text=text)
    session.add(remark)
    session.flush()
    audit.record(session, by, "remark.made", remark, discussion=found.id)
    return remark


def close(session: Session, thread: Thread, *, outcome: str, by: Actor) -> None:
    """End the discussion with what came of it; one that has ended already says so."""
    found = _still_open(session, thread, "outcome", outcome)
    found.outcome, found.closed_at, found.closed_by_id = outcome, clock.now(), by.person_id
    audit.record(session, by, "discussion.closed", found, outcome=outcome)


def reopen(session: Session, thread: Thread, *, by: Actor) -> None:
    """Go on with a discussion that had ended; what came of it stays until it is ended anew."""
    found = _row(session, thread)
    if found.closed_at is not None:
        found.closed_at = found.closed_by_id = None
        audit.record(session, by, "discussion.reopened", found)


def _row(session: Session, thread: Thread) -> Discussion:
    return session.get_one(Discussion, thread.id, with_for_update=True, populate_existing=True)


def _still_open(session: Session, thread: Thread, field: str, text: str) -> Discussion:
    """The discussion, held to the end of the transaction, so that two at once stand one behind the other."""
    if not text:
        raise Invalid(field, N_("Write a few words."))
    if len(text) > TEXT_LIMIT:
        raise Invalid(field, N_("Shorten this to {limit} characters."), limit=TEXT_LIMIT)
    found = _row(session, thread)
    if found.closed_at is not None:
        raise Invalid(field, N_("This discussion has ended."))
    return found
