"""What is heard and seen without decoding the whole picture, and the same words on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal.cli import main
from portal.media import ffmpeg
from portal.media.edges import Edges
from portal.media.inspection import Facts, inspect
from portal.media.probe import Film
from portal.media.stretches import Stretch, marked
from portal.settings import Settings
from tests import builders

Find = Callable[[str], Path]
BINARY = ffmpeg.binary()


def test_a_plain_film(film: Find, job: Path) -> None:
    facts = inspect(film("plain.mp4"), job, binary=BINARY)
    assert facts.sound is not None
    assert facts.sound.loudness == pytest.approx(-21.8, abs=0.5)
    assert facts.sound.peak == pytest.approx(-18.0, abs=0.5)
    assert facts.sound.silences == ()
    assert facts.edges == Edges()
    assert Facts.from_json(json.loads(json.dumps(facts.to_json()))) == facts


def test_black_ends_and_a_long_silence(film: Find, job: Path) -> None:
    facts = inspect(film("gaps.mp4"), job, binary=BINARY)
    assert facts.sound is not None
    [silence] = facts.sound.silences
    assert (silence.start, silence.end) == pytest.approx((3.0, 20.0), abs=0.1)
    assert facts.edges.black_start == pytest.approx(3.0, abs=0.1)
    assert facts.edges.black_end == 0.0
    assert Facts.from_json(json.loads(json.dumps(facts.to_json()))) == facts


def test_a_film_without_sound_is_not_listened_to(film: Find, job: Path) -> None:
    assert inspect(film("silent.mp4"), job, binary=BINARY).sound is None


def test_facts_kept_before_there_were_ears() -> None:
    kept = Film("mov", "h264", "yuv420p", 2.0, 1280, 720, 0, "25", False, None, 0).to_json()
    for later in ("sound_seconds", "hdr", "vfr"):
        del kept[later]
    assert Facts.from_json({"film": kept}).edges == Edges()


def test_marks_of_the_detectors() -> None:
    text = (
        "frame:0    pts:0       pts_time:0\nlavfi.black_start=0\nframe:9 pts:9 pts_time:0.4\nlavfi.black_end=0.4\n"
        "frame:20 pts:1 pts_time:1\nlavfi.freezedetect.freeze_start=1.25\nlavfi.black_start=5\n"
    )
    assert marked(text, "black", 9.0) == (Stretch(0.0, 0.4), Stretch(5.0, 9.0))
    assert marked(text, "freeze", 9.0, offset=100.0) == ()
    assert marked(text, "freeze", 109.0, offset=100.0) == (Stretch(101.25, 109.0),)


@pytest.fixture
def told(environment: Settings, session: Session) -> Callable[..., dict[str, object]]:
    """What `portal media inspect` prints for a film."""
    builders.category(session, builders.call(session, builders.edition(session)), code="wide", min_height=720)
    session.commit()

    def run(path: Path, *options: str) -> dict[str, object]:
        outcome = CliRunner().invoke(main, ["media", "inspect", str(path), *options, "--json"])
        assert outcome.exit_code == 0, outcome.output
        answer: dict[str, object] = json.loads(outcome.output)
        return answer

    return run


SHAPE = ["verdict", "findings", "duration_s", "fps", "width", "height", "rotation", "video", "audio", "hdr", "vfr"]


def test_the_command_says_what_the_portal_would(told: Callable[..., dict[str, object]], film: Find) -> None:
    answer = told(film("film_rate.mov"))
    assert list(answer) == SHAPE
    assert (answer["verdict"], answer["fps"], answer["video"]) == ("notice", "24000/1001", "prores")
    assert answer["findings"] == [
        {
            "code": "no_sound",
            "figure": None,
            "rule": None,
            "text": {
                "ko": "소리가 없는 영화예요. 일부러 그런 거라면 그대로 두어도 괜찮아요.",
                "en": "There is no sound in this film. If it is silent on purpose, all is well.",
            },
        }
    ]


def test_the_command_holds_a_film_against_a_category(
    told: Callable[..., dict[str, object]], film: Find, session: Session
) -> None:
    answer = told(film("plain.mp4"), "--category", "wide")
    [finding] = answer["findings"]  # type: ignore[misc]
    assert (answer["verdict"], finding["code"], finding["figure"], finding["rule"]) == ("fix", "too_low", 180, 720)


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"#EXTM3U\nfile:///etc/passwd\n", "not_a_film")])
def test_the_command_judges_what_is_no_film(
    told: Callable[..., dict[str, object]], tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    answer = told(path)
    assert list(answer) == SHAPE
    assert answer["verdict"] == "refuse"
    assert [finding["code"] for finding in answer["findings"]] == [code]  # type: ignore[attr-defined]
    assert answer["duration_s"] is None


def test_a_category_nobody_knows_is_no_verdict(environment: Settings, session: Session, film: Find) -> None:
    outcome = CliRunner().invoke(main, ["media", "inspect", str(film("plain.mp4")), "--category", "nobody"])
    assert outcome.exit_code == 1
    assert "nobody" in outcome.output
