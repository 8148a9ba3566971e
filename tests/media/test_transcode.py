"""The review copy plays anywhere, keeps time, and names nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from portal.media import ffmpeg, transcode
from portal.media.findings import Refused
from portal.media.probe import Film as Facts
from portal.media.probe import probe
from portal.media.sound import listen
from portal.media.transcode import Encoded

Film = Callable[[str], Path]
BINARY = ffmpeg.binary()


def lasting(seconds: float) -> Facts:
    return Facts("mov", "h264", "yuv420p", seconds, 1920, 1080, 0, "25", False, None, 0)


def encoded(path: Path, job: Path, heard: list[float] | None = None) -> Encoded:
    told = heard if heard is not None else []
    return transcode.encode(path, probe(path, job), job, binary=BINARY, on_progress=told.append)


@pytest.mark.parametrize(
    "name", ["plain.mp4", "silent.mp4", "surround.mkv", "film_rate.mov", "interlaced.mpg", "hdr.mp4"]
)
def test_every_film_becomes_a_review_copy(film: Film, job: Path, name: str) -> None:
    heard: list[float] = []
    source = probe(film(name), job)
    made = encoded(film(name), job, heard)
    copy = probe(job / made.fallback.file, job)
    assert (copy.codec, copy.pixel_format, copy.interlaced, copy.hdr) == ("h264", "yuv420p", False, "")
    assert copy.seconds == pytest.approx(source.seconds, abs=0.1)
    assert copy.rate == source.rate
    assert copy.channels == (2 if source.channels else 0)
    assert (job / made.fallback.file).read_bytes()[:4096].find(b"moov") > 0
    assert heard == sorted(heard)
    assert 0.8 < heard[-1] <= 1.0


def test_left_and_right_in_two_streams_become_one_sound(film: Film, job: Path) -> None:
    source = probe(film("paired.mov"), job)
    assert (source.paired, source.channels) == (True, 2)
    made = encoded(film("paired.mov"), job)
    heard = listen(job / made.fallback.file, probe(job / made.fallback.file, job), job, binary=BINARY)
    assert probe(job / made.fallback.file, job).channels == 2
    # The left stream is silent: who took only the first one would hear nothing.
    assert heard is not None
    assert heard.loudness is not None


def test_a_large_film_is_offered_in_three_sizes_from_one_decode(film: Film, job: Path) -> None:
    made = encoded(film("large.mp4"), job)
    shapes = [(probe(job / rung.file, job).width, probe(job / rung.file, job).height) for rung in made.rungs]
    assert shapes == [(640, 360), (1280, 720), (1920, 1080)]
    assert [probe(job / rung.file, job).channels for rung in made.rungs] == [0, 2, 0]
    assert len((job / transcode.GREYS).read_bytes()) == 2 * transcode.GREY_SIDE**2


def test_no_name_survives(film: Film, job: Path) -> None:
    assert b"Hana" in film("named.mp4").read_bytes()
    made = encoded(film("named.mp4"), job)
    assert b"Hana" not in (job / made.fallback.file).read_bytes()


def test_corpus_metadata_is_gone(corpus: Film, job: Path) -> None:
    made = encoded(corpus("leak_metadata_names_creator.mp4"), job)
    copy = (job / made.fallback.file).read_bytes()
    assert [word for word in (b"Hana", b"Kim", b"Seoul", b"+37") if word in copy] == []


def test_rotated_film_comes_out_upright(corpus: Film, job: Path) -> None:
    made = encoded(corpus("odd_rotated90.mp4"), job)
    copy = probe(job / made.fallback.file, job)
    assert (copy.width, copy.height, copy.rotation) == (180, 320, 0)


def test_black_and_frozen_stretches_come_from_the_same_decode(film: Film, job: Path) -> None:
    made = encoded(film("gaps.mp4"), job)
    [black] = made.black
    assert (black.start, black.end) == pytest.approx((0.0, 3.0), abs=0.2)
    assert any(one.start > 13.5 and one.length > 8 for one in made.still)


def test_one_frame_and_a_sheet_of_thumbnails(film: Film, job: Path) -> None:
    made = encoded(film("plain.mp4"), job)
    frame = transcode.take_frame(job / made.fallback.file, probe(film("plain.mp4"), job), job, binary=BINARY)
    assert frame.read_bytes().startswith(b"\x89PNG")
    with Image.open(transcode.lay_out(made.strip, job, binary=BINARY)) as sheet:
        assert (sheet.format, sheet.size) == ("WEBP", (160, 90))


def test_a_single_picture_is_a_film_too(film: Film, job: Path) -> None:
    made = encoded(film("blink.mp4"), job)
    facts = probe(film("blink.mp4"), job)
    assert transcode.take_frame(job / made.fallback.file, facts, job, binary=BINARY).exists()
    assert transcode.lay_out(made.strip, job, binary=BINARY).exists()


def test_a_film_that_cannot_be_decoded_is_refused(film: Film, job: Path, tmp_path: Path) -> None:
    facts = probe(film("plain.mp4"), job)
    broken = tmp_path / "broken.bin"
    broken.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(4096))
    with pytest.raises(Refused, match="undecodable"):
        transcode.encode(broken, facts, job, binary=BINARY)


@pytest.mark.parametrize(
    ("size", "lines"),
    [
        ((3840, 2160), [360, 720, 1080]),
        ((1080, 1920), [360, 720, 1080]),
        ((1920, 804), [360, 804]),
        ((1280, 720), [360, 720]),
        ((854, 480), [360, 480]),
        ((640, 400), [400]),
        ((320, 180), [180]),
        ((1, 1), [2]),
    ],
)
def test_the_ladder_never_enlarges(size: tuple[int, int], lines: list[int]) -> None:
    rungs = transcode.ladder(*size)
    assert [rung.lines for rung in rungs] == lines
    assert transcode.fallback_of(rungs).lines <= 720 or len(rungs) == 1


@pytest.mark.parametrize(
    ("seconds", "grid"),
    [(0.5, (1, 1, 1, 2)), (30.0, (15, 10, 2, 2)), (600.0, (100, 10, 10, 6)), (5400.0, (100, 10, 10, 54))],
)
def test_the_grid_of_thumbnails(seconds: float, grid: tuple[int, ...]) -> None:
    strip = transcode.strip_for(lasting(seconds))
    assert (strip.count, strip.columns, strip.rows, strip.every) == grid
    assert (strip.width, strip.height) == (160, 90)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((3840, 2160), (1280, 720)), ((1920, 804), (1720, 720)), ((1080, 1920), (720, 1280)), ((321, 181), (320, 180))],
)
def test_target_size(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert transcode.target_size(*size, 720) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [("frame=25", 0.5), ("frame=  900", 1.0), ("frame=N/A", None), ("out_time_us=500000", None), ("fps=25", None)],
)
def test_progress(line: str, expected: float | None) -> None:
    assert transcode.fraction_done(line, 50.0) == expected
