"""The steps a talk may take next, as buttons offer them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from portal.i18n import N_
from portal.lifecycles import ScreeningState, TalkState

SHOWN = (ScreeningState.RUNNING, ScreeningState.Q_AND_A, ScreeningState.HELD)


@dataclass(frozen=True, slots=True)
class Step:
    """A button: its name in forms, its words; `planning` ones are the programmer's, `back` ones take a step back."""

    name: str
    text: str
    planning: bool = False
    back: bool = False


_CONFIRM = Step("confirm", N_("Confirm the talk"), planning=True)
_BEGIN = Step("begin", N_("Begin the talk"))
_NEXT = {
    TalkState.PLANNED: (_CONFIRM,),
    TalkState.INVITED: (_CONFIRM,),
    TalkState.CONFIRMED: (
        Step("open", N_("Open questions")),
        _BEGIN,
        Step("unconfirm", N_("Take the confirmation back"), planning=True, back=True),
    ),
    TalkState.COLLECTING: (_BEGIN, Step("shut", N_("Close questions"), back=True)),
    TalkState.LIVE: (Step("close", N_("End the talk")), Step("unbegin", N_("Not begun yet"), back=True)),
    TalkState.CLOSED: (
        Step("publish", N_("Publish the answers"), planning=True),
        Step("reopen", N_("Go on with the talk"), back=True),
    ),
    TalkState.PUBLISHED: (Step("unpublish", N_("Take the answers off the page"), planning=True, back=True),),
}


def steps(talk: TalkState, screening: ScreeningState, *, planning: bool) -> list[Step]:
    """What may be done next with a talk; a talk begins once its screening has. `planning`: also by a programmer."""
    if screening == ScreeningState.CANCELLED:
        return []
    listed = [step for step in _NEXT[talk] if planning or not step.planning]
    return [step for step in listed if step is not _BEGIN or screening in SHOWN]


# Where a talk stands on its way, for the row of stages; states that share a stage stand together.
STAGES = (
    (N_("Plan"), (TalkState.PLANNED,)),
    (N_("Guests"), (TalkState.INVITED,)),
    (N_("Talk confirmed"), (TalkState.CONFIRMED,)),
    (N_("Questions"), (TalkState.COLLECTING,)),
    (N_("Live"), (TalkState.LIVE,)),
    (N_("Over"), (TalkState.CLOSED,)),
    (N_("Published"), (TalkState.PUBLISHED,)),
)


def stages(talk: TalkState) -> list[tuple[str, str]]:
    """(msgid, 'done' | 'now' | 'next') for each stage."""
    at = next(place for place, (_, states) in enumerate(STAGES) if talk in states)
    return [
        (name, "done" if place < at else "now" if place == at else "next") for place, (name, _) in enumerate(STAGES)
    ]
