"""Fixtures of the whole suite: real databases, the real application, people who sign in.

Every database test runs on SQLite and on PostgreSQL, each on a fresh copy of a migrated template, with real commits.
`--db sqlite` (or postgres) runs one of them only, for a quick look.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as examples
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from portal import db, i18n
from portal.media import tickets
from portal.media.models import Slot
from portal.settings import Settings
from portal.upgrade import upgrade
from tests import builders, servers, services

# How long an example or a page takes depends on what else the machine does; it says nothing of the code.
examples.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("unhurried")
expect.set_options(timeout=20_000)
SECRET, BASE_URL = "k" * 40, "http://portal.test"
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
_MARKS = {"sqlite": pytest.mark.sqlite, "postgres": pytest.mark.postgres}
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", default="both", choices=("both", "sqlite", "postgres"), help="databases to test on")


def pytest_configure(config: pytest.Config) -> None:
    # Every stage has an application of its own; all of them show the same templates, which are compiled once.
    assert config.cache
    compiled = FileSystemBytecodeCache(str(config.cache.mkdir("templates")))
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": compiled}
    if not hasattr(config, "workerinput"):
        servers.start(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        servers.stop(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        alone = metafunc.definition.get_closest_marker("database")
        kinds = [kind for kind in (alone.args if alone else _MARKS) if chosen in ("both", kind)]
        metafunc.parametrize("database_url", [pytest.param(kind, marks=_MARKS[kind]) for kind in kinds], indirect=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    path = tmp_path_factory.mktemp("template") / "portal.sqlite3"
    upgrade(f"sqlite:///{path}")
    db.engine_for(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of this test's own."""
    if request.param == "sqlite":
        path = tmp_path / "portal.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
        yield url
        _let_go(url)
    else:
        with servers.cloned_postgres() as url:
            yield url
            _let_go(url)


def _let_go(url: str) -> None:
    """Close the test's connections; one that is still held would be closed by chance, in the middle of another test."""
    engine = db.engine_for(url)
    if engine.pool.checkedout():
        gc.collect()  # an error that was caught may still hold its frames in a circle, and these a session
    held = engine.pool.checkedout()
    engine.dispose()
    assert not held, f"{held} database connections were not given back"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """An installation on this test's database and folder; no broker, so nothing rings behind the test's back."""
    return Settings(data=tmp_path / "data", database_url=database_url, secret_key=SECRET, base_url=BASE_URL)


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The same installation in os.environ, as the worker's tasks read it."""
    monkeypatch.setenv("PORTAL_DATA", str(settings.data))
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PORTAL_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("PORTAL_BASE_URL", settings.base_url)
    return settings


@pytest.fixture
def sessions(settings: Settings) -> sessionmaker[Session]:
    """Sessions as the portal's own."""
    return db.sessions(settings)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One session; the test commits what others should see."""
    with sessions() as found:
        yield found


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The real application, built once for each process: compiling its templates takes longest."""
    from portal.app import create_app

    data = tmp_path_factory.mktemp("built")
    url = f"sqlite:///{data / 'never.sqlite3'}"
    return create_app(Settings(data=data, database_url=url, secret_key=SECRET, base_url=BASE_URL))


@pytest.fixture
def app(built: Flask, settings: Settings) -> Flask:
    """The real application on this test's own database and folder."""
    from portal.app import kernel

    built.extensions["portal"] = kernel(settings)
    built.config["WTF_CSRF_ENABLED"] = True
    return built


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser without JavaScript."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, sessions: sessionmaker[Session]) -> Callable[..., FlaskClient]:
    """A browser signed in as a person."""
    from portal.accounts import service

    app.config["WTF_CSRF_ENABLED"] = False

    def signed_in(person_id: int) -> FlaskClient:
        with sessions() as session:
            token = service.start_session(session, person_id)
            session.commit()
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie["t"] = token
        return browser

    return signed_in


@pytest.fixture
def upload_headers(session: Session, settings: Settings, sign_in: Callable[[int], FlaskClient]) -> dict[str, str]:
    """What a creator's tus client sends along: the session's cookie and a film's ticket."""
    person = builders.person(session)
    entry = builders.entry(session, builders.call(session, builders.edition(session)), person)
    session.commit()
    cookie = sign_in(person.id).get_cookie("pan")
    assert cookie is not None
    ticket = tickets.issue_upload(settings.secret_key, tickets.UploadTicket(person.id, entry.id, Slot.FILM))
    return {"Cookie": f"pan={cookie.value}", "X-Upload-Ticket": ticket}


@pytest.fixture
def count_queries(settings: Settings) -> Iterator[Callable[[], int]]:
    """How many statements ran on the test's database since the last call."""
    seen = [0]

    def note(*_: object) -> None:
        seen[0] += 1

    engine = db.engine_for(settings.database_url)
    sa.event.listen(engine, "before_cursor_execute", note)

    def since() -> int:
        found, seen[0] = seen[0], 0
        return found

    yield since
    sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(autouse=True)
def korean() -> None:
    """Tests speak Korean unless they say otherwise, as the portal does."""
    i18n.set_locale("ko")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium, one for each process: Playwright's loop cannot be entered twice."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=services.chromium(), args=CHROMIUM)
        yield launched
        launched.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application answering on a port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def window(browser: Browser, app: Flask, session: Session, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a window on the live portal, signed in as the person with an id, or as nobody."""
    from portal.accounts import service

    opened: list[BrowserContext] = []

    def open_for(person_id: int | None = None, *, width: int = 1440, **options: Any) -> Page:
        context = browser.new_context(base_url=address, viewport={"width": width, "height": 1000}, **options)
        context.set_default_timeout(15_000)
        opened.append(context)
        if person_id is not None:
            token = service.start_session(session, person_id)
            session.commit()
            signer = SecureCookieSessionInterface().get_signing_serializer(app)
            assert signer is not None
            context.add_cookies([{"name": "pan", "value": str(signer.dumps({"t": token})), "url": address}])
        return context.new_page()

    yield open_for
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The design team's shared material; absent from a fresh clone elsewhere."""
    if not SHARED.is_dir() or os.environ.get("PORTAL_TEST_WITHOUT_SHARED"):
        pytest.skip("the shared folder is not beside this checkout")
    return SHARED
