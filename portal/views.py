"""Every blueprint of the portal: pages under /<language>/, and plain doors without one."""

from __future__ import annotations

from flask import Blueprint

from portal.accounts.views import bp as accounts
from portal.api.views import bp as api
from portal.audience.views import bp as audience
from portal.broadcasts.views import bp as broadcasts
from portal.calls.views import bp as calls
from portal.disclosure.views import bp as disclosures
from portal.entries.views import bp as entries
from portal.jury.views import (
    acquaintances,
    answers,
    asides,
    assignment_film,
    awards,
    chair,
    conflicts,
    criteria,
    decisions,
    declarations,
    discussions,
    invitation,
    invitations,
    listing,
    minutes,
    planner,
    progress,
    quotas,
    release,
    results,
    scores,
    tiebreak,
    watched,
)
from portal.jury.views import rounds as round_setup
from portal.live.views import bp as live
from portal.live.views import wall_door
from portal.mail import views as mail
from portal.media import views as media
from portal.notices import views as notices
from portal.organizer import rules
from portal.organizer.views import bp as organizer
from portal.programme.views import bp as programme
from portal.public import views as public
from portal.reminders.views import bp as reminders
from portal.school.views import bp as school
from portal.web import health, styleguide

PAGES: tuple[Blueprint, ...] = (
    public.bp,
    accounts,
    calls,
    mail.bp,
    reminders,
    notices.bp,
    notices.unsubscribe,
    disclosures,
    entries,
    school,
    asides.bp,
    chair.bp,
    assignment_film.bp,
    answers.bp,
    progress.bp,
    round_setup.bp,
    criteria.bp,
    listing.bp,
    planner.bp,
    conflicts.bp,
    declarations.bp,
    acquaintances.bp,
    results.bp,
    decisions.bp,
    minutes.bp,
    awards.bp,
    watched.bp,
    quotas.bp,
    release.bp,
    scores.bp,
    tiebreak.bp,
    invitation.bp,
    invitations.bp,
    discussions.bp,
    programme,
    audience,
    live,
    broadcasts,
    organizer,
    rules.bp,
    styleguide.bp,
)
PLAIN: tuple[Blueprint, ...] = (
    health.bp,
    public.front,
    mail.mailbox,
    wall_door,
    mail.reports,
    notices.push_worker,
    api,
    media.uploads,
    media.delivery,
    media.viewings,
)
