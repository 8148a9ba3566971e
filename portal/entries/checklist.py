"""The eight tasks of an entry: what is done, what is missing, and why; pure, so that page and submission agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.i18n import N_, translate
from portal.lifecycles import AssetState


class Task(StrEnum):
    """One step of the wizard; the value is the last part of its address."""

    INFO = "info"
    CREDITS = "credits"
    FILM = "film"
    IMAGES = "images"
    AI = "ai"
    CONSENTS = "consents"
    RIGHTS = "rights"
    REVIEW = "review"


GROUPS: tuple[tuple[str, tuple[Task, ...]], ...] = (
    (N_("The film"), (Task.INFO, Task.CREDITS, Task.FILM, Task.IMAGES)),
    (N_("Disclosure and consents"), (Task.AI, Task.CONSENTS, Task.RIGHTS)),
    (N_("Finish"), (Task.REVIEW,)),
)
TITLES: Mapping[Task, str] = {
    Task.INFO: N_("About the film"),
    Task.CREDITS: N_("Makers and cast"),
    Task.FILM: N_("Upload the film"),
    Task.IMAGES: N_("Poster and stills"),
    Task.AI: N_("Disclose the use of AI"),
    Task.CONSENTS: N_("Consents for face and voice"),
    Task.RIGHTS: N_("Music, fonts and other rights"),
    Task.REVIEW: N_("Check and submit"),
}
ORDER = tuple(task for _, tasks in GROUPS for task in tasks)


class Mark(StrEnum):
    """How a task stands."""

    DONE = "done"
    LEFT = "left"
    STARTED = "started"
    UPLOADING = "uploading"
    CHECKING = "checking"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing missing: the id of its field, and the sentence that says what to do."""

    field: str
    code: str
    ready_made: bool = False

    @property
    def sentence(self) -> str:
        """What to do, in the language in use; sentences of other features come translated."""
        return self.code if self.ready_made else translate(self.code)


@dataclass(frozen=True, slots=True)
class Item:
    """A task with how it stands."""

    task: Task
    mark: Mark
    gaps: tuple[Gap, ...] = ()
    percent: int = 0

    @property
    def title(self) -> str:
        return translate(TITLES[self.task])

    @property
    def done(self) -> bool:
        return self.mark is Mark.DONE


@dataclass(frozen=True, slots=True)
class Film:
    """The film as it stands: its state, how much of it has arrived or been made, and whether it is all there."""

    state: AssetState
    percent: int = 0


@dataclass(frozen=True, slots=True)
class Material:
    """Everything the tasks are judged by."""

    texts: Mapping[str, str]
    directors: int = 0
    film: Film | None = None
    film_watched: bool = False
    posters: int = 0
    stills: int = 0
    pictures_without_alt: int = 0
    pictures_unready: int = 0
    disclosure_begun: bool = False
    disclosure_gaps: tuple[Gap, ...] = ()
    consent_gaps: tuple[Gap, ...] = ()
    music_cleared: bool = False
    fonts_cleared: bool = False
    unlicensed: bool = False


_TEXT_GAPS = {
    "title_ko": N_("Write the Korean title."),
    "title_en": N_("Write the English title."),
    "logline_ko": N_("Write a logline in Korean."),
    "logline_en": N_("Write a logline in English."),
    "synopsis_ko": N_("Write a synopsis in Korean."),
    "synopsis_en": N_("Write a synopsis in English."),
    "genre": N_("Choose a genre."),
}
_KOREAN = ("title_ko", "logline_ko", "synopsis_ko")


def required_texts(country: str) -> tuple[str, ...]:
    """English from everybody, Korean too from films made in Korea; the office translates for the others."""
    return tuple(name for name in _TEXT_GAPS if country == "KR" or name not in _KOREAN)


def _info(material: Material) -> Iterator[Gap]:
    for name in required_texts(material.texts.get("country", "")):
        if not material.texts.get(name):
            yield Gap(name, _TEXT_GAPS[name])


def _credits(material: Material) -> Iterator[Gap]:
    if not material.directors:
        yield Gap("credits", N_("Name at least one director."))


