"""The ballot: who votes and until when, on real databases, with a close and a double vote racing it; and its pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal import clock, links
from portal.audience.models import Booking
from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.errors import Invalid, Stale
from portal.lifecycles import BallotState, ScreeningState, SeatState
from portal.live.ballots import queries, service, terms
from portal.live.ballots.service import BallotClosed, TooManyChanges
from portal.live.models import AudienceVote, BallotBox
from portal.policies import SYSTEM, Role, Scope
from portal.programme.models import Screening
from portal.settings import Settings
from tests import builders
from tests.live import ballots as rows
from workers.ballots import close_ballot
from workers.sweep import SWEEPS

SignIn = Callable[[int], FlaskClient]


def stars(session: Session) -> list[tuple[int, int, int]]:
    """Seat, stars and changes of every vote, by seat and film."""
    session.rollback()
    query = sa.select(AudienceVote.seat, AudienceVote.stars, AudienceVote.changes)
    found = [tuple(row) for row in session.execute(query.order_by(AudienceVote.seat, AudienceVote.entry_id))]
    session.rollback()
    return found  # type: ignore[return-value]


def test_each_seat_has_one_ballot_that_can_be_changed(session: Session) -> None:
    screening = rows.running(session)
    rows.opened(session, screening)
    booking = rows.party(session, screening, 2)
    rows.cast(session, booking, [5, 3, None])
    rows.cast(session, booking, [2, 2, 2], seat=2)
    session.commit()
    assert stars(session) == [(1, 5, 0), (1, 3, 0), (2, 2, 0), (2, 2, 0), (2, 2, 0)]
    rows.cast(session, booking, [5, 4, 1])
    rows.cast(session, booking, [None, 2, 2], seat=2)
    session.commit()
    assert stars(session) == [(1, 5, 0), (1, 4, 1), (1, 1, 0), (2, 2, 0), (2, 2, 0)]
    box = queries.box_of(session, screening.id)
    assert box is not None
    assert queries.ballots_in(session, box.id) == 2
    with pytest.raises(BallotClosed):
        rows.cast(session, booking, [5], seat=3)


def test_who_is_in_the_hall_or_verified_votes(session: Session) -> None:
    screening = rows.running(session)
    rows.opened(session, screening)
    rows.cast(session, rows.party(session, screening, state=SeatState.CONFIRMED), [4])
    session.commit()
    for state, verified in (
        (SeatState.CONFIRMED, False),
        (SeatState.WAITLISTED, True),
        (SeatState.CANCELLED, True),
        (SeatState.NO_SHOW, True),
    ):
        away = rows.party(session, screening, state=state, verified=verified)
        with pytest.raises(BallotClosed):
            rows.cast(session, away, [5])
        session.rollback()
    assert stars(session) == [(1, 4, 0)]


def test_foreign_films_and_wrong_stars_are_refused(session: Session) -> None:
    screening = rows.running(session)
    box = rows.opened(session, screening)
    bearer = rows.voter(session, rows.party(session, screening).id)
    film = rows.films(session, screening)[0]
    for given in ({}, {film: 6}, {film: 0}, {film: 3, 987654: 3}):
        with pytest.raises(Invalid):
            service.cast(session, box, bearer, 1, given, at=clock.now(), address="")
    vote = {"box_id": box.id, "booking_id": bearer.booking.id, "seat": 1, "entry_id": film, "source_key": "0" * 64}
    moments = {"first_at": clock.now(), "changed_at": clock.now(), "changes": 0}
    with pytest.raises(IntegrityError):
        session.execute(sa.insert(AudienceVote).values(**vote, **moments, stars=6))
    session.rollback()


def test_the_clock_closes_before_a_worker_says_so(session: Session, environment: Settings) -> None:
    screening = rows.running(session)
    box = rows.opened(session, screening, minutes=10)
    booking = rows.party(session, screening)
    rows.cast(session, booking, [4])
    session.commit()
    box_id, closes_at = box.id, box.closes_at
    assert closes_at is not None
    assert SWEEPS["audience.close_ballot"](session) == []
    with time_machine.travel(closes_at, tick=False):
        with pytest.raises(BallotClosed):
            rows.cast(session, booking, [5])
        session.rollback()
        assert SWEEPS["audience.close_ballot"](session) == [box_id]
        session.rollback()
    with time_machine.travel(closes_at + timedelta(minutes=1), tick=False):
        for _ in range(2):
            close_ballot(box_id)
        session.expire_all()
        box = session.get_one(BallotBox, box_id)
        assert (box.state, box.closed_at) == (BallotState.CLOSED, closes_at)
    assert stars(session) == [(1, 4, 0)]


def test_a_ballot_that_came_in_time_counts_though_the_clock_was_noted_before_it(session: Session) -> None:
    screening = rows.running(session)
    box = rows.opened(session, screening, minutes=10)
    waited, late = rows.party(session, screening), rows.party(session, screening)
    session.commit()
    closes_at = box.closes_at
    assert closes_at is not None
    with time_machine.travel(closes_at + timedelta(seconds=1), tick=False):
        service.close_by_clock(session, box.id)
        session.commit()
    with time_machine.travel(closes_at, tick=False), pytest.raises(BallotClosed):
        rows.cast(session, late, [5])
    session.rollback()
    with time_machine.travel(closes_at - timedelta(microseconds=1), tick=False):
        rows.cast(session, waited, [4])
    session.commit()
    assert stars(session) == [(1, 4, 0)]


def test_a_closed_box_rests_and_is_then_read_and_never_opened_again(session: Session) -> None:
    screening = rows.running(session)
    box = rows.opened(session, screening)
    service.close(session, screening, by=SYSTEM)
    assert terms.may_reopen(box, clock.now())
    assert not terms.is_readable(box, clock.now())
    service.open_box(session, screening, minutes=None, by=SYSTEM)
    assert terms.is_open(box, clock.now())
    session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        service.close(session, screening, by=SYSTEM)
        session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=1) + terms.REST, tick=False):
        assert terms.is_readable(box, clock.now())
        with pytest.raises(Invalid):
            service.open_box(session, screening, minutes=None, by=SYSTEM)
        session.rollback()


def test_a_ballot_opens_only_once_the_films_run(session: Session) -> None:
    screening = rows.running(session)
    screening.state = ScreeningState.BOOKING
    session.commit()
    with pytest.raises(Invalid):
        service.open_box(session, screening, minutes=None, by=SYSTEM)
    session.rollback()
    assert queries.box_of(session, screening.id) is None


def test_a_result_is_announced_once_rested_by_the_page_that_was_read(session: Session) -> None:
    screening = rows.running(session)
    opened = rows.opened(session, screening)
    for n in range(6):
        rows.cast(session, rows.party(session, screening), [5, 2 - n % 2, 1])
    session.commit()
    with pytest.raises(Invalid):
        service.publish(session, screening, rev=opened.rev, by=SYSTEM)
    session.rollback()
    box = rows.rested(session, screening)
    with pytest.raises(Stale):
        service.publish(session, screening, rev=box.rev - 1, by=SYSTEM)
    session.rollback()
    found = service.publish(session, screening, rev=box.rev, by=SYSTEM)
    session.commit()
    assert [film.entry_id for film in found.front] == rows.films(session, screening)[:1]
    again = service.publish(session, screening, rev=1, by=SYSTEM)
    assert again == found
    told = session.scalars(sa.select(AuditRecord.verb).where(AuditRecord.verb.startswith("ballot."))).all()
    assert told.count("ballot.published") == 1


def test_too_few_ballots_are_no_result(session: Session) -> None:
    screening = rows.running(session)
    rows.opened(session, screening)
    for _ in range(4):
        rows.cast(session, rows.party(session, screening), [5])
    session.commit()
    box = rows.rested(session, screening)
    with pytest.raises(Invalid):
        service.publish(session, screening, rev=box.rev, by=SYSTEM)
    session.rollback()


def test_a_ballot_is_not_changed_for_ever(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "MOST_CHANGES", 3)
    screening = rows.running(session)
    rows.opened(session, screening)
    booking = rows.party(session, screening)
    for n in range(4):
        rows.cast(session, booking, [1 + n])
    with pytest.raises(TooManyChanges):
        rows.cast(session, booking, [5])
    session.rollback()


def test_one_address_does_not_flood(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "MOST_FROM_ONE", 2)
    screening = rows.running(session)
    rows.opened(session, screening)
    for _ in range(2):
        rows.cast(session, rows.party(session, screening), [5], address="2001:db8::1")
    with pytest.raises(TooManyChanges):
        rows.cast(session, rows.party(session, screening), [5], address="2001:db8::2")
    rows.cast(session, rows.party(session, screening), [5], address="2001:db8:0:1::2")
    session.rollback()


def test_a_source_is_known_within_its_box_alone(session: Session) -> None:
    boxes = [rows.opened(session, rows.running(session)) for _ in range(2)]
    keys = [service.source_key(session, box, address) for box in boxes for address in ("203.0.113.1", "203.0.113.2")]
    assert len(set(keys)) == 4
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


# ── at the same moment ─────────────────────────────────────────────────


def test_a_seat_that_votes_twice_at_once_has_one_ballot(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening = rows.running(session)
        rows.opened(session, screening)
        booking_id = rows.party(session, screening).id
    together = Barrier(4)

    def press(given: int) -> None:
        together.wait()
        with unit_of_work(sessions) as session:
            rows.cast(session, session.get_one(Booking, booking_id), [given, 3, 2])

    with ThreadPoolExecutor(4) as hands:
        list(hands.map(press, (1, 2, 4, 5)))
    with sessions() as session:
        found = stars(session)
    assert len(found) == 3
    assert found[0][2] == 3
    assert found[1:] == [(1, 3, 0), (1, 2, 0)]


def test_no_ballot_is_kept_after_the_close(sessions: sessionmaker[Session]) -> None:
    """Voters and the closing hand start together: what is in the box once it is closed is all there ever is."""
    with unit_of_work(sessions) as session:
        screening_id = rows.running(session).id
        rows.opened(session, session.get_one(Screening, screening_id))
        bookings = [rows.party(session, session.get_one(Screening, screening_id)).id for _ in range(12)]
    together = Barrier(5)

    def vote(mine: list[int]) -> int:
        together.wait()
        kept = 0
        for booking_id in mine:
            try:
                with unit_of_work(sessions) as session:
                    rows.cast(session, session.get_one(Booking, booking_id), [5, 4, 3])
                kept += 1
            except BallotClosed:
                pass
        return kept

    def close() -> int:
        together.wait()
        with unit_of_work(sessions) as session:
            service.close(session, session.get_one(Screening, screening_id), by=SYSTEM)
        with sessions() as session:
            return session.scalar(sa.select(sa.func.count(AudienceVote.id))) or 0

    with ThreadPoolExecutor(5) as hands:
        closing = hands.submit(close)
        kept = sum(hands.map(vote, (bookings[n::4] for n in range(4))))
    with sessions() as session:
        assert len(stars(session)) == closing.result() == 3 * kept


# ── pages ──────────────────────────────────────────────────────────────


def ticket(session: Session, booking: Booking) -> str:
    return f"/ko/vote/{links.of(session).token(links.TICKET, booking.code)}"


def numbers(session: Session, screening: Screening) -> list[str]:
    """The films' numbers; no transaction stays open that would lock SQLite for the browser."""
    found = [film.number for film in queries.films(session, screening, public=True)]
    session.commit()
    return found


