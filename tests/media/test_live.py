"""A real tus client against the real server: stop, resume, checksum, kill, full disk; the bytes stay the same."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
from io import BytesIO
from pathlib import Path

import requests
from sqlalchemy.orm import Session
from tusclient.client import TusClient

from portal.lifecycles import AssetState
from portal.settings import Settings
from tests.media.conftest import arrived, gunicorn, origin, volume_of, wait_until

MIB = 1024**2
FILM = b"\x00\x00\x00\x18ftypmp42" + os.urandom(9 * MIB + 321)


def content(session: Session) -> bytes:
    return volume_of(session).path(arrived(session).storage_key or "").read_bytes()


def test_tuspy_stops_and_resumes_with_checksums(address: str, upload_headers: dict[str, str], session: Session) -> None:
    client = TusClient(f"{address}/files/", headers=upload_headers)
    first = client.uploader(file_stream=BytesIO(FILM), chunk_size=2 * MIB, metadata={"filename": "나의 여름.mp4"})
    first.upload(stop_at=4 * MIB)
    second = client.uploader(file_stream=BytesIO(FILM), chunk_size=3 * MIB, url=first.url, upload_checksum=True)
    assert second.offset == 4 * MIB
    second.upload()
    assert hashlib.sha256(content(session)).digest() == hashlib.sha256(FILM).digest()
    asset = arrived(session)
    assert (asset.state, asset.file_name) == (AssetState.RECEIVED, "나의 여름.mp4")


def test_a_broken_connection_keeps_its_bytes(
    address: str, listener: socket.socket, upload_headers: dict[str, str], session: Session
) -> None:
    url = create(address, upload_headers)
    break_off(listener, url, upload_headers, FILM[: 3 * MIB])
    offset = wait_for_offset(address + url, upload_headers, 3 * MIB)
    finish(address + url, upload_headers, offset)
    assert content(session) == FILM


def test_a_killed_server_keeps_what_arrived(
    environment: Settings, listener: socket.socket, upload_headers: dict[str, str], session: Session
) -> None:
    with gunicorn(listener) as server:
        url = create(origin(listener), upload_headers)
        stored = volume_of(session).path(arrived(session).storage_key or "")
        with send_some(listener, url, upload_headers, FILM[: 2 * MIB]):
            wait_until(lambda: stored.stat().st_size == 2 * MIB)
            os.killpg(server.pid, signal.SIGKILL)
    with gunicorn(listener):
        offset = wait_for_offset(origin(listener) + url, upload_headers, 2 * MIB)
        finish(origin(listener) + url, upload_headers, offset)
    assert content(session) == FILM


def test_two_requests_at_once_cannot_mix(
    address: str, listener: socket.socket, upload_headers: dict[str, str], session: Session
) -> None:
    url = create(address, upload_headers)
    with send_some(listener, url, upload_headers, FILM[:MIB]):
        stored = volume_of(session).path(arrived(session).storage_key or "")
        wait_until(lambda: stored.stat().st_size == MIB)
        second = requests.patch(address + url, headers=piece(upload_headers, MIB), data=FILM[MIB : 2 * MIB], timeout=20)
        assert second.status_code == 423
    finish(address + url, upload_headers, wait_for_offset(address + url, upload_headers, MIB))
    assert content(session) == FILM


def test_memory_stays_flat(
    environment: Settings, listener: socket.socket, upload_headers: dict[str, str], tmp_path: Path
) -> None:
    with gunicorn(listener) as server, (tmp_path / "large").open("w+b") as film:
        url = create(origin(listener), upload_headers, 256 * MIB)
        film.truncate(256 * MIB)
        before = peak(worker_of(server))
        answer = requests.patch(origin(listener) + url, headers=piece(upload_headers, 0), data=film, timeout=120)
        assert answer.headers["Upload-Offset"] == str(256 * MIB)
        assert peak(worker_of(server)) - before < 16 * MIB


def create(address: str, upload_headers: dict[str, str], length: int = len(FILM)) -> str:
    sent = {**upload_headers, "Tus-Resumable": "1.0.0", "Upload-Length": str(length)}
    made = requests.post(f"{address}/files/", headers=sent, timeout=60)
    assert made.status_code == 201, made.text
    return made.headers["Location"]


def piece(upload_headers: dict[str, str], offset: int) -> dict[str, str]:
    kind = "application/offset+octet-stream"
    return {**upload_headers, "Tus-Resumable": "1.0.0", "Content-Type": kind, "Upload-Offset": str(offset)}


def send_some(listener: socket.socket, url: str, upload_headers: dict[str, str], body: bytes) -> socket.socket:
    """A PATCH that announces the whole film and sends only `body`; the connection stays open."""
    client = socket.create_connection(listener.getsockname())
    lines = [f"PATCH {url} HTTP/1.1", "Host: portal.test", f"Content-Length: {len(FILM)}"]
    lines += [f"{name}: {value}" for name, value in piece(upload_headers, 0).items()]
    client.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    return client


def break_off(listener: socket.socket, url: str, upload_headers: dict[str, str], body: bytes) -> None:
    with send_some(listener, url, upload_headers, body) as client:
        client.shutdown(socket.SHUT_WR)
        client.recv(1)


def finish(url: str, upload_headers: dict[str, str], offset: int) -> None:
    answer = requests.patch(url, headers=piece(upload_headers, offset), data=FILM[offset:], timeout=60)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(FILM)))


def wait_for_offset(url: str, upload_headers: dict[str, str], expected: int) -> int:
    def offset() -> int:
        found = requests.head(url, headers={**upload_headers, "Tus-Resumable": "1.0.0"}, timeout=60)
        return int(found.headers["Upload-Offset"])

    wait_until(lambda: offset() == expected)
    wait_until(lambda: requests.patch(url, headers=piece(upload_headers, expected), timeout=20).status_code == 204)
    return expected


def worker_of(server: subprocess.Popen[bytes]) -> int:
    [worker] = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return int(worker)


def peak(process: int) -> int:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) * 1024
