"""Every form, sent wrongly: empty, enormous, by the wrong person, too late, twice at once, forged, by nobody.

The answer is a 4xx with a sentence in the person's language (or the way to the sign-in), and the rows stay as they are.
The list of forms is the application's own; a route without an example in tests/forms.py fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import clock, db
from portal.app import create_app
from portal.calls.models import Call
from portal.settings import Settings
from tests import forms, pages, scene
from tests.forms import FORMS, Form
from tests.scene import Scene

pytestmark = pytest.mark.sqlite

WRITING = {"POST", "PUT", "PATCH", "DELETE"}
# What may grow without anything having happened: the trail, and the tries that are counted against guessing.
NOTEBOOKS = {"audit_records", "audit_head", "sign_in_attempts", "sign_in_sessions", "alembic_version"}
HANGUL = re.compile("[가-힣]{2,}")
ENORMOUS = "가" * (10 * 1024 * 1024 // 3)
STRANGER = "creator9"


def _nowhere() -> Flask:
    return create_app(Settings(data=Path("/nonexistent"), database_url="sqlite:////nonexistent/x", secret_key="k" * 40))


def _routes() -> dict[str, str]:
    """Method by endpoint of every route that writes."""
    found = {}
    for rule in _nowhere().url_map.iter_rules():
        for method in WRITING & (rule.methods or set()):
            found[rule.endpoint] = method
    return dict(sorted(found.items()))


ROUTES = _routes()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The stage that xdist's workers share."""
    return scene.shared(tmp_path_factory)


