"""The best free block of a hall, as a rule and as rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.orm import Session, sessionmaker

from portal.audience import plans, service
from portal.audience.models import AllottedSeat, Booking
from portal.audience.plans import Row, Seat, best
from portal.audience.service import allotment, seats
from portal.audience.service.quotas import Terms, set_terms
from portal.db import unit_of_work
from portal.errors import Invalid
from portal.lifecycles import SeatState
from portal.policies import SYSTEM
from portal.programme import service as programme
from portal.programme.models import Hall, Screening
from tests.audience import people
from tests.programme import rows

HALL = (Row("A", 8, frozenset({1, 2})), Row("B", 8), Row("C", 8))
PLAN = [{"row": "A", "seats": 8, "accessible": [1, 2]}, {"row": "B", "seats": 8}, {"row": "C", "seats": 8}]


def seat(taken: set[Seat], party: int, *, access: bool = False, kept: bool = True) -> str:
    return plans.words(best(HALL, taken, party, access=access, kept=kept))


def without(*free: str) -> set[Seat]:
    every = {Seat(row.name, number) for row in HALL for number in range(1, row.seats + 1)}
    return every - {Seat(one[0], int(one[1:])) for one in free}


def test_a_party_sits_together_in_the_middle() -> None:
    assert seat(set(), 2) == "B 4–5"
    assert seat({Seat("B", 4), Seat("B", 5)}, 2) == "C 4–5"


def test_no_seat_is_left_alone_where_another_block_is_as_good() -> None:
    assert seat(without("B3", "B4", "B5", "C3", "C4"), 2) == "C 3–4"


def test_accessible_seats_are_for_those_who_need_them() -> None:
    assert seat(set(), 2, access=True) == "A 2–3"
    assert seat(without("A1", "A2", "C8"), 1) == "C 8"
    assert seat(without("A1", "A2"), 2) == "A 1–2", "nothing else is left"


def test_a_party_too_large_for_a_row_sits_in_rows_that_follow_each_other() -> None:
    assert seat(without("B4", "B5", "C4", "C5", "C6"), 4) == "B 4–5 · C 4–5"
    assert seat(without("A8", "C1", "C8"), 3) == "A 8 · C 1, 8"
    assert seat(without("B4"), 2) == ""


@given(some.sets(some.sampled_from(sorted(without()))), some.integers(1, 20), some.booleans(), some.booleans())
def test_whoever_fits_is_seated_on_free_seats_of_the_hall(
    taken: set[Seat], party: int, access: bool, kept: bool
) -> None:
    found = best(HALL, taken, party, access=access, kept=kept)
    free = without() - taken
    assert len(set(found)) == len(found) == (party if len(free) >= party else 0)
    assert set(found) <= free


def test_seats_in_words() -> None:
    assert plans.words([("C", 8), ("C", 7), ("D", 7), ("C", 10)]) == "C 7–8, 10 · D 7"
    assert plans.words([]) == ""


def seated(session: Session) -> Screening:
    screening = rows.on_sale(session, seats=24)
    session.get_one(Hall, screening.hall_id).plan = PLAN
    screening.seated = True
    session.flush()
    return screening


def party_of(session: Session, screening: Screening, n: int, party: int, **values: str) -> Booking:
    booking = Booking(
        screening_id=screening.id,
        state=SeatState.CONFIRMED,
        name=f"관객 {n}",
        email=f"guest{n}@example.test",
        party=party,
        **values,
    )
    session.add(booking)
    session.flush()
    return booking


def sitting(session: Session, booking: Booking) -> str:
    query = sa.select(AllottedSeat.row, AllottedSeat.number).where(AllottedSeat.booking_id == booking.id)
    return plans.words((row.row, row.number) for row in session.execute(query))


def test_seats_come_and_go_with_the_booking(session: Session) -> None:
    screening = seated(session)
    one, other = party_of(session, screening, 1, 2), party_of(session, screening, 2, 2)
    for booking in (one, one, other):
        allotment.allot(session, screening, booking)
    assert (sitting(session, one), sitting(session, other)) == ("B 4–5", "C 4–5")
    allotment.vacate(session, screening, one)
    assert sitting(session, one) == ""
    screening.seated = False
    assert allotment.allot(session, screening, one) == []


def test_a_new_hall_seats_everybody_anew_and_says_what_changed(session: Session) -> None:
    screening = seated(session)
    one, other = party_of(session, screening, 1, 2), party_of(session, screening, 2, 4)
    for booking in (one, other):
        allotment.allot(session, screening, booking)
    session.get_one(Hall, screening.hall_id).plan = [{"row": "가", "seats": 3}, {"row": "나", "seats": 4}]
    changed = allotment.allot_again(session, screening)
    assert changed == {one.id: ("B 4–5", "나 1–2"), other.id: ("C 3–6", "가 1–2 · 나 3–4")}
    assert len(session.scalars(sa.select(AllottedSeat)).all()) == 6


def test_seats_are_exchanged_by_hand(session: Session) -> None:
    screening = seated(session)
    one, other = party_of(session, screening, 1, 2), party_of(session, screening, 2, 1)
    for booking in (one, other):
        allotment.allot(session, screening, booking)
    [alone] = best(HALL, [Seat("B", 4), Seat("B", 5)], 1, access=False, kept=True)
    allotment.exchange(session, screening, Seat("B", 5), alone, by=SYSTEM)
    assert sitting(session, other) == "B 5"
    allotment.exchange(session, screening, Seat("B", 5), Seat("A", 8), by=SYSTEM)
    assert sitting(session, other) == "A 8"
    for wrong in ((Seat("B", 5), Seat("A", 7)), (Seat("A", 8), Seat("Z", 1)), (Seat("A", 8), Seat("A", 8))):
        with pytest.raises(Invalid):
            allotment.exchange(session, screening, *wrong, by=SYSTEM)


def test_seats_are_numbered_where_the_organizer_says_so_and_stay_so(session: Session) -> None:
    screening = rows.on_sale(session, seats=24)
    hall, before = session.get_one(Hall, screening.hall_id), people.book(session, screening, "early", 2)
    numbered = Terms(4, seated=True)
    with pytest.raises(Invalid, match="plan has"):
        set_terms(session, screening, numbered, rev=screening.rev, by=SYSTEM)
    hall.plan = [{"row": "발코니-가", "seats": 24}]
    for _twice in range(2):
        set_terms(session, screening, numbered, rev=screening.rev, by=SYSTEM)
    after = people.book(session, screening, "late", 2)
    assert [sitting(session, one) for one in (before, after)] == ["발코니-가 12–13", "발코니-가 10–11"]
    other = programme.HallDraft(hall.name_ko, hall.name_en, 24)
    for wrong in (
        lambda: set_terms(session, screening, Terms(4), rev=screening.rev, by=SYSTEM),
        lambda: programme.set_seats(session, screening, 25, by=SYSTEM),
        lambda: programme.edit_hall(session, hall, other, by=SYSTEM),
    ):
        with pytest.raises(Invalid, match="number"):
            wrong()
    for booking in (before, after):
        service.cancel(session, booking, by=SYSTEM)
    set_terms(session, screening, Terms(4), rev=screening.rev, by=SYSTEM)
    assert not screening.seated


def test_two_at_once_get_two_seats(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening = seated(session)
        ids = [party_of(session, screening, n, 2).id for n in range(4)]
        screening_id = screening.id

    def sit(booking_id: int) -> list[Seat]:
        with unit_of_work(sessions) as session:
            screening = seats.locked(session, screening_id)
            return allotment.allot(session, screening, session.get_one(Booking, booking_id))

    with ThreadPoolExecutor(4) as at_once:
        given_seats = [seat for found in at_once.map(sit, ids) for seat in found]
    assert len(set(given_seats)) == 8
