"""A version of the programme as plain data: built from the plan, digested, compared with the one before. Pure.

Moments are ISO 8601 in UTC, lengths are seconds; both languages stand side by side, as nothing is looked up later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from portal import i18n
from portal.audit import canonical_json
from portal.entries.models import CreditRole
from portal.i18n import N_, korean_day
from portal.lifecycles import GuestState, ScreeningState
from portal.programme.models import GuestRole, InsertKind

if TYPE_CHECKING:
    from portal.calls.models import Edition
    from portal.entries.models import Entry
    from portal.programme.materials.models import Feature
    from portal.programme.models import Package, QASession, Screening

    Features = Mapping[int, Feature]

Body = dict[str, Any]
FORMAT = 1
_NOT_SHOWN = N_("Not shown at present")
_COMING = (GuestState.ACCEPTED, GuestState.REMOTE, GuestState.PRESENT)


def body(edition: Edition, screenings: Iterable[Screening], features: Features) -> Body:
    """The programme of an edition; every relationship read here is loaded by the caller."""
    listed = sorted(screenings, key=lambda one: (one.starts_at, one.code))
    return {
        "format": FORMAT,
        "edition": {
            "slug": edition.slug,
            "name_ko": edition.name_ko,
            "name_en": edition.name_en,
            "starts_on": edition.starts_on.isoformat(),
            "ends_on": edition.ends_on.isoformat(),
        },
        "screenings": [screening(one, features) for one in listed],
    }


def digest(value: Body) -> str:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def iso(moment: datetime) -> str:
    """The moment as the body writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def screening(screening: Screening, features: Features) -> Body:
    """One screening; hall, venue, package, films, credits, talk and guests are loaded by the caller."""
    hall, venue = screening.hall, screening.hall.venue
    return {
        "code": screening.code,
        "starts_at": iso(screening.starts_at),
        "ends_at": iso(screening.ends_at),
        "cancelled": screening.state == ScreeningState.CANCELLED,
        "venue_ko": venue.name_ko,
        "venue_en": venue.name_en,
        "address_ko": venue.address_ko,
        "address_en": venue.address_en,
        "hall_ko": hall.name_ko,
        "hall_en": hall.name_en,
        "hall_seats": hall.seats,
        "package": _package(screening.package, features),
        "talk": _talk(screening.qa_session),
    }


def _package(package: Package, features: Features) -> Body:
    return {
        "code": package.code,
        "title_ko": package.title_ko,
        "title_en": package.title_en,
        "subtitle_ko": package.subtitle_ko,
        "subtitle_en": package.subtitle_en,
        "gel": package.gel.value,
        "rating": package.rating,
        "films": [_film(place.entry, features.get(place.entry_id)) for place in package.films],
        "intermissions": _intermissions(package),
    }


def _intermissions(package: Package) -> list[Body]:
    """Breaks by the number of films shown before each."""
    places = [film.position for film in package.films]
    return [
        {"after": sum(place < insert.before_position for place in places), "seconds": insert.seconds}
        for insert in package.inserts
        if insert.kind == InsertKind.INTERMISSION
    ]


def _film(entry: Entry, feature: Feature | None) -> Body:
    directors = [credit for credit in entry.credits if credit.role == CreditRole.DIRECTOR]
    return {
        "number": entry.number,
        "title_ko": entry.title_ko,
        "title_en": entry.title_en,
        "runtime_s": entry.runtime_s,
        "country": entry.country,
        "directors_ko": [credit.native_name for credit in directors],
        "directors_en": [credit.latin_name or credit.native_name for credit in directors],
        "rating": feature.rating if feature else 0,
        "notes_ko": feature.notes_ko if feature else "",
        "notes_en": feature.notes_en if feature else "",
    }


def _talk(talk: QASession | None) -> Body | None:
    if talk is None:
        return None
    return {
        "minutes": talk.minutes,
        "moderator": talk.moderator_name,
        "guests": coming(talk),
    }


def coming(talk: QASession) -> list[str]:
    """The guests who have said that they come, on the stage or by video."""
    return [guest.name for guest in talk.guests if guest.state in _COMING and guest.role == GuestRole.GUEST]