def test_stars_on_the_phone(session: Session, client: FlaskClient) -> None:
    screening = rows.running(session)
    booking = rows.party(session, screening, 3)
    path, films = ticket(session, booking), numbers(session, screening)
    assert "투표가 아직 열리지 않았어요" in client.get(path).text
    rows.opened(session, screening, minutes=20)
    page = client.get(path).text
    assert page.count('<fieldset class="starpick">') == 3
    assert "2번째 자리" in page
    nothing = client.post(f"{path}?seat=2", data={})
    assert nothing.status_code == 422
    assert "적어도 한 작품에 별점을 주세요." in nothing.text
    assert client.post(path, data={f"stars-{films[0]}": "9" * 5000}).status_code == 422
    wrong = client.post(f"{path}?seat=2", data={f"stars-{films[0]}": "9", f"stars-{films[1]}": "3"})
    assert wrong.status_code == 422
    assert f'id="stars-{films[1]}-3" value="3" checked' in wrong.text
    form = {f"stars-{films[0]}": "5", f"stars-{films[1]}": "0"}
    for _ in range(2):
        answer = client.post(f"{path}?seat=2", data=form, follow_redirects=True)
        assert "까지 바꿀 수 있어요" in answer.text
        assert f'id="stars-{films[0]}-5" value="5" checked' in answer.text
    assert stars(session) == [(2, 5, 0)]
    assert client.get(f"{path}?seat=4").status_code == 404
    assert f'id="stars-{films[0]}-5" value="5" checked' not in client.get(path).text


