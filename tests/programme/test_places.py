"""Halls: their hours, their seats row by row, and fewer seats than screenings sell."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.errors import Invalid
from portal.policies import SYSTEM
from portal.programme import seat_plan, service
from portal.programme.days import hours_text, minutes_of
from portal.programme.models import Hall, Screening
from tests.programme import rows

ROWS = "A 12 1,2\nB 14\n\nC 14 1, 14"


def draft(seats: int, **values: object) -> service.HallDraft:
    return service.HallDraft("1관", "Hall 1", seats, **values)  # type: ignore[arg-type]


def on_plan(session: Session, seats: int = 300) -> tuple[Hall, Screening]:
    edition = rows.edition(session)
    hall = rows.hall(session, edition, seats=seats)
    return hall, rows.screening(session, rows.package(session, edition, rows.film(session, edition)), hall)


def test_a_seat_plan_is_read_counted_and_written_back() -> None:
    plan = seat_plan.parsed(ROWS)
    assert (seat_plan.seats(plan), seat_plan.accessible(plan)) == (40, 4)
    assert plan[2] == {"row": "C", "seats": 14, "accessible": [1, 14]}
    assert seat_plan.parsed(seat_plan.text(plan)) == plan
    assert seat_plan.parsed("  \n ") == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("A 12\na 10", "there twice"),
        ("A 12 13", "no seat"),
        ("A 0", "a row has 1 to"),
        ("A 999", "a row has 1 to"),
        ("A twelve", "Line {n}"),
        ("A 12 1;2", "Line {n}"),
        ("\n".join(f"R{n} 10" for n in range(101)), "at most"),
    ],
)
def test_a_plan_that_makes_no_sense_is_named(text: str, word: str) -> None:
    with pytest.raises(Invalid) as refused:
        seat_plan.parsed(text)
    assert refused.value.field == "plan"
    assert word in refused.value.code


def test_hours_go_on_after_midnight() -> None:
    assert [minutes_of(text) for text in ("9:30", "25:30", "29:00")] == [570, 1530, 1740]
    assert [minutes_of(text) for text in ("29:01", "30:00", "12:60", "noon", "")] == [None] * 5
    assert hours_text(1530) == "25:30"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (draft(100, accessible_seats=101), "accessible_seats"),
        (draft(0), "seats"),
        (draft(100, opens_min=1300, closes_min=600), "closes"),
        (draft(100, closes_min=1741), "closes"),
        (draft(41, accessible_seats=4, plan=seat_plan.parsed(ROWS)), "seats"),
        (draft(40, accessible_seats=0, plan=seat_plan.parsed(ROWS)), "accessible_seats"),
    ],
)
def test_a_hall_that_cannot_be_is_refused(session: Session, wrong: service.HallDraft, field: str) -> None:
    edition = rows.edition(session)
    hall = rows.hall(session, edition)
    with pytest.raises(Invalid) as refused:
        service.edit_hall(session, hall, wrong, by=SYSTEM)
    assert refused.value.field == field


def test_a_bigger_hall_changes_only_screenings_that_follow(session: Session) -> None:
    hall, full = on_plan(session)
    edition = rows.edition(session)
    part = rows.screening(session, rows.package(session, edition), rows.hall(session, edition), rows.evening(1))
    part.hall_id, part.seats = hall.id, 250
    session.flush()
    service.edit_hall(session, hall, draft(320), by=SYSTEM)
    assert (full.seats, part.seats) == (300, 250)
    hall.seats = 300
    session.flush()
    service.edit_hall(session, hall, draft(320), follow=True, by=SYSTEM)
    assert (full.seats, part.seats) == (320, 250)


def test_a_smaller_hall_is_refused_below_what_is_given_away_or_kept(session: Session) -> None:
    hall, screening = on_plan(session)
    screening.taken, screening.held = 150, 60
    session.flush()
    with pytest.raises(Invalid) as refused:
        service.edit_hall(session, hall, draft(200), follow=True, by=SYSTEM)
    assert refused.value.field == "seats"
    assert "(210)" in refused.value.message
    with pytest.raises(Invalid) as unasked:
        service.edit_hall(session, hall, draft(220), by=SYSTEM)
    assert unasked.value.field == "follow"
    assert (hall.seats, screening.seats) == (300, 300)
    service.edit_hall(session, hall, draft(220), follow=True, by=SYSTEM)
    assert (hall.seats, screening.seats) == (220, 220)
