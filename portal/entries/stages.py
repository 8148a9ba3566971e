"""Where an entry stands on its way, in words: received, checked, judged, announced, and what its makers do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.entries.models import VerdictOutcome
from portal.i18n import N_, translate
from portal.lifecycles import EntryState

_E = EntryState
STATES: Mapping[EntryState, tuple[str, str]] = {
    _E.DRAFT: (N_("Draft"), ""),
    _E.MENTOR_REVIEW: (N_("With the mentor"), "info"),
    _E.SUBMITTED: (N_("Submitted"), "info"),
    _E.NEEDS_FIX: (N_("To be fixed"), "warn"),
    _E.ELIGIBLE: (N_("Eligible"), "ok"),
    _E.INELIGIBLE: (N_("Not eligible"), "bad"),
    _E.WITHDRAWN: (N_("Withdrawn"), ""),
    _E.DISQUALIFIED: (N_("Disqualified"), "bad"),
}
NEXT: Mapping[EntryState, str] = {
    _E.DRAFT: N_("Finish the tasks and submit."),
    _E.MENTOR_REVIEW: N_("Your mentor looks at it. We will write to you."),
    _E.SUBMITTED: N_("The festival office checks whether it can take part. There is nothing to do for you."),
    _E.NEEDS_FIX: N_("Fix what the festival office asked for and submit again."),
    _E.ELIGIBLE: N_("The jury watches the films. We will write to you when the results are out."),
    _E.INELIGIBLE: N_("It cannot take part. The reason is in the mail we sent you."),
    _E.WITHDRAWN: N_("You withdrew it. While the call is open you can take it up again."),
    _E.DISQUALIFIED: N_("It was taken out of the competition. The reason is in the mail we sent you."),
}
OUTCOMES: Mapping[VerdictOutcome, str] = {
    VerdictOutcome.ELIGIBLE: N_("Eligible"),
    VerdictOutcome.NEEDS_FIX: N_("Asked for fixes"),
    VerdictOutcome.INELIGIBLE: N_("Not eligible"),
    VerdictOutcome.DISQUALIFIED: N_("Disqualified"),
}
# What the makers read once the jury's decision is announced; the keys are what the jury's release writes.
ANNOUNCED: Mapping[str, tuple[str, str, str]] = {
    "selected": (
        N_("Selected"),
        "ok",
        N_("Your film has been selected. We will write to you about the screening."),
    ),
    "reserve": (
        N_("On the reserve list"),
        "info",
        N_("If a place becomes free, we ask you first. There is nothing to do for you."),
    ),
    "not_selected": (
        N_("Not selected"),
        "",
        N_("It was not selected this time. We would be glad to see your next film."),
    ),
}
_LINE = (N_("Received"), N_("Eligibility"), N_("Jury"), N_("Results"))
_NOW: Mapping[EntryState, int] = {
    _E.DRAFT: 0,
    _E.MENTOR_REVIEW: 0,
    _E.SUBMITTED: 1,
    _E.NEEDS_FIX: 1,
    _E.ELIGIBLE: 2,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry's state for a page: its name, its kind of tag, the stage line, and the next step."""

    name: str
    kind: str
    line: list[tuple[str, str, str]]
    next_step: str


def standing(state: EntryState, announced: str = "") -> Standing:
    """The state in the language in use, with the jury's word once it is out; what left the way has no stage line."""
    if state == _E.ELIGIBLE and announced in ANNOUNCED:
        return _results(*ANNOUNCED[announced])
    name, kind = STATES[state]
    line = [(translate(stage), _mark(n, _NOW[state]), "") for n, stage in enumerate(_LINE)] if state in _NOW else []
    return Standing(translate(name), kind, line, translate(NEXT[state]))


def _results(name: str, kind: str, next_step: str) -> Standing:
    *before, last = (translate(stage) for stage in _LINE)
    line = [*((stage, "done", "") for stage in before), (last, "now", translate(name))]
    return Standing(translate(name), kind, line, translate(next_step))


def _mark(stage: int, now: int) -> str:
    if stage == now:
        return "now"
    return "done" if stage < now else "next"
