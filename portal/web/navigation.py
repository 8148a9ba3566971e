"""Menus: the composition root names the places, the policies decide who sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask, request, url_for

from portal.i18n import translate
from portal.policies import anyone
from portal.web import current


@dataclass(frozen=True)
class Place:
    """A menu item: an endpoint with its label (a msgid), icon and policy; without an endpoint a group's heading.

    `besides` names the neighbours of its address whose pages belong to it too.
    """

    endpoint: str | None
    label: str
    icon: str = ""
    policy: Callable[..., bool] = anyone
    besides: tuple[str, ...] = ()


Item = tuple[str | None, str, str, int | None, bool]


class Menu:
    """A menu drawn only where a layout shows it; iterates over (address, label, icon, count, current)."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    @cached_property
    def _items(self) -> list[Item]:
        actor = current.actor()
        seen = [(place, _address(place)) for place in self._places if place.policy(actor)]
        reaches = [_reach(place, address) for place, address in seen]
        farthest = max(reaches, default=0) or None
        return [
            (address, translate(place.label), place.icon, None, reach == farthest)
            for (place, address), reach in zip(seen, reaches, strict=True)
        ]


def _address(place: Place) -> str | None:
    return url_for(place.endpoint) if place.endpoint else None


def _reach(place: Place, address: str | None) -> int:
    """How much of this page's address leads over a place; 0 where it does not."""
    if address is None:
        return 0
    street = address.rpartition("/")[0]
    ways = (address, *(f"{street}/{name}" for name in place.besides))
    return max((len(way) for way in ways if f"{request.path}/".startswith(way.rstrip("/") + "/")), default=0)


def init_app(app: Flask, **menus: Sequence[Place]) -> None:
    """Give every template its menus, as `nav_public`, `nav_work` and `nav_ops`."""

    @app.context_processor
    def nav() -> dict[str, Any]:
        return {f"nav_{name}": Menu(places) for name, places in menus.items()}
