"""Lists of shots as people paste them, and the map drawn of them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from portal import i18n
from portal.disclosure import shots
from portal.disclosure.codes import Degree
from portal.disclosure.figures import measure
from portal.disclosure.ledger import Segment
from portal.disclosure.shot_map import Kind, shot_map
from tests.disclosure.seed import film, part

NTSC = Fraction(30_000, 1001)


def spans(text: str, **known: object) -> list[tuple[int, int, str]]:
    found = shots.read(text, **known)  # type: ignore[arg-type]
    assert found.complaints == ()
    return [(one.in_s, one.out_s, one.degree.value) for one in found.segments]


@pytest.mark.parametrize(
    "text",
    [
        "0:12,0:45,G\n1:00,1:10,M",
        "in,out,degree,note\n00:00:12,00:00:45,generated,sky\n00:01:00,00:01:10,altered",
        "\ufeff0:12;0:45;생성\n\n1:00;1:10;변형",
        "1:00\t1:10\tm\n0:12\t0:45\tg\tnote, with a comma",
        "00:00:12:00,00:00:45:00,G\n00:01:00:00,00:01:10:00,M",
        "01:00:12:00,01:00:45:00,G\n01:01:00:00,01:01:10:00,M",
    ],
)
def test_one_list_in_many_spellings(text: str) -> None:
    assert spans(text, fps=Fraction(25), length_s=840) == [(12, 45, "G"), (60, 70, "M")]


def test_shots_that_touch_still_touch_after_frames_became_seconds() -> None:
    assert spans("00:00:00:00,00:00:10:12,G\n00:00:10:12,00:00:20:11,M", fps=Fraction(24)) == [
        (0, 11, "G"),
        (11, 20, "M"),
    ]


def test_frames_that_run_on_are_later_than_the_clock_and_drop_frames_are_not() -> None:
    assert spans("00:00:00:00,00:59:59:29,G", fps=NTSC) == [(0, 3604, "G")]
    assert spans("00:00:00;00,00:59:59;29,G", fps=NTSC) == [(0, 3600, "G")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0:12,0:45", "Line 2: Write in, out and degree, like 0:12,0:45,G."),
        ("0:12,0:45,X", "Line 2: “X” is no degree. Write N, E, M or G."),
        ("0:45,0:12,G", "Line 2: It ends before it starts."),
        ("0:45,0:45,G", "Line 2: It is shorter than a second. Join it with the shot beside it."),
        ("0:75,1:45,G", "Line 2: “0:75” has more than 59 seconds or minutes."),
        ("later,1:45,G", "Line 2: “later” is no time. Write 1:05, 0:01:05 or 00:01:05:12."),
        ("００:10,1:45,G", "Line 2: “００:10” is no time. Write 1:05, 0:01:05 or 00:01:05:12."),
        ("0:05,0:12,G", "Line 2: It starts before line 1 ends."),
        ("00:00:20:00,0:45,G", "Line 2: Frames can be read once the film has arrived. Write the time without them."),
        ("99:00:00,99:00:01,G", "Line 2: “99:00:00” lies outside of the film."),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_number(line: str, said: str) -> None:
    with i18n.using("en"):
        found = shots.read(f"0:00,0:10,G\n{line}")
        assert [f"Line {one.line}: {one.message}" for one in found.complaints] == [said]
    assert found.segments[0] == Segment(0, 10, Degree.G)


def test_a_frame_too_many_is_told() -> None:
    (complaint,) = shots.read("00:00:01:25,00:00:03:00,G", fps=Fraction(25)).complaints
    assert "25" in complaint.message


def test_the_map_has_no_gap_and_its_seconds_are_the_share() -> None:
    segments = [
        {"in_s": 10, "out_s": 40, "degree": "G"},
        {"in_s": 40, "out_s": 50, "degree": "E"},
        {"in_s": 50, "out_s": 55, "degree": "M", "note": "sky"},
    ]
    ledger = film(part(share={"method": "TIMECODES", "segments": segments}))
    drawn = shot_map(ledger.parts[0])
    assert drawn is not None
    assert [(one.kind, one.start, one.end, one.x, one.width) for one in drawn.stretches] == [
        (Kind.LIVE, 0, 10, 0, 100),
        (Kind.GENERATED, 10, 40, 100, 300),
        (Kind.LIVE, 40, 50, 400, 100),
        (Kind.ALTERED, 50, 55, 500, 50),
        (Kind.LIVE, 55, 100, 550, 450),
    ]
    figures = measure(ledger)
    assert (figures.generated.lo, figures.altered.lo) == (
        drawn.seconds(Kind.GENERATED) * 10_000 // 100,
        drawn.seconds(Kind.ALTERED) * 10_000 // 100,
    )
    assert shot_map(film().parts[0]) is None
