"""What the audience and the desks read of ballots: stars in words, states, and what can be odd. Pure."""

from __future__ import annotations

from portal.i18n import N_, ngettext, translate
from portal.lifecycles import BallotState
from portal.live.ballots.anomalies import Kind

_STARS = {
    1: N_("Not for me"),
    2: N_("It was all right"),
    3: N_("I liked it"),
    4: N_("I liked it a lot"),
    5: N_("I loved it"),
}
_STATES = {
    BallotState.PLANNED: (N_("Not open yet"), "line"),
    BallotState.OPEN: (N_("Taking ballots"), "accent"),
    BallotState.CLOSED: (N_("Ballot closed"), ""),
    BallotState.PUBLISHED: (N_("Result announced"), "ok"),
}
_KINDS = {
    Kind.BURST: (
        N_("Very many at once"),
        N_("Ballots of minutes far busier than the usual one. The minute after the moderator asks for votes is one."),
    ),
    Kind.ONE_SOURCE: (
        N_("Many from one network"),
        N_("Eight ballots or more from one network address. A hall whose phones share one network looks like this."),
    ),
    Kind.ALIKE: (
        N_("All the same from one network"),
        N_("One network address gave a film five stars five times or more, and nothing else; or one star."),
    ),
    Kind.NOT_IN: (
        N_("Tickets that never came in"),
        N_("Verified tickets that the door has not counted. Whoever slipped in without a scan looks like this."),
    ),
    Kind.LATE: (
        N_("Changed in the last minute"),
        N_("Stars that were changed in the minute before the ballot closed."),
    ),
    Kind.NO_SEAT: (
        N_("More ballots than seats"),
        N_("Ballots of seats that the ticket gave back after it had voted."),
    ),
}


def star_words() -> list[tuple[int, str]]:
    """One to five, each with what it means."""
    return [(stars, translate(text)) for stars, text in _STARS.items()]


def stars_text(stars: int) -> str:
    """`3 stars`, in the language in use."""
    return ngettext("{n} star", "{n} stars", stars).format(n=stars)


def state_text(state: BallotState) -> str:
    """Where a box stands, in the language in use."""
    return translate(_STATES[state][0])


def state_kind(state: BallotState) -> str:
    """The colour of its tag."""
    return _STATES[state][1]


def kind_text(kind: Kind) -> str:
    """What is odd, in a few words."""
    return translate(_KINDS[kind][0])


def kind_help(kind: Kind) -> str:
    """How it is found, and what else looks like it."""
    return translate(_KINDS[kind][1])
