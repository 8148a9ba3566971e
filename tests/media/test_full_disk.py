"""A disk that fills up in the middle of a review copy or an upload: our fault is told as ours, and it goes on."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.media import pipeline
from portal.media.contract import StorageFull
from portal.media.models import Slot
from portal.media.pipeline import Job, Result
from portal.media.pouring import PIECE
from portal.media.volume import Volume

ROOM = 96 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of sixteen megabytes of its own."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "films", mounted]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield mounted
    subprocess.run(["umount", "--lazy", mounted], check=True)


def make(job: Job, volume: Volume, facts: Result) -> Result:
    with_facts = Job(job.asset_id, job.attempt, job.slot, job.key, facts=facts.facts)
    return pipeline.make_playable(with_facts, volume, on_progress=lambda done: None)


def test_a_disk_full_in_the_middle(disk: Path, film: Callable[[str], Path]) -> None:
    volume = Volume(disk / "media", reserve=0)
    copy = disk / "copy"
    shutil.copyfile(film("large.mp4"), copy)
    (disk / "media").mkdir()
    job = Job(1, 1, Slot.FILM, volume.adopt(copy))
    facts = pipeline.examine(job, volume)
    assert facts.facts is not None
    with (disk / "filler").open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, shutil.disk_usage(disk).free - ROOM)
    before = shutil.disk_usage(disk).free
    with pytest.raises(StorageFull):
        make(job, volume, facts)
    assert shutil.disk_usage(disk).free == before
    assert list(volume.jobs.iterdir()) == []
    (disk / "filler").unlink()
    assert not make(job, volume, facts).refused


def test_an_upload_that_fills_the_disk_in_a_later_piece(disk: Path) -> None:
    volume, content = Volume(disk / "media", reserve=0), os.urandom(24 * PIECE)
    key = volume.new_upload()
    with pytest.raises(StorageFull), volume.writing(key) as writing:
        writing.append(io.BytesIO(content), len(content))
    kept = volume.path(key).read_bytes()
    assert 8 * PIECE < len(kept) == volume.size(key)
    assert content.startswith(kept)
