"""Uploads into a bucket over HTTP: the same protocol, the same offsets, whatever the bucket does."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from http.client import HTTPConnection
from io import BytesIO

import pytest
import requests
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from tusclient.client import TusClient
from werkzeug.test import TestResponse

from portal import clock, policies
from portal.lifecycles import AssetState
from portal.media import service, storage, tickets
from portal.media.models import Asset, Slot, Upload
from portal.media.parts import PART
from portal.media.s3 import place
from portal.settings import Settings
from tests import builders
from tests.media import s3
from tests.media.conftest import arrived, digest_of, gunicorn, origin, wait_until

MIB = 1024**2
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}
FILM = b"\x00\x00\x00\x18ftypmp42" + os.urandom(2 * PART + 321)


@pytest.fixture
def settings(settings: Settings, bucket: s3.Switched) -> Settings:
    return replace(settings, s3_url=bucket.url)


@dataclass
class Creator:
    """A signed-in person with a ticket for the film of their entry."""

    browser: FlaskClient
    entry_id: int
    headers: dict[str, str]

    def create(self, length: int = len(FILM)) -> str:
        made = self.browser.post("/files/", headers={**TUS, **self.headers, "Upload-Length": str(length)})
        assert made.status_code == 201
        return made.headers["Location"]

    def send(self, address: str, offset: int, body: bytes, **headers: str) -> TestResponse:
        sent = {**BYTES, **self.headers, "Upload-Offset": str(offset), **headers}
        return self.browser.patch(address, headers=sent, data=body)

    def offset(self, address: str) -> int:
        return int(self.browser.head(address, headers={**TUS, **self.headers}).headers["Upload-Offset"])


@pytest.fixture
def creator(session: Session, settings: Settings, sign_in: Callable[[int], FlaskClient]) -> Creator:
    person = builders.person(session)
    entry = builders.entry(session, builders.call(session, builders.edition(session)), person)
    session.commit()
    ticket = tickets.issue_upload(settings.secret_key, tickets.UploadTicket(person.id, entry.id, Slot.FILM))
    return Creator(sign_in(person.id), entry.id, {"X-Upload-Ticket": ticket})


def content(session: Session) -> str:
    return digest_of(storage.of(session), arrived(session).storage_key or "")


def test_a_film_arrives_in_pieces_and_is_received(creator: Creator, session: Session) -> None:
    address = creator.create()
    assert creator.send(address, 0, FILM[:1000]).headers["Upload-Offset"] == "1000"
    assert creator.send(address, 500, FILM[500:]).status_code == 409
    assert creator.offset(address) == 1000
    digest = base64.b64encode(hashlib.sha1(FILM[1000:]).digest()).decode()
    wrong = creator.send(address, 1000, FILM[1000:-1] + b"?", **{"Upload-Checksum": f"sha1 {digest}"})
    assert (wrong.status_code, creator.offset(address)) == (460, 1000)
    assert creator.send(address, 1000, FILM[1000:], **{"Upload-Checksum": f"sha1 {digest}"}).status_code == 204
    assert creator.offset(address) == len(FILM)
    assert arrived(session).state == AssetState.RECEIVED
    assert content(session) == hashlib.sha256(FILM).hexdigest()


@pytest.mark.parametrize(
    ("status", "code", "answer"),
    [("403 Forbidden", "QuotaExceeded", 507), ("503 Service Unavailable", "SlowDown", 503)],
    ids=["full", "away"],
)
def test_a_bucket_that_takes_no_more_keeps_the_offset_true(
    creator: Creator, bucket: s3.Switched, session: Session, status: str, code: str, answer: int
) -> None:
    address = creator.create()
    creator.send(address, 0, FILM[: PART + 7])
    with bucket.refusing(status, code):
        assert creator.send(address, PART + 7, FILM[PART + 7 :]).status_code == answer
    assert creator.offset(address) == PART + 7
    assert creator.send(address, PART + 7, FILM[PART + 7 :]).status_code == 204
    assert content(session) == hashlib.sha256(FILM).hexdigest()


def test_a_film_that_is_none_is_refused_at_once(creator: Creator, session: Session) -> None:
    playlist = b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/\n"
    creator.send(creator.create(len(playlist)), 0, playlist)
    assert arrived(session).state == AssetState.REFUSED


def test_a_small_file_may_come_in_a_form(creator: Creator, session: Session, settings: Settings) -> None:
    person_id = session.query(Asset.uploaded_by_id).scalar() or 1
    actor = policies.Actor("person", person_id)
    ticket = tickets.UploadTicket(person_id, creator.entry_id, Slot.FILM)
    service.receive(session, ticket, "film.mp4", BytesIO(FILM), len(FILM), by=actor)
    session.commit()
    assert content(session) == hashlib.sha256(FILM).hexdigest()


def test_what_is_taken_back_or_forgotten_leaves_no_part(
    creator: Creator, session: Session, bucket: s3.Switched
) -> None:
    address = creator.create()
    creator.send(address, 0, FILM[: PART + 7])
    assert creator.browser.delete(address, headers={**TUS, **creator.headers}).status_code == 204
    assert held(bucket) == []
    creator.send(creator.create(), 0, FILM[: PART + 7])
    upload = session.query(Upload).one()
    upload.expires_at = upload.created_at
    session.commit()
    assert len(held(bucket)) == 2
    service.tidy_up(session, by=policies.SYSTEM)
    session.commit()
    assert session.query(Asset).count() == 0


def held(bucket: s3.Switched) -> list[str]:
    there = place(bucket.url)
    rows = [*there.pages("list_multipart_uploads", "Uploads"), *there.pages("list_objects_v2", "Contents")]
    return [row["Key"] for row in rows]


@pytest.fixture
def machines(environment: Settings, bucket: s3.Switched, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Two web machines that share a database and a bucket, and nothing else."""
    monkeypatch.setenv("PORTAL_S3_URL", bucket.url)
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        for number, listener in enumerate(listeners):
            monkeypatch.setenv("PORTAL_DATA", str(environment.data / str(number)))
            stack.enter_context(gunicorn(listener))
        yield [origin(listener) for listener in listeners]


