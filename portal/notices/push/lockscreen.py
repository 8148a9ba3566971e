"""What a message says on a locked screen, where others may read it.

Only kinds listed here show their subject. Of every other one it says what it is about, never what: whether a film was
selected, who judges it and what somebody's consent says is read after signing in. A new kind is silent until somebody
lists it.
"""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.mail import notices
from portal.mail.kinds import KINDS
from portal.mail.models import Topic

MOST_CHARACTERS = 120
SPOKEN = frozenset(
    {
        "booking_cancelled",
        "digest",
        "offer_expired",
        "reminder_screening",
        "qa_called_off",
        "screening_changed",
        "seat_offer",
        "seat_to_confirm",
        "talk_changed",
        "ticket",
        "waitlisted",
    }
)
_OF_A_FILM = (
    *("amendment_", "award_", "consent_", "cut_", "decision_"),
    *("disqualified", "eligible", "file_question", "film_held", "ineligible", "needs_fix", "receipt", "withdrawn"),
)
_ABOUT = {
    Topic.FILMS: N_("News about your film"),
    Topic.JURY: N_("News about your judging"),
    Topic.SCHOOL: N_("News from your class"),
    Topic.SCREENINGS: N_("News about a screening"),
    Topic.NEWS: N_("News from the festival"),
}


def title(kind: str, subject: str) -> str:
    """The one line, in the language in use."""
    if kind in SPOKEN:
        return notices.title(subject)[:MOST_CHARACTERS]
    topic = KINDS[kind].topic if kind in KINDS else None
    if topic is None and kind.startswith(_OF_A_FILM):
        topic = Topic.FILMS
    return translate(_ABOUT[topic] if topic else N_("Something new for you"))