def test_a_seats_own_link_opens_its_ballot_alone(session: Session, client: FlaskClient) -> None:
    screening = rows.running(session)
    rows.opened(session, screening)
    booking = rows.party(session, screening, 3)
    page = client.get(f"{ticket(session, booking)}?seat=3").text
    [shared] = re.findall(r'id="seat-link">http://portal\.test(/ko/vote/[^<]+)<', page)
    own = client.get(shared)
    assert own.status_code == 200
    assert "이 예매의 투표지" not in own.text
    assert client.get(f"{shared}?seat=1").status_code == 404
    assert client.post(shared, data={f"stars-{numbers(session, screening)[0]}": "4"}).status_code == 303
    assert stars(session) == [(3, 4, 0)]
    seat_token = shared.rpartition("/")[2]
    assert client.get(f"/ko/t/{seat_token}").status_code != 200
    assert client.get("/ko/vote/forged").status_code != 200


def test_too_late_is_told_and_what_was_kept_still_counts(session: Session, client: FlaskClient) -> None:
    screening = rows.running(session)
    rows.opened(session, screening)
    booking = rows.party(session, screening)
    path, film = ticket(session, booking), numbers(session, screening)[0]
    client.post(path, data={f"stars-{film}": "4"})
    session.rollback()
    service.close(session, screening, by=SYSTEM)
    session.commit()
    late = client.post(path, data={f"stars-{film}": "1"}, follow_redirects=True)
    assert late.status_code == 409
    assert "이번 투표는 세지 않았어요" in late.text
    assert "별점을 주셔서 고마워요" in late.text
    assert stars(session) == [(1, 4, 0)]


