"""Every file of the shared corpus through every slot: the answer of its README, no request to anybody, no exception."""

from __future__ import annotations

import shutil
import socket
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from portal.media import pipeline
from portal.media.models import Slot
from portal.media.pipeline import Job, Result
from portal.media.volume import Volume
from tests.media.conftest import CORPUS

FILMS = ("ok_", "odd_", "같은이름_", "출품작_", "leak_metadata", "bad_16k")
TAKEN: dict[Slot, tuple[str, ...]] = {
    Slot.FILM: FILMS,
    Slot.POSTER: (),
    Slot.STILL: (),
    Slot.SUBTITLE: (),
    Slot.CONSENT: ("evil_js_consent.pdf", "evil_html_polyglot.jpg", "leak_exif"),
}
# The other slots for films share the examination of films, which takes longest: a few files show that they do.
FEW = (
    "ok_h264_25fps",
    "odd_no_audio",
    "bad_header",
    "bad_16k",
    "evil_hls",
    "evil_ffconcat",
    "evil_script",
    "leak_meta",
)
SHARING = (Slot.REPLACEMENT, Slot.TRAILER)
# Both pictures of the corpus open, but are too small for a poster: the refusal tells their size.
SMALL_PICTURES = ("evil_html_polyglot.jpg", "leak_exif_gps_poster.jpg")


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    """A listener where the hostile files point to."""
    with socket.socket() as listener:
        # Two processes of one test run may listen here at once.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with suppress(PermissionError):
            listener.bind(("127.0.0.1", 9))
            listener.listen()
        listener.setblocking(False)
        yield listener


def examined(path: Path, slot: Slot, volume: Volume) -> Result:
    copy = volume.root / "copy"
    volume.root.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, copy)
    return pipeline.examine(Job(1, 1, slot, volume.adopt(copy)), volume)


@pytest.mark.parametrize("slot", [*TAKEN, *SHARING])
def test_every_file_gets_an_answer(slot: Slot, tmp_path: Path, trap: socket.socket) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the shared media corpus is not beside this checkout")
    volume = Volume(tmp_path / "media", reserve=0)
    for path in sorted(CORPUS.iterdir()):
        if slot in SHARING and not path.name.startswith(FEW):
            continue
        result = examined(path, slot, volume)
        name = unicodedata.normalize("NFC", path.name)
        assert (not result.refused) == name.startswith(TAKEN.get(slot, FILMS)), name
        assert all(finding.sentence for finding in result.findings)
        if slot in (Slot.POSTER, Slot.STILL) and path.name in SMALL_PICTURES:
            assert [finding.code for finding in result.findings] == ["image_too_small"]
    with pytest.raises(BlockingIOError):
        trap.accept()
    assert list(volume.jobs.glob("*")) == []
