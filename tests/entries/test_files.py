"""Film and pictures by plain form: taken by the same rules as a resumable upload, described, watched, cancelled."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from portal import clock
from portal.entries.models import Entry
from portal.lifecycles import AssetState, EntryState
from portal.media.models import Asset, Slot, Upload
from tests import builders
from tests.entries import made

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def owner(session: Session):
    return builders.person(session)


@pytest.fixture
def entry(session: Session, owner) -> Entry:
    return builders.entry(session, builders.call(session, builders.edition(session)), owner)


def kept(session: Session, statement: sa.Select[Any]) -> list[Any]:
    """What the database holds now, read in a transaction of its own."""
    with Session(session.get_bind()) as other:
        found = list(other.scalars(statement))
        other.expunge_all()
        return found


def png() -> io.BytesIO:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (800, 450), "navy").save(out, "PNG")
    out.seek(0)
    return out


def test_pictures_come_by_form_and_are_described_and_removed(session, owner, entry, sign_in: SignIn) -> None:
    number, stranger = entry.number, builders.person(session)
    session.commit()
    browser, other = sign_in(owner.id), sign_in(stranger.id)
    path = f"/ko/entries/{number}/images"
    for slot in ("poster", "still"):
        assert browser.post(path, data={"slot": slot, "picture": (png(), "바다.png")}).status_code == 302
    poster, still = kept(session, sa.select(Asset).order_by(Asset.id))
    assert [poster.slot, still.slot, poster.state] == [Slot.POSTER, Slot.STILL, AssetState.RECEIVED]
    assert poster.file_name == "바다.png"
    described = {"alt_ko": "바다 위의 종이 고래", "alt_en": "A paper whale"}
    assert browser.post(f"{path}/{poster.code}", data=described).status_code == 302
    assert kept(session, sa.select(Asset.alt_ko).where(Asset.id == poster.id)) == ["바다 위의 종이 고래"]
    too_long = browser.post(f"{path}/{poster.code}", data={"alt_ko": "가" * 301, "alt_en": ""})
    assert too_long.status_code == 422
    save = {"X-Autosave": "1"}
    saved = browser.post(f"{path}/{still.code}", data={"alt_ko": "", "alt_en": "Two whales"}, headers=save)
    assert (saved.status_code, saved.json["errors"]) == (200, {})
    refused = browser.post(f"{path}/{still.code}", data={"alt_ko": "", "alt_en": "w" * 301}, headers=save)
    assert list(refused.json["errors"]) == [f"alt_en-{still.code}"]
    assert kept(session, sa.select(Asset.alt_en).where(Asset.id == still.id)) == ["Two whales"]
    assert other.post(f"{path}/{poster.code}", data={"remove": "1"}).status_code == 404
    assert browser.post(f"{path}/{still.code}", data={"remove": "1"}).status_code == 302
    assert kept(session, sa.select(Asset.superseded_at).where(Asset.id == still.id))[0] is not None


def test_a_picture_of_another_entry_cannot_be_touched_through_ones_own(session, owner, entry, sign_in: SignIn) -> None:
    foreign = made.asset(session, entry, Slot.STILL)
    mine = builders.entry(session, builders.call(session, builders.edition(session)), owner)
    number, code = mine.number, foreign.code
    session.commit()
    answer = sign_in(owner.id).post(f"/ko/entries/{number}/images/{code}", data={"remove": "1"})
    assert answer.status_code == 404
    assert kept(session, sa.select(Asset.superseded_at)) == [None]


@pytest.mark.parametrize("data", [{}, {"slot": "poster"}, {"slot": "film", "picture": b""}])
def test_a_form_without_a_picture_says_what_to_do(session, owner, entry, sign_in: SignIn, data) -> None:
    number = entry.number
    session.commit()
    sent = {name: (io.BytesIO(value), "a.png") if isinstance(value, bytes) else value for name, value in data.items()}
    answer = sign_in(owner.id).post(f"/ko/entries/{number}/images", data=sent)
    assert answer.status_code == 422
    assert 'id="errsum"' in answer.text
    assert kept(session, sa.select(Asset)) == []


def test_a_film_comes_by_form_and_what_is_none_is_refused_with_a_sentence(
    session, owner, entry, sign_in: SignIn
) -> None:
    number = entry.number
    session.commit()
    browser, path = sign_in(owner.id), f"/ko/entries/{number}/film"
    assert browser.post(path, data={"film": (io.BytesIO(b"just text"), "film.mp4")}).status_code == 302
    (film,) = kept(session, sa.select(Asset))
    assert (film.slot, film.state) == (Slot.FILM, AssetState.REFUSED)
    page = browser.get(path)
    assert page.status_code == 200
    assert "MP4" in page.text
    assert "every 2s" not in page.text


def test_a_file_above_the_forms_limit_but_below_the_films_is_taken(session, owner, entry, sign_in: SignIn) -> None:
    number = entry.number
    session.commit()
    # As bytes: the test client would spool a large form into a file that it never closes.
    film = b"\0\0\0\x18ftypmp42" + b"\0" * 3_000_000
    head = b'--x\r\nContent-Disposition: form-data; name="film"; filename="large.mp4"\r\n\r\n'
    sent = {"data": head + film + b"\r\n--x--\r\n", "content_type": "multipart/form-data; boundary=x"}
    answer = sign_in(owner.id).post(f"/ko/entries/{number}/film", **sent)
    assert answer.status_code == 302
    assert kept(session, sa.select(Asset.size)) == [3_000_012]


def test_the_status_is_polled_while_the_film_is_checked_and_then_the_player_comes(
    session, owner, entry, sign_in
) -> None:
    film = made.film(session, entry, state=AssetState.PROBING, sha256=None, settled_at=None)
    number = entry.number
    session.commit()
    browser, htmx = sign_in(owner.id), {"HX-Request": "true"}
    fragment = browser.get(f"/ko/entries/{number}/film/status", headers=htmx)
    assert fragment.text.strip().startswith('<div id="film-status" hx-get=')
    assert "every 2s" in fragment.text
    assert "HX-Retarget" not in fragment.headers
    film.state, film.settled_at = AssetState.PLAYABLE, clock.now()
    session.commit()
    settled = browser.get(f"/ko/entries/{number}/film/status", headers=htmx)
    assert settled.headers["HX-Retarget"] == "#film-box"
    assert "every 2s" not in settled.text
    assert 'id="tasks-now" hx-swap-oob' in settled.text, "the list of tasks is told as well"


def test_a_running_upload_can_be_cancelled(session, owner, entry, sign_in: SignIn) -> None:
    film = made.film(session, entry, state=AssetState.UPLOADING, sha256=None, settled_at=None)
    session.add(
        Upload(code="u" * 20, asset=film, person_id=owner.id, length=10, expires_at=clock.now().replace(year=2099))
    )
    number = entry.number
    session.commit()
    browser = sign_in(owner.id)
    for _ in range(2):
        assert browser.post(f"/ko/entries/{number}/film/cancel").status_code == 302
    assert kept(session, sa.select(Upload)) == kept(session, sa.select(Asset)) == []


def test_watching_is_said_of_one_film_and_asked_again_for_another(session, owner, entry, sign_in: SignIn) -> None:
    first = made.film(session, entry)
    number, first_sha = entry.number, first.sha256
    session.commit()
    browser, path = sign_in(owner.id), f"/ko/entries/{number}/film/watched"
    for _ in range(2):
        assert browser.post(path, data={"sha256": first_sha}).status_code == 302
    assert kept(session, sa.select(Entry.watched_sha256)) == [first_sha]
    second = made.film(session, entry)
    second_sha = second.sha256
    session.commit()
    assert browser.post(path, data={"sha256": first_sha}).status_code == 422
    assert browser.post(path, data={"sha256": second_sha}).status_code == 302
    assert kept(session, sa.select(Entry.watched_sha256)) == [second_sha]


def test_a_handed_in_entry_takes_no_more_files(session, owner, entry, sign_in: SignIn) -> None:
    poster = made.asset(session, entry, Slot.POSTER)
    entry.state = EntryState.SUBMITTED
    number, code = entry.number, poster.code
    session.commit()
    browser = sign_in(owner.id)
    assert (
        browser.post(f"/ko/entries/{number}/images", data={"slot": "still", "picture": (png(), "a.png")}).status_code
        == 422
    )
    assert browser.post(f"/ko/entries/{number}/images/{code}", data={"remove": "1"}).status_code == 422
    assert browser.post(f"/ko/entries/{number}/film", data={"film": (png(), "a.mp4")}).status_code == 422
    assert kept(session, sa.select(Asset.superseded_at)) == [None]


def test_every_page_of_the_wizard_costs_few_queries_however_much_it_holds(
    session, owner, sign_in: SignIn, count_queries
) -> None:
    entry = made.whole(session, builders.call(session, builders.edition(session)), owner)
    number = entry.number
    session.commit()
    browser = sign_in(owner.id)

    def costs() -> dict[str, int]:
        found = {}
        for task in ("", "/info", "/credits", "/film", "/images", "/rights", "/review", "/team"):
            count_queries()
            assert browser.get(f"/ko/entries/{number}{task}").status_code == 200
            found[task] = count_queries()
        return found

    costs()
    few = costs()
    for _ in range(5):
        made.asset(session, entry, Slot.STILL)
    session.commit()
    assert costs() == few
    assert max(few.values()) <= 12, few
