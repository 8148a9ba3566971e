"""The kernel pours a body from gunicorn's socket into a file: every byte of this request, none of the next."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.http.unreader import SocketUnreader

from portal.media import incoming
from portal.media.contract import StorageFull
from portal.media.incoming import SocketBody, from_gunicorn
from portal.media.volume import PIECE, Volume

CONTENT = os.urandom(2 * PIECE + 77)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def body_of(ours: socket.socket, length: int, read_ahead: bytes = b"") -> Body:
    unreader = SocketUnreader(ours)
    unreader.unread(read_ahead)
    return Body(LengthReader(unreader, length))


def sender(theirs: socket.socket, content: bytes) -> threading.Thread:
    thread = threading.Thread(target=lambda: (theirs.sendall(content), theirs.shutdown(socket.SHUT_WR)))
    thread.start()
    return thread


def append(volume: Volume, key: str, body: Body, length: int) -> int:
    source = from_gunicorn({"wsgi.input": body})
    assert isinstance(source, SocketBody)
    with volume.writing(key) as writing:
        return writing.append(source, length)


@pytest.mark.parametrize("ahead", [0, 1, 5000])
def test_a_body_is_poured_whole(ends: tuple[socket.socket, socket.socket], tmp_path: Path, ahead: int) -> None:
    volume = Volume(tmp_path, reserve=0)
    key, body = volume.new_upload(), body_of(ends[0], len(CONTENT), CONTENT[:ahead])
    thread = sender(ends[1], CONTENT[ahead:] + b"GET /next")
    assert append(volume, key, body, len(CONTENT)) == len(CONTENT)
    thread.join()
    assert volume.path(key).read_bytes() == CONTENT
    assert (body.reader.length, body.failed) == (0, False)
    assert ends[0].recv(100) == b"GET /next"


def test_the_next_request_read_ahead_is_given_back(ends: tuple[socket.socket, socket.socket], tmp_path: Path) -> None:
    volume = Volume(tmp_path, reserve=0)
    key, body = volume.new_upload(), body_of(ends[0], 4, b"bodyGET /next")
    assert append(volume, key, body, 4) == 4
    assert volume.path(key).read_bytes() == b"body"
    assert body.reader.unreader.take_buffered() == b"GET /next"


def test_a_client_that_leaves_keeps_what_it_sent(ends: tuple[socket.socket, socket.socket], tmp_path: Path) -> None:
    volume = Volume(tmp_path, reserve=0)
    key, body = volume.new_upload(), body_of(ends[0], 1000)
    sender(ends[1], CONTENT[:300]).join()
    assert append(volume, key, body, 1000) == 300
    assert volume.path(key).read_bytes() == CONTENT[:300]
    assert body.failed


def test_a_silent_client_does_not_hold_the_thread(
    ends: tuple[socket.socket, socket.socket], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "PATIENCE_SECONDS", 0.05)
    volume = Volume(tmp_path, reserve=0)
    ends[1].sendall(b"abc")
    assert append(volume, volume.new_upload(), body_of(ends[0], 1000), 1000) == 3


def test_a_full_disk_is_told(ends: tuple[socket.socket, socket.socket]) -> None:
    body = body_of(ends[0], 10, b"0123456789")
    with open("/dev/full", "wb") as full, pytest.raises(StorageFull):  # noqa: PTH123
        SocketBody(body).pour(full.fileno(), 10)


def test_other_bodies_take_the_plain_way(ends: tuple[socket.socket, socket.socket]) -> None:
    chunked = Body(ChunkedReader(None, SocketUnreader(ends[0])))
    assert from_gunicorn({"wsgi.input": chunked}) is None
    assert from_gunicorn({"wsgi.input": object()}) is None
    assert from_gunicorn({}) is None
