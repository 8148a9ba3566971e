"""Every address of some rooms, every role, for the own thing, somebody else's and one that does not exist.

Whoever may not gets the same answer for a thing that is there and for one that is not: status, headers and bytes. The
list of addresses is the application's own; who goes where is said in tests/pages.py and tests/forms.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import url_for
from flask.testing import FlaskClient

from tests import pages, scene
from tests.forms import FORMS
from tests.scene import Scene
from tests.worlds import Answer

ABSENT = "NOSUCHCODE"


@dataclass(frozen=True)
class Address:
    """A page or a form: who goes there in its example, and the things in its address."""

    endpoint: str
    method: str
    who: str
    names: Mapping[str, str]


@dataclass
class Matrix:
    """The addresses of the views in `rooms` (names of modules), asked for by `roles`.

    `allowed` says who besides may go where somebody's example goes; `open_to_all` names endpoints that show everybody
    what is their own behind one address.
    """

    stage: Scene
    rooms: tuple[str, ...]
    roles: Iterable[str]
    allowed: Mapping[str, set[str]]
    open_to_all: set[str] = field(default_factory=set)

    @cached_property
    def things(self) -> Mapping[str, Any]:
        with self.stage.sessions() as session:
            return scene.things(session)

    @cached_property
    def addresses(self) -> list[Address]:
        """Everything in the rooms that has an example."""
        found = {}
        for endpoint, method in self._routes():
            examples = pages.PAGES if method == "GET" else FORMS
            if endpoint in examples:
                example = examples[endpoint]
                found[endpoint, method] = Address(endpoint, method, example.who, example.names)
        return list(found.values())

    @cached_property
    def browsers(self) -> dict[str, FlaskClient]:
        """One browser for each role, and for whoever else an example names."""
        opened = {}
        for who in {*self.roles, *(one.who for one in self.addresses)}:
            opened[who] = self.stage.app.test_client()
            if who:
                opened[who].set_cookie("pan", self.stage.cookie(who))
        return opened

    def without_example(self) -> list[str]:
        """Routes that neither tests/pages.py nor tests/forms.py knows."""
        known = {(one.endpoint, one.method) for one in self.addresses}
        return [f"{method} {endpoint}" for endpoint, method in self._routes() if (endpoint, method) not in known]

    def leaks(self) -> tuple[list[str], int]:
        """What those who may not can tell apart, and how many questions were asked."""
        told, asked = [], 0
        for one in self.addresses:
            if not one.who or one.endpoint in self.open_to_all:
                continue
            values = {key: self.things.get(name, name) for key, name in one.names.items()}
            absent = {key: ABSENT if isinstance(value, str) else 99_999_999 for key, value in values.items()}
            here, nowhere = self._url(one, values), self._url(one, absent)
            for role in set(self.roles) - self.allowed.get(one.who, {one.who}):
                found = self._ask(role, one.method, here)
                asked += 1
                if found.status not in ((401, 404) if one.method == "POST" else (302, 404)):
                    told.append(f"{role or 'a visitor'} gets {found.status} for {one.method} {here}")
                elif values and _without(found, here) != _without(self._ask(role, one.method, nowhere), nowhere):
                    told.append(f"{role or 'a visitor'} can tell {one.method} {here} from {nowhere}")
        return told, asked

    def missed(self) -> list[str]:
        """Pages that do not open for those who may see them."""
        missed = []
        for one in self.addresses:
            if one.method == "GET" and one.who:
                address = self._url(one, {key: self.things.get(name, name) for key, name in one.names.items()})
                status = self._ask(one.who, "GET", address).status
                if status not in (200, 302, 303):
                    missed.append(f"{one.who} gets {status} for {address}")
        return missed

    def _routes(self) -> list[tuple[str, str]]:
        return [
            (rule.endpoint, method)
            for rule in self.stage.app.url_map.iter_rules()
            if self.stage.app.view_functions[rule.endpoint].__module__.startswith(self.rooms)
            for method in ("GET", "POST")
            if method in (rule.methods or set())
        ]

    def _url(self, one: Address, values: Mapping[str, Any]) -> str:
        with self.stage.app.test_request_context():
            return url_for(one.endpoint, **values)

    def _ask(self, who: str, method: str, address: str) -> Answer:
        return Answer.of(self.browsers[who].open(address, method=method))


def _without(answer: Answer, address: str) -> Answer:
    """The answer without the address itself, which pages repeat in their links to the other language."""
    place = re.sub(r"^/(ko|en)", "", address)
    named = re.compile("|".join(re.escape(one) for one in (place, place.replace("/", "%2F"))).encode())
    headers = [(name, named.sub(b"-", value.encode()).decode()) for name, value in answer.headers]
    return Answer(answer.status, tuple(headers), named.sub(b"-", answer.body))
