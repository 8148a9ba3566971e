"""When the floor is open, and from when others' questions may be read. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from portal.lifecycles import QuestionState, ScreeningState, TalkState

_OVER = (ScreeningState.Q_AND_A, ScreeningState.HELD)
ENDED = (TalkState.CLOSED, TalkState.PUBLISHED)
_BEGUN = (TalkState.LIVE, *ENDED)
# What the hall may read of others once the films are over; `merged` ones are read as those they were merged into.
SHOWN = (QuestionState.APPROVED, QuestionState.QUEUED, QuestionState.ON_STAGE)
WAITING = (QuestionState.APPROVED, QuestionState.QUEUED)
DONE = (QuestionState.ANSWERED, QuestionState.SKIPPED, QuestionState.WRITTEN)


class Phase(StrEnum):
    """Where a talk stands for somebody with a phone in their hand."""

    NOT_YET = "not_yet"
    ASKING = "asking"
    LIVE = "live"
    CLOSED = "closed"
    PUBLISHED = "published"
    CANCELLED = "cancelled"

    @property
    def takes_questions(self) -> bool:
        return self in (Phase.ASKING, Phase.LIVE)

    @property
    def over(self) -> bool:
        return self in (Phase.CLOSED, Phase.PUBLISHED)


_PHASES = {
    TalkState.COLLECTING: Phase.ASKING,
    TalkState.LIVE: Phase.LIVE,
    TalkState.CLOSED: Phase.CLOSED,
    TalkState.PUBLISHED: Phase.PUBLISHED,
}


def phase(talk: TalkState, screening: ScreeningState) -> Phase:
    """What the talk's state means on a phone."""
    if screening == ScreeningState.CANCELLED:
        return Phase.CANCELLED
    return _PHASES.get(talk, Phase.NOT_YET)


def unlocked(talk: TalkState, screening: ScreeningState, ends_at: datetime, now: datetime) -> bool:
    """Whether the films are over, so that nobody is told of them by a question."""
    return screening in _OVER or talk in _BEGUN or (screening == ScreeningState.RUNNING and now >= ends_at)
