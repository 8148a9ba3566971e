"""What a film owes, in words, and until when by default. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.i18n import N_, SEOUL, translate
from portal.lifecycles import MaterialState
from portal.media.models import Slot
from portal.programme.materials.models import MaterialKind

NO_DIALOGUE = "none"
# Days before the first screening; the label card waits for the label, everything a catalogue prints comes first.
DAYS_BEFORE = {
    MaterialKind.MASTER: 21,
    MaterialKind.SUBTITLES_KO: 21,
    MaterialKind.SUBTITLES_EN: 21,
    MaterialKind.STILLS: 30,
    MaterialKind.POSTER: 30,
    MaterialKind.LABEL_CARD: 14,
}
# Whoever is asked late still gets some days.
LEAST_DAYS = 3
SLOTS = {
    MaterialKind.MASTER: Slot.FILM,
    MaterialKind.SUBTITLES_KO: Slot.SUBTITLE,
    MaterialKind.SUBTITLES_EN: Slot.SUBTITLE,
    MaterialKind.STILLS: Slot.STILL,
    MaterialKind.POSTER: Slot.POSTER,
}
# Files that the makers bring to the list of what they owe; a film is replaced elsewhere, with a receipt.
ACCEPTS = {
    Slot.SUBTITLE: ".srt,.vtt",
    Slot.STILL: "image/jpeg,image/png,image/webp",
    Slot.POSTER: "image/jpeg,image/png,image/webp",
}
BROUGHT = frozenset(ACCEPTS)
# What still has to come; a refused thing has to come again.
OWED = (MaterialState.AWAITED, MaterialState.REFUSED)
_KINDS = {
    MaterialKind.MASTER: N_("Master"),
    MaterialKind.SUBTITLES_KO: N_("Korean subtitles"),
    MaterialKind.SUBTITLES_EN: N_("English subtitles"),
    MaterialKind.STILLS: N_("Stills"),
    MaterialKind.POSTER: N_("Poster"),
    MaterialKind.LABEL_CARD: N_("Label card"),
}
_STATES = {
    MaterialState.AWAITED: (N_("Awaited"), "line"),
    MaterialState.RECEIVED: (N_("Came in"), "info"),
    MaterialState.ACCEPTED: (N_("Accepted for use"), "ok"),
    MaterialState.REFUSED: (N_("Refused"), "bad"),
    MaterialState.WAIVED: (N_("Not needed"), ""),
}


def kind_text(kind: MaterialKind) -> str:
    """The kind in the language in use."""
    return translate(_KINDS[kind])


def state_text(state: MaterialState) -> str:
    """The state in the language in use."""
    return translate(_STATES[state][0])


def state_kind(state: MaterialState) -> str:
    """The colour of its tag."""
    return _STATES[state][1]


def kinds_of(spoken_language: str) -> Sequence[MaterialKind]:
    """What a film owes: subtitles in the hall's languages, save the one it is spoken in."""
    needless = {
        "ko": {MaterialKind.SUBTITLES_KO},
        "en": {MaterialKind.SUBTITLES_EN},
        NO_DIALOGUE: {MaterialKind.SUBTITLES_KO, MaterialKind.SUBTITLES_EN},
    }.get(spoken_language, set())
    return [kind for kind in MaterialKind if kind not in needless]


def default_due(kind: MaterialKind, first: datetime, *, now: datetime) -> datetime:
    """A minute before midnight in Seoul, some days before the first screening, but never sooner than in three days."""
    zone = ZoneInfo(SEOUL)
    asked = (first.astimezone(zone) - timedelta(days=DAYS_BEFORE[kind])).date()
    return end_of(max(asked, (now.astimezone(zone) + timedelta(days=LEAST_DAYS)).date()))


def end_of(day: date) -> datetime:
    """The last minute of a day in Seoul."""
    return datetime.combine(day, time(23, 59), ZoneInfo(SEOUL))


def days_left(due_at: datetime, *, now: datetime) -> int:
    """Whole days in Seoul from today to the due day; negative when it has passed."""
    zone = ZoneInfo(SEOUL)
    return (due_at.astimezone(zone).date() - now.astimezone(zone).date()).days