def _film(material: Material) -> Iterator[Gap]:
    film = material.film
    if film is None or film.state in (AssetState.AWAITED, AssetState.UPLOADING):
        yield Gap("film", N_("Upload the film."))
    elif film.state is AssetState.REFUSED:
        yield Gap("film", N_("We could not take the film. Read why and upload another file."))
    elif film.state is not AssetState.PLAYABLE:
        yield Gap("film", N_("The film is still being checked. This usually takes a few minutes."))
    elif not material.film_watched:
        yield Gap("watched", N_("Play our copy of the film and tell us that it is right."))


def _images(material: Material) -> Iterator[Gap]:
    if not material.posters:
        yield Gap("poster", N_("Add a poster."))
    if not material.stills:
        yield Gap("stills", N_("Add at least one still."))
    if material.pictures_unready:
        yield Gap("stills", N_("A picture is still being checked."))
    if material.pictures_without_alt:
        yield Gap("alt", N_("Describe every picture in one sentence for people who cannot see it."))


def _ai(material: Material) -> Iterator[Gap]:
    if not material.disclosure_begun:
        yield Gap("main", N_("Say where and how much AI was used, even if it was not."))
    yield from material.disclosure_gaps


def _consents(material: Material) -> Iterator[Gap]:
    yield from material.consent_gaps


def _rights(material: Material) -> Iterator[Gap]:
    if not material.music_cleared:
        yield Gap("music_cleared", N_("Confirm the rights to the music and sound."))
    if not material.fonts_cleared:
        yield Gap("fonts_cleared", N_("Confirm the rights to fonts, pictures and other material."))
    if material.unlicensed:
        yield Gap("licence", N_("Accept the licence of this category's material; without it no film can be handed in."))


_GAPS: Mapping[Task, Callable[[Material], Iterator[Gap]]] = {
    Task.INFO: _info,
    Task.CREDITS: _credits,
    Task.FILM: _film,
    Task.IMAGES: _images,
    Task.AI: _ai,
    Task.CONSENTS: _consents,
    Task.RIGHTS: _rights,
}
_MOVING = {
    AssetState.AWAITED: Mark.UPLOADING,
    AssetState.UPLOADING: Mark.UPLOADING,
    AssetState.RECEIVED: Mark.CHECKING,
    AssetState.PROBING: Mark.CHECKING,
    AssetState.TRANSCODING: Mark.CHECKING,
}


def assess(material: Material, *, handed_in: bool = False) -> tuple[Item, ...]:
    """All eight tasks in their order; the last one is blocked until the others are done."""
    items = [_item(task, material) for task in ORDER if task is not Task.REVIEW]
    ready = Mark.LEFT if all(item.done for item in items) else Mark.BLOCKED
    return (*items, Item(Task.REVIEW, Mark.DONE if handed_in else ready))


def _item(task: Task, material: Material) -> Item:
    gaps = tuple(_GAPS[task](material))
    if task is Task.CONSENTS and not material.disclosure_begun:
        return Item(task, Mark.BLOCKED)
    if not gaps:
        return Item(task, Mark.DONE)
    if task is Task.FILM and material.film is not None and material.film.state in _MOVING:
        return Item(task, _MOVING[material.film.state], gaps, material.film.percent)
    started = task is Task.AI and material.disclosure_begun
    return Item(task, Mark.STARTED if started else Mark.LEFT, gaps)


def gaps_of(task: Task, texts: Mapping[str, str]) -> tuple[Gap, ...]:
    """What is missing of a task that is made of the entry's texts alone."""
    return tuple(_GAPS[task](Material(texts)))


def missing(items: tuple[Item, ...]) -> list[tuple[Item, Gap]]:
    """Everything that keeps the entry from being submitted, task by task."""
    return [(item, gap) for item in items for gap in item.gaps]


def standing_of(items: tuple[Item, ...]) -> dict[str, Any]:
    """How many of the tasks are done, for the rail."""
    done = sum(item.done for item in items)
    return {"done": done, "total": len(items), "percent": round(100 * done / len(items))}
