"""Every page of the desk lies under one place of its menu."""

from __future__ import annotations

from flask import Flask

from portal.navigation import OPS

_DESK = "/<any(ko, en):lang>/ops/"


def _room(address: str) -> str:
    return address.removeprefix(_DESK).partition("/")[0]


def test_every_room_of_the_desk_has_a_place(built: Flask) -> None:
    rules = {rule.endpoint: rule.rule for rule in built.url_map.iter_rules() if rule.rule.startswith(_DESK)}
    known = {_room(rules[place.endpoint]) for place in OPS if place.endpoint in rules}
    known.update(room for place in OPS for room in place.besides)
    assert {_room(address) for address in rules.values()} - known == {"_styleguide"}
