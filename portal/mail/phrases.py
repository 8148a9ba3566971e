"""What the states of a mail and the kinds of mails are called."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.lifecycles import MailState

_STATES = {
    MailState.DRAFT: (N_("Held"), "warn"),
    MailState.QUEUED: (N_("Waiting"), "info"),
    MailState.SENDING: (N_("Sending"), "info"),
    MailState.SENT: (N_("Sent"), "ok"),
    MailState.FAILED: (N_("Failed"), "bad"),
    MailState.BOUNCED: (N_("Came back"), "bad"),
    MailState.SUPERSEDED: (N_("Replaced"), ""),
    MailState.CANCELLED: (N_("Cancelled"), ""),
}


def state_name(state: MailState) -> str:
    """The state in the language in use."""
    return translate(_STATES[state][0])


def state_tag(state: MailState) -> str:
    """The colour of the state's tag."""
    return _STATES[state][1]


_KINDS = {
    "award_final": N_("Award: final"),
    "award_objection_answered": N_("Award: answer to an objection"),
    "award_provisional": N_("Award: provisional"),
    "award_revoked": N_("Award: revoked"),
    "booking_cancelled": N_("Booking cancelled"),
    "consent_answered": N_("Consent answered"),
    "consent_copy": N_("Copy of a consent"),
    "consent_request": N_("Consent asked for"),
    "cut_asked": N_("New cut asked for"),
    "cut_declined": N_("New cut declined"),
    "cut_granted": N_("New cut granted"),
    "decision_not_selected": N_("Decision: not selected"),
    "decision_reserve": N_("Decision: reserve"),
    "decision_selected": N_("Decision: selected"),
    "disqualified": N_("Disqualified"),
    "eligible": N_("Eligible"),
    "enrolled": N_("Enrolled in a class"),
    "ineligible": N_("Not eligible"),
    "invitation": N_("Invitation to a role"),
    "jury_changed": N_("List of films changed"),
    "jury_declaration": N_("Conflicts asked for"),
    "jury_nudge": N_("Reminder to judge"),
    "jury_published": N_("Films to judge"),
    "jury_tiebreak": N_("Tie-break"),
    "mentor_review": N_("Mentor's turn"),
    "needs_fix": N_("Something to fix"),
    "offer_expired": N_("Offer of a seat ran out"),
    "password_changed": N_("Password changed"),
    "qa_answered": N_("Answer to a Q&A invitation"),
    "qa_called_off": N_("Q&A called off"),
    "qa_evening": N_("Last letter before a Q&A"),
    "qa_invitation": N_("Invitation to a Q&A"),
    "qa_reminder": N_("Reminder of a Q&A invitation"),
    "receipt": N_("Receipt"),
    "returned": N_("Returned by the mentor"),
    "screening_changed": N_("Screening changed"),
    "seat_offer": N_("Offer of a seat"),
    "seat_to_confirm": N_("Seats to be confirmed"),
    "seat_unanswered": N_("Seats without an answer after a move"),
    "seat_unconfirmed": N_("Seats nobody confirmed"),
    "second_step": N_("Second step at sign-in"),
    "sign_in": N_("Sign-in link"),
    "sign_up": N_("Sign-up link"),
    "talk_changed": N_("Q&A changed"),
    "team_invitation": N_("Invitation to a team"),
    "ticket": N_("Ticket"),
    "waitlisted": N_("On the waiting list"),
    "withdrawn": N_("Entry withdrawn"),
}


def kind_name(kind: str) -> str:
    """What the desk calls a kind of mail; the kind itself where nobody has named it."""
    return translate(_KINDS[kind]) if kind in _KINDS else kind
