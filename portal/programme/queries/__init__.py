"""Reads of the programme: what is published, what is planned, which films are ready."""

from portal.programme.queries.conversations import directors_of, guest_by_token, talk_by_code, talks
from portal.programme.queries.desk import (
    DayPlan,
    day_plan,
    edition_on,
    screening_by_code,
    screening_for_desk,
    waiting_packages,
    whole_plan,
)
from portal.programme.queries.packages import hall_choices, package_by_code, packages, selectable_films, venues
from portal.programme.queries.published import (
    Published,
    all_releases,
    body_of,
    current_release,
    current_showings,
    current_version,
    published,
    released_showing,
    seats_of,
    showing_of,
    showings_of,
    upcoming_slots,
)
from portal.programme.queries.readiness import Gap, blocked_packages, gap_text, gaps

__all__ = [
    "DayPlan",
    "Gap",
    "Published",
    "all_releases",
    "blocked_packages",
    "body_of",
    "current_release",
    "current_showings",
    "current_version",
    "day_plan",
    "directors_of",
    "edition_on",
    "gap_text",
    "gaps",
    "guest_by_token",
    "hall_choices",
    "package_by_code",
    "packages",
    "published",
    "released_showing",
    "screening_by_code",
    "screening_for_desk",
    "seats_of",
    "selectable_films",
    "showing_of",
    "showings_of",
    "talk_by_code",
    "talks",
    "upcoming_slots",
    "venues",
    "waiting_packages",
    "whole_plan",
]
