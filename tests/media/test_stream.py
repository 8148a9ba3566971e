"""The ladder as HLS: cut without encoding, one file for each rung, captions in the master, and still nobody's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from portal.media import ffmpeg, stream, transcode
from portal.media.probe import probe
from portal.media.stream import Variant
from portal.media.transcode import Rung

Film = Callable[[str], Path]
BINARY = ffmpeg.binary()
VARIANTS = [
    Variant(Rung(640, 360, 1000), 600_000, 500_000, "avc1.64001e,mp4a.40.2"),
    Variant(Rung(1280, 720, 4000), 3_000_000, 2_500_000, "avc1.64001f,mp4a.40.2"),
]


def cut(path: Path, job: Path) -> list[Variant]:
    film = probe(path, job)
    encoded = transcode.encode(path, film, job, binary=BINARY)
    return stream.cut(encoded, job, binary=BINARY, seconds=film.seconds, channels=film.channels)


def test_a_playlist_names_the_pieces_of_one_file(film: Film, job: Path) -> None:
    [small, middle, _large] = cut(film("large.mp4"), job)
    assert (small.playlist, small.segments, middle.rung.width) == ("360.m3u8", "360.mp4", 1280)
    assert re.fullmatch(r"avc1\.6400[0-9a-f]{2},mp4a\.40\.2", middle.codecs)
    playlist = (job / middle.playlist).read_text()
    pieces = [tuple(map(int, found)) for found in re.findall(r"BYTERANGE[:=]\"?(\d+)@(\d+)", playlist)]
    assert set(re.findall(r"(?m)^[^#\n].*$", playlist)) == {"720.mp4"}
    assert sum(size for size, _ in pieces) == (job / middle.segments).stat().st_size
    assert [at for _, at in pieces] == sorted(at for _, at in pieces)


def test_every_rung_plays_with_sound(film: Film, job: Path) -> None:
    variants = cut(film("large.mp4"), job)
    found = [probe(job / variant.segments, job) for variant in variants]
    assert [(one.height, one.channels) for one in found] == [(360, 2), (720, 2), (1080, 2)]
    assert [one.seconds for one in found] == pytest.approx([2.0] * 3, abs=0.1)


def test_a_silent_film_streams_as_well(film: Film, job: Path) -> None:
    [only] = cut(film("silent.mp4"), job)
    assert "mp4a" not in only.codecs
    assert probe(job / only.segments, job).channels == 0


def test_no_name_survives(film: Film, job: Path) -> None:
    [only] = cut(film("named.mp4"), job)
    assert b"Hana" in film("named.mp4").read_bytes()
    assert b"Hana" not in (job / only.segments).read_bytes()
    assert "Hana" not in (job / only.playlist).read_text()


def test_players_begin_with_the_rung_that_stands_first() -> None:
    told = stream.master(VARIANTS, VARIANTS[1].rung, Fraction(24000, 1001))
    assert re.findall(r"(?m)^\d+\.m3u8$", told) == ["720.m3u8", "360.m3u8"]
    assert (
        "#EXT-X-STREAM-INF:BANDWIDTH=3000000,AVERAGE-BANDWIDTH=2500000,RESOLUTION=1280x720,"
        'FRAME-RATE=23.976,CODECS="avc1.64001f,mp4a.40.2"\n720.m3u8\n'
    ) in told


def test_captions_come_into_the_master_and_leave_it_again() -> None:
    bare = stream.master(VARIANTS, VARIANTS[1].rung, Fraction(25))
    told = stream.with_captions(bare)
    assert told.count('SUBTITLES="captions"') == 2
    assert 'TYPE=SUBTITLES,GROUP-ID="captions"' in told
    assert stream.with_captions(told) == told
    assert stream.without_captions(told) == bare
    assert stream.captions_playlist(62.5).splitlines()[-3:] == ["#EXTINF:62.500,", "captions.vtt", "#EXT-X-ENDLIST"]
