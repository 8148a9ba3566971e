"""Entries, their papers, and the school's classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.lifecycles import EntryState
from portal.policies.actors import Actor, Role, Scope, works_on

if TYPE_CHECKING:
    from portal.entries.classroom.queries import ClassFilm
    from portal.entries.models import Entry, Receipt
    from portal.entries.queries import PaperCase
    from portal.school.models import Cohort, Enrolment, Team


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
    return received and works_on(actor, entry.edition_id, Role.ORGANIZER, Role.CHAIR, Role.PROGRAMMER)


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
    return works_on(actor, entry.edition_id, Role.ORGANIZER)


def check_eligibility(actor: Actor, entry: Entry) -> bool:
    return desk_entry(actor, entry) and works_on(actor, entry.edition_id, Role.ORGANIZER)


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
    return works_on(actor, case.edition_id, Role.CONSENT_OFFICER)


def enter_papers(actor: Actor, subject: object = None) -> bool:
    return bool(actor.places(Scope.EDITION, Role.CONSENT_OFFICER))


def see_cohort(actor: Actor, cohort: Cohort) -> bool:
    return any(
        actor.holds(role, Scope.COHORT, cohort.id) for role in (Role.MENTOR, Role.STUDENT)
    ) or cohort.edition_id in actor.places(Scope.EDITION, Role.ORGANIZER)


def manage_cohort(actor: Actor, cohort: Cohort) -> bool:
    return cohort.edition_id in actor.places(Scope.EDITION, Role.ORGANIZER)


def see_class_film(actor: Actor, film: ClassFilm) -> bool:
    """A film of the showcase for the class itself: its students, its mentors, and the office."""
    return see_cohort(actor, film.cohort)


def guide_class_film(actor: Actor, film: ClassFilm) -> bool:
    """A mentor of the class and the office: what classmates write is theirs to hide."""
    mentors = actor.holds(Role.MENTOR, Scope.COHORT, film.cohort.id)
    return mentors or manage_cohort(actor, film.cohort)


def write_prompts(actor: Actor, film: ClassFilm) -> bool:
    """The team's own coursework."""
    return actor.person_id is not None and actor.person_id in film.makers


def see_prompts(actor: Actor, film: ClassFilm) -> bool:
    """A prompt log for the team, the mentors and the office; never for another team, a juror or the audience."""
    return write_prompts(actor, film) or guide_class_film(actor, film)


def promote_film(actor: Actor, film: ClassFilm) -> bool:
    """Whoever owns the class's entry, and the leader of its team."""
    return actor.person_id is not None and actor.person_id in (film.entry.owner_id, film.leader_id)


def edit_team(actor: Actor, team: Team) -> bool:
    """A team's name and leader: the office, and the mentors of its cohort."""
    return manage_cohort(actor, team.cohort) or mentor_cohort(actor, team.cohort)


def mentor_cohort(actor: Actor, cohort: Cohort) -> bool:
    return actor.holds(Role.MENTOR, Scope.COHORT, cohort.id)


def manage_student(actor: Actor, place: Enrolment) -> bool:
    return manage_cohort(actor, place.cohort)


def read_certificate(actor: Actor, place: Enrolment) -> bool:
    """A certificate, once there is one: its student's, and the office's."""
    mine = actor.person_id is not None and actor.person_id == place.person_id
    return place.certificate is not None and (mine or manage_student(actor, place))


def enter_school(actor: Actor, subject: object = None) -> bool:
    return bool(actor.places(Scope.COHORT, Role.MENTOR, Role.STUDENT))
