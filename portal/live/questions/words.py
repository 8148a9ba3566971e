"""What the audience and the moderator read of states, themes and reasons. Pure."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.lifecycles import QuestionState
from portal.live.models import Theme
from portal.live.questions.picking import Why

_Q = QuestionState
_OWN = {
    _Q.PENDING: (N_("A moderator is checking it. It will appear soon."), "pending"),
    _Q.APPROVED: (N_("On the list. Others can vote for it."), "live"),
    _Q.MERGED: (N_("Asked together with a similar question."), "live"),
    _Q.DECLINED: (N_("Not taken up"), "hidden"),
    _Q.QUEUED: (N_("Coming up soon."), "live"),
    _Q.ON_STAGE: (N_("Being asked on stage right now."), "pinned"),
    _Q.ANSWERED: (N_("Answered on stage."), "answered"),
    _Q.SKIPPED: (N_("Time ran out. An answer may follow in writing."), "hidden"),
    _Q.WRITTEN: (N_("Answered in writing."), "answered"),
}
_SHORT = {
    _Q.PENDING: (N_("To be checked"), "pending"),
    _Q.APPROVED: (N_("On the list"), "live"),
    _Q.MERGED: (N_("Merged"), "hidden"),
    _Q.DECLINED: (N_("Not taken up"), "hidden"),
    _Q.QUEUED: (N_("Lined up"), "live"),
    _Q.ON_STAGE: (N_("On stage"), "pinned"),
    _Q.ANSWERED: (N_("Answered"), "answered"),
    _Q.SKIPPED: (N_("Passed over"), "hidden"),
    _Q.WRITTEN: (N_("Answered in writing"), "answered"),
}
_EARLY = N_("Kept until the films are over. Nobody else reads it before.")
_THEMES = {
    Theme.STORY: N_("Story"),
    Theme.MAKING: N_("Making"),
    Theme.AI: N_("Work with AI"),
    Theme.PEOPLE: N_("People and rights"),
    Theme.INDUSTRY: N_("Industry"),
    Theme.OTHER: N_("Other"),
}
_WHY = {
    Why.LINED_UP: N_("lined up by the moderator"),
    Why.VOTES: N_("most votes"),
    Why.FILM: N_("this film has not had its turn"),
    Why.FIRST: N_("came in first"),
}


def own_text(state: QuestionState, *, locked: bool = False) -> str:
    """What an asker reads of the own question; `locked` while the films are still shown."""
    if locked and state in (_Q.PENDING, _Q.APPROVED, _Q.QUEUED):
        return translate(_EARLY)
    return translate(_OWN[state][0])


def short_text(state: QuestionState) -> str:
    """The state on a tag."""
    return translate(_SHORT[state][0])


def look(state: QuestionState) -> str:
    """How the `question_card` component draws a state."""
    return _SHORT[state][1]


def theme_text(theme: Theme) -> str:
    """What a question is about, in the language in use."""
    return translate(_THEMES[theme])


def themes() -> list[tuple[str, str]]:
    """Every theme with its name."""
    return [(theme.value, theme_text(theme)) for theme in Theme]


def why_text(why: Why) -> str:
    """Why a question is the next one."""
    return translate(_WHY[why])
