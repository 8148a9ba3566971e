"""What topics and ways are called to those who choose."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.mail.models import Topic, Way
from portal.mail.unsubscribe import DAILY

_TOPICS = {
    Topic.FILMS: (N_("Your films"), N_("Answers to consents, and what your entry still misses.")),
    Topic.JURY: (N_("Your judging"), N_("Changes to your list of films, and reminders.")),
    Topic.SCHOOL: (N_("Your class"), N_("Turns of mentors and teams, and news of the class.")),
    Topic.SCREENINGS: (N_("Screenings and Q&A"), N_("Reminders before a screening or a conversation.")),
    Topic.NEWS: (N_("Festival news"), N_("What the festival writes to many at once.")),
}
_WAYS = {
    Way.AT_ONCE: N_("Each at once"),
    Way.DIGEST: N_("One letter a day"),
    Way.OFF: N_("Only in the portal"),
}


def topic_name(topic: Topic) -> str:
    """The topic in the language in use."""
    return translate(_TOPICS[topic][0])


def topic_hint(topic: Topic) -> str:
    """What belongs to it."""
    return translate(_TOPICS[topic][1])


def subject_name(subject: str) -> str:
    """What an unsubscribing link speaks of: a topic, or the daily letter."""
    return translate(N_("Daily letter")) if subject == DAILY else topic_name(Topic(subject))


def way_name(way: Way) -> str:
    """The way in the language in use."""
    return translate(_WAYS[way])


def ways() -> list[tuple[str, str]]:
    """(value, name) of each way."""
    return [(way.value, way_name(way)) for way in Way]
