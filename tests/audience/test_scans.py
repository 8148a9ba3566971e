"""Scans told at once, late, twice, by two phones, with a wrong clock: the door agrees on one truth."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock, links
from portal.audience import entrance, queries, service
from portal.audience.models import Booking, Group, Origin, Scan, ScanOutcome
from portal.audience.service import scans
from portal.audience.service.scans import Told, Wish
from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.lifecycles import ScreeningState, SeatState
from portal.policies import SYSTEM, Role, Scope
from portal.programme.models import Screening
from tests import builders
from tests.programme import rows

SignIn = Callable[[int], FlaskClient]
OUTCOMES = ScanOutcome
NAMES = ["김하늘", "이서준", "박선영", "정다은", "박지우", "윤세라", "강도현", "한서윤", "최은별", "남궁민수"]


def tonight(session: Session, *, state: ScreeningState = ScreeningState.BOOKING) -> Screening:
    """A screening whose doors open now."""
    screening = rows.on_sale(session)
    screening.starts_at, screening.ends_at = clock.now() + timedelta(minutes=15), clock.now() + timedelta(hours=2)
    screening.state = state
    session.commit()
    return screening


def party(
    session: Session, screening: Screening, n: int, state: SeatState = SeatState.CONFIRMED, size: int = 2
) -> Booking:
    booking = Booking(
        screening_id=screening.id,
        state=state,
        name=NAMES[n % len(NAMES)],
        email=f"guest{n}@example.test",
        party=size,
        origin=Origin.PUBLIC,
    )
    session.add(booking)
    session.commit()
    return booking


def ago(minutes: float) -> datetime:
    return clock.now() - timedelta(minutes=minutes)


def tell(session: Session, screening: Screening, *told: Told) -> list[ScanOutcome]:
    answered = [one.outcome for one in service.report(session, screening, told, by=SYSTEM)]
    session.commit()
    return answered


def told(booking: Booking, minutes: float = 0, once: str = "", **values: Any) -> Told:
    return Told(once or f"once-{booking.code}-{minutes}", ago(minutes), booking.code, **values)


def test_a_scan_is_told_once_however_often_it_is_sent(session: Session) -> None:
    screening = tonight(session)
    scan = told(party(session, screening, 1))
    assert tell(session, screening, scan) == tell(session, screening, scan) == [OUTCOMES.ENTERED]
    assert tell(session, screening, scan, scan) == [OUTCOMES.ENTERED] * 2
    assert len(session.scalars(sa.select(Scan)).all()) == 1


@pytest.mark.parametrize("heard", [(0, 1), (1, 0)])
def test_of_two_entries_the_earlier_one_counts_and_who_is_heard_second_is_told(
    session: Session, heard: tuple[int, int]
) -> None:
    screening = tonight(session)
    booking = party(session, screening, 1)
    both = (told(booking, 9, device="phone-a", offline=True), told(booking, 4, device="phone-b", offline=True))
    assert [tell(session, screening, both[n])[0] for n in heard] == [OUTCOMES.ENTERED, OUTCOMES.AGAIN]
    assert booking.checked_in_at == both[0].at
    assert [row.times for row in entrance.scanned_twice(session, screening.id)] == [2]


def test_who_holds_no_seats_or_comes_to_the_wrong_hall_is_refused(session: Session) -> None:
    screening, other = tonight(session), tonight(session)
    gone = party(session, screening, 1, SeatState.CANCELLED)
    waits = party(session, screening, 2, SeatState.OFFERED)
    foreign = party(session, other, 3)
    unknown = Told("once-unknown", clock.now(), None, "https://elsewhere.example/x" * 20)
    assert tell(session, screening, told(gone), told(waits), told(foreign), unknown) == [OUTCOMES.REFUSED] * 4
    assert foreign.state == SeatState.CONFIRMED
    assert len(session.scalars(sa.select(Scan.presented).where(Scan.booking_id.is_(None))).one()) == 200
    verbs = session.scalars(sa.select(AuditRecord.verb).where(AuditRecord.subject_kind == "scans")).all()
    assert verbs == ["scan.refused"] * 4


def test_an_entry_is_taken_back_and_a_party_turned_away_does_not_enter(session: Session) -> None:
    screening = tonight(session)
    booking = party(session, screening, 1)
    assert tell(session, screening, told(booking, 5, wish=Wish.TURN_AWAY)) == [OUTCOMES.REFUSED]
    outcomes = tell(session, screening, told(booking, 4), told(booking, 3, wish=Wish.UNDO))
    assert outcomes == [OUTCOMES.ENTERED, OUTCOMES.UNDONE]
    assert (booking.state, booking.checked_in_at) == (SeatState.CONFIRMED, None)
    assert tell(session, screening, told(booking, 2, wish=Wish.UNDO)) == [OUTCOMES.UNDONE]
    assert tell(session, screening, told(booking, 1)) == [OUTCOMES.ENTERED]


A_IN, A_BACK = (9, "a", Wish.ENTER), (8, "a", Wish.UNDO)


@pytest.mark.parametrize("heard", [[(2, "b", Wish.ENTER), A_IN, A_BACK], [A_IN, A_BACK, (2, "b", Wish.ENTER)]])
def test_an_entry_taken_back_without_network_takes_no_later_one_back(
    session: Session, heard: list[tuple[int, str, Wish]]
) -> None:
    screening = tonight(session)
    booking = party(session, screening, 1)
    for minutes, device, wish in heard:
        tell(session, screening, told(booking, minutes, wish=wish, device=device, offline=device == "a"))
    at = session.scalars(sa.select(Scan.at).where(Scan.device == "b")).one()
    assert (booking.state, booking.checked_in_at) == (SeatState.CHECKED_IN, at)
    # with the list before them, staff at another phone take back whoever they see inside
    assert tell(session, screening, told(booking, wish=Wish.UNDO, device="c")) == [OUTCOMES.UNDONE]
    assert booking.state == SeatState.CONFIRMED
    assert tell(session, screening, told(booking, once="at-once-elsewhere", device="d")) == [OUTCOMES.ENTERED]


@pytest.mark.parametrize("heard", [(0, 1, 2), (1, 2, 0)])
def test_a_party_comes_in_parts_whatever_order_they_are_heard_in(session: Session, heard: tuple[int, ...]) -> None:
    screening = tonight(session)
    booking = party(session, screening, 1, size=5)
    parts = [told(booking, minutes, persons=n, device=f"p{n}", offline=True) for minutes, n in ((9, 3), (6, 1), (3, 1))]
    outcomes, inside = [], []
    for n in heard:
        outcomes += tell(session, screening, parts[n])
        inside.append(queries.count(session, screening).checked_in)
    assert (outcomes, inside[-1]) == ([OUTCOMES.ENTERED] * 3, 5)
    assert (booking.checked_in_at, booking.outside) == (parts[0].at, 0)
    assert tell(session, screening, told(booking, 1)) == [OUTCOMES.AGAIN]


def test_the_same_ticket_lets_the_rest_in_and_a_correction_counts_anew(session: Session) -> None:
    screening = tonight(session)
    booking = party(session, screening, 1, size=4)
    assert tell(session, screening, told(booking, 9, persons=3), told(booking, 5)) == [OUTCOMES.ENTERED] * 2
    assert (booking.inside, booking.outside) == (4, 0)
    assert entrance.scanned_twice(session, screening.id) == [], "it was shown for others each time"
    # at one moment by a clock that was brought to the portal's: a phone tells its scans in their order
    now = clock.now()
    anew = (Told("back-1234", now, booking.code, wish=Wish.UNDO), Told("anew-1234", now, booking.code, persons=2))
    assert tell(session, screening, *anew) == [OUTCOMES.UNDONE, OUTCOMES.ENTERED]
    assert (booking.inside, queries.count(session, screening).checked_in) == (2, 2)
    rest = told(booking, persons=9)
    assert tell(session, screening, rest, rest) == [OUTCOMES.ENTERED] * 2
    assert booking.outside == 0


def test_a_phone_heard_after_the_end_turns_a_no_show_into_a_guest(session: Session) -> None:
    screening = tonight(session, state=ScreeningState.HELD)
    booking = party(session, screening, 1, SeatState.NO_SHOW)
    assert [row.name for row in entrance.away(session, screening.id)] == [booking.name]
    late = told(booking, 90, offline=True)
    assert tell(session, screening, late) == [OUTCOMES.ENTERED]
    assert (booking.state, booking.checked_in_at) == (SeatState.CHECKED_IN, late.at)
    assert entrance.away(session, screening.id) == []
    assert tell(session, screening, told(booking, wish=Wish.UNDO)) == [OUTCOMES.UNDONE]
    assert booking.state == SeatState.NO_SHOW


def test_a_wrong_clock_is_brought_to_the_portals_time(session: Session) -> None:
    screening = tonight(session)
    received = clock.now()
    at = received - timedelta(minutes=5)

    def brought(told: datetime, sent: datetime) -> datetime:
        return scans.in_time(told, sent=sent, received=received, screening=screening)

    assert brought(at, received) == at
    assert brought(at - timedelta(days=3), received - timedelta(days=3)) == at
    assert brought(received + timedelta(hours=1), received) == received
    assert brought(received - timedelta(days=9), received) == screening.starts_at - scans.EARLIEST


def test_two_phones_at_once_let_a_party_in_once(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        screening = tonight(session)
        bookings = [party(session, screening, n) for n in range(6)]
        screening_id, codes = screening.id, [booking.code for booking in bookings]

    def phone(name: int) -> list[ScanOutcome]:
        mine = codes if name % 2 else codes[::-1]
        with unit_of_work(sessions) as session:
            screening = session.get_one(Screening, screening_id)
            # two requests of each phone carry the same scans: the answer to the first was lost
            said = [Told(f"phone{name // 2}-{code}", clock.now(), code) for code in mine]
            return [one.outcome for one in service.report(session, screening, said, by=SYSTEM)]

    with ThreadPoolExecutor(4) as phones:
        list(phones.map(phone, range(4)))
    with sessions() as session:
        assert len(session.scalars(sa.select(Scan)).all()) == 12
        entered = session.scalars(sa.select(Scan.booking_id).where(Scan.outcome == OUTCOMES.ENTERED)).all()
        assert sorted(one or 0 for one in entered) == sorted(
            booking.id for booking in session.scalars(sa.select(Booking))
        )
        assert {booking.state for booking in session.scalars(sa.select(Booking))} == {SeatState.CHECKED_IN}


# ── as a phone sees it ─────────────────────────────────────────────────


def staff(session: Session, screening: Screening) -> int:
    person = builders.person(session)
    builders.grant(session, person, Role.MODERATOR, Scope.EDITION, screening.edition_id)
    session.commit()
    return person.id


def send(phone: FlaskClient, screening: Screening, *items: dict[str, Any], **body: Any) -> Any:
    sent = {"sent_at": clock.now().isoformat(), "scans": list(items), **body}
    return phone.post(f"/ko/ops/seats/{screening.code}/scans", json=sent)


def item(presented: str, **values: Any) -> dict[str, Any]:
    return {"once": f"once-{presented[-12:]}", "token": presented, "at": clock.now().isoformat(), **values}


def test_a_phone_knows_a_ticket_by_its_digest_and_learns_what_others_did(session: Session, sign_in: SignIn) -> None:
    screening = tonight(session)
    group = Group(edition_id=screening.edition_id, name_ko="학생", name_en="Students")
    session.add(group)
    booking, gone = party(session, screening, 1), party(session, screening, 2, SeatState.CANCELLED)
    booking.group = group
    session.commit()
    token = links.of(session).door_token(booking.code)
    phone = sign_in(staff(session, screening))
    listed = phone.get(f"/ko/ops/seats/{screening.code}/list.json").json
    lines = {line["code"]: line for line in listed["rows"]}
    assert lines[booking.code]["mark"] == entrance.mark(token)
    assert lines[booking.code]["group"] == listed["groups"][0]["code"]
    assert set(lines[gone.code]) == {"code", "mark", "state", "party"}, "no name of those who may not come in"
    assert token not in json.dumps(listed)
    since = {"since": listed["cursor"]}
    assert phone.get(f"/ko/ops/seats/{screening.code}/list.json", query_string=since).status_code == 204
    answer = send(phone, screening, item(token)).json
    assert answer["outcomes"] == [{"once": item(token)["once"], "outcome": "entered", "code": booking.code}]
    news = phone.get(f"/ko/ops/seats/{screening.code}/list.json", query_string=since).json
    assert [(line["code"], line["state"]) for line in news["rows"]] == [(booking.code, "checked_in")]


def test_a_phone_is_told_no_names_once_it_shall_forget_them(session: Session, sign_in: SignIn) -> None:
    screening = tonight(session, state=ScreeningState.HELD)
    booking = party(session, screening, 1, SeatState.NO_SHOW)
    phone, address = sign_in(staff(session, screening)), f"/ko/ops/seats/{screening.code}"
    listed = phone.get(f"{address}/list.json").json
    assert [line["name"] for line in listed["rows"]] == [booking.name]
    assert clock.now() + timedelta(hours=4) < datetime.fromisoformat(listed["until"])
    screening.starts_at, screening.ends_at = ago(400), ago(181)
    session.commit()
    assert phone.get(f"{address}/list.json").json["rows"] == []
    answer = send(phone, screening, item(links.of(session).door_token(booking.code), at=ago(300).isoformat()))
    assert answer.json["outcomes"][0]["outcome"] == "entered", "a late reconciliation is heard all the same"


def test_a_foreign_ticket_is_told_with_its_screening_and_no_name(session: Session, sign_in: SignIn) -> None:
    screening, other = tonight(session), tonight(session)
    foreign = links.of(session).door_token(party(session, other, 5).code)
    answer = send(sign_in(staff(session, screening)), screening, item(foreign), item("https://elsewhere.example"))
    [there, nowhere] = answer.json["outcomes"]
    assert there["why"].startswith("다른 상영의 표: AI 단편 1")
    assert nowhere["why"] == "영화제 표가 아니에요."
    assert NAMES[5] not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"sent_at": "2027-01-01T00:00:00Z", "scans": []},
        {"sent_at": "yesterday", "scans": [{}]},
        {"sent_at": "2027-01-01T00:00:00Z", "scans": [{"once": "x", "at": "2027-01-01T00:00:00Z"}]},
        {"sent_at": "2027-01-01T00:00:00Z", "scans": [{"once": "long-enough"}]},
        {"sent_at": "2027-01-01T00:00:00Z", "scans": [{"once": "long-enough", "at": "2027-01-01", "wish": "fly"}]},
        {"sent_at": "2027-01-01T00:00:00Z", "scans": [{"once": "long-enough", "at": "2027-01-01", "persons": 0}]},
        {"sent_at": "2027-01-01T00:00:00Z", "scans": [{"once": "long-enough", "at": "2027-01-01", "code": "\ud800"}]},
        {"sent_at": "0001-01-01T00:00:00Z", "scans": [{"once": "long-enough", "at": "9999-12-31T23:59:59Z"}]},
        {"sent_at": "2027-01-01T00:00:00Z", "since": "1", "scans": [{"once": "long-enough", "at": "2027-01-01"}]},
        {"sent_at": "2027-01-01T00:00:00Z", "scans": [{"once": "long-enough", "at": "2027-01-01"}] * 501},
    ],
)
def test_what_is_no_list_of_scans_is_refused_in_words(session: Session, sign_in: SignIn, body: Any) -> None:
    screening = tonight(session)
    answer = sign_in(staff(session, screening)).post(f"/ko/ops/seats/{screening.code}/scans", json=body)
    assert (answer.status_code, answer.json["message"][:7]) == (422, "스캔 기록을 ")


def test_a_phone_with_a_wrong_clock_is_noted(session: Session, sign_in: SignIn) -> None:
    screening = tonight(session)
    booking = party(session, screening, 1)
    phone, off = sign_in(staff(session, screening)), clock.now() - timedelta(days=2)
    said = item(links.of(session).door_token(booking.code), at=off.isoformat(), device="phone-1")
    send(phone, screening, said, sent_at=off.isoformat())
    session.expire_all()
    assert booking.checked_in_at is not None
    assert clock.now() - booking.checked_in_at < timedelta(minutes=1)
    [noted] = session.scalars(sa.select(AuditRecord).where(AuditRecord.verb == "scans.clock_off"))
    assert noted.detail["device"] == "phone-1"


def test_a_list_and_a_scan_ask_the_same_of_a_small_and_a_full_house(
    session: Session, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    screening = tonight(session)
    phone, address = sign_in(staff(session, screening)), f"/ko/ops/seats/{screening.code}/list.json"
    asked = []
    for parties in (range(1), range(1, 3), range(3, 20)):
        *_, last = [party(session, screening, n) for n in parties]
        token, here = links.of(session).door_token(last.code), screening.code
        session.rollback()
        count_queries()
        phone.get(address)
        asked.append(count_queries())
        body = {"sent_at": clock.now().isoformat(), "since": 0, "scans": [item(token)]}
        phone.post(f"/ko/ops/seats/{here}/scans", json=body)
        asked.append(count_queries())
    assert asked[2:4] == asked[4:]


def test_a_full_house_is_a_small_list_and_a_scan_costs_little(session: Session, sign_in: SignIn) -> None:
    screening = tonight(session)
    bookings = [
        Booking(
            screening_id=screening.id,
            state=SeatState.CONFIRMED,
            name=NAMES[n % len(NAMES)],
            email=f"guest{n}@example.test",
            party=1,
            access_needs="휠체어 자리" if n % 30 == 0 else "",
        )
        for n in range(300)
    ]
    session.add_all(bookings)
    session.commit()
    phone, token = sign_in(staff(session, screening)), links.of(session).door_token
    assert len(phone.get(f"/ko/ops/seats/{screening.code}/list.json").data) <= 60_000
    send(phone, screening, item(token(bookings[0].code)))
    began = time.process_time()
    for booking in bookings[1:51]:
        assert send(phone, screening, item(token(booking.code))).status_code == 200
    # ten milliseconds are promised on the quiet machine; here others work beside it and the client is counted too
    assert (time.process_time() - began) / 50 < 0.04
