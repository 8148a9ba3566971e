"""What stands where on the moderator's board and on the wall, drawn from the lines. Pure but for reading them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.i18n import pick
from portal.lifecycles import QuestionState
from portal.live.questions import picking, queries, similar
from portal.live.questions.queries import Line
from portal.programme.models import PickRule, Screening

_Q = QuestionState
_OPEN = (_Q.PENDING, _Q.APPROVED, _Q.QUEUED, _Q.ON_STAGE)
NEXT_ON_WALL = 2


@dataclass(frozen=True, slots=True)
class Next:
    """A question that comes next, and why."""

    line: Line
    why: picking.Why


@dataclass(frozen=True, slots=True)
class Board:
    """The columns; `alike` names for a question those it could be merged into, `stands_for` how many it speaks for."""

    pending: Sequence[Line]
    lined_up: Sequence[Line]
    listed: Sequence[Line]
    on_stage: Line | None
    done: Sequence[Line]
    off: Sequence[Line]
    following: Sequence[Next]
    by_rule: Next | None
    alike: dict[int, Sequence[Line]]
    stands_for: dict[int, int]

    @property
    def open(self) -> list[Line]:
        """What others may be merged into."""
        staged = [self.on_stage] if self.on_stage else []
        return [*staged, *self.lined_up, *self.listed, *self.pending]


def board(session: Session, screening_id: int, rule: PickRule) -> Board:
    """Every question of a screening where it belongs; one statement."""
    lines = queries.board(session, screening_id)
    of = {state: [line for line in lines if line.state == state] for state in _Q}
    listed = sorted(of[_Q.APPROVED], key=lambda line: (-line.votes, line.asked_at, line.id))
    lined_up = sorted(of[_Q.QUEUED], key=lambda line: (line.place or 0, line.id))
    on_stage = next(iter(of[_Q.ON_STAGE]), None)
    asked = [line.film_id for line in (*of[_Q.ON_STAGE], *of[_Q.ANSWERED])]
    following, by_rule = _next([*listed, *lined_up], asked, rule)
    return Board(
        pending=of[_Q.PENDING],
        lined_up=lined_up,
        listed=listed,
        on_stage=on_stage,
        done=_latest(of[_Q.ANSWERED], of[_Q.SKIPPED], of[_Q.WRITTEN]),
        off=[*of[_Q.DECLINED], *of[_Q.MERGED]],
        following=following,
        by_rule=by_rule,
        alike=_alike(of[_Q.PENDING], [line for line in lines if line.state in _OPEN]),
        stands_for=_stands_for(of[_Q.MERGED]),
    )


def wall(session: Session, screening_id: int, rule: PickRule) -> tuple[Line | None, list[Next]]:
    """The question on stage and the next ones; two statements."""
    lines = queries.on_the_wall(session, screening_id)
    on_stage = next((line for line in lines if line.state == _Q.ON_STAGE), None)
    waiting = [line for line in lines if line.state != _Q.ON_STAGE]
    following, _ = _next(waiting, queries.films_asked(session, screening_id), rule)
    return on_stage, following


def film_names(screening: Screening) -> dict[str, str]:
    """The titles of a screening's films in the language in use, by number, in their order."""
    return {one.entry.number: pick(one.entry.title_ko, one.entry.title_en) for one in screening.package.films}


def _next(waiting: Sequence[Line], asked: Iterable[int | None], rule: PickRule) -> tuple[list[Next], Next | None]:
    lines, films = {line.id: line for line in waiting}, list(asked)
    candidates = [line.candidate() for line in waiting]
    picks = picking.following(candidates, films, rule, most=NEXT_ON_WALL)
    chosen = picking.by_rule(candidates, films, rule)
    following = [Next(lines[one.id], one.why) for one in picks]
    return following, Next(lines[chosen.id], chosen.why) if chosen else None


def _latest(*lists: Sequence[Line]) -> list[Line]:
    done = [line for lines in lists for line in lines]
    return sorted(done, key=lambda line: (line.done_at or line.asked_at, line.id), reverse=True)


def _alike(pending: Sequence[Line], others: Sequence[Line]) -> dict[int, Sequence[Line]]:
    """For each question to be checked the earlier ones, or those on the list, that ask the same."""
    by_id = {line.id: line for line in others}
    found: dict[int, Sequence[Line]] = {}
    for line in pending:
        earlier = [
            (one.id, one.text) for one in others if one.id != line.id and (one.state != _Q.PENDING or one.id < line.id)
        ]
        if keys := similar.nearest(line.text, earlier):
            found[line.id] = [by_id[key] for key in keys]
    return found


def _stands_for(merged: Sequence[Line]) -> dict[int, int]:
    into = {line.id: line.merged_into_id for line in merged if line.merged_into_id is not None}
    counts: dict[int, int] = {}
    for one in into:
        stands = queries.root(one, into)
        counts[stands] = counts.get(stands, 0) + 1
    return counts
