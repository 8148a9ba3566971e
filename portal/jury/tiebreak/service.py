"""A tie-break opened on the films around the cut, voted on, closed and counted.

Jurors order films they have judged: nobody has to watch anything again, and who stepped back from a film never meets
it here. The worker makes the ballots and counts them (portal.jury.tiebreak.counting), so that no page computes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, doorbell
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury import queries as rounds
from portal.jury.models import Round
from portal.jury.tiebreak import queries
from portal.jury.tiebreak.models import Ballot, TieBreak, TieBreakFilm
from portal.lifecycles import RoundState, TieBreakState, advance
from portal.policies import Actor

MOST_FILMS = 100
_JUDGED = (RoundState.OPEN, RoundState.PAUSED, RoundState.CLOSED, RoundState.DECIDED)


def open_vote(
    session: Session, round_: Round, *, entry_ids: Sequence[int], places: int, due_at: datetime, by: Actor
) -> TieBreak:
    """Ask the round's jurors to order these films; asked again while a vote is open, that one is it."""
    session.execute(sa.select(Round.id).where(Round.id == round_.id).with_for_update())
    found = queries.open_of(session, round_.id)
    if found is not None:
        return found
    films = _fit(session, round_, entry_ids, places, due_at)
    made = TieBreak(round_id=round_.id, places=places, due_at=due_at, opened_by_id=by.person_id)
    session.add(made)
    session.flush()
    session.add_all(TieBreakFilm(tiebreak_id=made.id, entry_id=entry_id) for entry_id in films)
    audit.record(session, by, "tiebreak.opened", made, films=len(films), places=places)
    doorbell.after_commit(session, "jury.tiebreak", made.id)
    return made


def _fit(session: Session, round_: Round, entry_ids: Sequence[int], places: int, due_at: datetime) -> list[int]:
    """The films in one order; raises Invalid where there is nothing to vote on."""
    if round_.state not in _JUDGED:
        raise Invalid("films", N_("This round takes no tie-break now."))
    if due_at <= clock.now():
        raise Invalid("due_on", N_("Choose a due date in the future."))
    judged = rounds.judged_entries(round_).subquery()
    films = sorted(set(entry_ids) & set(session.scalars(sa.select(judged.c.id))))
    if not 2 <= len(films) <= MOST_FILMS:
        raise Invalid("films", N_("Choose from 2 to {most} films."), most=MOST_FILMS)
    if not 1 <= places < len(films):
        raise Invalid("places", N_("Choose at least one place, and fewer places than films."))
    return films


def save(session: Session, ballot: Ballot, ordering: Sequence[int], *, by: Actor, final: bool) -> None:
    """Keep a juror's order, best first; a `final` one counts, and may be handed in anew while the vote is open."""
    if ballot.tiebreak.state != TieBreakState.OPEN:
        raise Invalid("order", N_("This vote is closed."))
    if sorted(ordering) != sorted(row.entry_id for row in queries.films_of(session, ballot)):
        raise Invalid("order", N_("Give every film a place of its own."))
    ballot.ordering, ballot.updated_at = list(ordering), clock.now()
    if final:
        ballot.submitted_at = ballot.updated_at
        audit.record(session, by, "ballot.submitted", ballot)


def close(session: Session, tiebreak: TieBreak, *, by: Actor) -> None:
    """End the vote and have it counted; nothing that comes later counts."""
    if tiebreak.state == TieBreakState.CLOSED:
        return
    if not queries.handed_in(session, tiebreak.id):
        raise Invalid("close", N_("Nobody has handed in an order yet."))
    advance(session, tiebreak, TieBreakState.CLOSED, by=by)
    tiebreak.closed_at, tiebreak.counted_at = clock.now(), None
    doorbell.after_commit(session, "jury.tiebreak", tiebreak.id)


def reopen(session: Session, tiebreak: TieBreak, *, by: Actor) -> None:
    """Let the jurors change their orders again; what was counted is gone until the vote is closed anew."""
    if tiebreak.state == TieBreakState.OPEN:
        return
    if queries.open_of(session, tiebreak.round_id) is not None:
        raise Invalid("close", N_("Another vote of this round is open."))
    advance(session, tiebreak, TieBreakState.OPEN, by=by)
    tiebreak.closed_at = tiebreak.counted_at = None
    tiebreak.note = {}
    blank = {"strength": None, "se": None, "rank": None, "p_top": None}
    session.execute(sa.update(TieBreakFilm).where(TieBreakFilm.tiebreak_id == tiebreak.id).values(**blank))


def drop(session: Session, tiebreak: TieBreak, *, by: Actor) -> None:
    """Call an open vote off; its ballots are kept and count for nothing."""
    if tiebreak.state != TieBreakState.DROPPED:
        advance(session, tiebreak, TieBreakState.DROPPED, by=by)
