"""The guest list: read line by line, given from a hold or from everybody's seats, all of it or nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audience import lists
from portal.audience.models import Booking, Origin
from portal.audience.service import guestlist
from portal.errors import Invalid
from portal.policies import SYSTEM
from tests.audience.people import book, counts, mails, quota
from tests.programme import rows


def test_a_list_tells_every_mistake_with_its_line() -> None:
    told = (
        "이름,이메일,인원",
        "한서윤,HAN@example.com,2,통로 옆",
        ",x@example.com",
        "오하나,oh",
        "박,han@example.com",
        "최,c@example.com,99",
        "",
        "김",
    )
    found = lists.read("\n".join(told), needs_address=False)
    assert found.lines == (
        lists.Line("한서윤", "han@example.com", 2, "통로 옆"),
        lists.Line("김", "", 1),
    )
    assert [one.line for one in found.mistakes] == [3, 4, 5, 6]
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


def test_a_list_that_does_not_fit_adds_nobody(session: Session) -> None:
    screening = rows.on_sale(session, seats=2)
    book(session, screening, "a")
    session.commit()
    lines = [lists.Line("한서윤", "han@example.test"), lists.Line("오하나", "oh@example.test")]
    with pytest.raises(Invalid, match="no longer fits"):
        guestlist.add(session, screening, lines, quota=None, once="FORM", by=SYSTEM)
    session.rollback()
    assert counts(session, screening) == (1, 0)
