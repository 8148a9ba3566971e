"""What a guardian consents to, word for word, in both languages; kept with each request."""

from __future__ import annotations

from dataclasses import dataclass

from portal import i18n
from portal.calls.models import Edition
from portal.i18n import N_, translate
from portal.school.models import Cohort

SEPARATOR = "\n\n* * *\n\n"
LEAD = N_("As the guardian of the student {student} I agree to the following, for the class “{cohort}” and {festival}:")
POINTS = (
    N_("The student makes films with a team of the class. The films may show the student's face, voice and name."),
    N_("The class, its mentors and the festival's office see the films. The class may show them to each other."),
    N_("A film of the team may be entered at the festival, judged there, and shown there if it is selected."),
    N_("Where AI copies somebody's face or voice, a consent of its own is asked for; this one does not cover it."),
    N_("The office keeps the student's day of birth, my name and my address for this consent alone."),
)
END = N_("I can take this consent back at any time. The team's films are then neither shown nor entered any more.")


@dataclass(frozen=True, slots=True)
class Names:
    """How the words call things in one language."""

    student: str
    cohort: str
    festival: str


def consent_text(student: str, cohort: Cohort, edition: Edition) -> str:
    """The words in Korean, then in English."""
    names = {
        "ko": Names(student, cohort.name_ko, edition.name_ko),
        "en": Names(student, cohort.name_en, edition.name_en),
    }
    return SEPARATOR.join(_in(language, names[language]) for language in i18n.LANGUAGES)


def _in(language: str, names: Names) -> str:
    with i18n.using(language):
        lead = translate(LEAD).format(student=names.student, cohort=names.cohort, festival=names.festival)
        points = [f"{n}. {translate(point)}" for n, point in enumerate(POINTS, start=1)]
        return "\n\n".join([lead, "\n".join(points), translate(END)])


def in_languages(text: str) -> list[tuple[str, str]]:
    """(language, words) of a kept text, the one in use first."""
    both = list(zip(i18n.LANGUAGES, text.split(SEPARATOR), strict=False))
    return sorted(both, key=lambda one: one[0] != i18n.language())
