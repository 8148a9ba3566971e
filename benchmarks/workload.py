"""The demo festival at its real scale, people signed in, and the requests that each page is measured by."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlencode

import sqlalchemy as sa
from flask import Flask, Response, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts import service
from portal.accounts.models import Person
from portal.calls.models import Call
from portal.demo.cast import DOMAIN
from portal.entries.forms import DECLARATIONS
from portal.jury.assigning.models import Assignment
from portal.jury.models import Criterion, Juror, Round
from portal.lifecycles import AssignmentState
from tests import builders
from tests.entries import made

OPEN = (AssignmentState.PUBLISHED, AssignmentState.IN_PROGRESS)
SCORES = itertools.cycle(range(3, 10))


@dataclass(frozen=True)
class Page:
    """One kind of request; `once` says that each of them can be sent a single time."""

    requests: Sequence[str]
    status: int = 200
    once: bool = False


@dataclass(frozen=True)
class Browser:
    """A signed-in browser: its cookie, and the token its forms carry."""

    cookie: str
    csrf: str

    def get(self, path: str, **headers: str) -> str:
        """A page asked for, as it goes over the wire."""
        return _request("GET", path, {"Cookie": self.cookie, **headers})

    def post(self, path: str, fields: Sequence[tuple[str, str]], **headers: str) -> str:
        """A form sent, with its token."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode([("csrf_token", self.csrf), *fields])
        return _request("POST", path, {"Cookie": self.cookie, **kind, **headers}, body)


def get(path: str, **headers: str) -> str:
    """A page asked for by a visitor."""
    return _request("GET", path, headers)


def _request(method: str, path: str, headers: dict[str, str], body: str = "") -> str:
    named = {"Host": "pan.example", "Accept-Language": "ko", **headers}
    if body:
        named["Content-Length"] = str(len(body.encode()))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", body])


def browser(app: Flask, database: Session, person_id: int) -> Browser:
    """Sign a person in as the portal does; the caller commits."""
    token = service.start_session(database, person_id)
    with app.test_request_context():
        session["t"] = token
        session.permanent = True
        csrf = generate_csrf()
        response = Response()
        app.session_interface.save_session(app, session, response)
    return Browser(response.headers["Set-Cookie"].partition(";")[0], csrf)


def pages(app: Flask, database: Session, *, submissions: int) -> dict[str, Page]:
    """Every page by name. Writes sessions, and as many drafts ready to be submitted."""
    people = {local: _person(database, local) for local in ("juror", "chair", "organizer")}
    # In production a desk's roles count only with the second step of sign-in.
    database.execute(sa.update(Person).where(Person.id.in_(people.values())).values(totp_secret="A" * 32))
    staff = {local: browser(app, database, person_id) for local, person_id in people.items()}
    found = {
        **_jury(app, database, staff["juror"], people["juror"]),
        **_desk(database, staff["organizer"], staff["chair"]),
        **_public(app),
        "submit": Page(list(_submissions(app, database, submissions)), 302, once=True),
    }
    database.commit()
    return found


def _person(database: Session, local: str) -> int:
    return database.scalars(sa.select(Person.id).where(Person.email == f"{local}@{DOMAIN}")).one()


def _jury(app: Flask, database: Session, juror: Browser, person_id: int) -> dict[str, Page]:
    """Half of the open sheets are saved over and over, the other half is handed in, each once."""
    own = _open_films(database, Juror.person_id == person_id)
    sheets = list(_sheets(app, database))
    autosave = [one.post(path, fields, X_Autosave="1") for one, path, fields in sheets[::2]]
    return {
        "juror_list": Page([juror.get("/ko/jury")]),
        "scoring_page": Page([juror.get(f"/ko/jury/{code}") for _, code, _ in own]),
        "score_autosave": Page(autosave),
        "score_hand_in": Page([one.post(path, fields) for one, path, fields in sheets[1::2]], 303, once=True),
    }


def _sheets(app: Flask, database: Session) -> Iterator[tuple[Browser, str, list[tuple[str, str]]]]:
    """(juror's browser, address, scores) of each film that any juror still has to score."""
    browsers: dict[int, Browser] = {}
    for person_id, code, fields in _open_films(database, sa.true()):
        if person_id not in browsers:
            browsers[person_id] = browser(app, database, person_id)
        yield browsers[person_id], f"/ko/jury/{code}/scores", fields


def _open_films(database: Session, whose: sa.ColumnElement[bool]) -> list[tuple[int, str, list[tuple[str, str]]]]:
    """(juror's person, assignment, scores for its criteria) of open sheets, the jurors taking turns."""
    rows = database.execute(
        sa.select(Juror.person_id, Assignment.code, Juror.panel_id)
        .join(Juror, Juror.id == Assignment.juror_id)
        .where(whose, Assignment.state.in_(OPEN))
        .order_by(Assignment.position, Juror.id)
    )
    criteria: dict[int, list[str]] = {}
    for panel_id, code in database.execute(sa.select(Criterion.panel_id, Criterion.code)):
        criteria.setdefault(panel_id, []).append(code)
    return [
        (row.person_id, row.code, [(f"score-{code}", str(next(SCORES))) for code in criteria[row.panel_id]])
        for row in rows
    ]


def _desk(database: Session, organizer: Browser, chair: Browser) -> dict[str, Page]:
    code = database.scalars(sa.select(Round.code).order_by(Round.position.desc()).limit(1)).one()
    last = 11  # pages of fifty that the demo's ranking has
    words = ("기계", "편지", "바다", "a", "PAN27-01")
    return {
        "entry_list": Page([organizer.get(f"/ko/ops/entries?page={n}") for n in range(1, 42)]),
        "entry_search": Page([organizer.get(f"/ko/ops/entries?q={quote(word)}") for word in words]),
        "ranking": Page([chair.get(f"/ko/ops/results/{code}?page={n}") for n in range(1, last)]),
        "dashboard": Page([organizer.get("/ko/ops")]),
    }


def _public(app: Flask) -> dict[str, Page]:
    etag = app.test_client().get("/api/v1/schedule.json").headers["ETag"]
    return {
        "schedule": Page([get("/ko/schedule")]),
        "schedule_json": Page([get("/api/v1/schedule.json")]),
        "schedule_json_304": Page([get("/api/v1/schedule.json", If_None_Match=etag)], 304),
        "home": Page([get("/ko/")]),
    }


def _submissions(app: Flask, database: Session, count: int) -> Iterator[str]:
    """The last step of submitting: a whole draft of a person of its own, every declaration ticked."""
    call = database.scalars(sa.select(Call).order_by(Call.id).limit(1)).one()
    call.closes_at = clock.now() + timedelta(days=12)
    ticked = [("declarations", name) for name in DECLARATIONS]
    for _ in range(count):
        owner = builders.person(database)
        entry = made.whole(database, call, owner)
        yield browser(app, database, owner.id).post(f"/ko/entries/{entry.number}/submit", ticked)
        call = database.get_one(Call, entry.call_id)
