"""Every address of the jury, every role, for the own thing, somebody else's and one that does not exist.

Whoever may not gets the same answer for a thing that is there and for one that is not: status, headers and bytes. The
list of addresses is the application's own; who goes where is said in tests/pages.py and tests/forms.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import url_for
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import db
from portal.policies import Role, Scope
from tests import builders, pages, scene
from tests.forms import FORMS
from tests.scene import Scene
from tests.worlds import Answer

# Not traced: hundreds of addresses go the same ways as the tests of their features.
pytestmark = [pytest.mark.sqlite, pytest.mark.no_cover]

ELSEWHERE = "chair-elsewhere"
ROLES = [
    "",
    "creator",
    "mentor",
    "student",
    "juror",
    "juror2",
    "programmer",
    "moderator",
    "chair",
    "organizer",
    ELSEWHERE,
]
OFFICE = {"chair", "organizer"}
# Who goes to a page in tests/pages.py, and who may therefore go there.
ALLOWED = {"chair": OFFICE, "organizer": OFFICE, "juror": {"juror"}, "creator": {"creator"}}
# Rooms that show everybody what is their own behind one address: a juror's desk, the rounds of a chair's editions.
EVERYBODYS_OWN = {"jury.home", "jury.done", "discussions.mine", "declarations.index", "rounds.index", "rounds.create"}
EVERYBODYS_OWN |= {"answers.accept", "answers.ask_step_down", "answers.step_down"}  # the own seat in a round
EVERYBODYS_OWN |= {"declarations.show", "declarations.tell", "declarations.nothing_more"}  # and what that seat declares
ABSENT = "NOSUCHCODE"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A stage of this module's own, with a chair of another edition."""
    original = scene.shared(tmp_path_factory)
    copy = scene.copied(original, tmp_path_factory.mktemp("matrix"))
    with db.unit_of_work(copy.sessions) as session:
        _a_chair_elsewhere(session)
    copy.app.config["WTF_CSRF_ENABLED"] = False
    yield copy
    db.engine_for(copy.settings.database_url).dispose()


def _a_chair_elsewhere(session: Session) -> None:
    edition = builders.edition(session)
    somebody = builders.person(session, email=f"{ELSEWHERE}@pan.example")
    for role in (Role.CHAIR, Role.ORGANIZER, Role.JUROR):
        builders.grant(session, somebody, role, Scope.EDITION, edition.id)


@pytest.fixture(scope="module")
def things(stage: Scene) -> Mapping[str, Any]:
    with stage.sessions() as session:
        return scene.things(session)


@pytest.fixture(scope="module")
def browsers(stage: Scene) -> dict[str, FlaskClient]:
    """One browser for each role, and for whoever else an example names."""
    opened = {}
    for who in {*ROLES, *(who for _, _, who, _ in _of_the_jury(stage))}:
        opened[who] = stage.app.test_client()
        if who:
            opened[who].set_cookie("pan", stage.cookie(who))
    return opened


def _of_the_jury(stage: Scene) -> list[tuple[str, str, str, Mapping[str, str]]]:
    """(endpoint, method, who goes there, the things in its address) of everything in the jury's rooms."""
    found = []
    for rule in stage.app.url_map.iter_rules():
        view = stage.app.view_functions[rule.endpoint]
        if not view.__module__.startswith("portal.jury.views") or rule.endpoint in {one[0] for one in found}:
            continue
        for method, examples in (("GET", pages.PAGES), ("POST", FORMS)):
            if method in (rule.methods or set()) and rule.endpoint in examples:
                example = examples[rule.endpoint]
                found.append((rule.endpoint, method, example.who, example.names))
    return found


def _address(stage: Scene, endpoint: str, values: Mapping[str, Any]) -> str:
    with stage.app.test_request_context():
        return url_for(endpoint, **values)


def _ask(browser: FlaskClient, method: str, address: str) -> Answer:
    return Answer.of(browser.open(address, method=method))


def _without(answer: Answer, address: str) -> Answer:
    """The answer without the address itself, which pages repeat in their links to the other language."""
    place = re.sub(r"^/(ko|en)", "", address)
    named = re.compile("|".join(re.escape(one) for one in (place, place.replace("/", "%2F"))).encode())
    headers = [(name, named.sub(b"-", value.encode()).decode()) for name, value in answer.headers]
    return Answer(answer.status, tuple(headers), named.sub(b"-", answer.body))


def test_nobody_learns_of_what_is_not_theirs(
    stage: Scene, things: Mapping[str, Any], browsers: dict[str, FlaskClient]
) -> None:
    told = []
    asked = 0
    for endpoint, method, who, names in _of_the_jury(stage):
        values = {key: things.get(name, name) for key, name in names.items()}
        absent = {key: ABSENT if isinstance(value, str) else 99_999_999 for key, value in values.items()}
        here, nowhere = _address(stage, endpoint, values), _address(stage, endpoint, absent)
        for role in ROLES:
            if role in ALLOWED.get(who, set()) or endpoint in EVERYBODYS_OWN or not who:
                continue
            found = _ask(browsers[role], method, here)
            asked += 1
            if found.status not in ((401, 404) if method == "POST" else (302, 404)):
                told.append(f"{role or 'a visitor'} gets {found.status} for {method} {here}")
            elif values and _without(found, here) != _without(_ask(browsers[role], method, nowhere), nowhere):
                told.append(f"{role or 'a visitor'} can tell {method} {here} from {nowhere}")
    assert not told, "\n".join(told)
    assert asked > 300


def test_those_who_may_find_it(stage: Scene, things: Mapping[str, Any], browsers: dict[str, FlaskClient]) -> None:
    missed = []
    for endpoint, method, who, names in _of_the_jury(stage):
        if method == "GET" and who:
            address = _address(stage, endpoint, {key: things.get(name, name) for key, name in names.items()})
            status = _ask(browsers[who], method, address).status
            if status not in (200, 303):
                missed.append(f"{who} gets {status} for {address}")
    assert missed == []


def test_every_address_has_an_example(stage: Scene) -> None:
    known = {(endpoint, method) for endpoint, method, _, _ in _of_the_jury(stage)}
    lacking = [
        f"{method} {rule.endpoint}"
        for rule in stage.app.url_map.iter_rules()
        if stage.app.view_functions[rule.endpoint].__module__.startswith("portal.jury.views")
        for method in ("GET", "POST")
        if method in (rule.methods or set()) and (rule.endpoint, method) not in known
    ]
    assert lacking == []
