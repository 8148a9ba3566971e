"""THE permissions: pure functions of (actor, subject), default deny.

`queries.visible_to(actor)` of each feature says the same for lists; tests/test_policies.py holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from portal.lifecycles import AssignmentState, EntryState, RoundState, ScreeningState

if TYPE_CHECKING:
    from portal.accounts.models import Person
    from portal.audience.models import Booking
    from portal.calls.models import Call, Category, Edition
    from portal.entries.models import Entry, Receipt
    from portal.entries.queries import PaperCase
    from portal.jury.models import Assignment, Round
    from portal.mail.models import OutgoingMail
    from portal.programme.models import Package, QASession, Screening
    from portal.school.models import Cohort


class Role(StrEnum):
    """What a person may be, always within a scope."""

    ADMINISTRATOR = "administrator"
    ORGANIZER = "organizer"
    CHAIR = "chair"
    PROGRAMMER = "programmer"
    MODERATOR = "moderator"
    CONSENT_OFFICER = "consent_officer"
    JUROR = "juror"
    MENTOR = "mentor"
    STUDENT = "student"


class Scope(StrEnum):
    """Where a role holds."""

    PORTAL = "portal"
    EDITION = "edition"
    COHORT = "cohort"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one place; `scope_id` is 0 for the whole portal."""

    role: Role
    scope: Scope
    scope_id: int = 0


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in person, a visitor, or the system's own clock and workers."""

    kind: str
    person_id: int | None = None
    grants: frozenset[Grant] = frozenset()

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None

    def holds(self, role: Role, scope: Scope, scope_id: int) -> bool:
        """Whether the actor has this role there."""
        return Grant(role, scope, scope_id) in self.grants

    def places(self, scope: Scope, *roles: Role) -> frozenset[int]:
        """Ids of all places of a kind where the actor has one of the roles."""
        return frozenset(grant.scope_id for grant in self.grants if grant.scope == scope and grant.role in roles)


VISITOR = Actor("visitor")
SYSTEM = Actor("system")

# The roles whose desk is the organizers' one, and what each of them may do there.
DESK = (Role.ORGANIZER, Role.CHAIR, Role.PROGRAMMER, Role.MODERATOR)
# Everybody organizers appoint: the desk, and who reads consent papers.
TEAM = (*DESK, Role.CONSENT_OFFICER)


def desk_editions(actor: Actor) -> frozenset[int]:
    """Editions on whose organizers' desk the actor works, in any role."""
    return actor.places(Scope.EDITION, *DESK)


def _works_on(actor: Actor, edition_id: int, *roles: Role) -> bool:
    return edition_id in actor.places(Scope.EDITION, *roles)


# ── everybody ──────────────────────────────────────────────────────────


def anyone(actor: Actor, subject: object = None) -> bool:
    """Public pages."""
    return True


def signed_in(actor: Actor, subject: object = None) -> bool:
    """Pages of one's own."""
    return actor.signed_in


def see_edition(actor: Actor, edition: Edition) -> bool:
    return edition.published_at is not None or edition.id in desk_editions(actor)


def see_call(actor: Actor, call: Call) -> bool:
    return call.published_at is not None or call.edition_id in desk_editions(actor)


# ── the organizers' desk ───────────────────────────────────────────────


def enter_desk(actor: Actor, subject: object = None) -> bool:
    """The organizers' desk as a whole; each page asks for its own right besides."""
    return bool(desk_editions(actor))


def enter_office(actor: Actor, subject: object = None) -> bool:
    """The organizers' own rooms: export, audit trail, team, mail."""
    return bool(actor.places(Scope.EDITION, Role.ORGANIZER))


def enter_door(actor: Actor, subject: object = None) -> bool:
    """The seats and the door."""
    return bool(actor.places(Scope.EDITION, Role.ORGANIZER, Role.PROGRAMMER, Role.MODERATOR))


def enter_judging(actor: Actor, subject: object = None) -> bool:
    """The rooms of the chair: rounds, results, decisions."""
    return bool(actor.places(Scope.EDITION, Role.CHAIR, Role.ORGANIZER))


def work_on_edition(actor: Actor, edition: Edition) -> bool:
    return edition.id in desk_editions(actor)


def organize(actor: Actor, edition: Edition) -> bool:
    return _works_on(actor, edition.id, Role.ORGANIZER)


