"""The menus of the public pages, the work desks and the organizers' desk."""

from __future__ import annotations

from portal import policies
from portal.i18n import N_
from portal.web.navigation import Place

PUBLIC: tuple[Place, ...] = (
    Place("public.films", N_("Films"), "film"),
    Place("programme.schedule", N_("Timetable"), "calendar-range"),
    Place("public.label", N_("The AI label"), "moon"),
    Place("entries.calls_open", N_("Submit a film"), "upload"),
)
WORK: tuple[Place, ...] = (
    Place("entries.own", N_("My entries"), "film", policies.signed_in),
    Place("entries.school_desk", N_("School"), "school", policies.enter_school),
    Place("jury.home", N_("My films"), "clapperboard", policies.enter_jury),
    Place("accounts.profile", N_("My account"), "user", policies.signed_in),
)
OPS: tuple[Place, ...] = (
    Place("organizer.home", N_("Today"), "layout-dashboard", policies.enter_desk),
    Place("entries.desk", N_("Entries"), "film", policies.enter_desk, besides=("amendments", "films", "holds")),
    Place("entries.eligibility_queue", N_("Eligibility"), "shield-check", policies.enter_desk),
    Place("rounds.index", N_("Rounds"), "gauge", policies.enter_judging, besides=("results", "progress")),
    Place("awards.index", N_("Awards"), "award", policies.enter_judging),
    Place("entries.paper_desk", N_("Consent papers"), "file-check", policies.enter_papers, besides=("guardians",)),
    Place("school.cohorts", N_("Classes"), "school", policies.enter_desk),
    Place(None, N_("Programme"), policy=policies.enter_programme),
    Place(
        "programme.desk",
        N_("Timetable"),
        "calendar-range",
        policies.enter_programme,
        besides=("halls", "screenings", "placings", "engagements"),
    ),
    Place("programme.packages", N_("Packages"), "film", policies.enter_programme),
    Place("programme.materials", N_("Materials"), "file-check", policies.enter_programme),
    Place("programme.talks", N_("Q&A"), "message-circle", policies.enter_door, besides=("live",)),
    Place("programme.venues", N_("Venues"), "building-2", policies.enter_programme),
    Place("programme.releases", N_("Publish"), "upload", policies.enter_programme),
    Place(
        "audience.all_seats",
        N_("Seats and waiting"),
        "armchair",
        policies.enter_door,
        besides=("checkin", "groups", "quotas", "ballots"),
    ),
    Place("live.all_reactions", N_("Reactions"), "gauge", policies.enter_programme),
    Place(None, N_("Office"), policy=policies.enter_office),
    Place("calls.index", N_("Calls"), "file-text", policies.enter_office, besides=("categories",)),
    Place("calls.team", N_("Team"), "users", policies.enter_office),
    Place("mail.outbox", N_("Mail"), "mail", policies.enter_office, besides=("broadcasts",)),
    Place("reminders.index", N_("Reminders"), "clock", policies.enter_office),
    Place("organizer.export", N_("Export"), "download", policies.enter_office),
    Place("organizer.trail", N_("Audit trail"), "shield-check", policies.enter_office),
)