def test_a_film_goes_up_through_two_machines_in_turn(machines: list[str], creator: Creator, session: Session) -> None:
    cookie = creator.browser.get_cookie("pan")
    assert cookie is not None
    headers = {"Cookie": f"pan={cookie.value}", **creator.headers}
    first = TusClient(f"{machines[0]}/files/", headers=headers).uploader(file_stream=BytesIO(FILM), chunk_size=5 * MIB)
    first.upload(stop_at=10 * MIB)
    url = first.url.replace(machines[0], machines[1])
    second = TusClient(f"{machines[1]}/files/", headers=headers).uploader(
        file_stream=BytesIO(FILM), chunk_size=3 * MIB, url=url, upload_checksum=True
    )
    assert second.offset == 10 * MIB
    second.upload()
    assert content(session) == hashlib.sha256(FILM).hexdigest()


def test_two_machines_never_write_to_one_upload_at_once(
    machines: list[str], creator: Creator, bucket: s3.Switched, session: Session
) -> None:
    address = creator.create()
    cookie = creator.browser.get_cookie("pan")
    assert cookie is not None
    headers = {**BYTES, "Cookie": f"pan={cookie.value}", **creator.headers}

    with closing(HTTPConnection(machines[0].removeprefix("http://"), timeout=60)) as slow:
        slow.putrequest("PATCH", address)
        for name, value in {**headers, "Upload-Offset": "0", "Content-Length": str(len(FILM))}.items():
            slow.putheader(name, value)
        slow.endheaders(FILM[: PART + MIB])
        wait_until(lambda: held(bucket) != [])
        late = requests.patch(machines[1] + address, headers={**headers, "Upload-Offset": "0"}, data=FILM, timeout=30)
        assert late.status_code == 423
        slow.send(FILM[PART + MIB :])
        assert slow.getresponse().status == 204
    assert content(session) == hashlib.sha256(FILM).hexdigest()


def test_a_killed_server_loses_no_part_that_was_noted(
    environment: Settings,
    bucket: s3.Switched,
    monkeypatch: pytest.MonkeyPatch,
    listener: socket.socket,
    creator: Creator,
    session: Session,
) -> None:
    monkeypatch.setenv("PORTAL_S3_URL", bucket.url)
    address = creator.create()
    cookie = creator.browser.get_cookie("pan")
    assert cookie is not None
    headers = {**BYTES, "Cookie": f"pan={cookie.value}", **creator.headers, "Upload-Offset": "0"}
    with gunicorn(listener) as server, closing(HTTPConnection(*listener.getsockname(), timeout=60)) as slow:
        slow.putrequest("PATCH", address)
        for name, value in {**headers, "Content-Length": str(len(FILM))}.items():
            slow.putheader(name, value)
        slow.endheaders(FILM[: PART + MIB])
        wait_until(lambda: creator.offset(address) == PART)
        os.killpg(server.pid, signal.SIGKILL)
    assert creator.send(address, PART, FILM[PART:]).status_code == 423
    let_hold_lapse(session)
    assert creator.send(address, PART, FILM[PART:]).status_code == 204
    assert content(session) == hashlib.sha256(FILM).hexdigest()


def let_hold_lapse(session: Session) -> None:
    """What half a minute does."""
    session.execute(sa.update(Upload).values(held_until=clock.now() - timedelta(seconds=1)))
    session.commit()
