"""What is the local volume's own: its lock, its room, its names, and who may read its files."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from portal.media.contract import Busy
from portal.media.volume import Volume


@pytest.fixture
def volume(tmp_path: Path) -> Volume:
    return Volume(tmp_path / "media", reserve=0)


def test_one_writer_at_a_time(volume: Volume) -> None:
    key = volume.new_upload()
    with volume.writing(key), pytest.raises(Busy), volume.writing(key):
        pass
    with volume.writing(key):
        pass


def test_room_is_measured_before_the_first_byte(volume: Volume) -> None:
    assert volume.room_for(1)
    assert not volume.room_for(1 << 60)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 31 + "/"])
def test_only_own_keys_have_a_place(volume: Volume, key: str) -> None:
    with pytest.raises(FileNotFoundError):
        volume.path(key)


def test_files_are_the_portals_alone(volume: Volume, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.write_bytes(b"x")
    made.chmod(0o644)
    assert volume.path(volume.adopt(made)).stat().st_mode & 0o077 == 0
    assert volume.path(volume.new_upload()).stat().st_mode & 0o077 == 0


def test_only_files_left_alone_are_listed(volume: Volume) -> None:
    fresh, old = volume.new_upload(), volume.new_upload()
    os.utime(volume.path(old), (0, 0))
    assert list(volume.keys(unchanged_for=timedelta(hours=1))) == [old]
    assert set(volume.keys(unchanged_for=timedelta(0))) == {fresh, old}


def test_a_job_reads_the_file_itself(volume: Volume, tmp_path: Path) -> None:
    key = volume.new_upload()
    with volume.fetched(key, tmp_path) as path:
        assert path == volume.path(key)
    assert path.exists()
