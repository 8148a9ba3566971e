"""The texts of an entry that its makers write, with the longest each may be and what the desk may ask to have fixed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale

from portal.entries.checklist import Task
from portal.entries.models import CreditRole, Entry
from portal.i18n import N_, language, translate

LIMITS: Mapping[str, int] = {
    "title_ko": 200,
    "title_en": 200,
    "logline_ko": 300,
    "logline_en": 300,
    "synopsis_ko": 3000,
    "synopsis_en": 4000,
    "statement": 3000,
    "country": 2,
    "spoken_language": 8,
    "genre": 24,
}
NAMES: Mapping[str, str] = {
    "title_ko": N_("Title in Korean"),
    "title_en": N_("Title in English"),
    "logline_ko": N_("Logline in Korean"),
    "logline_en": N_("Logline in English"),
    "synopsis_ko": N_("Synopsis in Korean"),
    "synopsis_en": N_("Synopsis in English"),
    "statement": N_("Maker's statement"),
    "country": N_("Country"),
    "spoken_language": N_("Language spoken in the film"),
    "genre": N_("Genre"),
}
CREDIT_ROLES: Mapping[CreditRole, str] = {
    CreditRole.DIRECTOR: N_("Director"),
    CreditRole.WRITER: N_("Writer"),
    CreditRole.PRODUCER: N_("Producer"),
    CreditRole.AI_ARTIST: N_("AI artist"),
    CreditRole.CINEMATOGRAPHER: N_("Cinematographer"),
    CreditRole.EDITOR: N_("Editor"),
    CreditRole.COMPOSER: N_("Composer"),
    CreditRole.SOUND: N_("Sound"),
    CreditRole.CAST: N_("Cast"),
    CreditRole.OTHER: N_("Another part"),
}
GENRES: Mapping[str, str] = {
    "drama": N_("Drama"),
    "comedy": N_("Comedy"),
    "sf": N_("Science fiction"),
    "fantasy": N_("Fantasy"),
    "horror": N_("Horror"),
    "thriller": N_("Thriller"),
    "romance": N_("Romance"),
    "action": N_("Action"),
    "documentary": N_("Documentary"),
    "experimental": N_("Experimental"),
    "music": N_("Music and dance"),
    "advertisement": N_("Advertisement"),
    "other_genre": N_("Other"),
}
SPOKEN: Mapping[str, str] = {
    "ko": N_("Korean"),
    "en": N_("English"),
    "ja": N_("Japanese"),
    "zh": N_("Chinese"),
    "fr": N_("French"),
    "es": N_("Spanish"),
    "de": N_("German"),
    "pt": N_("Portuguese"),
    "hi": N_("Hindi"),
    "ar": N_("Arabic"),
    "other": N_("Another language"),
    "none": N_("No dialogue"),
}
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
# What a request for fixes may open again; the film and the disclosure have rules of their own besides.
FIXABLE = (Task.INFO, Task.CREDITS, Task.FILM, Task.IMAGES, Task.AI, Task.CONSENTS, Task.RIGHTS)


def texts_of(entry: Entry) -> dict[str, str]:
    """The texts as they are stored now."""
    return {name: getattr(entry, name) for name in LIMITS}


def answers_of(entry: Entry) -> list[tuple[str, str]]:
    """What its makers wrote, each with its name, in the language in use; empty answers are left out."""
    return [(translate(NAMES[name]), _in_words(name, text)) for name, text in texts_of(entry).items() if text]


def _in_words(name: str, text: str) -> str:
    if name == "country":
        return dict(countries(language())).get(text, text)
    names = {"genre": GENRES, "spoken_language": SPOKEN}.get(name, {})
    return translate(names[text]) if text in names else text


@cache
def countries(language: str) -> list[tuple[str, str]]:
    """Every country with its name in a language, Korea first."""
    names = {code: str(name) for code, name in Locale(language).territories.items() if len(code) == 2}
    found = [(code, name) for code, name in names.items() if code.isalpha() and code not in _NO_COUNTRIES]
    return sorted(found, key=lambda one: (one[0] != "KR", one[1]))