@pytest.fixture(scope="module")
def stage(original: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A stage for what changes nothing."""
    copy = scene.copied(original, tmp_path_factory.mktemp("stage"))
    yield copy
    db.engine_for(copy.settings.database_url).dispose()


@pytest.fixture
def own_stage(original: Scene, tmp_path: Path) -> Iterator[Scene]:
    """A stage for one test alone."""
    copy = scene.copied(original, tmp_path)
    yield copy
    db.engine_for(copy.settings.database_url).dispose()


# Their own secret does what a form's token does: a ticket in a header, an address that mail servers alone know.
WITHOUT_TOKEN = ("uploads.", "bounces.", "unsubscribe.", "push_worker.")


@dataclass(frozen=True)
class Sender:
    """A form on its way: the browser it leaves from and the address it goes to."""

    stage: Scene
    endpoint: str
    form: Form
    who: str

    def browser(self, *, forged: bool = False) -> FlaskClient:
        """Somebody's browser; unless forged, what it sends carries the form's token."""
        self.stage.app.config["WTF_CSRF_ENABLED"] = forged
        browser = self.stage.app.test_client()
        if self.who:
            browser.set_cookie("pan", self.stage.cookie(self.who))
        return browser

    def send(self, data: dict[str, str], *, forged: bool = False) -> TestResponse:
        """Send it once."""
        return self.browser(forged=forged).open(self.path(), method=ROUTES[self.endpoint], data=data)

    def path(self, endpoint: str = "") -> str:
        """Where it goes to, or where a page is that asks for the same things."""
        with self.stage.sessions() as session:
            things = scene.things(session)
        app = self.stage.app
        wanted = endpoint or self.endpoint
        with app.test_request_context():
            known = {"lang": "ko"} if app.url_map.is_endpoint_expecting(wanted, "lang") else {}
            return url_for(wanted, **self.form.values(things), **known)

    def filled(self) -> dict[str, str]:
        """An honest form: what its page hides in it, and what a person writes."""
        hidden = _Hidden(self.path())
        hidden.feed(self.browser().get(self.path(self.form.page)).text)
        with self.stage.sessions() as session:
            things = scene.things(session)
        return hidden.fields | {name: str(things.get(text, text)) for name, text in self.form.written.items()}


class _Hidden(HTMLParser):
    """The hidden fields of the form with an address."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._action, self._inside = action, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self._inside = found.get("action", self._action) == self._action
        elif tag == "input" and self._inside and found.get("type") == "hidden":
            self.fields[found["name"] or ""] = found.get("value") or ""


def _sender(stage: Scene, endpoint: str, who: str | None = None) -> Sender:
    form = FORMS[endpoint]
    return Sender(stage, endpoint, form, form.who if who is None else who)


def counts(stage: Scene) -> dict[str, int]:
    """Rows of every table whose growth would mean that something happened."""
    with stage.sessions() as session:
        names = sa.inspect(session.get_bind()).get_table_names()
        return {
            name: session.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in names if name not in NOTEBOOKS
        }


def assert_told(response: TestResponse) -> None:
    """A refusal that says what is wrong, in Korean."""
    assert 400 <= response.status_code < 500, response.status
    if response.mimetype == "text/html":
        body = response.text.partition("<main")[2] or response.text
        assert HANGUL.search(re.sub(r"<[^>]+>", " ", body)), body[:2000]
        assert 'role="alert"' in body or "<h1" in body, body[:2000]
    else:
        assert response.text.strip() or response.mimetype != "text/html"


def test_every_form_has_an_example() -> None:
    assert [route for route in ROUTES if route not in FORMS] == []
    assert [route for route in FORMS if route not in ROUTES] == []
    assert [form.page for form in FORMS.values() if form.page and form.page not in pages.PAGES] == []


@pytest.mark.parametrize("endpoint", [name for name, form in FORMS.items() if not form.bare])
def test_an_empty_form_is_refused_in_words(stage: Scene, endpoint: str) -> None:
    before = counts(stage)
    assert_told(_sender(stage, endpoint).send({}))
    assert counts(stage) == before


@pytest.mark.parametrize("endpoint", [name for name in FORMS if not name.startswith(WITHOUT_TOKEN)])
def test_ten_megabytes_of_text_are_refused_in_words(stage: Scene, endpoint: str) -> None:
    before = counts(stage)
    written = FORMS[endpoint].written or {"note": ""}
    # With the token's check on, as every browser meets it: reading the form for its token finds it too large.
    response = _sender(stage, endpoint).send(dict.fromkeys(written, ENORMOUS), forged=True)
    assert_told(response)
    assert counts(stage) == before


# Forms about oneself have no stranger.
_OF_OTHERS = [name for name, form in FORMS.items() if not form.public and (form.names or form.who != "creator")]


@pytest.mark.parametrize("endpoint", _OF_OTHERS)
def test_a_stranger_finds_nothing(stage: Scene, endpoint: str) -> None:
    before = counts(stage)
    assert_told(_sender(stage, endpoint, STRANGER).send({}))
    assert counts(stage) == before


@pytest.mark.parametrize("endpoint", [name for name, form in FORMS.items() if form.names])
def test_what_does_not_exist_is_not_found(stage: Scene, endpoint: str) -> None:
    before, form = counts(stage), FORMS[endpoint]
    nowhere = {
        key: "999999" if key.endswith("_id") else "2001-01-01" if key == "day" else "NOWHERE" for key in form.names
    }
    sender = Sender(stage, endpoint, forms.Form(form.who, nowhere), form.who)
    assert_told(sender.send({}))
    assert counts(stage) == before


@pytest.mark.parametrize("endpoint", [name for name, form in FORMS.items() if not form.public])
def test_nobody_is_shown_the_door(stage: Scene, endpoint: str) -> None:
    before = counts(stage)
    response = _sender(stage, endpoint, "").send({})
    if response.status_code in (302, 303):
        assert "/login" in response.headers["Location"]
    else:
        assert_told(response)
    assert counts(stage) == before


@pytest.mark.parametrize("endpoint", [name for name in FORMS if not name.startswith(WITHOUT_TOKEN)])
def test_a_forged_form_is_refused_in_words(stage: Scene, endpoint: str) -> None:
    before = counts(stage)
    response = _sender(stage, endpoint).send({}, forged=True)
    assert response.status_code == 400
    assert_told(response)
    assert counts(stage) == before


_OF_A_DRAFT = [
    name for name, form in FORMS.items() if form.who == "creator" and (form.names.get("number") or "slug" in form.names)
]
# Leaving, or reading, is possible at any time; a team may grow; and what is a draft already stays one. Who should not
# judge is asked until the judging begins.
_ALWAYS = {
    "acquaintances.add",
    "acquaintances.remove",
    "entries.withdraw",
    "entries.preview_ai",
    "entries.cancel_upload",
    "entries.dismiss",
    "entries.ask_consent",
    "entries.invite",
    "entries.reopen",
}


@pytest.mark.parametrize("endpoint", [name for name in _OF_A_DRAFT if name not in _ALWAYS])
def test_after_the_deadline_nothing_changes(own_stage: Scene, endpoint: str) -> None:
    sender = _sender(own_stage, endpoint)
    written = sender.filled() if sender.form.page else {}
    with db.unit_of_work(own_stage.sessions) as session:
        session.execute(sa.update(Call).values(closes_at=clock.now() - timedelta(days=2)))
    before = counts(own_stage)
    assert_told(sender.send(written))
    assert counts(own_stage) == before


@pytest.mark.parametrize("endpoint", [name for name, form in FORMS.items() if form.written])
def test_the_same_form_twice_at_once_counts_once(
    original: Scene, own_stage: Scene, tmp_path: Path, endpoint: str
) -> None:
    sender = _sender(own_stage, endpoint)
    written, before = sender.filled(), counts(own_stage)
    browsers, path = [sender.browser(), sender.browser()], sender.path()
    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(browser.post, path, data=written) for browser in browsers]
        answers = [one.result().status_code for one in sent]
    together = counts(own_stage)
    assert min(answers) < 400, answers
    assert max(answers) < 500, answers
    (tmp_path / "alone").mkdir()
    alone = scene.copied(original, tmp_path / "alone")
    assert _sender(alone, endpoint).send(_sender(alone, endpoint).filled()).status_code < 400
    assert _grown(before, together) == _grown(before, counts(alone))


def _grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in before if after[name] != before[name]}
