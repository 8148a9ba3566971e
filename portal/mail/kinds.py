"""The kinds of mails there are: what the desk calls each, how urgent it is, and whether its reader may choose.

A test says that their folders are those of `templates/mail/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from portal.i18n import N_
from portal.mail.models import Topic


class Urgency(Enum):
    """When a mail leaves: SECURITY always, even to an address that came back once; AT_ONCE answers what its reader just
    did or may miss by the hour; DAYTIME keeps the reader's quiet hours."""

    SECURITY = "security"
    AT_ONCE = "at_once"
    DAYTIME = "daytime"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind; with a topic its reader may have it in the daily letter or in the portal alone."""

    name: str
    urgency: Urgency = Urgency.AT_ONCE
    topic: Topic | None = None


TEST = "test"
"""The kind of what is sent to oneself, whatever it is a test of."""

KINDS: dict[str, Kind] = {
    "amendment_accepted": Kind(N_("Amendment accepted")),
    "amendment_returned": Kind(N_("Amendment returned")),
    "award_final": Kind(N_("Award: final"), Urgency.DAYTIME),
    "award_objection_answered": Kind(N_("Award: answer to an objection"), Urgency.DAYTIME),
    "award_provisional": Kind(N_("Award: provisional"), Urgency.DAYTIME),
    "award_revoked": Kind(N_("Award: revoked"), Urgency.DAYTIME),
    "booking_cancelled": Kind(N_("Booking cancelled")),
    "broadcast.films": Kind(N_("Letter to many: films"), Urgency.DAYTIME, Topic.FILMS),
    "broadcast.jury": Kind(N_("Letter to many: judging"), Urgency.DAYTIME, Topic.JURY),
    "broadcast.news": Kind(N_("Letter to many: news"), Urgency.DAYTIME, Topic.NEWS),
    "broadcast.school": Kind(N_("Letter to many: school"), Urgency.DAYTIME, Topic.SCHOOL),
    "broadcast.screenings": Kind(N_("Letter to many: screenings"), Urgency.DAYTIME, Topic.SCREENINGS),
    "consent_answered": Kind(N_("Consent answered")),
    "consent_copy": Kind(N_("Copy of a consent")),
    "consent_request": Kind(N_("Consent asked for")),
    "cut_asked": Kind(N_("New cut asked for")),
    "cut_declined": Kind(N_("New cut declined")),
    "cut_granted": Kind(N_("New cut granted")),
    "decision_not_selected": Kind(N_("Decision: not selected"), Urgency.DAYTIME),
    "decision_reserve": Kind(N_("Decision: reserve"), Urgency.DAYTIME),
    "decision_selected": Kind(N_("Decision: selected"), Urgency.DAYTIME),
    "decision_selected_again": Kind(N_("Decision: selected, confirmed before"), Urgency.DAYTIME),
    "digest": Kind(N_("Daily letter"), Urgency.DAYTIME),
    "disqualified": Kind(N_("Disqualified")),
    "eligible": Kind(N_("Eligible"), Urgency.DAYTIME),
    "enrolled": Kind(N_("Enrolled in a class")),
    "file_question": Kind(N_("Question about a file")),
    "film_held": Kind(N_("Film held")),
    "guardian_answered": Kind(N_("Answer of a guardian"), Urgency.DAYTIME, Topic.SCHOOL),
    "guardian_copy": Kind(N_("Copy of a guardian's consent")),
    "guardian_request": Kind(N_("Guardian's consent asked for")),
    "ineligible": Kind(N_("Not eligible")),
    "invitation": Kind(N_("Invitation to a role")),
    "jury_changed": Kind(N_("List of films changed"), Urgency.DAYTIME, Topic.JURY),
    "jury_declaration": Kind(N_("Conflicts asked for"), Urgency.DAYTIME),
    "jury_nudge": Kind(N_("Reminder to judge"), Urgency.DAYTIME, Topic.JURY),
    "jury_published": Kind(N_("Films to judge"), Urgency.DAYTIME),
    "jury_tiebreak": Kind(N_("Tie-break"), Urgency.DAYTIME),
    "mentor_review": Kind(N_("Mentor's turn"), Urgency.DAYTIME, Topic.SCHOOL),
    "needs_fix": Kind(N_("Something to fix")),
    "offer_expired": Kind(N_("Offer of a seat ran out")),
    "password_changed": Kind(N_("Password changed"), Urgency.SECURITY),
    "promoted": Kind(N_("Class film entered in the festival"), Urgency.DAYTIME),
    "qa_answered": Kind(N_("Answer to a Q&A invitation")),
    "qa_called_off": Kind(N_("Q&A called off")),
    "qa_evening": Kind(N_("Last letter before a Q&A"), Urgency.DAYTIME, Topic.SCREENINGS),
    "qa_invitation": Kind(N_("Invitation to a Q&A")),
    "qa_reminder": Kind(N_("Reminder of a Q&A invitation"), Urgency.DAYTIME, Topic.SCREENINGS),
    "receipt": Kind(N_("Receipt")),
    "reminder_consent": Kind(N_("Reminder: consent not answered"), Urgency.DAYTIME),
    "reminder_consents": Kind(N_("Reminder: missing consents"), Urgency.DAYTIME, Topic.FILMS),
    "reminder_deadline": Kind(N_("Reminder: the last hours of a call")),
    "reminder_draft": Kind(N_("Reminder: unfinished draft"), Urgency.DAYTIME, Topic.FILMS),
    "reminder_guardian": Kind(N_("Reminder: a guardian's answer"), Urgency.DAYTIME),
    "reminder_invitation": Kind(N_("Reminder: invitation not answered"), Urgency.DAYTIME),
    "reminder_invited": Kind(N_("Reminder: role or team not answered"), Urgency.DAYTIME),
    "reminder_materials": Kind(N_("Reminder: materials due"), Urgency.DAYTIME, Topic.FILMS),
    "reminder_screening": Kind(N_("Reminder: a screening is near"), Urgency.DAYTIME, Topic.SCREENINGS),
    "returned": Kind(N_("Returned by the mentor")),
    "screening_changed": Kind(N_("Screening changed")),
    "seat_offer": Kind(N_("Offer of a seat")),
    "seat_to_confirm": Kind(N_("Seats to be confirmed")),
    "seat_unanswered": Kind(N_("Seats without an answer after a move"), Urgency.DAYTIME),
    "seat_unconfirmed": Kind(N_("Seats nobody confirmed")),
    "second_step": Kind(N_("Second step at sign-in"), Urgency.SECURITY),
    "sign_in": Kind(N_("Sign-in link"), Urgency.SECURITY),
    "sign_up": Kind(N_("Sign-up link"), Urgency.SECURITY),
    "talk_changed": Kind(N_("Q&A changed")),
    "team_invitation": Kind(N_("Invitation to a team")),
    TEST: Kind(N_("Test of a mail"), Urgency.SECURITY),
    "ticket": Kind(N_("Ticket")),
    "waitlisted": Kind(N_("On the waiting list")),
    "withdrawn": Kind(N_("Entry withdrawn")),
}


def folder_of(name: str) -> str:
    """Where a kind's templates are: kinds that differ in their topic alone share those before the dot."""
    return name.partition(".")[0]


def kind_of(name: str) -> Kind:
    """The kind of that name; raises KeyError for one that does not exist."""
    return KINDS[name]


def of_topic(topic: Topic) -> frozenset[str]:
    """The names of all kinds of one topic."""
    return frozenset(name for name, kind in KINDS.items() if kind.topic is topic)


def of_urgency(urgency: Urgency) -> frozenset[str]:
    """The names of all kinds of one urgency."""
    return frozenset(name for name, kind in KINDS.items() if kind.urgency is urgency)
