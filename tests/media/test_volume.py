"""Bytes on the volume are true or absent: cuts, checksums, full disks and second writers change nothing else."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from portal.media.contract import Busy, StorageFull
from portal.media.volume import PIECE, Volume


class Broken:
    """A client whose connection breaks after a few bytes."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    def read(self, size: int, /) -> bytes:
        if not self.pieces:
            raise OSError("connection reset")
        return self.pieces.pop(0)


@pytest.fixture
def volume(tmp_path: Path) -> Volume:
    return Volume(tmp_path / "media", reserve=0)


def test_bytes_append_across_requests(volume: Volume) -> None:
    key, body = volume.new_upload(), os.urandom(2 * PIECE + 5)
    with volume.writing(key) as first:
        assert first.append(io.BytesIO(body), PIECE + 1) == PIECE + 1
    with volume.writing(key) as second:
        assert second.offset == PIECE + 1
        second.append(io.BytesIO(body[PIECE + 1 :]), PIECE + 4)
    volume.seal(key)
    assert volume.path(key).read_bytes() == body
    assert volume.sha256(key) == hashlib.sha256(body).hexdigest()


def test_a_broken_connection_keeps_what_came(volume: Volume) -> None:
    key = volume.new_upload()
    with volume.writing(key) as writing:
        assert writing.append(Broken(b"abc", b"de"), 10) == 5
    assert volume.size(key) == 5


def test_an_unproved_piece_does_not_count(volume: Volume) -> None:
    key = volume.new_upload()
    with volume.writing(key) as writing:
        writing.append(io.BytesIO(b"true"), 4)
    with volume.writing(key, proof="sha1") as writing:
        writing.append(Broken(b"half"), 8)
    assert volume.size(key) == 4
    with volume.writing(key, proof="sha1") as writing:
        assert writing.offset == 4
        writing.append(io.BytesIO(b"+proved"), 7)
        assert writing.digest() == hashlib.sha1(b"+proved").digest()
        writing.settle()
    assert volume.path(key).read_bytes() == b"true+proved"


def test_a_wrong_piece_is_cut_back(volume: Volume) -> None:
    key = volume.new_upload()
    with volume.writing(key, proof="sha1") as writing:
        writing.append(io.BytesIO(b"wrong"), 5)
        writing.cut_back()
        assert writing.offset == 0
    assert volume.path(key).read_bytes() == b""


def test_one_writer_at_a_time(volume: Volume) -> None:
    key = volume.new_upload()
    with volume.writing(key), pytest.raises(Busy), volume.writing(key):
        pass


def test_a_full_disk_keeps_the_offset_true(volume: Volume) -> None:
    key = volume.new_upload()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (PIECE + 10, before[1]))
    try:
        with volume.writing(key) as writing, pytest.raises(StorageFull):
            writing.append(io.BytesIO(b"x" * 3 * PIECE), 3 * PIECE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert volume.size(key) == PIECE + 10
    with volume.writing(key) as writing:
        assert writing.offset == PIECE + 10


def test_room_is_measured_before_the_first_byte(volume: Volume) -> None:
    assert volume.room_for(1)
    assert not volume.room_for(1 << 60)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 31 + "/"])
def test_only_own_keys_have_a_place(volume: Volume, key: str) -> None:
    with pytest.raises(FileNotFoundError):
        volume.path(key)


def test_deleting_twice_is_no_error(volume: Volume) -> None:
    key = volume.new_upload()
    volume.delete(key)
    volume.delete(key)
    assert not volume.path(key).exists()


def test_files_are_the_portals_alone(volume: Volume, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.write_bytes(b"x")
    made.chmod(0o644)
    assert volume.path(volume.adopt(made)).stat().st_mode & 0o077 == 0


def test_only_files_left_alone_are_listed(volume: Volume) -> None:
    fresh, old = volume.new_upload(), volume.new_upload()
    os.utime(volume.path(old), (0, 0))
    assert list(volume.keys(unchanged_for=timedelta(hours=1))) == [old]
    assert set(volume.keys(unchanged_for=timedelta(0))) == {fresh, old}
