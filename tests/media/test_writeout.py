"""A film on its way in is written to the disk as it comes, not all of it when its last byte is there."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import struct
from pathlib import Path

import pytest

from portal.media import writeout
from portal.media.volume import STRETCH, Volume

CONTENT = os.urandom(2 * STRETCH + 77)
FIEMAP, MOST, WITHOUT_A_PLACE = 0xC020660B, 512, 4  # <linux/fiemap.h>


@pytest.fixture
def volume(tmp_path: Path) -> Volume:
    return Volume(tmp_path / "media", reserve=0)


def bytes_without_a_place(path: Path) -> int:
    """The bytes that so far are in memory alone: a file system gives them a place on the disk when it writes them."""
    answer = bytearray(struct.pack("=QQIIII", 0, 1 << 62, 0, 0, MOST, 0) + bytes(56 * MOST))
    with path.open("rb") as file:
        try:
            fcntl.ioctl(file, FIEMAP, answer)
        except OSError as error:
            if error.errno in (errno.EOPNOTSUPP, errno.ENOTTY):
                pytest.skip("this file system does not tell where its bytes are")
            raise
    parts = struct.iter_unpack("=QQQQQIIII", answer[32 : 32 + 56 * struct.unpack_from("=I", answer, 20)[0]])
    return sum(part[2] for part in parts if part[5] & WITHOUT_A_PLACE)


def test_bytes_have_their_place_before_the_film_is_whole(volume: Volume, tmp_path: Path) -> None:
    key, late = volume.new_upload(), tmp_path / "late"
    late.write_bytes(CONTENT)
    if not bytes_without_a_place(late):
        pytest.skip("this file system gives every byte its place at once")
    with volume.writing(key) as writing:
        writing.append(io.BytesIO(CONTENT), len(CONTENT))
        assert bytes_without_a_place(volume.path(key)) == 0


@pytest.mark.parametrize("sent", [0, 1, STRETCH - 1, STRETCH, STRETCH + 1, len(CONTENT)])
def test_every_byte_arrives_across_stretches(volume: Volume, sent: int) -> None:
    key = volume.new_upload()
    with volume.writing(key) as writing:
        assert writing.append(io.BytesIO(CONTENT[:sent]), len(CONTENT)) == sent
        assert writing.offset == sent
    assert volume.path(key).read_bytes() == CONTENT[:sent]


def test_a_later_piece_is_taken_behind_the_first(volume: Volume) -> None:
    key = volume.new_upload()
    source = io.BytesIO(CONTENT)
    for length in (STRETCH + 1, len(CONTENT) - STRETCH - 1):
        with volume.writing(key) as writing:
            assert writing.append(source, length) == length
    assert volume.path(key).read_bytes() == CONTENT


def test_a_wish_that_cannot_be_met_disturbs_nobody() -> None:
    out, into = os.pipe()
    try:
        writeout.begin(into, 0, 1)
        writeout.begin(into, 0, 0)
    finally:
        os.close(out)
        os.close(into)
