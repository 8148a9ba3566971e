"""Words and colours of the states a screening, a talk and a guest can be in; roles and rules of a talk. Pure."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.lifecycles import GuestState, ScreeningState, TalkState
from portal.programme.models import GuestRole, PickRule

_SCREENING = {
    ScreeningState.PLANNED: (N_("Planned"), "line"),
    ScreeningState.CONFIRMED: (N_("Confirmed for the programme"), "info"),
    ScreeningState.RELEASED: (N_("Published"), "ok"),
    ScreeningState.BOOKING: (N_("Booking open"), "ok"),
    ScreeningState.CLOSED: (N_("Booking closed"), "warn"),
    ScreeningState.RUNNING: (N_("Running"), "accent"),
    ScreeningState.Q_AND_A: (N_("In conversation"), "accent"),
    ScreeningState.HELD: (N_("Over"), ""),
    ScreeningState.CANCELLED: (N_("Cancelled"), "bad"),
}
_GUEST = {
    GuestState.INVITED: (N_("Waiting for an answer"), "warn"),
    GuestState.ACCEPTED: (N_("Comes"), "ok"),
    GuestState.REMOTE: (N_("By video"), "ok"),
    GuestState.DECLINED: (N_("Cannot come"), "bad"),
    GuestState.PRESENT: (N_("Was there"), "ok"),
    GuestState.ABSENT: (N_("Was not there"), "bad"),
}
_TALK = {
    TalkState.PLANNED: (N_("Planned"), "line"),
    TalkState.INVITED: (N_("Guests invited"), "info"),
    TalkState.CONFIRMED: (N_("Talk confirmed"), "ok"),
    TalkState.COLLECTING: (N_("Questions open"), "ok"),
    TalkState.LIVE: (N_("Live"), "accent"),
    TalkState.CLOSED: (N_("Talk over"), ""),
    TalkState.PUBLISHED: (N_("Answers published"), "ok"),
}
_ROLES = {
    GuestRole.GUEST: N_("Guest"),
    GuestRole.MODERATOR: N_("Moderator"),
    GuestRole.INTERPRETER: N_("Interpreter"),
}
_RULES = {
    PickRule.EACH_FILM: (
        N_("Film by film"),
        N_("Every film gets one question before a film gets its second; then votes decide."),
    ),
    PickRule.VOTES: (N_("Most votes"), N_("The question that most people want to hear comes next.")),
    PickRule.ORDER: (N_("As they came"), N_("Questions come in the order in which they were asked.")),
}


def state_text(state: ScreeningState) -> str:
    """The state in the language in use."""
    return translate(_SCREENING[state][0])


def state_kind(state: ScreeningState) -> str:
    """The colour of its tag."""
    return _SCREENING[state][1]


def guest_text(state: GuestState) -> str:
    """A guest's answer in the language in use."""
    return translate(_GUEST[state][0])


def guest_kind(state: GuestState) -> str:
    """The colour of its tag."""
    return _GUEST[state][1]


def talk_text(state: TalkState) -> str:
    """Where a talk stands, in the language in use."""
    return translate(_TALK[state][0])


def talk_kind(state: TalkState) -> str:
    """The colour of its tag."""
    return _TALK[state][1]


def role_text(role: GuestRole) -> str:
    """What somebody does on stage, in the language in use."""
    return translate(_ROLES[role])


def roles() -> list[tuple[str, str]]:
    """Every role with its name."""
    return [(role.value, role_text(role)) for role in _ROLES]


def rule_text(rule: PickRule) -> tuple[str, str]:
    """The name of a rule for questions, and the sentence that is published."""
    name, sentence = _RULES[rule]
    return translate(name), translate(sentence)


def rules() -> list[tuple[str, str, str]]:
    """Every rule with its name and its sentence."""
    return [(rule.value, *rule_text(rule)) for rule in _RULES]
