"""What is odd about a ballot box, counted, with the result without it. Pure; it judges nothing and removes nothing."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.live.ballots.counting import Result, Seat, Vote, result

LAST_MINUTE = timedelta(minutes=1)
# A minute is a burst with this many ballots and more, four deviations of chance above the usual minute.
BURST = 10
# A hall's own network has one address for everybody; below these numbers nothing is said of one.
MANY_OF_ONE, ALIKE_OF_ONE = 8, 5


class Kind(StrEnum):
    """What can be odd."""

    BURST = "burst"
    ONE_SOURCE = "one_source"
    ALIKE = "alike"
    NOT_IN = "not_in"
    LATE = "late"
    NO_SEAT = "no_seat"


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something odd: how many ballots and votes it touches, their share of all votes, and the result without them."""

    kind: Kind
    ballots: int
    votes: int
    share: float
    without: Result
    changes_first: bool


def report(
    votes: Collection[Vote], entry_ids: Sequence[int], *, closed_at: datetime, whole: Result
) -> tuple[Anomaly, ...]:
    """Everything odd that was found, in the order of `Kind`; `whole` is the result of all votes."""
    finders: dict[Kind, Callable[[Collection[Vote]], set[Vote]]] = {
        Kind.BURST: _bursts,
        Kind.ONE_SOURCE: _of_one_source,
        Kind.ALIKE: _alike,
        Kind.NOT_IN: lambda all_: {vote for vote in all_ if not vote.checked_in},
        Kind.LATE: lambda all_: {vote for vote in all_ if _is_late(vote, closed_at)},
        Kind.NO_SEAT: lambda all_: {vote for vote in all_ if vote.seat > vote.party},
    }
    found = ((kind, find(votes)) for kind, find in finders.items())
    return tuple(_anomaly(kind, odd, votes, entry_ids, whole) for kind, odd in found if odd)


def _anomaly(kind: Kind, odd: set[Vote], votes: Collection[Vote], entry_ids: Sequence[int], whole: Result) -> Anomaly:
    without = result([vote for vote in votes if vote not in odd], entry_ids)
    return Anomaly(
        kind=kind,
        ballots=len({vote.ballot for vote in odd}),
        votes=len(odd),
        share=len(odd) / len(votes),
        without=without,
        changes_first=bool(whole.front) and without.films[0].entry_id != whole.films[0].entry_id,
    )


def _bursts(votes: Collection[Vote]) -> set[Vote]:
    """Votes of ballots that began in a minute with far more ballots than the usual one."""
    began: dict[Seat, datetime] = {}
    for vote in votes:
        began[vote.ballot] = min(vote.first_at, began.get(vote.ballot, vote.first_at))
    minutes = Counter(moment.replace(second=0, microsecond=0) for moment in began.values())
    usual = statistics.median(minutes.values()) if minutes else 0.0
    most = max(BURST - 1, usual + 4 * usual**0.5)
    busy = {minute for minute, count in minutes.items() if count > most}
    return {vote for vote in votes if began[vote.ballot].replace(second=0, microsecond=0) in busy}


def _of_one_source(votes: Collection[Vote]) -> set[Vote]:
    """Votes from addresses that many ballots came from."""
    ballots: defaultdict[str, set[Seat]] = defaultdict(set)
    for vote in votes:
        ballots[vote.source].add(vote.ballot)
    return {vote for vote in votes if len(ballots[vote.source]) >= MANY_OF_ONE}


def _alike(votes: Collection[Vote]) -> set[Vote]:
    """Votes of one address for one film, when there are several and all are fives, or all are ones."""
    given: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for vote in votes:
        given[vote.source, vote.entry_id].append(vote.stars)
    odd = {key for key, stars in given.items() if len(stars) >= ALIKE_OF_ONE and set(stars) in ({1}, {5})}
    return {vote for vote in votes if (vote.source, vote.entry_id) in odd}


def _is_late(vote: Vote, closed_at: datetime) -> bool:
    return vote.changes > 0 and vote.changed_at > closed_at - LAST_MINUTE
