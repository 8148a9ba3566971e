"""The worker's side of a tie-break: ballots made and told of, and their orders made into one."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from portal import audit, clock
from portal.accounts.letters import addressed
from portal.accounts.models import Person
from portal.jury.calibration.bradley_terry import PairwiseResult, order_films
from portal.jury.calibration.ordering_batches import SIZE, batches
from portal.jury.models import Juror, Round
from portal.jury.tiebreak import queries
from portal.jury.tiebreak.models import Ballot, TieBreak, TieBreakFilm
from portal.lifecycles import TieBreakState
from portal.mail import outbox
from portal.policies import SYSTEM

LEAST = 2
"""Films a juror must have judged for an order of them to say anything."""


def go_on(session: Session, tiebreak_id: int) -> None:
    """Do what is due: make the ballots of an open vote, count those of a closed one; else nothing."""
    locked = sa.select(TieBreak).where(TieBreak.id == tiebreak_id).with_for_update()
    tiebreak = session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    if tiebreak is None:
        return
    if tiebreak.state == TieBreakState.OPEN and tiebreak.ballots_at is None:
        _make_ballots(session, tiebreak)
    elif tiebreak.state == TieBreakState.CLOSED and tiebreak.counted_at is None:
        _count(session, tiebreak)


def _make_ballots(session: Session, tiebreak: TieBreak) -> None:
    round_ = session.get_one(Round, tiebreak.round_id)
    films = queries.film_ids(session, tiebreak.id)
    for juror_id, batch in _batches(films, queries.judged_by(session, tiebreak)).items():
        ballot = Ballot(tiebreak_id=tiebreak.id, juror_id=juror_id, batch=_neutral(round_.seed, juror_id, batch))
        session.add(ballot)
        session.flush()
        _tell(session, round_, tiebreak, ballot)
    tiebreak.ballots_at = clock.now()


def _batches(films: Sequence[int], judged: Mapping[int, set[int]]) -> dict[int, Sequence[int]]:
    """What each juror orders: of the films judged, all, or where that is too much at once a linked share of them."""
    if all(len(own) <= SIZE for own in judged.values()):
        found: dict[int, Sequence[int]] = {juror: sorted(own) for juror, own in judged.items()}
    else:
        unseen = {(film, juror) for juror, own in judged.items() for film in films if film not in own}
        found = dict(batches(films, judged, conflicts=unseen).batches)
    return {juror: batch for juror, batch in found.items() if len(batch) >= LEAST}


def _neutral(seed: int, juror_id: int, batch: Sequence[int]) -> list[int]:
    """An order of one's own that tells nothing, the same whenever it is made."""
    return sorted(batch, key=lambda film: hashlib.sha256(f"{seed}:{juror_id}:{film}".encode()).digest())


def _tell(session: Session, round_: Round, tiebreak: TieBreak, ballot: Ballot) -> None:
    person = session.get_one(Person, session.get_one(Juror, ballot.juror_id).person_id)
    outbox.queue(
        session,
        "jury_tiebreak",
        to=addressed(person),
        about=ballot,
        transition="opened",
        edition_id=round_.edition_id,
        judging=round_,
        films=len(ballot.batch),
        due_at=tiebreak.due_at,
        code=ballot.code,
    )


def _count(session: Session, tiebreak: TieBreak) -> None:
    """One order out of all that were handed in; films a juror has stepped back from since do not count for that one."""
    films = queries.film_ids(session, tiebreak.id)
    judged = queries.judged_by(session, tiebreak)
    orders = [
        [[film] for film in ballot.ordering if film in judged[ballot.juror_id]]
        for ballot in _handed_in(session, tiebreak.id)
        if ballot.juror_id in judged
    ]
    found = order_films(films, orders, tiebreak.places, seed=tiebreak.id)
    _store(session, tiebreak, found)
    tiebreak.counted_at = clock.now()
    tiebreak.note = {
        "ballots": len(orders),
        "components": found.separation.components,
        "determined": found.separation.determined,
        "never_compared": len(found.separation.never_compared),
    }
    audit.record(session, SYSTEM, "tiebreak.counted", tiebreak, ballots=len(orders))


def _handed_in(session: Session, tiebreak_id: int) -> Sequence[Ballot]:
    wanted = sa.select(Ballot).join(Ballot.juror).options(contains_eager(Ballot.juror))
    counted = wanted.where(Ballot.tiebreak_id == tiebreak_id, Ballot.submitted_at.is_not(None))
    return session.scalars(counted.where(Juror.ended_at.is_(None)).order_by(Ballot.juror_id)).all()


def _store(session: Session, tiebreak: TieBreak, found: PairwiseResult[int]) -> None:
    told: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for film in found.films:
        told[film.id] = {"strength": film.strength, "se": film.se, "rank": film.rank, "p_top": film.p_top}
    for row in session.scalars(sa.select(TieBreakFilm).where(TieBreakFilm.tiebreak_id == tiebreak.id)):
        for name, value in told[row.entry_id].items():
            setattr(row, name, value)
