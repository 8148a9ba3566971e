"""A film is judged by what can be decoded, not by its name or header."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from portal.media.findings import Refused
from portal.media.probe import exact_rate, judge, probe, starts_like_a_film

Film = Callable[[str], Path]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain.mp4", {"codec": "h264", "seconds": 2.0, "width": 320, "height": 180, "channels": 1}),
        ("silent.mp4", {"sound_codec": None, "channels": 0}),
        ("surround.mkv", {"channels": 6}),
        ("film_rate.mov", {"codec": "prores", "rate": "24000/1001"}),
        ("interlaced.mpg", {"codec": "mpeg2video", "interlaced": True}),
    ],
)
def test_facts_of_own_films(film: Film, job: Path, name: str, expected: dict[str, object]) -> None:
    assert starts_like_a_film(film(name).read_bytes()[:256])
    facts = probe(film(name), job).to_json()
    assert {key: facts[key] for key in expected} == expected


def test_a_changing_frame_rate_is_noticed(film: Film, job: Path) -> None:
    assert [probe(film(name), job).vfr for name in ("plain.mp4", "surround.mkv", "changing.mp4")] == [
        False,
        False,
        True,
    ]


def test_high_dynamic_range_is_noticed(film: Film, job: Path) -> None:
    assert [probe(film(name), job).hdr for name in ("plain.mp4", "hdr.mp4")] == ["", "pq"]


@pytest.mark.parametrize(
    ("counted", "meant"),
    [("24000/1001", "24000/1001"), ("23976/1000", "24000/1001"), ("176947200/7372800", "24"), ("17/1", "17")],
)
def test_the_rate_that_was_meant(counted: str, meant: str) -> None:
    assert exact_rate(Fraction(counted)) == Fraction(meant)


def test_a_film_cut_in_half_is_told_how_much_is_left(film: Film, job: Path, tmp_path: Path) -> None:
    whole = film("plain.mp4").read_bytes()
    half = tmp_path / "half.bin"
    half.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused) as refused:
        probe(half, job)
    figures = refused.value.finding.figures
    assert refused.value.finding.code == "cut_off"
    assert 0.2 < figures["found"] < 1.9
    assert figures["length"] == pytest.approx(2.0)


def test_sound_alone_is_no_film(film: Film, job: Path) -> None:
    with pytest.raises(Refused, match="no_picture"):
        probe(film("sound_only.mp4"), job)


def test_a_playlist_never_opens_a_neighbours_film(film: Film, job: Path, tmp_path: Path) -> None:
    neighbour = tmp_path / "neighbour.ts"
    neighbour.write_bytes(film("interlaced.mpg").read_bytes())
    for text in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{neighbour}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile {neighbour}\n",
    ):
        playlist = tmp_path / "playlist.mp4"
        playlist.write_text(text)
        assert not starts_like_a_film(playlist.read_bytes())
        with pytest.raises(Refused, match="unreadable"):
            probe(playlist, job)


def test_a_picture_beyond_forty_megapixels_is_refused_with_its_size() -> None:
    picture = {"width": 16384, "height": 16384, "pixel_ratio": None, "rotation": 0}
    with pytest.raises(Refused) as refused:
        judge({"container": "mov", "picture": picture, "sound": None})
    assert refused.value.finding.figures == {"width": 16384, "height": 16384}


CORPUS = {
    "ok_h264_25fps.mp4": {"codec": "h264", "seconds": 1.0, "rate": "25"},
    "ok_h264_23976_pcm.mov": {"rate": "24000/1001", "sound_codec": "pcm_s16le"},
    "ok_prores422_24.mov": {"codec": "prores", "channels": 0},
    "ok_hevc_50fps.mp4": {"codec": "hevc", "rate": "50"},
    "ok_vp9_opus_30.webm": {"codec": "vp9", "sound_codec": "opus"},
    "ok_av1_2997.webm": {"codec": "av1", "rate": "30000/1001"},
    "odd_mpeg2_interlaced.mpg": {"interlaced": True},
    "odd_rotated90.mp4": {"rotation": 90, "width": 180, "height": 320},
    "odd_no_audio.mp4": {"channels": 0},
    "odd_audio_51.mp4": {"channels": 6},
    "odd_moov_at_end.mp4": {"seconds": 1.0},
    "bad_16k_header_only.mp4": {"width": 320, "height": 180},
}
REFUSED = (
    "bad_zero_length.mp4",
    "bad_header_then_random.mp4",
    "evil_hls_playlist.mp4",
    "evil_hls_ssrf_only.mp4",
    "evil_ffconcat.mp4",
    "evil_script.svg",
    "evil_html_polyglot.jpg",
    "evil_html_named.jpg",
    "evil_bomb_2500MP.png",
    "evil_js_consent.pdf",
    "evil_script.srt",
    "evil_formula_cells.csv",
    "evil_filenames.jsonl",
)


@pytest.mark.parametrize("name", CORPUS)
def test_corpus_accepted(corpus: Film, job: Path, name: str) -> None:
    facts = probe(corpus(name), job).to_json()
    assert {key: facts[key] for key in CORPUS[name]} == CORPUS[name]
    assert Fraction(facts["rate"]) > 0


@pytest.mark.parametrize("name", REFUSED)
def test_corpus_refused(corpus: Film, job: Path, name: str) -> None:
    with pytest.raises(Refused, match="unreadable"):
        probe(corpus(name), job)
