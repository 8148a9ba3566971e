"""From ballots to a result: means with intervals, their distribution, and who is truly ahead. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.live.ballots import intervals
from portal.live.ballots.intervals import Interval

# Fewer ballots than this say nothing that should leave the desk.
FEWEST = 5
Seat = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Vote:
    """The stars of one seat for one film, with what the report on anomalies asks of it; `source` is a digest."""

    booking_id: int
    seat: int
    entry_id: int
    stars: int
    changes: int
    source: str
    first_at: datetime
    changed_at: datetime
    checked_in: bool
    party: int

    @property
    def ballot(self) -> Seat:
        """The ballot it is on: booking and seat."""
        return self.booking_id, self.seat


@dataclass(frozen=True, slots=True)
class Standing:
    """A film's stars: `counts` from one to five; `level` when the ballots cannot tell it from the one in front."""

    entry_id: int
    place: int
    counts: tuple[int, int, int, int, int]
    interval: Interval | None
    level: bool

    @property
    def n(self) -> int:
        """How many ballots gave it stars."""
        return sum(self.counts)

    @property
    def mean(self) -> float | None:
        """The plain mean of its stars."""
        return self.interval.mean if self.interval else None


@dataclass(frozen=True, slots=True)
class Result:
    """Every film of the package, the best mean first; films without stars come last, in the package's order."""

    ballots: int
    films: tuple[Standing, ...]

    @property
    def front(self) -> tuple[Standing, ...]:
        """The best film, and those the ballots cannot tell from it; none while nobody gave stars."""
        return tuple(film for film in self.films if film.level)

    @property
    def floor(self) -> int:
        """The whole star below every interval: where a scale may begin that ends at five."""
        lows = [film.interval.low for film in self.films if film.interval]
        return min(4, int(min(lows, default=1)))

    @property
    def is_close(self) -> bool:
        """Whether the ballots leave open who is ahead."""
        return len(self.front) > 1

    @property
    def is_thin(self) -> bool:
        """Whether too few gave stars to the best film for it to be announced."""
        return not self.front or self.front[0].n < FEWEST


def result(votes: Collection[Vote], entry_ids: Sequence[int]) -> Result:
    """The result of these votes on the package's films, which come in its order."""
    counted = means(votes, entry_ids)
    position = {entry_id: n for n, entry_id in enumerate(entry_ids)}
    order = sorted(entry_ids, key=lambda one: (-(_mean(counted[one]) or 0.0), position[one]))
    best = order[0] if order and sum(counted[order[0]]) else None
    films = tuple(
        Standing(
            entry_id=entry_id,
            place=1 + sum((_mean(counted[other]) or 0.0) > (_mean(counted[entry_id]) or 0.0) for other in entry_ids),
            counts=counted[entry_id],
            interval=intervals.of_stars(counted[entry_id]),
            level=best is not None and sum(counted[entry_id]) > 0 and not _is_ahead(votes, best, entry_id),
        )
        for entry_id in order
    )
    return Result(len({vote.ballot for vote in votes}), films)


def means(votes: Iterable[Vote], entry_ids: Sequence[int]) -> dict[int, tuple[int, int, int, int, int]]:
    """How often each film got one, two, three, four and five stars."""
    tally = Counter((vote.entry_id, vote.stars) for vote in votes)
    return {one: (tally[one, 1], tally[one, 2], tally[one, 3], tally[one, 4], tally[one, 5]) for one in entry_ids}


def _mean(counts: Sequence[int]) -> float | None:
    n = sum(counts)
    return sum(stars * count for stars, count in enumerate(counts, start=1)) / n if n else None


def _is_ahead(votes: Collection[Vote], best: int, other: int) -> bool:
    """Whether those who gave stars to both films put the best one in front, beyond chance.

    Both films are judged by the same people, so the differences on their ballots tell more than two intervals side by
    side: films are ahead of each other although these overlap.
    """
    if best == other:
        return False
    mine = {vote.ballot: vote.stars for vote in votes if vote.entry_id == best}
    theirs = {vote.ballot: vote.stars for vote in votes if vote.entry_id == other}
    apart = Counter(mine[ballot] - theirs[ballot] for ballot in mine.keys() & theirs.keys())
    difference = intervals.of_values(apart, -4, 4)
    return difference is not None and difference.low > 0
