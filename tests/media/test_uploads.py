"""Uploads over HTTP: what arrives is kept, what is not one's own does not exist, and limits come before bytes."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from portal import doorbell, lifecycles, policies
from portal.media import queries, service, storage, tickets
from portal.media.models import Asset, Slot, Upload
from portal.settings import Settings
from tests import builders
from tests.media.conftest import volume_of

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}
FILM = b"\x00\x00\x00\x18ftypmp42" + os.urandom(3000)


@dataclass
class Creator:
    """A signed-in person with a ticket for the film of their entry."""

    browser: FlaskClient
    person_id: int
    entry_id: int
    ticket: dict[str, str]

    def create(self, length: int, **headers: str) -> TestResponse:
        return self.browser.post("/files/", headers={**TUS, **self.ticket, "Upload-Length": str(length), **headers})

    def send(self, address: str, offset: int, body: bytes, **headers: str) -> TestResponse:
        sent = {**BYTES, **self.ticket, "Upload-Offset": str(offset), **headers}
        return self.browser.patch(address, headers=sent, data=body)

    def offset(self, address: str) -> int:
        return int(self.browser.head(address, headers={**TUS, **self.ticket}).headers["Upload-Offset"])


@pytest.fixture
def creator(session: Session, settings: Settings, sign_in: Callable[[int], FlaskClient]) -> Callable[..., Creator]:
    edition = builders.edition(session)
    call = builders.call(session, edition)
    session.commit()

    def make(slot: Slot = Slot.FILM) -> Creator:
        person = builders.person(session)
        entry = builders.entry(session, call, person)
        session.commit()
        ticket = tickets.issue_upload(settings.secret_key, tickets.UploadTicket(person.id, entry.id, slot))
        return Creator(sign_in(person.id), person.id, entry.id, {"X-Upload-Ticket": ticket})

    return make


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, ...]]]:
    """What the doorbell was asked to ring."""
    heard: list[tuple[str, tuple[int, ...]]] = []
    original = doorbell.after_commit

    def listen(session: Session, task: str, *ids: int) -> None:
        heard.append((task, ids))
        original(session, task, *ids)

    monkeypatch.setattr(doorbell, "after_commit", listen)
    return heard


def stored(sessions: sessionmaker[Session], entry_id: int) -> tuple[Asset, bytes]:
    with sessions() as session:
        asset = queries.latest_asset(session, entry_id, Slot.FILM)
        assert asset is not None
        assert asset.storage_key is not None
        return asset, volume_of(session).path(asset.storage_key).read_bytes()


def test_a_film_arrives_in_pieces(
    creator: Callable[..., Creator], sessions: sessionmaker[Session], rings: list[tuple[str, tuple[int, ...]]]
) -> None:
    me = creator()
    name = base64.b64encode("출품작_최종(수정) 나의 여름.mp4".encode()).decode()
    made = me.create(len(FILM), **{"Upload-Metadata": f"filename {name}"})
    assert made.status_code == 201
    address = made.headers["Location"]
    assert me.send(address, 0, FILM[:1000]).headers["Upload-Offset"] == "1000"
    assert me.offset(address) == 1000
    assert rings == []
    assert me.send(address, 1000, FILM[1000:]).status_code == 204
    asset, kept = stored(sessions, me.entry_id)
    assert kept == FILM
    assert (asset.state, asset.size) == (lifecycles.AssetState.RECEIVED, len(FILM))
    assert asset.file_name == "출품작_최종(수정) 나의 여름.mp4"
    assert rings == [("probe.asset", (asset.id,))]


def test_first_bytes_may_come_with_the_creation(creator: Callable[..., Creator]) -> None:
    me = creator()
    headers = {**BYTES, **me.ticket, "Upload-Length": str(len(FILM))}
    made = me.browser.post("/files/", headers=headers, data=FILM[:7])
    assert (made.status_code, made.headers["Upload-Offset"]) == (201, "7")
    assert me.offset(made.headers["Location"]) == 7


def test_a_wrong_offset_changes_nothing(creator: Callable[..., Creator]) -> None:
    me = creator()
    address = me.create(len(FILM)).headers["Location"]
    me.send(address, 0, FILM[:10])
    assert me.send(address, 5, FILM[5:20]).status_code == 409
    assert me.offset(address) == 10


def test_a_piece_that_lost_a_bit_is_refused(creator: Callable[..., Creator]) -> None:
    me = creator()
    address = me.create(len(FILM)).headers["Location"]
    digest = base64.b64encode(hashlib.sha256(FILM[:100]).digest()).decode()
    wrong = FILM[:99] + bytes([FILM[99] ^ 1])
    assert me.send(address, 0, wrong, **{"Upload-Checksum": f"sha256 {digest}"}).status_code == 460
    assert me.offset(address) == 0
    assert me.send(address, 0, FILM[:100], **{"Upload-Checksum": f"sha256 {digest}"}).status_code == 204
    assert me.offset(address) == 100


def test_more_than_announced_is_refused(creator: Callable[..., Creator]) -> None:
    me = creator()
    address = me.create(5).headers["Location"]
    assert me.send(address, 0, b"123456").status_code == 413
    assert me.offset(address) == 0


def test_anybody_elses_upload_does_not_exist(
    creator: Callable[..., Creator], client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    owner, other = creator(), creator()
    address = owner.create(len(FILM)).headers["Location"]
    missing = f"/files/{'x' * 43}"
    for method in ("HEAD", "PATCH", "DELETE"):
        headers = {**BYTES, "Upload-Offset": "0"}
        theirs = other.browser.open(address, method=method, headers={**headers, **other.ticket}, data=b"x")
        stolen = other.browser.open(address, method=method, headers={**headers, **owner.ticket}, data=b"x")
        nothing = other.browser.open(missing, method=method, headers={**headers, **other.ticket}, data=b"x")
        assert theirs.status_code == stolen.status_code == nothing.status_code == 404
        assert theirs.data == nothing.data
        assert client.open(address, method=method, headers=headers).status_code in (302, 401)
    assert owner.offset(address) == 0


def test_a_ticket_is_for_one_person_and_one_slot(creator: Callable[..., Creator], settings: Settings) -> None:
    me, other = creator(), creator()
    address = me.create(len(FILM)).headers["Location"]
    assert replace(me, ticket=other.ticket).create(5).status_code == 404
    assert replace(me, ticket={}).create(5).status_code == 404
    poster = tickets.UploadTicket(me.person_id, me.entry_id, Slot.POSTER)
    mine = {"X-Upload-Ticket": tickets.issue_upload(settings.secret_key, poster)}
    assert replace(me, ticket=mine).send(address, 0, b"x").status_code == 404


@pytest.mark.parametrize(
    ("length", "status", "words"),
    [(0, 422, "빈 파일"), (3 * 1024**2, 422, "3.1 MB"), (70 * 1024**3, 413, "at most")],
    ids=["empty", "larger than the slot", "larger than anything"],
)
def test_size_is_judged_before_the_first_byte(
    creator: Callable[..., Creator], sessions: sessionmaker[Session], length: int, status: int, words: str
) -> None:
    me = creator(Slot.SUBTITLE)
    refused = me.create(length, **{"Accept-Language": "ko"})
    assert refused.status_code == status
    assert words in refused.text
    with sessions() as session:
        assert session.query(Upload).count() == session.query(Asset).count() == 0


def test_quota_is_per_person_and_promised_bytes_count(creator: Callable[..., Creator], settings: Settings) -> None:
    me, other = creator(), creator()
    half = settings.quota_bytes // 2
    assert me.create(half).status_code in (201, 507)
    assert me.create(settings.quota_bytes + 1).status_code == 422
    assert other.create(half).status_code in (201, 507)


def test_a_film_chosen_again_replaces_the_unfinished_one(
    creator: Callable[..., Creator], sessions: sessionmaker[Session]
) -> None:
    me = creator()
    first = me.create(len(FILM)).headers["Location"]
    second = me.create(len(FILM)).headers["Location"]
    assert me.send(first, 0, b"x").status_code == 404
    assert me.offset(second) == 0
    with sessions() as session:
        assert session.query(Asset).count() == 1


def test_termination_frees_the_bytes(
    creator: Callable[..., Creator], settings: Settings, sessions: sessionmaker[Session]
) -> None:
    me = creator()
    address = me.create(len(FILM)).headers["Location"]
    me.send(address, 0, FILM[:50])
    assert me.browser.delete(address, headers={**TUS, **me.ticket}).status_code == 204
    assert me.send(address, 50, FILM[50:]).status_code == 404
    assert list((settings.data / "media" / "files").glob("*/*.bin")) == []


def test_a_film_that_is_none_is_refused_at_once_and_queues_nothing(
    creator: Callable[..., Creator], sessions: sessionmaker[Session], rings: list[tuple[str, tuple[int, ...]]]
) -> None:
    me, playlist = creator(), b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/\n"
    me.send(me.create(len(playlist)).headers["Location"], 0, playlist)
    asset, _ = stored(sessions, me.entry_id)
    assert asset.state == lifecycles.AssetState.REFUSED
    assert [finding.code for finding in queries.standing(asset).findings] == ["not_a_film"]
    assert rings == []


def test_a_last_byte_before_a_crash_is_noted_by_the_next_look(
    creator: Callable[..., Creator], sessions: sessionmaker[Session]
) -> None:
    me = creator()
    address = me.create(len(FILM)).headers["Location"]
    asset, _ = stored(sessions, me.entry_id)
    with sessions() as session:
        volume_of(session).path(asset.storage_key or "").write_bytes(FILM)
    assert me.offset(address) == len(FILM)
    assert stored(sessions, me.entry_id)[0].state == lifecycles.AssetState.RECEIVED


def test_an_upload_whose_bytes_are_gone_is_begun_anew(
    creator: Callable[..., Creator], sessions: sessionmaker[Session]
) -> None:
    me = creator()
    address = me.create(len(FILM)).headers["Location"]
    asset, _ = stored(sessions, me.entry_id)
    with sessions() as session:
        storage.of(session).delete(asset.storage_key or "")
    assert me.browser.head(address, headers={**TUS, **me.ticket}).status_code == 410
    assert me.send(address, 0, FILM).status_code == 410


def test_old_uploads_end_and_nameless_files_are_freed(
    creator: Callable[..., Creator], sessions: sessionmaker[Session], settings: Settings
) -> None:
    me = creator()
    me.create(len(FILM))
    with sessions() as session:
        upload = session.query(Upload).one()
        upload.expires_at = upload.created_at
        session.commit()
        for path in (settings.data / "media" / "files").glob("*/*.bin"):
            os.utime(path, (0, 0))
        assert service.tidy_up(session, by=policies.SYSTEM) == 1
        session.commit()
        assert session.query(Asset).count() == 0
    assert list((settings.data / "media" / "files").glob("*/*.bin")) == []


def test_every_answer_speaks_tus(creator: Callable[..., Creator]) -> None:
    me = creator()
    options = me.browser.options("/files/")
    assert options.headers["Tus-Version"] == "1.0.0"
    assert "checksum" in options.headers["Tus-Extension"]
    for answer in (options, me.create(5), me.create(-1), me.send("/files/none", 0, b"")):
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert answer.headers["Cache-Control"] == "no-store"
    old = me.browser.post("/files/", headers={"Tus-Resumable": "0.2.2", **me.ticket})
    assert (old.status_code, old.headers["Tus-Version"]) == (412, "1.0.0")


def test_the_volume_holds_no_client_name(creator: Callable[..., Creator], settings: Settings) -> None:
    me = creator()
    name = base64.b64encode("../../김하나.m3u8".encode()).decode()
    me.create(len(FILM), **{"Upload-Metadata": f"filename {name}"})
    names = [path.name for path in Path(settings.data / "media" / "files").rglob("*") if path.is_file()]
    assert all(name.endswith(".bin") and len(name) == 36 for name in names)
