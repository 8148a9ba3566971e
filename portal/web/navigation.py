"""Menus: the composition root names the places, the policies decide who sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for

from portal.i18n import translate
from portal.policies import Actor, anyone
from portal.web import current


@dataclass(frozen=True)
class Place:
    """A menu item: an endpoint with its label (a msgid), icon and policy; without an endpoint a group's heading."""

    endpoint: str | None
    label: str
    icon: str = ""
    policy: Callable[..., bool] = anyone


Item = tuple[str | None, str, str, int | None, bool]


def _items(places: Sequence[Place], actor: Actor) -> list[Item]:
    return [_item(place) for place in places if place.policy(actor)]


def _item(place: Place) -> Item:
    address = url_for(place.endpoint) if place.endpoint else None
    here = address is not None and (request.path == address or request.path.startswith(address.rstrip("/") + "/"))
    return address, translate(place.label), place.icon, None, here


def init_app(app: Flask, **menus: Sequence[Place]) -> None:
    """Give every template its menus, as `nav_public`, `nav_work` and `nav_ops`."""

    @app.context_processor
    def nav() -> dict[str, Any]:
        actor = current.actor()
        return {f"nav_{name}": _items(places, actor) for name, places in menus.items()}
