"""A screening that moved asks its holders; one that was cancelled shows them the way to another."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.audience import queries, service
from portal.audience.models import Booking
from portal.calls.models import Edition
from portal.errors import Invalid
from portal.lifecycles import ScreeningState, SeatState, advance
from portal.policies import SYSTEM, VISITOR
from portal.programme import service as programme
from portal.programme.models import Hall, Package, Screening
from tests.audience.people import book, counts, group, mails, quota
from tests.programme import rows
from workers.audience import tell


def moved(session: Session, screening: Screening, hour: int = 21, base: int = 1) -> None:
    edition, hall = session.get_one(Edition, screening.edition_id), session.get_one(Hall, screening.hall_id)
    programme.move(session, screening, hall, rows.evening(hour=hour), rev=screening.rev, by=SYSTEM)
    released = programme.release(session, edition, base=base, by=SYSTEM)
    session.commit()
    tell(released.id)
    tell(released.id)
    session.expire_all()


def test_holders_keep_their_seats_or_give_them_back_and_the_silent_are_released(
    session: Session, environment: object
) -> None:
    screening = rows.on_sale(session, seats=3)
    keeps, gives, silent = (book(session, screening, name) for name in ("keeps", "gives", "silent"))
    waits = book(session, screening, "waits")
    session.commit()
    moved(session, screening)
    assert [one.moved_in for one in (keeps, gives, silent, waits)] == [2, 2, 2, None]
    service.keep(session, keeps, by=VISITOR)
    service.keep(session, keeps, by=VISITOR)
    service.cancel(session, gives, by=VISITOR)
    assert waits.state == SeatState.OFFERED
    assert queries.moves(session, screening.id) == queries.Moves(kept=1, given_back=1, unanswered=1)
    assert service.release_unanswered(session, screening, by=SYSTEM) == 1
    assert service.release_unanswered(session, screening, by=SYSTEM) == 0
    assert (silent.state, keeps.state) == (SeatState.CANCELLED, SeatState.CONFIRMED)
    assert mails(session, "seat_unanswered") == ["silent@example.test"]
    assert counts(session, screening) == (2, 0)
    with pytest.raises(Invalid):
        service.keep(session, silent, by=VISITOR)


def test_a_second_move_asks_again(session: Session, environment: object) -> None:
    screening = rows.on_sale(session)
    booking = book(session, screening, "a")
    session.commit()
    moved(session, screening)
    service.keep(session, booking, by=VISITOR)
    session.commit()
    moved(session, screening, hour=22, base=2)
    assert (booking.moved_in, booking.kept_at) == (3, None)


def test_whoever_lost_a_screening_takes_another_with_one_press(session: Session) -> None:
    screening = rows.on_sale(session)
    package, hall = session.get_one(Package, screening.package_id), session.get_one(Hall, screening.hall_id)
    other = rows.screening(session, package, hall, rows.evening(2))
    programme.set_seats(session, other, 2, by=SYSTEM)
    for state in (ScreeningState.CONFIRMED, ScreeningState.RELEASED, ScreeningState.BOOKING):
        advance(session, other, state, by=SYSTEM)
    trainees = group(session, screening)
    kept = quota(session, other, 2, trainees)
    lost: list[Booking] = [book(session, screening, name, 2, trainees.link) for name in "ab"]
    with pytest.raises(Invalid):
        service.go_to_another(session, lost[0], other, by=VISITOR)
    advance(session, screening, ScreeningState.CANCELLED, by=SYSTEM)
    session.flush()
    assert [one.id for one in queries.other_screenings(session, screening)] == [other.id]
    made = [service.go_to_another(session, one, other, by=VISITOR) for one in (*lost, lost[0])]
    assert [one.state for one in made] == [SeatState.CONFIRMED, SeatState.WAITLISTED, SeatState.CONFIRMED]
    assert (made[0].id, made[0].quota_id) == (made[2].id, kept.id)
    with pytest.raises(Invalid):
        service.go_to_another(session, lost[0], screening, by=VISITOR)
