"""Only pixels survive: no EXIF, no comment, no profile; bombs and impostors are refused from the header."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from portal.media.findings import Refused
from portal.media.images import render


def save(path: Path, size: tuple[int, int], kind: str, **options: object) -> Path:
    Image.new("RGB", size, "teal").save(path, kind, **options)
    return path


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_two_widths_of_webp(tmp_path: Path, job: Path, kind: str) -> None:
    still = render(save(tmp_path / "poster.bin", (2400, 1350), kind), job)
    assert (still.width, still.height) == (2400, 1350)
    assert [(made.width, made.height) for made in still.pictures] == [(1280, 720), (640, 360)]
    assert all(made.path.read_bytes()[8:12] == b"WEBP" for made in still.pictures)


def test_nothing_is_enlarged(tmp_path: Path, job: Path) -> None:
    still = render(save(tmp_path / "small.bin", (500, 300), "PNG"), job)
    assert [made.width for made in still.pictures] == [500, 500]


def test_orientation_is_applied_and_exif_is_gone(tmp_path: Path, job: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Hana Kim"
    still = render(save(tmp_path / "turned.bin", (800, 600), "JPEG", exif=exif), job)
    assert (still.width, still.height) == (600, 800)
    with Image.open(still.pictures[0].path) as made:
        assert made.size == (600, 800)
        assert dict(made.getexif()) == {}
    assert b"Hana" not in still.pictures[0].path.read_bytes()


def test_transparency_becomes_white(tmp_path: Path, job: Path) -> None:
    path = tmp_path / "clear.bin"
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(path, "PNG")
    with Image.open(render(path, job).pictures[0].path) as made:
        assert made.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_too_small_says_what_is_needed(tmp_path: Path, job: Path) -> None:
    with pytest.raises(Refused) as refused:
        render(save(tmp_path / "tiny.bin", (320, 200), "PNG"), job, least_width=1280)
    assert refused.value.finding.figures == {"width": 320, "height": 200, "limit": 1280}


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "EPS"])
def test_other_formats_are_refused_whatever_their_name(tmp_path: Path, job: Path, kind: str) -> None:
    with pytest.raises(Refused, match="not_an_image"):
        render(save(tmp_path / "named.png", (64, 64), kind), job)


def test_a_bomb_is_refused_from_its_header(corpus: Callable[[str], Path], job: Path) -> None:
    with pytest.raises(Refused) as refused:
        render(corpus("evil_bomb_2500MP.png"), job)
    assert refused.value.finding.to_json() == {"code": "too_many_pixels", "width": 50000, "height": 50000}


@pytest.mark.parametrize("name", ["evil_script.svg", "evil_html_named.jpg", "evil_js_consent.pdf", "ok_h264_25fps.mp4"])
def test_corpus_impostors(corpus: Callable[[str], Path], job: Path, name: str) -> None:
    with pytest.raises(Refused, match="not_an_image"):
        render(corpus(name), job)


@pytest.mark.parametrize(
    ("name", "words"),
    [("evil_html_polyglot.jpg", (b"<html", b"<script")), ("leak_exif_gps_poster.jpg", (b"Hana", b"Kim", b"Exif"))],
)
def test_corpus_pictures_lose_everything_else(
    corpus: Callable[[str], Path], job: Path, name: str, words: tuple[bytes, ...]
) -> None:
    source = corpus(name).read_bytes()
    assert any(word in source for word in words)
    for made in render(corpus(name), job).pictures:
        assert [word for word in words if word in made.path.read_bytes()] == []
