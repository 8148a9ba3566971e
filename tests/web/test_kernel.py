"""The web kernel: deny, load, commit or roll back, headers on everything, errors in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Person
from portal.app import create_app
from portal.policies import anyone, signed_in
from portal.settings import Settings
from portal.web import current
from portal.web.access import guard
from portal.web.failures import failure
from tests import builders


@pytest.fixture
def planted(settings: Settings) -> Flask:
    """The application with a few views of the test's own."""
    app = create_app(settings)

    def unguarded(status: int) -> tuple[str, int]:
        builders.person(current.session(), email=f"written{status}@example.test")
        return "done", status

    write = guard(anyone)(unguarded)

    @guard(anyone)
    def crash() -> str:
        builders.person(current.session(), email="crash@example.test")
        raise RuntimeError("a secret in the message")

    @guard(signed_in)
    def own() -> str:
        return "own"

    app.add_url_rule("/planted/<int:status>", "planted.write", write, methods=["GET", "POST"])
    app.add_url_rule("/planted/asked/<int:status>", "planted.asked", guard(anyone, writes=True)(unguarded))
    app.add_url_rule("/planted/crash", "planted.crash", crash, methods=["POST"])
    app.add_url_rule("/planted/own", "planted.own", own, methods=["GET", "POST"])
    app.add_url_rule("/planted/bare", "planted.bare", lambda: "open")
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def _written(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        return list(session.scalars(sa.select(Person.email)))


@pytest.mark.parametrize(("status", "kept"), [(200, True), (303, True), (400, False), (409, False), (422, False)])
def test_a_request_commits_below_400_only(
    planted: Flask, sessions: sessionmaker[Session], status: int, kept: bool
) -> None:
    assert planted.test_client().post(f"/planted/{status}").status_code == status
    assert bool(_written(sessions)) is kept


@pytest.mark.parametrize(("path", "kept"), [("/planted/200", False), ("/planted/asked/200", True)])
def test_a_get_keeps_what_it_wrote_only_where_its_view_says_so(
    planted: Flask, sessions: sessionmaker[Session], path: str, kept: bool
) -> None:
    assert planted.test_client().get(path).status_code == 200
    assert bool(_written(sessions)) is kept


def test_a_crash_rolls_back_and_says_a_code_but_no_secret(planted: Flask, sessions: sessionmaker[Session]) -> None:
    answer = planted.test_client().post("/planted/crash")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "저희 쪽에서 문제가 생겼어요" in text
    assert "secret" not in text
    assert _written(sessions) == []


def test_a_view_without_a_policy_is_refused(planted: Flask) -> None:
    answer = planted.test_client().get("/planted/bare")
    assert answer.status_code == 500
    assert "open" not in answer.get_data(as_text=True).replace("openapi", "")


def test_a_visitor_is_sent_to_the_door_and_back(planted: Flask) -> None:
    browser = planted.test_client()
    answer = browser.get("/planted/own?a=1")
    assert answer.status_code == 302
    assert (
        "next=/planted/own?a%3D1" in answer.headers["Location"] or "next=%2Fplanted%2Fown" in answer.headers["Location"]
    )
    assert browser.post("/planted/own").status_code == 401


@pytest.mark.parametrize("path", ["/health", "/ko/", "/ko/nothing-here", "/planted/bare", "/static/css/tokens.css"])
def test_every_answer_carries_the_policy_of_the_page(planted: Flask, path: str) -> None:
    with planted.test_client().get(path) as answer:
        headers = answer.headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_personal_page_is_never_stored(session: Session, sign_in: Callable[..., FlaskClient]) -> None:
    person = builders.person(session)
    session.commit()
    answer = sign_in(person.id).get("/ko/me")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_ten_megabytes_of_text_are_refused_in_words(client: FlaskClient) -> None:
    answer = client.post("/ko/login", data={"email": "x" * 10_000_000})
    assert answer.status_code == 413
    assert "너무 커요" in answer.get_data(as_text=True)


def test_a_form_without_its_token_is_refused_in_words(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/en/login", data={"email": "a@example.com"})
    assert answer.status_code == 400
    assert "The form was open too long" in answer.get_data(as_text=True)


def test_the_language_is_the_pages_own(client: FlaskClient) -> None:
    assert '<html lang="en"' in client.get("/en/login").get_data(as_text=True)
    assert '<html lang="ko"' in client.get("/ko/login", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert client.get("/fr/login").status_code == 404


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503, 507])
def test_every_failure_has_a_page(app: Flask, status: int) -> None:
    with app.test_request_context("/ko/"):
        answer = failure(status, code="7F3A")
        assert answer.status_code == status
        assert "<h1" in answer.get_data(as_text=True)
