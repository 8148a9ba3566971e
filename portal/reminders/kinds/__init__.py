"""The kinds of reminders, a module for each."""

from __future__ import annotations

from portal.reminders.kind import Kind
from portal.reminders.kinds import (
    consents,
    drafts,
    film_invitations,
    guardians,
    guests,
    invited,
    jurors,
    materials,
    performers,
    screenings,
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        drafts.KIND,
        consents.KIND,
        performers.KIND,
        guardians.KIND,
        invited.ROLE,
        invited.TEAM,
        jurors.KIND,
        film_invitations.KIND,
        materials.KIND,
        guests.ANSWER,
        guests.EVENING,
        screenings.KIND,
    )
}
