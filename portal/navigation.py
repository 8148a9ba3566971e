"""The menus of the public pages, the work desks and the organizers' desk."""

from __future__ import annotations

from portal import policies
from portal.i18n import N_
from portal.web.navigation import Place

PUBLIC: tuple[Place, ...] = (Place("programme.schedule", N_("Timetable"), "calendar-range"),)
WORK: tuple[Place, ...] = ()
OPS: tuple[Place, ...] = (
    Place(None, N_("Programme"), policy=policies.enter_programme),
    Place("programme.desk", N_("Timetable"), "calendar-range", policies.enter_programme),
    Place("programme.packages", N_("Packages"), "film", policies.enter_programme),
    Place("programme.talks", N_("Q&A"), "message-circle", policies.enter_programme),
    Place("programme.venues", N_("Venues"), "building-2", policies.enter_programme),
    Place("programme.releases", N_("Publish"), "upload", policies.enter_programme),
    Place("audience.all_seats", N_("Seats and waiting"), "armchair", policies.enter_desk),
)
