"""Commands on cohorts, who studies in them, their teams and mentors, and their certificates."""

from portal.school.service.cohorts import (
    CohortDraft,
    NamesAndDays,
    edit_cohort,
    invite_mentor,
    make_call,
    make_cohort,
    note_sign_off,
)
from portal.school.service.completion import complete, take_back
from portal.school.service.enrolling import (
    ListWords,
    add_student,
    edit_student,
    enrol,
    stamp_of,
    take_out,
    welcome_again,
)
from portal.school.service.filming import carry_students, keep_students, note_students
from portal.school.service.teams import assign_mentors, edit_team, make_team, move, spread, spread_mentors

__all__ = [
    "CohortDraft",
    "ListWords",
    "NamesAndDays",
    "add_student",
    "assign_mentors",
    "carry_students",
    "complete",
    "edit_cohort",
    "edit_student",
    "edit_team",
    "enrol",
    "invite_mentor",
    "keep_students",
    "make_call",
    "make_cohort",
    "make_team",
    "move",
    "note_sign_off",
    "note_students",
    "spread",
    "spread_mentors",
    "stamp_of",
    "take_back",
    "take_out",
    "welcome_again",
]
