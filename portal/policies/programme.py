"""Screenings, packages, talks, seats and the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.lifecycles import ScreeningState
from portal.policies.actors import DESK, Actor, Role, Scope, works_on

if TYPE_CHECKING:
    from portal.audience.models import Booking
    from portal.programme.models import Package, QASession, Screening


def see_screening(actor: Actor, screening: Screening) -> bool:
    hidden = (ScreeningState.PLANNED, ScreeningState.CONFIRMED)
    return screening.state not in hidden or works_on(actor, screening.edition_id, *DESK)


def programme_screening(actor: Actor, screening: Screening) -> bool:
    return works_on(actor, screening.edition_id, Role.PROGRAMMER, Role.ORGANIZER)


def enter_programme(actor: Actor, subject: object = None) -> bool:
    return bool(actor.places(Scope.EDITION, Role.PROGRAMMER, Role.ORGANIZER))


def programme_package(actor: Actor, package: Package) -> bool:
    return works_on(actor, package.edition_id, Role.PROGRAMMER, Role.ORGANIZER)


def programme_talk(actor: Actor, talk: QASession) -> bool:
    return programme_screening(actor, talk.screening)


def door_screening(actor: Actor, screening: Screening) -> bool:
    return works_on(actor, screening.edition_id, Role.ORGANIZER, Role.PROGRAMMER, Role.MODERATOR)


def check_in_booking(actor: Actor, booking: Booking) -> bool:
    return door_screening(actor, booking.screening)
