"""Files leave by ticket only: for their person, until their moment, in ranges, and never as a page that runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from time_machine import travel

from portal import clock, policies
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.app import create_app
from portal.media import service, storage, tickets
from portal.settings import Settings
from tests import builders
from tests.media.stored import PLAYLIST, RUNG, SCREENER, Stored, store_captions, store_film

SignIn = Callable[[int], FlaskClient]


@pytest.fixture
def stored(session: Session, tmp_path: Path) -> Stored:
    return store_film(session, tmp_path)


def test_a_screener_plays_in_ranges_under_a_neutral_name(stored: Stored, sign_in: SignIn) -> None:
    answer = sign_in(stored.person_id).get(stored.path(stored.screener), headers={"Range": "bytes=5-9"}, buffered=True)
    assert (answer.status_code, answer.data) == (206, SCREENER[5:10])
    assert answer.headers["Content-Range"] == f"bytes 5-9/{len(SCREENER)}"
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Content-Disposition"] == "inline; filename=screener.mp4"


def test_an_original_is_saved_with_its_korean_name(stored: Stored, sign_in: SignIn) -> None:
    answer = sign_in(stored.person_id).get(stored.path(stored.asset), buffered=True)
    assert answer.data == SCREENER
    assert answer.headers["Content-Type"] == "application/octet-stream"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''%EA%B9%80%ED%95%98%EB%82%98_%EA%B0%90%EB%8F%85.mp4" in disposition


def test_a_ticket_is_worth_nothing_to_others_or_later(
    stored: Stored, sign_in: SignIn, session: Session, client: FlaskClient
) -> None:
    other = builders.person(session)
    session.commit()
    path = stored.path(stored.screener, minutes=10)
    assert sign_in(other.id).get(path, buffered=True).status_code == 404
    assert client.get(path, buffered=True).status_code == 302
    mine = sign_in(stored.person_id)
    assert mine.get(path, buffered=True).status_code == 200
    assert mine.get(path[:-1], buffered=True).status_code == 404
    with travel(clock.now() + timedelta(minutes=11)):
        assert mine.get(path, buffered=True).status_code == 404


def test_the_files_of_a_stream_stand_beside_its_playlist(stored: Stored, sign_in: SignIn) -> None:
    mine = sign_in(stored.person_id)
    playlist = mine.get(stored.streamed("master.m3u8"), buffered=True)
    assert (playlist.data, playlist.content_type) == (PLAYLIST, "application/vnd.apple.mpegurl")
    piece = mine.get(stored.streamed("360.mp4"), headers={"Range": "bytes=1000-1009"}, buffered=True)
    assert (piece.status_code, piece.data) == (206, RUNG[1000:1010])
    assert piece.headers["Cache-Control"] == playlist.headers["Cache-Control"] == "private, no-store"
    assert mine.get(stored.streamed("1080.mp4"), buffered=True).status_code == 404


def test_captions_stand_in_the_stream_while_the_entry_has_them(
    stored: Stored, sign_in: SignIn, session: Session, tmp_path: Path
) -> None:
    mine = sign_in(stored.person_id)
    names = ("captions.m3u8", "captions.vtt")
    assert [mine.get(stored.streamed(name), buffered=True).status_code for name in names] == [404, 404]
    words = store_captions(session, stored, tmp_path)
    master = mine.get(stored.streamed("master.m3u8"), buffered=True)
    assert 'URI="captions.m3u8"' in master.text
    playlist, captions = (mine.get(stored.streamed(name), buffered=True) for name in names)
    assert playlist.text.splitlines()[-2:] == ["captions.vtt", "#EXT-X-ENDLIST"]
    assert captions.text == "WEBVTT"
    assert captions.content_type == "text/vtt; charset=utf-8"
    service.remove(session, words, by=policies.SYSTEM)
    session.commit()
    assert mine.get(stored.streamed("master.m3u8"), buffered=True).data == PLAYLIST


def test_a_stream_is_for_its_person_alone_and_nothing_but_a_stream(
    stored: Stored, sign_in: SignIn, session: Session
) -> None:
    other = builders.person(session)
    session.commit()
    assert sign_in(other.id).get(stored.streamed("360.mp4"), buffered=True).status_code == 404
    mine = sign_in(stored.person_id)
    assert mine.get(f"{stored.path(stored.screener)}/360.mp4", buffered=True).status_code == 404
    assert mine.get(f"{stored.path(stored.asset)}/360.mp4", buffered=True).status_code == 404
    assert mine.get(stored.streamed("screener"), buffered=True).status_code == 404


def test_a_file_that_is_gone_is_absent(stored: Stored, sign_in: SignIn, session: Session) -> None:
    storage.of(session).delete(stored.screener.storage_key)
    assert sign_in(stored.person_id).get(stored.path(stored.screener), buffered=True).status_code == 404


def test_a_role_that_ends_ends_the_ticket(stored: Stored, sign_in: SignIn, session: Session) -> None:
    role, scope = policies.Role.JUROR, policies.Scope.EDITION
    viewer = policies.Actor("person", stored.person_id, frozenset({policies.Grant(role, scope, 1)}))
    path = tickets.playback_path(stored.secret_key, stored.screener, viewer=viewer, minutes=30)
    person = session.get_one(Person, stored.person_id)
    grant = builders.grant(session, person, role, scope, 1)
    session.commit()
    browser = sign_in(stored.person_id)
    assert browser.get(path, buffered=True).status_code == 200
    session.delete(grant)
    session.commit()
    assert browser.get(path, buffered=True).status_code == 404


def test_a_ticket_tells_no_row_numbers(stored: Stored) -> None:
    one = stored.path(stored.screener)
    viewer = policies.Actor("person", stored.person_id)
    ticket = tickets.read_playback(stored.secret_key, one.removeprefix("/media/"), viewer)
    assert ticket == tickets.PlaybackTicket(stored.screener.code, original=False)


def test_tickets_of_one_kind_open_no_other_door(stored: Stored, sign_in: SignIn) -> None:
    token = stored.path(stored.screener).removeprefix("/media/")
    mine = sign_in(stored.person_id)
    assert mine.get(f"/pictures/{token}.webp", buffered=True).status_code == 404
    picture = tickets.picture_path(stored.secret_key, stored.screener).removeprefix("/pictures/")
    assert mine.get(f"/media/{picture.removesuffix('.webp')}", buffered=True).status_code == 404
    assert mine.head(f"/files/{stored.screener.storage_key}", headers={"X-Upload-Ticket": token}).status_code == 404


def test_a_public_picture_has_one_lasting_address(stored: Stored, client: FlaskClient) -> None:
    path = tickets.picture_path(stored.secret_key, stored.screener)
    assert path == tickets.picture_path(stored.secret_key, stored.screener)
    answer = client.get(path, buffered=True)
    assert answer.data == SCREENER
    assert answer.headers["Cache-Control"] == "public, max-age=60, must-revalidate"
    assert client.get(f"/pictures/{stored.screener.code}.webp", buffered=True).status_code in (302, 404)


def test_the_web_server_in_front_may_send_the_bytes(stored: Stored, session: Session, settings: Settings) -> None:
    token = accounts.start_session(session, stored.person_id)
    session.commit()
    browser = create_app(replace(settings, accel_redirect="/internal")).test_client()
    with browser.session_transaction() as cookie:
        cookie["t"] = token
    answer = browser.get(stored.path(stored.screener), buffered=True)
    key = stored.screener.storage_key
    assert answer.headers["X-Accel-Redirect"] == f"/internal/{key[:2]}/{key}.bin"
    assert answer.data == b""
