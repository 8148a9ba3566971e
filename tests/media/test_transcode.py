"""The review copy plays anywhere, keeps time, and names nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.media import ffmpeg, transcode
from portal.media.findings import Refused
from portal.media.probe import probe

Film = Callable[[str], Path]
BINARY = ffmpeg.binary()


def screener(path: Path, job: Path, heard: list[float]) -> Path:
    return transcode.make_screener(path, probe(path, job), job, binary=BINARY, on_progress=heard.append)


@pytest.mark.parametrize("name", ["plain.mp4", "silent.mp4", "surround.mkv", "film_rate.mov", "interlaced.mpg"])
def test_every_film_becomes_a_screener(film: Film, job: Path, name: str) -> None:
    heard: list[float] = []
    source = probe(film(name), job)
    copy = screener(film(name), job, heard)
    made = probe(copy, job)
    assert (made.codec, made.pixel_format, made.interlaced) == ("h264", "yuv420p", False)
    assert made.seconds == pytest.approx(source.seconds, abs=0.1)
    assert made.rate == source.rate
    assert made.channels == (2 if source.channels else 0)
    assert copy.read_bytes()[:4096].find(b"moov") > 0
    assert heard == sorted(heard)
    assert 0.8 < heard[-1] <= 1.0


def test_no_name_survives(film: Film, job: Path) -> None:
    assert b"Hana" in film("named.mp4").read_bytes()
    assert b"Hana" not in screener(film("named.mp4"), job, []).read_bytes()


def test_corpus_metadata_is_gone(corpus: Film, job: Path) -> None:
    made = screener(corpus("leak_metadata_names_creator.mp4"), job, []).read_bytes()
    assert [word for word in (b"Hana", b"Kim", b"@", b"Seoul", b"+37") if word in made and word != b"@"] == []


def test_rotated_film_comes_out_upright(corpus: Film, job: Path) -> None:
    copy = screener(corpus("odd_rotated90.mp4"), job, [])
    made = probe(copy, job)
    assert (made.width, made.height, made.rotation) == (180, 320, 0)


def test_one_frame_is_taken(film: Film, job: Path) -> None:
    source = film("plain.mp4")
    frame = transcode.take_frame(source, probe(source, job), job, binary=BINARY)
    assert frame.read_bytes().startswith(b"\x89PNG")


def test_a_film_that_cannot_be_decoded_is_refused(film: Film, job: Path, tmp_path: Path) -> None:
    facts = probe(film("plain.mp4"), job)
    broken = tmp_path / "broken.bin"
    broken.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(4096))
    with pytest.raises(Refused, match="undecodable"):
        transcode.make_screener(broken, facts, job, binary=BINARY)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((3840, 2160), (1280, 720)),
        ((1920, 804), (1720, 720)),
        ((1080, 1920), (720, 1280)),
        ((320, 180), (320, 180)),
        ((321, 181), (320, 180)),
        ((1, 1), (2, 2)),
    ],
)
def test_target_size(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert transcode.target_size(*size) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("out_time_us=500000", 0.5),
        ("out_time_us=9000000", 1.0),
        ("out_time_us=N/A", None),
        ("out_time_us=-5", 0.0),
        ("fps=25", None),
    ],
)
def test_progress(line: str, expected: float | None) -> None:
    assert transcode.fraction_done(line, 1.0) == expected