def chair_edition(actor: Actor, edition: Edition) -> bool:
    return _works_on(actor, edition.id, Role.CHAIR, Role.ORGANIZER)


def chair_call(actor: Actor, call: Call) -> bool:
    return _works_on(actor, call.edition_id, Role.CHAIR, Role.ORGANIZER)


def programme_edition(actor: Actor, edition: Edition) -> bool:
    return _works_on(actor, edition.id, Role.PROGRAMMER, Role.ORGANIZER)


def staff_door(actor: Actor, edition: Edition) -> bool:
    return _works_on(actor, edition.id, Role.ORGANIZER, Role.PROGRAMMER, Role.MODERATOR)


def edit_call(actor: Actor, call: Call) -> bool:
    return _works_on(actor, call.edition_id, Role.ORGANIZER)


def edit_category(actor: Actor, category: Category) -> bool:
    return edit_call(actor, category.call)


def invite_person(actor: Actor, edition: Edition) -> bool:
    return organize(actor, edition)


def read_audit(actor: Actor, edition: Edition) -> bool:
    return organize(actor, edition)


def export_edition(actor: Actor, edition: Edition) -> bool:
    return organize(actor, edition)


def release_mail(actor: Actor, mail: OutgoingMail) -> bool:
    return mail.edition_id is not None and _works_on(actor, mail.edition_id, Role.ORGANIZER)


# ── entries ────────────────────────────────────────────────────────────


def own_entry(actor: Actor, entry: Entry) -> bool:
    """The owner and the accepted members of the team."""
    return actor.person_id is not None and actor.person_id in entry.member_ids


def lead_entry(actor: Actor, entry: Entry) -> bool:
    """The owner alone: submit, withdraw, invite."""
    return actor.person_id is not None and actor.person_id == entry.owner_id


def see_entry(actor: Actor, entry: Entry) -> bool:
    """Its makers, its mentor, and the desk once it is submitted."""
    return own_entry(actor, entry) or mentor_entry(actor, entry) or desk_entry(actor, entry)


def see_receipt(actor: Actor, receipt: Receipt) -> bool:
    """The frozen document behind a receipt; the receipt's own page is open to whoever has its number."""
    return see_entry(actor, receipt.entry)


def desk_entry(actor: Actor, entry: Entry) -> bool:
    """The organizers' and chairs' view of a received entry; a draft is its maker's own business."""
    received = entry.state not in (EntryState.DRAFT, EntryState.MENTOR_REVIEW)
    return received and _works_on(actor, entry.edition_id, Role.ORGANIZER, Role.CHAIR, Role.PROGRAMMER)


def edit_entry(actor: Actor, entry: Entry) -> bool:
    return own_entry(actor, entry) and entry.state in (EntryState.DRAFT, EntryState.NEEDS_FIX)


def submit_entry(actor: Actor, entry: Entry) -> bool:
    return lead_entry(actor, entry) and entry.state in (EntryState.DRAFT, EntryState.NEEDS_FIX)


def withdraw_entry(actor: Actor, entry: Entry) -> bool:
    open_states = (EntryState.DRAFT, EntryState.MENTOR_REVIEW, EntryState.SUBMITTED, EntryState.NEEDS_FIX)
    return lead_entry(actor, entry) and entry.state in (*open_states, EntryState.ELIGIBLE)


def ask_replacement(actor: Actor, entry: Entry) -> bool:
    """A new cut for a film that was handed in and is still in the running."""
    return lead_entry(actor, entry) and entry.state in (EntryState.SUBMITTED, EntryState.ELIGIBLE)


def override_film(actor: Actor, entry: Entry) -> bool:
    """Take a film its category's rule refuses, a draft's too: without it nobody could hand that film in."""
    return _works_on(actor, entry.edition_id, Role.ORGANIZER)


def check_eligibility(actor: Actor, entry: Entry) -> bool:
    return desk_entry(actor, entry) and _works_on(actor, entry.edition_id, Role.ORGANIZER)


def mentor_entry(actor: Actor, entry: Entry) -> bool:
    """A mentor reads the entries of the own cohort and never edits them."""
    return entry.cohort_id is not None and actor.holds(Role.MENTOR, Scope.COHORT, entry.cohort_id)