def test_the_halls_page_leads_to_the_ballot_of_its_ticket(session: Session, client: FlaskClient) -> None:
    screening = rows.running(session)
    booking = rows.party(session, screening)
    path = f"/ko/live/{screening.code}/ballot"
    without = client.get(path, follow_redirects=True)
    assert "예매 메일에 있는 표를 연 뒤 투표해 주세요." in without.text
    with client.session_transaction() as kept:
        kept["seats"] = {screening.code: [booking.code, booking.id]}
    assert "/ko/vote/" in client.get(path).headers["Location"]


def desk(session: Session, screening: Screening, sign_in: SignIn, role: Role) -> FlaskClient:
    person = builders.person(session)
    builders.grant(session, person, role, Scope.EDITION, screening.edition_id)
    session.commit()
    return sign_in(person.id)


def test_the_moderator_opens_and_closes_and_the_programmer_announces(
    session: Session, sign_in: SignIn, client: FlaskClient
) -> None:
    screening = rows.running(session)
    path, result = f"/ko/ops/ballots/{screening.code}", f"/ko/screenings/{screening.code}/result"
    moderator = desk(session, screening, sign_in, Role.MODERATOR)
    assert moderator.post(path, data={"move": "open", "minutes": "7"}).status_code == 422
    for _ in range(2):
        assert "투표를 열었어요" in moderator.post(path, data={"move": "open"}, follow_redirects=True).text
    session.rollback()
    for _ in range(6):
        rows.cast(session, rows.party(session, screening), [5, 2, 1])
    session.commit()
    rev = re.search(r'name="rev" value="(\d+)"', moderator.get(path).text)
    assert rev is not None
    clock_set = {"move": "clock", "minutes": "10", "rev": rev.group(1)}
    assert "닫을 시각을 정했어요" in moderator.post(path, data=clock_set, follow_redirects=True).text
    assert moderator.post(path, data=clock_set).status_code == 409
    assert "투표를 닫았어요" in moderator.post(path, data={"move": "close"}, follow_redirects=True).text
    programmer = desk(session, screening, sign_in, Role.PROGRAMMER)
    assert programmer.get(f"{path}/result").status_code == 404
    session.rollback()
    rows.rested(session, screening)
    assert moderator.get(f"{path}/result").status_code == 404
    assert "아직 발표하지 않았어요" in client.get(result).text
    page = programmer.get(f"{path}/result").text
    assert "투표지 6장의 결과 발표" in page
    box = rows.rested(session, screening)
    assert programmer.post(f"{path}/result", data={"rev": "1"}).status_code == 409
    assert programmer.post(f"{path}/result", data={"rev": str(box.rev)}).status_code == 303
    told = client.get(result, headers={"HX-Request": "true"})
    assert "관객이 뽑은 작품" in told.text
    assert "<html" not in told.text
