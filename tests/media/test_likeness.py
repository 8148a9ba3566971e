"""Films found again: re-encoded, smaller, shifted, in part; and strangers that stay strangers."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable

import numpy as np
import pytest

from portal.media import child, ffmpeg, fingerprints, likeness, transcode
from portal.media.prints import Prints
from portal.media.probe import probe

BINARY = ffmpeg.binary()
WAVES = "aevalsrc=exprs='0.3*sin(2*PI*t*(200+150*floor(mod(t*{a},7))))+0.2*sin(2*PI*t*(300+90*floor(mod(t*{b},5))))'"
FILMS = {
    "one": ("-f", "lavfi", "-i", "mandelbrot=size=640x360:rate=10", "-f", "lavfi", "-i", WAVES.format(a=3, b=2)),
    "other": (
        "-f",
        "lavfi",
        "-i",
        "life=size=640x360:rate=10:mold=10:seed=7",
        "-f",
        "lavfi",
        "-i",
        WAVES.format(a=5, b=1),
    ),
}


@pytest.fixture(scope="session")
def prints(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Prints]:
    """The fingerprints of a film of twenty seconds, made with some more options."""
    folder = tmp_path_factory.mktemp("alike")

    def make(name: str, *options: str) -> Prints:
        path = folder / "film.mkv"
        making = (*FILMS[name], "-t", "24", *options, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
        subprocess.run([BINARY, "-y", "-loglevel", "error", *making, str(path)], check=True)
        with child.job_directory(folder / "jobs") as job:
            transcode.encode(path, probe(path, job), job, binary=BINARY)
            greys, chroma = (job / transcode.GREYS).read_bytes(), (job / transcode.CHROMA).read_bytes()
        return Prints(1, fingerprints.picture(greys), fingerprints.sound(chroma))

    return make


def test_a_re_encoded_smaller_excerpt_is_found(prints: Callable[..., Prints]) -> None:
    whole = prints("one")
    part = prints("one", "-ss", "6", "-t", "14", "-vf", "scale=320:180,eq=brightness=0.05", "-crf", "32", "-b:a", "64k")
    [alike] = likeness.among(part, [whole])
    assert alike.picture_bp > 7000
    assert alike.sound_bp > 7000


def test_strangers_are_not_alike(prints: Callable[..., Prints]) -> None:
    assert likeness.among(prints("one"), [prints("other")]) == []


def test_a_new_picture_over_the_same_sound_is_heard(prints: Callable[..., Prints]) -> None:
    one, other = prints("one"), prints("other")
    [alike] = likeness.among(Prints(3, other.picture, one.sound), [one])
    assert alike.picture_bp == 0
    assert alike.sound_bp > 9900


def test_black_and_silence_are_like_nothing() -> None:
    black, silence = bytes(8 * 600), struct.pack("<I", 627964279) * 5000
    assert likeness.seen(black, black) == 0
    assert likeness.heard(silence, silence) == 0
    assert fingerprints.picture(bytes(transcode.GREY_SIDE**2 * 3)) == bytes(24)


def test_nothing_is_like_nothing() -> None:
    assert likeness.seen(b"", b"") == 0
    assert likeness.heard(b"", b"") == 0
    assert fingerprints.picture(b"") == b""


def test_single_seconds_that_look_the_same_by_chance_do_not_count() -> None:
    chance = np.random.default_rng(5)
    one = chance.integers(1, 2**63, 600, dtype=np.uint64)
    other = chance.integers(1, 2**63, 600, dtype=np.uint64)
    other[::7] = one[::-1][::7]
    assert likeness.seen(one.astype(">u8").tobytes(), other.astype(">u8").tobytes()) == 0


def test_a_hash_survives_brightness_and_noise() -> None:
    chance = np.random.default_rng(3)
    picture = np.kron(chance.uniform(20, 220, (8, 8)), np.ones((transcode.GREY_SIDE // 8,) * 2))
    changed = (picture * 0.9 + 20 + chance.normal(0, 3, picture.shape)).clip(0, 255)
    hashes = [int.from_bytes(fingerprints.picture(one.astype(np.uint8).tobytes())) for one in (picture, changed)]
    assert (hashes[0] ^ hashes[1]).bit_count() <= 6
