"""Every page in both languages, lights and widths: axe finds nothing, and nothing sticks out sideways.

The list of pages is the application's own; a route without an example in tests/pages.py fails.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask, url_for
from playwright.sync_api import Browser, BrowserContext, Page

from portal import db
from portal.app import create_app
from portal.settings import Settings
from tests import pages, scene
from tests.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]
_RUN = """rules => axe.run(document, rules).then(found => found.violations.map(
    one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 160)).join(' | ')}`))"""
# Addresses that answer with a file, a calendar, JSON, or the way to a page. The API of pages is what people see.
NO_PAGES = """entries.prompt_file entries.pack_file entries.own_paper entries.paper_file front.door static
    health.alive health.ready
    api.description api.schedule media.play media.picture
    programme.schedule programme.schedule_calendar programme.day_calendar programme.plan_feed programme.mine_calendar
    programme.export api.schedule_day programme.screening_calendar programme.calendar audience.calendar
    programme.run_sheet_paper live.stage_events
    audience.check_list audience.ticket_paper audience.ticket_card audience.entrance_list audience.entrance_worker
    audience.absent_sheet     live.ballot_here live.reactions_sheet live.reactions_paper
    school.guardian_forms school.certificate_papers school.certificate
    minutes.paper entries.receipt_document scores.export scores.data
    organizer.export_sheet mailbox.attachment
    mailbox.delivered_html mail.letter_html mail.recipients broadcasts.face notices.body notices.file
    push_worker.script entries.film_status programme.desk entries.eligibility_queue
    accounts.second_step public.label_file entries.label_file front.mining_reserved"""
_STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
WIDTHS = (1440, 390)
NARROWEST = 320


def _routes() -> list[str]:
    nowhere = Settings(data=Path("/nonexistent"), database_url="sqlite:////nonexistent/x", secret_key="k" * 40)
    rules = create_app(nowhere).url_map.iter_rules()
    return sorted({rule.endpoint for rule in rules if "GET" in (rule.methods or ())})


@dataclass(frozen=True)
class House:
    """A running portal and the browser that walks through it."""

    scene: Scene
    browser: Browser
    things: dict[str, object]

    def address(self, endpoint: str, values: dict[str, object], language: str) -> str:
        """The path of a page."""
        app: Flask = self.scene.app
        with app.test_request_context():
            known = {"lang": language} if app.url_map.is_endpoint_expecting(endpoint, "lang") else {}
            return url_for(endpoint, **values, **known)

    def door(self, who: str) -> BrowserContext:
        """A browser window of a person, as wide as a desk."""
        context = self.browser.new_context(
            base_url=self.scene.settings.base_url,
            viewport={"width": WIDTHS[0], "height": 900},
            reduced_motion="reduce",
            color_scheme="light",
            bypass_csp=True,
        )
        if who:
            cookie = {"name": "pan", "value": self.scene.cookie(who), "url": self.scene.settings.base_url}
            context.add_cookies([cookie])
        return context


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all of xdist's workers."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def house(shared_folder: Path, browser: Browser) -> Iterator[House]:
    """The demo festival, served."""
    with served(scene.loaded(shared_folder / "scene")) as stage:
        with stage.sessions() as session:
            things = scene.things(session)
        yield House(stage, browser, things)


@pytest.fixture(scope="session")
def empty_house(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[House]:
    """An edition on its first day: nobody but an organizer."""
    folder = tmp_path_factory.mktemp("empty")
    with served(scene.bare(folder)) as stage:
        yield House(stage, browser, {})


@contextmanager
def served(stage: Scene) -> Iterator[Scene]:
    """A gunicorn for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here = stage.at(f"http://127.0.0.1:{listener.getsockname()[1]}")
        command = ["-m", "gunicorn", "--threads", "4", "--no-control-socket", "--log-level", "error"]
        with subprocess.Popen(
            [sys.executable, *command, "--bind", f"fd://{listener.fileno()}", "portal.wsgi:app"],
            env={**os.environ, **scene.environment(here.settings)},
            pass_fds=[listener.fileno()],
        ) as process:
            try:
                yield here
            finally:
                process.terminate()
        db.engine_for(here.settings.database_url).dispose()


def test_every_page_has_an_example() -> None:
    routes = _routes()
    assert [route for route in routes if route not in pages.PAGES] == []
    assert [name for name in pages.PAGES if name not in routes] == []


@pytest.mark.parametrize("endpoint", _routes())
def test_axe_finds_nothing(house: House, endpoint: str) -> None:
    visit = pages.PAGES.get(endpoint)
    assert visit, f"{endpoint} has no example in tests/pages.py"
    if endpoint in NO_PAGES.split():
        return
    with house.door(visit.who) as window:
        page = window.new_page()
        found = []
        for language in ("ko", "en"):
            path = house.address(endpoint, visit.values(house.things), language)
            response = page.goto(path)
            assert response
            assert response.status == 200, f"{path} answers {response.status}"
            assert "text/html" in response.headers["content-type"], f"{path} is no page; name it in NO_PAGES"
            found += [f"{language} {problem}" for problem in problems(page)]
    assert found == []


STATES = {
    "a sign-in without an address": ("", "/ko/login"),
    "a booking without a name": ("", "screening"),
    "a profile without a name": ("creator", "/ko/me"),
    "an empty team invitation": ("creator", f"/ko/entries/{scene.DRAFT}/team"),
    "an unanswered grid": ("creator", f"/ko/entries/{scene.DRAFT}/ai"),
    "an unfinished entry": ("creator", f"/ko/entries/{scene.DRAFT}/review"),
    "a venue without a name": ("programmer", "/ko/ops/venues"),
    "a package without a title": ("programmer", "/ko/ops/packages"),
    "a call without a name": ("organizer", "/ko/ops/calls"),
    "a class without a name": ("organizer", "/ko/ops/school"),
    "a refusal without a reason": ("organizer", "eligibility"),
    "a round without a name": ("chair", "/ko/ops/rounds"),
}
_EMPTY_THE_LAST_FORM = """() => {
    const forms = [...document.querySelectorAll('main form[method=post]')].filter(form => !form.closest('dialog'));
    const form = forms.filter(one => one.querySelector('input:not([type=hidden]), textarea, select')).at(-1);
    for (const field of form.querySelectorAll('input[type=text], input[type=email], textarea')) field.value = '';
    for (const choice of form.querySelectorAll('input[type=radio]')) choice.checked = false;
    form.noValidate = true;
    const presses = ['button[name=next]', '.acts button, button:not(.vh)', 'button'];
    presses.map(which => form.querySelector(which)).find(Boolean).click();
}"""


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_a_refused_form(house: House, state: str) -> None:
    who, path = STATES[state]
    named = {
        "screening": f"/ko/screenings/{house.things['screening']}",
        "eligibility": f"/ko/ops/eligibility/{house.things['received']}",
    }
    with house.door(who) as window:
        page = window.new_page()
        page.goto(named.get(path, path))
        with page.expect_response(
            lambda one: one.request.method == "POST" and one.request.is_navigation_request()
        ) as answer:
            page.evaluate(_EMPTY_THE_LAST_FORM)
        assert answer.value.status == 422
        page.locator("#errsum").wait_for()
        assert problems(page) == []


EMPTY_LISTS = {
    "": "public.home public.films programme.schedule entries.calls_open",
    "organizer": """organizer.home organizer.trail organizer.export calls.index calls.team entries.desk mail.outbox
    entries.eligibility_queue school.cohorts rounds.index programme.desk programme.packages programme.talks
    programme.venues programme.releases audience.all_seats entries.own jury.home""",
}


@pytest.mark.parametrize("who", EMPTY_LISTS, ids=["visitor", "organizer"])
def test_axe_finds_nothing_where_nothing_is(empty_house: House, who: str) -> None:
    found = []
    with empty_house.door(who) as window:
        page = window.new_page()
        for endpoint in EMPTY_LISTS[who].split():
            response = page.goto(empty_house.address(endpoint, {}, "ko"))
            assert response
            assert response.status in (200, 404), f"{endpoint} answers {response.status}"
            found += [f"{endpoint} {problem}" for problem in problems(page)]
    assert found == []


def problems(page: Page) -> list[str]:
    """What axe finds in both widths and lights, and what sticks out of the narrowest window.

    The light changes colours only, so under the second one the rules about colour are asked again.
    """
    page.evaluate(AXE)
    page.add_style_tag(content=_STILL)  # a colour halfway between two lights is nobody's choice
    page.evaluate("document.fonts.ready.then(() => null)")
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        shine(page, "day")
        found += [f"{width} day {one}" for one in page.evaluate(_RUN, {"runOnly": TAGS})]
        shine(page, "night")
        found += [f"{width} night {one}" for one in page.evaluate(_RUN, {"runOnly": OF_COLOUR})]
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    sticking_out = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*found, *([f"{sticking_out} px too wide at {NARROWEST}"] if sticking_out > 0 else [])]


def shine(page: Page, light: str) -> None:
    page.evaluate("light => { document.documentElement.dataset.theme = light; }", light)
