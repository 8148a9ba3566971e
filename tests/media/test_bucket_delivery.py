"""Files in a bucket: the portal checks the ticket, then the bucket gives the film out, for a while and by signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.media import storage, tickets
from portal.settings import Settings
from tests.media import s3
from tests.media.stored import PICTURE, PLAYLIST, RUNG, Stored, store_film

SignIn = Callable[[int], FlaskClient]


@pytest.fixture
def settings(settings: Settings, bucket: s3.Switched) -> Settings:
    return replace(settings, s3_url=bucket.url)


@pytest.fixture
def stored(session: Session, tmp_path: Path) -> Stored:
    return store_film(session, tmp_path)


def test_a_rung_is_given_out_by_the_bucket_in_ranges(stored: Stored, sign_in: SignIn) -> None:
    answer = sign_in(stored.person_id).get(stored.streamed("360.mp4"))
    assert (answer.status_code, answer.data) == (302, b"")
    assert answer.headers["Cache-Control"] == "private, no-store"
    piece = requests.get(answer.location, headers={"Range": "bytes=5-9"}, timeout=20)
    assert (piece.status_code, piece.content) == (206, RUNG[5:10])
    assert piece.headers["Content-Type"] == "video/mp4"
    assert piece.headers["Content-Disposition"] == "inline; filename*=UTF-8''360.mp4"


def test_the_address_is_signed_for_half_an_hour_and_holds_no_secret(stored: Stored, sign_in: SignIn) -> None:
    # The test's server accepts any signature, so the address itself is looked at.
    location = sign_in(stored.person_id).get(stored.streamed("360.mp4")).location
    asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    assert asked["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert asked["X-Amz-Expires"] == "1800"
    assert asked["X-Amz-Credential"].startswith(f"{s3.KEY}/")
    assert asked["X-Amz-Credential"].endswith("/ap-northeast-2/s3/aws4_request")
    assert asked["X-Amz-SignedHeaders"] == "host"
    assert len(asked["X-Amz-Signature"]) == 64
    signed_at = datetime.strptime(asked["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert abs((clock.now() - signed_at).total_seconds()) < 60
    assert s3.SECRET not in location
    assert "slash" not in location


def test_an_original_is_saved_under_its_korean_name(stored: Stored, sign_in: SignIn) -> None:
    location = sign_in(stored.person_id).get(stored.path(stored.asset)).location
    saved = requests.get(location, timeout=20)
    assert saved.headers["Content-Type"] == "application/octet-stream"
    name = "%EA%B9%80%ED%95%98%EB%82%98_%EA%B0%90%EB%8F%85.mp4"
    assert saved.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"


def test_small_files_come_from_the_portal_for_a_playlist_names_what_stands_beside_it(
    stored: Stored, sign_in: SignIn
) -> None:
    mine = sign_in(stored.person_id)
    playlist = mine.get(stored.streamed("master.m3u8"))
    assert (playlist.status_code, playlist.data) == (200, PLAYLIST)
    assert playlist.content_type == "application/vnd.apple.mpegurl"
    part = mine.get(stored.path(stored.frame), headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.data) == (206, PICTURE[5:10])


def test_a_public_picture_keeps_its_one_address(stored: Stored, client: FlaskClient) -> None:
    answer = client.get(tickets.picture_path(stored.secret_key, stored.frame))
    assert (answer.status_code, answer.data) == (200, PICTURE)
    assert answer.headers["Cache-Control"] == "public, max-age=60, must-revalidate"


def test_without_a_ticket_there_is_no_address(stored: Stored, client: FlaskClient) -> None:
    answer = client.get(stored.streamed("360.mp4"))
    assert "X-Amz-Signature" not in answer.headers["Location"]


def test_what_the_bucket_lost_is_absent(stored: Stored, sign_in: SignIn, session: Session) -> None:
    mine = sign_in(stored.person_id)
    storage.of(session).delete(stored.stream["master.m3u8"].storage_key)
    assert mine.get(stored.streamed("master.m3u8")).status_code == 404


def test_a_silent_bucket_says_when_to_come_back(stored: Stored, sign_in: SignIn, bucket: s3.Switched) -> None:
    with bucket.refusing("503 Service Unavailable", "SlowDown", ("GET",)):
        answer = sign_in(stored.person_id).get(stored.streamed("master.m3u8"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")


def test_pages_allow_the_bucket_to_play(stored: Stored, client: FlaskClient, bucket: s3.Switched) -> None:
    policy = client.get("/ko/login").headers["Content-Security-Policy"]
    origin = f"http://{urlsplit(bucket.url).netloc.rpartition('@')[2]}"
    assert f"media-src 'self' {origin} blob:;" in policy
    assert f"connect-src 'self' {origin};" in policy
