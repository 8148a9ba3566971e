"""The order in which a package runs: films and what stands between them, as one list. Pure.

An insert names the place of the film it comes before; at the number of films it comes after the last. Its turn orders
those before one film, so that a list is written back by giving every insert its film and its turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.i18n import N_, translate

if TYPE_CHECKING:
    from portal.programme.models import Insert, PackageFilm

LEAST_SECONDS, MOST_SECONDS = 1, 14_400
KINDS = {
    "trailer": N_("Trailer"),
    "bumper": N_("Bumper"),
    "speech": N_("Speech"),
    "intermission": N_("Intermission"),
    "credits": N_("Credits"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the order: `key` is `f12` for the film of entry 12 and `i3` for insert 3; one of both is set.

    `after_s` says how many seconds after the start it begins, the bumper before a film not counted to the film.
    """

    key: str
    seconds: int
    after_s: int
    film: PackageFilm | None = None
    insert: Insert | None = None

    @property
    def begins(self) -> str:
        """`1:02:30` after the start."""
        minutes, seconds = divmod(self.after_s, 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def kind_text(kind: str) -> str:
    """The kind of an insert in the language in use."""
    return translate(KINDS[kind])


def order(films: Sequence[PackageFilm], inserts: Sequence[Insert], bumper_s: int) -> list[Item]:
    """Films and inserts as they run, each with the moment it begins."""
    found: list[Item] = []
    clock = 0
    for place in range(len(films) + 1):
        last = place == len(films)
        for insert in _before(inserts, place, last=last):
            found.append(Item(f"i{insert.id}", insert.seconds, clock, insert=insert))
            clock += insert.seconds
        if not last:
            film = films[place]
            clock += bumper_s
            found.append(Item(f"f{film.entry_id}", film.entry.runtime_s, clock, film=film))
            clock += film.entry.runtime_s
    return found


def _before(inserts: Sequence[Insert], place: int, *, last: bool) -> list[Insert]:
    """What comes before the film at this place; films that were taken out leave theirs to the end."""
    wanted = [one for one in inserts if one.before_position == place or (last and one.before_position > place)]
    return sorted(wanted, key=lambda one: (one.before_position, one.turn, one.id))


def moved(keys: Sequence[str], key: str, by_places: int) -> list[str]:
    """The keys with one of them moved up (-1) or down (+1); at the ends, and for a key that is gone, unchanged."""
    order = list(keys)
    if key not in order:
        return order
    at = order.index(key)
    to = at + by_places
    if 0 <= to < len(order):
        order.insert(to, order.pop(at))
    return order


def split(keys: Sequence[str]) -> tuple[list[int], dict[int, tuple[int, int]]]:
    """The entries in order, and for each insert the place of the film it comes before and its turn there."""
    films: list[int] = []
    inserts: dict[int, tuple[int, int]] = {}
    turn = 0
    for key in keys:
        if key.startswith("f"):
            films.append(int(key[1:]))
            turn = 0
        else:
            inserts[int(key[1:])] = (len(films), turn)
            turn += 1
    return films, inserts