def numbers(value: Body) -> tuple[str, ...]:
    """The films of a programme."""
    return tuple(film["number"] for screening in value["screenings"] for film in screening["package"]["films"])


def of_day(value: Body, day: str) -> Body:
    """The programme of one day, written as 2027-02-19, in Korean time."""
    on_it = [one for one in value["screenings"] if str(korean_day(datetime.fromisoformat(one["starts_at"]))) == day]
    return {**value, "screenings": on_it}


def without(value: Body, held: Collection[str]) -> Body:
    """The programme without these films, whatever was published before they were held."""
    return {**value, "screenings": [without_films(one, held) for one in value["screenings"]]} if held else value


def without_films(screening: Body, held: Collection[str]) -> Body:
    """The screening without these films; one that loses all of them keeps place and time and gives up its title."""
    package = screening["package"]
    left = [film for film in package["films"] if film["number"] not in held]
    if len(left) == len(package["films"]):
        return screening
    untitled = {} if left else {"title_ko": _not_shown("ko"), "title_en": _not_shown("en")}
    subtitles = {} if left else {"subtitle_ko": "", "subtitle_en": ""}
    return {**screening, "package": {**package, "films": left, "intermissions": [], **untitled, **subtitles}}


def _not_shown(language: str) -> str:
    with i18n.using(language):
        return i18n.translate(_NOT_SHOWN)


def changes(before: Body | None, after: Body) -> list[Body]:
    """What a reader of the version before has to know, one line for each screening and kind of change."""
    old = _by_code(before)
    found: list[Body] = []
    for code, screening in _by_code(after).items():
        found += _line(code, screening, old.get(code))
    for code in old.keys() - _by_code(after).keys():
        found.append(_change("removed", old[code], old[code]))
    return sorted(found, key=lambda change: (change["starts_at"], change["code"], change["kind"]))


def _by_code(value: Body | None) -> dict[str, Body]:
    return {screening["code"]: screening for screening in value["screenings"]} if value else {}


def _line(code: str, new: Body, old: Body | None) -> list[Body]:
    if old is None:
        return [_change("added", new, new)]
    if new["cancelled"] != old["cancelled"]:
        return [_change("cancelled" if new["cancelled"] else "added", new, old)]
    kinds = [kind for kind, keys in _WATCHED if any(_differs(new, old, key) for key in keys)]
    if not {"moved", "films"}.intersection(kinds) and new["ends_at"] != old["ends_at"]:
        kinds.append("length")
    return [_change(kind, new, old) for kind in kinds]


_WATCHED = (
    ("moved", ("starts_at",)),
    ("hall", ("hall_ko", "hall_en", "venue_ko", "venue_en")),
    ("films", ("package",)),
    ("talk", ("talk",)),
)


def _differs(new: Body, old: Body, key: str) -> bool:
    return bool(_as_told(new.get(key), old.get(key)) != old.get(key))


def _as_told(new: Any, old: Any) -> Any:
    """The new value with no more than an older format tells, which knows nothing of what was added since."""
    if isinstance(new, dict) and isinstance(old, dict):
        return {key: _as_told(new[key], old[key]) for key in old if key in new}
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        return [_as_told(*pair) for pair in zip(new, old, strict=True)]
    return new


def _change(kind: str, new: Body, old: Body) -> Body:
    return {
        "kind": kind,
        "code": new["code"],
        "title_ko": new["package"]["title_ko"],
        "title_en": new["package"]["title_en"],
        "starts_at": new["starts_at"],
        "ends_at": new["ends_at"],
        "hall_ko": new["hall_ko"],
        "hall_en": new["hall_en"],
        "was_starts_at": old["starts_at"],
        "was_ends_at": old["ends_at"],
        "was_hall_ko": old["hall_ko"],
        "was_hall_en": old["hall_en"],
    }


# Under this name a later feature leaves `(session, codes) -> {code: how many of its people hear of a change}`.
HEARERS = "programme.hearers"
TOLD = frozenset({"moved", "hall", "cancelled", "removed"})


def told_codes(listed: Iterable[Mapping[str, Any]]) -> set[str]:
    """Screenings whose seat holders must hear of these changes."""
    return {change["code"] for change in listed if change["kind"] in TOLD}
