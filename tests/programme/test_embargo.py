"""A version under embargo: nobody sees a trace of it before its moment, and at its moment everybody is told, once."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.calls.models import Edition
from portal.errors import Invalid, Stale
from portal.lifecycles import ScreeningState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM
from portal.programme import queries, service
from portal.programme.models import Hall, Release, Screening
from tests.audience.test_seats import book
from tests.programme import rows
from workers.audience import tell
from workers.sweep import SWEEPS

SignIn = Callable[[int], FlaskClient]
LATER = timedelta(days=2)
PAGES = (
    "/ko/",
    "/ko/films",
    "/ko/schedule",
    "/ko/schedule/{day}",
    "/ko/schedule/changes",
    "/ko/schedule/mine",
    "/ko/schedule.ics",
    "/ko/schedule/{day}.ics",
    "/ko/screenings/{code}",
    "/ko/screenings/{code}.ics",
    "/ko/screenings/{secret}",
    "/ko/screenings/{secret}.ics",
    "/ko/films/{number}",
    "/ko/embed/schedule",
    "/ko/embed/schedule/{day}",
    "/api/v1/schedule.json",
    "/api/v1/schedule/{day}.json",
    "/api/v1/openapi.json",
)


def edition_of(session: Session, screening: Screening) -> Edition:
    return session.get_one(Edition, screening.edition_id)


def moved(session: Session, screening: Screening, hour: int = 21) -> None:
    hall = session.get_one(Hall, screening.hall_id)
    service.move(session, screening, hall, rows.evening(hour=hour), rev=screening.rev, by=SYSTEM)


def changed(session: Session) -> tuple[Edition, Screening, Screening]:
    """Version 1 is public; since then it was moved, and another screening was confirmed. Not released yet."""
    screening = rows.on_sale(session)
    edition = edition_of(session, screening)
    secret = rows.screening(
        session,
        rows.package(session, edition, rows.film(session, edition), title="비밀 상영"),
        session.get_one(Hall, screening.hall_id),
        rows.evening(1),
    )
    service.confirm(session, secret, by=SYSTEM)
    moved(session, screening)
    session.commit()
    return edition, screening, secret


def embargoed(session: Session) -> tuple[Edition, Screening, Screening, datetime]:
    edition, screening, secret = changed(session)
    until = clock.now() + LATER
    service.release(session, edition, base=1, embargo_until=until, by=SYSTEM)
    session.commit()
    return edition, screening, secret, until


def seen(
    client: FlaskClient, session: Session, screening: Screening, secret: Screening
) -> dict[str, tuple[int, bytes]]:
    film = queries.showing_of(session, screening).films[0].number
    names = {"day": rows.evening().date(), "code": screening.code, "secret": secret.code, "number": film}
    session.rollback()
    found = {}
    for page in PAGES:
        answer = client.get(page.format(**names))
        headers = "\n".join(f"{key}: {value}" for key, value in answer.headers if key not in ("Set-Cookie", "Date"))
        found[page] = (answer.status_code, _plain(answer.data) + headers.encode())
    return found


def _plain(body: bytes) -> bytes:
    """Without what is new in every answer: tokens of forms."""
    return re.sub(rb'name="(csrf_token|once)" value="[^"]*"', b"", body)


def test_two_worlds_with_and_without_an_embargoed_version_look_alike(session: Session, client: FlaskClient) -> None:
    edition, screening, secret = changed(session)
    with time_machine.travel(clock.now(), tick=False):
        before = seen(client, session, screening, secret)
        service.release(session, edition, base=1, embargo_until=clock.now() + LATER, by=SYSTEM)
        session.commit()
        after = seen(client, session, screening, secret)
    assert {page for page in PAGES if before[page] != after[page]} == set()
    assert before["/ko/screenings/{secret}"][0] in (302, 404)
    assert "비밀 상영".encode() not in b"".join(body for _, body in after.values())


def test_at_its_moment_the_pages_switch_by_the_clock(session: Session, client: FlaskClient) -> None:
    *_, secret, until = embargoed(session)
    day, page = rows.evening().date(), f"/ko/screenings/{secret.code}"
    form = {"name": "한서윤", "email": "han@example.com", "party": "2", "consent": "1"}
    old = client.get("/api/v1/schedule.json").headers["ETag"]
    assert "19:00" in client.get(f"/ko/schedule/{day}").text
    with time_machine.travel(until + timedelta(seconds=1)):
        assert "21:00" in client.get(f"/ko/schedule/{day}").text
        assert client.get("/api/v1/schedule.json", headers={"If-None-Match": old}).status_code == 200
        assert "비밀 상영" in client.get("/ko/schedule/changes").text
        assert 'href="#book-h"' in client.get(page).text
        assert client.post(page, data=form).headers["Location"] == f"{page}/sent"
    session.expire_all()
    assert (secret.state, secret.taken) == (ScreeningState.BOOKING, 2)


def test_at_its_moment_it_opens_and_tells_once(session: Session, environment: object) -> None:
    edition, screening, secret = changed(session)
    book(session, screening, 1)
    until = clock.now() + LATER
    released = service.release(session, edition, base=1, embargo_until=until, by=SYSTEM)
    second = released.id
    session.commit()
    first = session.scalars(sa.select(Release.id).where(Release.version == 1)).one()
    assert SWEEPS["audience.tell"](session) == [first]
    session.rollback()
    tell(first)
    tell(second)
    session.expire_all()
    assert (secret.state, released.told_at, _mails(session)) == (ScreeningState.CONFIRMED, None, 0)
    session.rollback()
    with time_machine.travel(until + timedelta(seconds=1)):
        [waiting] = SWEEPS["audience.tell"](session)
        session.rollback()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(tell, [waiting, waiting]))
        assert SWEEPS["audience.tell"](session) == []
    session.expire_all()
    assert secret.state == ScreeningState.BOOKING
    assert _mails(session) == 1


def _mails(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).where(OutgoingMail.kind == "screening_changed")) or 0


def test_a_version_released_meanwhile_replaces_the_one_that_waits(session: Session) -> None:
    edition, screening, _, until = embargoed(session)
    moved(session, screening, 22)
    third = service.release(session, edition, base=2, by=SYSTEM)
    session.commit()
    kinds = {(one["kind"], one["was_starts_at"][11:16], one["starts_at"][11:16]) for one in third.changes}
    assert ("moved", "10:00", "13:00") in kinds  # 19:00 → 22:00: what everybody knew, not what waited
    with time_machine.travel(until + timedelta(seconds=1)):
        standing = [(one.version, one.standing) for one in queries.all_releases(session, edition.id)]
        assert standing == [(3, "public"), (2, "replaced"), (1, "public")]
        assert [one.version for one in queries.public_versions(session, edition.id)] == [3, 1]


def test_one_that_waits_longer_replaces_it_too(session: Session) -> None:
    edition, screening, _, until = embargoed(session)
    moved(session, screening, 22)
    service.release(session, edition, base=2, embargo_until=until + LATER, by=SYSTEM)
    session.commit()
    with time_machine.travel(until + timedelta(seconds=1)):
        found = queries.public_release(session, edition.id)
        assert found is not None
        assert found.version == 1
    with time_machine.travel(until + LATER + timedelta(seconds=1)):
        found = queries.public_release(session, edition.id)
        assert found is not None
        assert found.version == 3


def test_an_embargo_is_lifted_once(session: Session) -> None:
    edition, _, secret, _ = embargoed(session)
    with pytest.raises(Stale):
        service.lift_embargo(session, edition, version=1, by=SYSTEM)
    assert service.lift_embargo(session, edition, version=2, by=SYSTEM)
    session.commit()
    assert not service.lift_embargo(session, edition, version=2, by=SYSTEM)
    assert secret.state == ScreeningState.BOOKING
    found = queries.published(session)
    assert found is not None
    assert found.version == 2


def test_an_embargo_lies_ahead_and_the_same_is_not_released_twice(session: Session) -> None:
    edition, _, _ = changed(session)
    with pytest.raises(Invalid, match="embargo_on"):
        service.release(session, edition, base=1, embargo_until=clock.now() - LATER, by=SYSTEM)
    until = clock.now() + LATER
    first = service.release(session, edition, base=1, embargo_until=until, by=SYSTEM)
    assert service.release(session, edition, base=1, embargo_until=until, by=SYSTEM) is first
    with pytest.raises(Stale):
        service.release(session, edition, base=1, by=SYSTEM)
    with pytest.raises(Invalid):
        service.release(session, edition, base=2, by=SYSTEM)


def test_two_people_publish_at_once_and_one_version_comes_of_it(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    edition, _, _ = changed(session)
    edition_id, both = edition.id, Barrier(2)

    def publish(hours: int) -> str:
        with sessions() as own:
            both.wait()
            try:
                until = clock.now() + timedelta(hours=hours)
                service.release(own, own.get_one(Edition, edition_id), base=1, embargo_until=until, by=SYSTEM)
                own.commit()
            except Stale:
                own.rollback()
                return "stale"
            return "released"

    session.rollback()
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(publish, (5, 6))) == ["released", "stale"]
    assert session.scalar(sa.select(sa.func.max(Release.version))) == 2


def test_the_desk_keeps_a_version_back_and_lifts_it(session: Session, sign_in: SignIn, client: FlaskClient) -> None:
    edition, screening, _ = changed(session)
    book(session, screening, 1)
    person = rows.programmer(session, edition)
    session.commit()
    browser = sign_in(person.id)
    assert "좌석이나 대기가 있는 1건에 메일" in browser.get("/ko/ops/release").text
    day = (clock.now() + LATER).date()
    late = browser.post("/ko/ops/release", data={"base": 1, "embargo_on": "2020-01-01", "embargo_at": "09:00"})
    assert (late.status_code, "이미 지난 때예요" in late.text) == (422, True)
    wrong = browser.post("/ko/ops/release", data={"base": 1, "embargo_on": "soon", "embargo_at": "9"})
    assert wrong.status_code == 422
    browser.post(
        "/ko/ops/release", data={"base": 1, "embargo_on": str(day), "embargo_at": "09:00", "open_booking": "1"}
    )
    page = browser.get("/ko/ops/release").text
    assert "2판 공개 대기" in page
    assert "09:00" in page
    assert "21:00" not in client.get("/ko/schedule").text
    browser.post("/ko/ops/release/lift", data={"version": 2})
    assert "21:00" in client.get("/ko/schedule").text
    assert browser.post("/ko/ops/release/lift", data={"version": 7}).status_code == 409
