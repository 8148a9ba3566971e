"""Screenings, packages, talks, materials, seats, the door, and the hall itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.lifecycles import ScreeningState
from portal.policies.actors import DESK, Actor, Role, Scope, works_on

if TYPE_CHECKING:
    from portal.audience.models import Booking, Group, Quota
    from portal.entries.models import Entry
    from portal.live.models import Question
    from portal.programme.materials.models import Feature, Material
    from portal.programme.models import Package, QASession, QASlot, Screening
    from portal.programme.placing.models import Engagement, Placing


def see_screening(actor: Actor, screening: Screening, state: ScreeningState | None = None) -> bool:
    """Whether somebody may know of a screening in its state, or in the one that the clock has given it since."""
    hidden = (ScreeningState.PLANNED, ScreeningState.CONFIRMED)
    return (state or screening.state) not in hidden or works_on(actor, screening.edition_id, *DESK)


def programme_screening(actor: Actor, screening: Screening) -> bool:
    return works_on(actor, screening.edition_id, Role.PROGRAMMER, Role.ORGANIZER)


def enter_programme(actor: Actor, subject: object = None) -> bool:
    return bool(actor.places(Scope.EDITION, Role.PROGRAMMER, Role.ORGANIZER))


def programme_package(actor: Actor, package: Package) -> bool:
    return works_on(actor, package.edition_id, Role.PROGRAMMER, Role.ORGANIZER)


def programme_talk(actor: Actor, talk: QASession) -> bool:
    return programme_screening(actor, talk.screening)


def programme_slot(actor: Actor, slot: QASlot) -> bool:
    """A part of a talk."""
    return programme_talk(actor, slot.qa_session)


def read_run_sheet(actor: Actor, screening: Screening) -> bool:
    """The evening by the clock: who is on stage, what absent directors wrote, who has come."""
    return door_screening(actor, screening)


def confirm_cancellation(actor: Actor, screening: Screening) -> bool:
    """The second of the two people who cancel what is public."""
    return programme_screening(actor, screening) and screening.cancel_asked_by_id != actor.person_id


def programme_film(actor: Actor, entry: Entry) -> bool:
    return works_on(actor, entry.edition_id, Role.PROGRAMMER, Role.ORGANIZER)


def programme_feature(actor: Actor, feature: Feature) -> bool:
    return works_on(actor, feature.entry.edition_id, Role.PROGRAMMER, Role.ORGANIZER)


def programme_material(actor: Actor, material: Material) -> bool:
    return works_on(actor, material.entry.edition_id, Role.PROGRAMMER, Role.ORGANIZER)


def hand_in_material(actor: Actor, material: Material) -> bool:
    """The film's owner brings what the film owes."""
    return actor.signed_in and material.entry.owner_id == actor.person_id


def programme_engagement(actor: Actor, engagement: Engagement) -> bool:
    return works_on(actor, engagement.edition_id, Role.PROGRAMMER, Role.ORGANIZER)


def programme_placing(actor: Actor, placing: Placing) -> bool:
    return works_on(actor, placing.edition_id, Role.PROGRAMMER, Role.ORGANIZER)


def seat_group(actor: Actor, group: Group) -> bool:
    return works_on(actor, group.edition_id, Role.ORGANIZER, Role.PROGRAMMER)


def seat_screening(actor: Actor, screening: Screening) -> bool:
    """Quotas, holds and the guest list."""
    return works_on(actor, screening.edition_id, Role.ORGANIZER, Role.PROGRAMMER)


def seat_quota(actor: Actor, quota: Quota) -> bool:
    return seat_screening(actor, quota.screening)


def moderate_screening(actor: Actor, screening: Screening) -> bool:
    """The floor: questions, the stage, the ballot's opening and closing."""
    return door_screening(actor, screening)


def moderate_question(actor: Actor, question: Question) -> bool:
    return moderate_screening(actor, question.screening)


def read_reactions(actor: Actor, screening: Screening) -> bool:
    """How a screening was received, and what was odd about its ballot."""
    return works_on(actor, screening.edition_id, Role.ORGANIZER, Role.PROGRAMMER)


def door_screening(actor: Actor, screening: Screening) -> bool:
    return works_on(actor, screening.edition_id, Role.ORGANIZER, Role.PROGRAMMER, Role.MODERATOR)


def check_in_booking(actor: Actor, booking: Booking) -> bool:
    return door_screening(actor, booking.screening)
