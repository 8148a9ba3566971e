"""The guest list: read line by line, given from a hold or from everybody's seats, all of it or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audience import lists, service
from portal.audience.models import Booking, Origin
from portal.audience.service import guestlist
from portal.errors import Invalid
from portal.lifecycles import SeatState
from portal.policies import SYSTEM, VISITOR
from tests.audience.people import ask, book, counts, mails, quota
from tests.programme import rows


def test_a_list_tells_every_mistake_with_its_line() -> None:
    told = (
        "이름,이메일,인원",
        "한서윤,HAN@example.com,2,통로 옆",
        ",x@example.com",
        "오하나,oh",
        "박,han@example.com",
        f"최,c@example.com,{'9' * 5000}",
        "",
        "김",
    )
    found = lists.read("\n".join(told), needs_address=False)
    assert found.lines == (
        lists.Line("한서윤", "han@example.com", 2, "통로 옆"),
        lists.Line("김", "", 1),
    )
    assert [one.line for one in found.mistakes] == [3, 4, 5, 6, 6]
    assert [one.line for one in lists.read("김", needs_address=True).mistakes] == [1]
    assert lists.read(lists.write(found.lines), needs_address=False).lines == found.lines
    assert lists.read('"a', needs_address=False).mistakes


def test_guests_get_seats_of_a_hold_and_their_ticket(session: Session) -> None:
    screening = rows.on_sale(session, seats=4)
    hold = quota(session, screening, 3, None)
    lines = [lists.Line("한서윤", "han@example.test", 2), lists.Line("이름만", "", 1)]
    for _ in range(2):
        guestlist.add(session, screening, lines, quota=hold, once="SAMEFORM", by=SYSTEM)
    assert counts(session, screening) == (3, 0)
    origins = set(session.scalars(sa.select(Booking.origin)))
    assert (origins, mails(session, "ticket")) == ({Origin.GUEST_LIST}, ["han@example.test"])


def test_guests_who_wait_or_were_booked_by_a_stranger_get_their_seats(session: Session) -> None:
    screening = rows.on_sale(session, seats=4)
    service.book(session, screening, ask("vip", 1, vouched=False), by=VISITOR)
    kept = book(session, screening, "han")
    hold = quota(session, screening, 2, None)
    asked = replace(ask("oh"), language="en", access_needs="휠체어석")
    waiting = service.book(session, screening, asked, may_wait=True, by=VISITOR)
    assert waiting.state == SeatState.WAITLISTED
    lines = [lists.Line(name, f"{name}@example.test") for name in ("vip", "han", "oh")]
    added = [guestlist.add(session, screening, lines, quota=hold, once="FORM", by=SYSTEM) for _twice in range(2)]
    assert (added, counts(session, screening), kept.state) == ([2, 0], (3, 0), SeatState.CONFIRMED)
    own = session.scalars(sa.select(Booking).where(Booking.email == waiting.email).order_by(Booking.id.desc())).first()
    assert own is not None
    assert (own.state, own.language, own.access_needs) == (SeatState.CONFIRMED, "en", "휠체어석")
    assert mails(session, "ticket") == [f"{name}@example.test" for name in ("han", "vip", "oh")]


def test_a_list_that_does_not_fit_adds_nobody(session: Session) -> None:
    screening = rows.on_sale(session, seats=2)
    book(session, screening, "a")
    session.commit()
    lines = [lists.Line("한서윤", "han@example.test"), lists.Line("오하나", "oh@example.test")]
    with pytest.raises(Invalid, match="no longer fits"):
        guestlist.add(session, screening, lines, quota=None, once="FORM", by=SYSTEM)
    session.rollback()
    assert counts(session, screening) == (1, 0)
