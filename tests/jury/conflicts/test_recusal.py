"""Stepping back: every address of the film ends for that juror at once, and nobody else's number or page moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.jury import queries
from portal.jury.assigning import leaving
from portal.jury.assigning.models import Assignment
from portal.jury.results import service as results
from portal.jury.results.models import Result
from portal.jury.scoring import service as scoring
from portal.media import reel, tickets, viewing
from portal.media.models import Asset, Rendition
from portal.policies import SYSTEM, Actor, Grant, Role, Scope
from portal.settings import Settings
from tests.jury.conftest import Jury
from tests.media import stored
from tests.worlds import Answer

SignIn = Callable[[int], FlaskClient]


@dataclass
class Playing:
    """A juror in front of a film that plays, with the addresses the page gave out."""

    browser: FlaskClient
    code: str
    addresses: list[str]
    viewing: str

    def statuses(self) -> list[int]:
        found = [self.browser.get(path, buffered=True).status_code for path in self.addresses]
        return [*found, self.browser.post(self.viewing, data={"spans": "0-1"}).status_code]


@pytest.fixture
def playing(
    published: Jury,
    session: Session,
    settings: Settings,
    sign_in: SignIn,
    own_film: Callable[[int], str],
    tmp_path: Path,
) -> Playing:
    code = own_film(0)
    assignment = session.scalars(sa.select(Assignment).where(Assignment.code == code)).one()
    film = stored.store_film(session, tmp_path)
    film.asset.entry_id = assignment.entry_id
    captions = stored.store_captions(session, film, tmp_path)
    session.commit()
    viewer = Actor(
        "person", published.people[0].id, frozenset({Grant(Role.JUROR, Scope.EDITION, published.edition.id)})
    )
    session.expire_all()
    right = leaving.right(assignment)
    shown = reel.of_entry(session, assignment.entry_id, viewer=viewer, under=right)
    assert shown is not None
    words = session.scalars(sa.select(Rendition).where(Rendition.asset_id == captions.id)).one()
    ladder = f"{shown.stream}".removesuffix("/master.m3u8")
    addresses = [shown.src, shown.poster, f"{ladder}/master.m3u8", f"{ladder}/360.mp4"]
    addresses += [tickets.playback_path(settings.secret_key, words, viewer=viewer, minutes=9, under=right)]
    told = viewing.path(settings.secret_key, session.get_one(Asset, film.asset.id), viewer=viewer, under=right)
    session.commit()
    return Playing(sign_in(viewer.person_id or 0), code, [one for one in addresses if one], told)


def test_addresses_given_out_before_end_with_the_recusal(playing: Playing) -> None:
    assert playing.statuses() == [200, 200, 200, 200, 200, 204]
    playing.browser.post(f"/ko/jury/{playing.code}/recuse", data={"reason": "같은 회사"})
    assert playing.statuses() == [404] * 6


def test_the_page_gives_out_addresses_that_end(playing: Playing) -> None:
    page = playing.browser.get(f"/ko/jury/{playing.code}").text
    given = [part.split('"')[0] for part in page.split('="') if part.startswith("/media/")]
    assert given
    playing.browser.post(f"/ko/jury/{playing.code}/recuse", data={"reason": "같은 회사"})
    assert {playing.browser.get(path, buffered=True).status_code for path in given} == {404}


def test_every_address_of_the_film_is_as_absent_as_a_strangers(
    published: Jury, app: Flask, sign_in: SignIn, own_film: Callable[[int], str]
) -> None:
    browser, code = sign_in(published.people[0].id), own_film(0)
    browser.post(f"/ko/jury/{code}/recuse", data={"reason": "같은 회사"}, follow_redirects=True)
    rules = [
        (method, rule.rule.split("<code>")[1])
        for rule in app.url_map.iter_rules()
        if "/jury/<code>" in rule.rule and "<" not in rule.rule.split("<code>")[1]
        for method in (rule.methods or set()) & {"GET", "POST"}
    ]
    assert len(rules) >= 7, rules
    for method, rest in rules:
        mine = browser.open(f"/ko/jury/{code}{rest}", method=method, data={"reason": "x", "scores": "1"})
        absent = browser.open(f"/ko/jury/NOSUCHCODE{rest}", method=method, data={"reason": "x", "scores": "1"})
        assert mine.status_code == absent.status_code == 404, rest
        assert mine.text.replace(code, "NOSUCHCODE") == absent.text


def _score_all(session: Session, jury: Jury, *, but: str) -> None:
    for n, code in enumerate(session.scalars(sa.select(Assignment.code).order_by(Assignment.id)).all()):
        if code != but:
            _score(session, code, 3 + n % 7)
    session.commit()


def _score(session: Session, code: str, value: int) -> None:
    assignment = queries.assignment_to_score(session, code)
    assert assignment is not None
    criteria = queries.weights(session, assignment)
    by = Actor("person", assignment.juror.person_id)
    scoring.submit(session, assignment, criteria, scores={one.id: value for one in criteria}, comment="", by=by)
    session.flush()
    session.expunge_all()


def _results(session: Session, jury: Jury) -> list[tuple[object, ...]]:
    round_ = queries.round_by_code(session, jury.round.code)
    assert round_ is not None
    results.recompute(session, round_)
    columns = (Result.entry_id, Result.n, Result.mean, Result.score, Result.low, Result.high, Result.rank, Result.p_top)
    found = [tuple(row) for row in session.execute(sa.select(*columns).order_by(Result.entry_id))]
    session.commit()
    return found


def test_results_are_as_if_the_sheet_had_never_been(
    published: Jury, session: Session, own_film: Callable[[int], str]
) -> None:
    code = own_film(0)
    _score_all(session, published, but=code)
    without = _results(session, published)
    _score(session, code, 10)
    session.commit()
    assert _results(session, published) != without
    found = queries.assignment_by_code(session, code)
    assert found is not None
    scoring.recuse(session, found, reason="같은 회사", by=SYSTEM)
    session.commit()
    assert queries.waiting_for_results(session) == [published.round.id], "the sweep finds it without the ring"
    session.commit()
    assert _results(session, published) == without


def test_other_jurors_see_the_same_to_the_byte(
    published: Jury, session: Session, sign_in: SignIn, own_film: Callable[[int], str]
) -> None:
    code = own_film(0)
    _score_all(session, published, but="")
    others = {n: (sign_in(published.people[n].id), own_film(n)) for n in range(1, 6)}

    def seen() -> list[Answer]:
        paths = [(browser, path) for browser, own in others.values() for path in ("/ko/jury", f"/ko/jury/{own}")]
        return [Answer.of(browser.get(path)) for browser, path in paths]

    with time_machine.travel(clock.now(), tick=False):
        before = seen()
        assert all(one.status == 200 for one in before)
        sign_in(published.people[0].id).post(f"/ko/jury/{code}/recuse", data={"reason": "같은 회사"})
        session.expire_all()
        state = session.scalars(sa.select(Assignment.state).where(Assignment.code == code)).one()
        session.commit()
        assert state == "recused"
        assert seen() == before
