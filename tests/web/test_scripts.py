"""The scripts against a server that answers late, wrongly or not at all: nothing typed is ever lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask, Response, jsonify, request, url_for
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from portal import i18n, paths
from portal.web import components

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="ko"><head><title>시험</title></head><body>
{{ saved(state='') }}
<form id="entry" method="post" action="/submit" data-autosave="/save" data-preview="/label">
  {{ csrf() }}{{ revision(7) }}{{ field('title', '제목', '') }}
  {{ phasematrix([('SCR', '대본', '')], [('N', '안 씀', '', 0), ('G', 'AI 생성', '', 3)], {}) }}
  {{ btn('제출') }}</form>
<div id="pv-label" data-live>전</div>
<input id="code" value="9f2c"><button type="button" data-copy="#code" data-copied="복사했어요">복사</button>
{{ toastregion() }}{{ offline() }}
{% for name in ('app', 'autosave', 'disclosure', 'copy') %}
{{ scriptfile('js/' ~ name ~ '.js') }}{% endfor %}
</body></html>"""


@dataclass
class Office:
    """The server's side: what arrived, and how it answers next."""

    saved: list[dict[str, str]] = field(default_factory=list)
    submitted: int = 0
    answer: Callable[[], Response] = field(default=lambda: jsonify(rev=8, time="14:02", errors={}))


def _application(office: Office) -> Flask:
    app = Flask(__name__, static_folder=str(paths.STATIC), template_folder=str(paths.TEMPLATES))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        _=i18n.translate,
        ngettext=i18n.ngettext,
        csrf_token=lambda: "token",
        static_url=lambda path: url_for("static", filename=path),
    )
    components.register(app.jinja_env)

    @app.get("/")
    def form() -> str:
        i18n.set_locale("ko")
        return app.jinja_env.from_string(PAGE).render()

    @app.post("/save")
    def save() -> Response:
        office.saved.append(request.form.to_dict())
        return office.answer()

    @app.post("/label")
    def label() -> str:
        return f"<div id='pv-label'>{request.form['degree-SCR']}</div>"

    @app.post("/submit")
    def submit() -> tuple[str, int]:
        office.submitted += 1
        threading.Event().wait(0.6)
        return "", 204

    return app


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def page(browser: Browser, office: Office) -> Iterator[Page]:
    server = make_server("127.0.0.1", 0, _application(office), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    opened.goto(f"http://127.0.0.1:{server.server_port}/")
    yield opened
    context.close()
    server.shutdown()
    thread.join()


def test_a_pause_saves_once_and_says_when(page: Page, office: Office) -> None:
    page.locator("#title").press_sequentially("편지", delay=50)
    expect(page.locator("#saved")).to_have_text("저장됨 · 14:02")
    assert [one["title"] for one in office.saved] == ["편지"]
    assert office.saved[0]["rev"] == "7"
    expect(page.locator("#entry [data-rev]")).to_have_value("8")
    expect(page.locator("#title")).to_be_focused()


def test_an_error_is_shown_after_leaving_the_field_and_goes_when_mended(page: Page, office: Office) -> None:
    office.answer = lambda: jsonify(rev=8, time="14:02", errors={"title": "제목을 적어 주세요"})
    page.locator("#title").fill("가")
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    expect(page.locator("#e-title")).to_be_hidden()
    page.locator("#title").blur()
    page.locator("#title").fill("")
    expect(page.locator("#e-title")).to_have_text("제목을 적어 주세요")
    office.answer = lambda: jsonify(rev=9, time="14:03", errors={})
    page.locator("#title").fill("편지")
    expect(page.locator("#e-title")).to_be_hidden()


def test_a_broken_server_is_asked_again_until_it_answers(page: Page, office: Office) -> None:
    good = office.answer
    office.answer = lambda: Response(status=503)
    page.locator("#title").fill("편지")
    expect(page.locator("#saved")).to_have_attribute("data-state", "failed")
    office.answer = good
    expect(page.locator("#saved")).to_have_text("저장됨 · 14:02")
    assert {one["title"] for one in office.saved} == {"편지"}


def test_offline_keeps_the_words_and_saves_them_on_return(page: Page, office: Office) -> None:
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    page.locator("#title").fill("편지를 쓰는 기계")
    expect(page.locator("#saved")).to_have_attribute("data-state", "failed")
    assert office.saved == []
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_have_text("저장됨 · 14:02")
    assert office.saved[-1]["title"] == "편지를 쓰는 기계"
    expect(page.locator("#offline")).to_be_hidden()


def test_a_conflict_shows_both_versions_and_touches_nothing(page: Page, office: Office) -> None:
    panel = "<main><form id='conflict' tabindex='-1'><h2>박민서 님이 고쳤어요</h2></form></main>"
    office.answer = lambda: Response(panel, status=409, mimetype="text/html")
    page.locator("#title").fill("내 제목")
    expect(page.locator("#conflict")).to_be_focused()
    expect(page.locator("#title")).to_have_value("내 제목")
    assert len(office.saved) == 1


def test_the_label_follows_the_answers_and_comes_from_the_server(page: Page) -> None:
    page.locator("#degree-SCR-G").check()
    expect(page.locator("#pv-label")).to_have_text("G")


def test_two_presses_submit_once(page: Page, office: Office) -> None:
    page.evaluate("() => { const b = document.querySelector('#entry button'); b.click(); b.click(); }")
    page.wait_for_timeout(1200)
    assert office.submitted == 1


def test_copying_says_so(page: Page) -> None:
    page.get_by_role("button", name="복사").click()
    expect(page.locator("#toasts")).to_contain_text("복사했어요")
    assert page.evaluate("navigator.clipboard.readText()") == "9f2c"