def sign_off_entry(actor: Actor, entry: Entry) -> bool:
    return mentor_entry(actor, entry) and entry.state == EntryState.MENTOR_REVIEW and not own_entry(actor, entry)


def own_paper(actor: Actor, case: PaperCase) -> bool:
    """A consent paper for the very person who brought it."""
    return actor.person_id is not None and actor.person_id == case.asset.uploaded_by_id


def read_paper(actor: Actor, case: PaperCase) -> bool:
    """A consent paper for the consent officers of its edition; organizers appoint them and are none by that."""
    return _works_on(actor, case.edition_id, Role.CONSENT_OFFICER)


def enter_papers(actor: Actor, subject: object = None) -> bool:
    return bool(actor.places(Scope.EDITION, Role.CONSENT_OFFICER))


# ── school ─────────────────────────────────────────────────────────────


def see_cohort(actor: Actor, cohort: Cohort) -> bool:
    return any(
        actor.holds(role, Scope.COHORT, cohort.id) for role in (Role.MENTOR, Role.STUDENT)
    ) or cohort.edition_id in actor.places(Scope.EDITION, Role.ORGANIZER)


def manage_cohort(actor: Actor, cohort: Cohort) -> bool:
    return cohort.edition_id in actor.places(Scope.EDITION, Role.ORGANIZER)


def enter_school(actor: Actor, subject: object = None) -> bool:
    return bool(actor.places(Scope.COHORT, Role.MENTOR, Role.STUDENT))


# ── jury ───────────────────────────────────────────────────────────────

_AT_WORK = (AssignmentState.PUBLISHED, AssignmentState.IN_PROGRESS, AssignmentState.SCORED, AssignmentState.LOCKED)


def enter_jury(actor: Actor, subject: object = None) -> bool:
    return bool(actor.places(Scope.EDITION, Role.JUROR))


def own_assignment(actor: Actor, assignment: Assignment) -> bool:
    """Published work of the juror's own; a recused film is gone at once."""
    juror = assignment.juror
    mine = actor.person_id is not None and juror.person_id == actor.person_id and juror.ended_at is None
    return mine and assignment.state in _AT_WORK


def score_assignment(actor: Actor, assignment: Assignment) -> bool:
    open_states = (AssignmentState.PUBLISHED, AssignmentState.IN_PROGRESS, AssignmentState.SCORED)
    return (
        own_assignment(actor, assignment)
        and assignment.state in open_states
        and assignment.round.state == RoundState.OPEN
    )


def chair_round(actor: Actor, round: Round) -> bool:
    return _works_on(actor, round.edition_id, Role.CHAIR, Role.ORGANIZER)


def release_decisions(actor: Actor, round: Round) -> bool:
    return _works_on(actor, round.edition_id, Role.CHAIR, Role.ORGANIZER)


# ── programme and audience ─────────────────────────────────────────────


def see_screening(actor: Actor, screening: Screening) -> bool:
    hidden = (ScreeningState.PLANNED, ScreeningState.CONFIRMED)
    return screening.state not in hidden or _works_on(actor, screening.edition_id, *DESK)


def programme_screening(actor: Actor, screening: Screening) -> bool:
    return _works_on(actor, screening.edition_id, Role.PROGRAMMER, Role.ORGANIZER)


def enter_programme(actor: Actor, subject: object = None) -> bool:
    return bool(actor.places(Scope.EDITION, Role.PROGRAMMER, Role.ORGANIZER))


def programme_package(actor: Actor, package: Package) -> bool:
    return _works_on(actor, package.edition_id, Role.PROGRAMMER, Role.ORGANIZER)


def programme_talk(actor: Actor, talk: QASession) -> bool:
    return programme_screening(actor, talk.screening)


def door_screening(actor: Actor, screening: Screening) -> bool:
    return _works_on(actor, screening.edition_id, Role.ORGANIZER, Role.PROGRAMMER, Role.MODERATOR)


def check_in_booking(actor: Actor, booking: Booking) -> bool:
    return door_screening(actor, booking.screening)


def own_person(actor: Actor, person: Person) -> bool:
    return actor.person_id == person.id


def subject_of(actor: Actor, subject: Any) -> bool:
    """A capability: whoever holds the signed or random link was meant to have it; the loader has checked it."""
    return subject is not None
