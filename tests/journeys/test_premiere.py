"""The premiere the portal is built for, against real processes: from five shorts to the report on the evening.

A programmer makes the package, places it, asks six directors on stage and publishes; four groups fill the hall and
forty people wait; the clock releases what a group left; the door lets 290 in; the floor asks, the stage shows, seats
vote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy.orm import Session

from portal import clock, db, links
from portal.audience.models import Booking, Group, Proof, Quota
from portal.audience.service import groups, quotas
from portal.audience.service.groups import GroupDraft
from portal.audience.service.quotas import QuotaDraft
from portal.calls.models import Edition
from portal.lifecycles import GuestState, SeatState
from portal.links import Links
from portal.live.ballots.terms import REST
from portal.live.models import BallotBox
from portal.policies import SYSTEM, Role, Scope
from portal.programme.models import Guest, Screening
from portal.programme.queries.desk import ZONE
from tests import builders
from tests.journeys.installation import Installation, running
from tests.journeys.steps import link_in, press
from tests.local.test_supervisor import wait_for
from tests.programme import rows
from tests.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.timeout(600)]

DIRECTORS = ("한서윤", "박지민", "최유진", "이도현", "오하늘", "정민재")
SHORTS = ("편지", "라디오", "신호", "눈길", "물가")
STAFF = (("programmer", Role.PROGRAMMER), ("moderator", Role.MODERATOR), ("organizer", Role.ORGANIZER))
SEATS, WAITING, INSIDE = 300, 40, 290
# name of the group, seats kept, of which so many are booked
KEPT = (("Trainees", 120, 120), ("Students", 80, 80), ("Winners", 60, 60), ("Press", 40, 20))
VOTERS = 40
SWEEP_TAKES = 60_000


class Visitor:
    """A plain browser: opens pages and sends their forms."""

    def __init__(self, address: str) -> None:
        self.address, self.http = address, requests.Session()

    def open(self, path: str) -> str:
        answer = self.http.get(path if path.startswith("http") else f"{self.address}{path}", timeout=60)
        assert answer.status_code == 200, f"{answer.status_code} for {path}"
        self.page = answer.text
        return self.page

    def send(self, path: str, expected: int = 200, **fields: object) -> requests.Response:
        """Send a form of the page that is open."""
        hidden = {name: self._hidden(name) for name in ("csrf_token", "once") if f'name="{name}"' in self.page}
        answer = self.http.post(f"{self.address}{path}", data={**hidden, **fields}, timeout=60)
        assert answer.status_code == expected, f"{answer.status_code} for {path}: {answer.text[:300]}"
        return answer

    def _hidden(self, name: str) -> str:
        found = re.search(f'name="{name}" value="([^"]+)"', self.page)
        assert found is not None
        return unescape(found.group(1))


@dataclass
class Premiere:
    """A running portal, its people's windows, and what the evening is known by."""

    portal: Installation
    browser: Browser
    starts_at: datetime
    package: str = ""
    code: str = ""

    def window(self, who: str, path: str, **context: object) -> Page:
        """A browser at a page, signed in as one of the staff, or as nobody."""
        opened = self.browser.new_context(
            base_url=self.portal.address, locale="en-GB", reduced_motion="reduce", **context
        )
        opened.set_default_timeout(20_000)
        if who:
            opened.add_cookies([{"name": "pan", "value": self.cookie(who), "url": self.portal.address}])
        page = opened.new_page()
        page.goto(path)
        return page

    def cookie(self, who: str) -> str:
        return Scene(self.portal.settings).cookie(who)

    def session(self) -> Session:
        return db.sessions(self.portal.settings)()

    def count(self, *states: SeatState) -> int:
        """Seats of bookings in these states."""
        with self.session() as session:
            seats = sa.select(sa.func.coalesce(sa.func.sum(Booking.party), 0)).where(Booking.state.in_(states))
            return session.scalar(seats) or 0

    @property
    def links(self) -> Links:
        return Links(self.portal.settings.base_url, self.portal.settings.secret_key)

    def visitor(self) -> Visitor:
        """Somebody with a browser without JavaScript."""
        return Visitor(self.portal.address)

    def bookings(self, *states: SeatState) -> list[Booking]:
        """Bookings in these states, in the order they came."""
        with self.session() as session:
            query = sa.select(Booking).where(Booking.state.in_(states)).order_by(Booking.id)
            return list(session.scalars(query))

    @property
    def day(self) -> str:
        return rows_day(self.starts_at)


def rows_day(moment: datetime) -> str:
    """The festival's day of a moment: the night belongs to its evening."""
    return (moment.astimezone(ZONE) - timedelta(hours=5)).date().isoformat()


def hours(moment: datetime) -> str:
    """`25:10`, as the desk writes a time of its day."""
    midnight = datetime.fromisoformat(rows_day(moment)).replace(tzinfo=ZONE)
    minutes = int((moment - midnight).total_seconds() // 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


@pytest.fixture
def premiere(tmp_path: Path, browser: Browser) -> Iterator[Premiere]:
    soon = (clock.now() + timedelta(hours=4)).replace(minute=0, second=0, microsecond=0)
    with running(tmp_path / "data", {}) as portal:
        with db.unit_of_work(db.sessions(portal.settings)) as session:
            _festival(session, soon)
        yield Premiere(portal, browser, soon)
        db.engine_for(portal.settings.database_url).dispose()


def _festival(session: Session, soon: datetime) -> None:
    """An edition with its staff, five announced shorts, and a hall of three hundred."""
    first = datetime.fromisoformat(rows_day(soon)).date()
    edition = rows.edition(session, starts_on=first, ends_on=first + timedelta(days=3))
    for who, role in STAFF:
        person = builders.person(session, email=f"{who}@pan.example", language="en")
        builders.grant(session, person, role, Scope.EDITION, edition.id)
    for n, (title, name) in enumerate(zip(SHORTS, DIRECTORS[:5], strict=True)):
        film = rows.film(session, edition, minutes=9 + n, native_name=name, email=f"director{n}@films.example")
        film.title_ko, film.title_en = title, f"Short {n + 1}"
    rows.hall(session, edition, seats=SEATS)


def test_a_premiere(premiere: Premiere) -> None:
    the_programmer_makes_the_package(premiere)
    it_gets_its_place(premiere)
    six_directors_are_asked(premiere)
    five_accept_and_one_declines(premiere)
    four_groups_get_their_seats(premiere)
    the_programme_is_published(premiere)
    the_hall_fills_and_forty_wait(premiere)
    the_clock_releases_what_a_group_left(premiere)
    the_house_asks_before_the_films(premiere)
    the_door_lets_290_in(premiere)
    questions_come_on_stage(premiere)
    seats_vote(premiere)
    the_report_tells_the_evening(premiere)


def the_programmer_makes_the_package(premiere: Premiere) -> None:
    page = premiere.window("programmer", "/en/ops/packages")
    page.get_by_label("Title in Korean", exact=True).fill("다섯 개의 판")
    page.get_by_label("Title in English", exact=True).fill("Five Boards")
    page.get_by_label("Rating at least").select_option("15")
    page.get_by_label("People expected").fill("300")
    for n in range(len(SHORTS)):
        page.get_by_label(f"Short {n + 1}").check()
    page.get_by_role("button", name="Make the package").click()
    expect(page.get_by_role("heading", level=1, name="Five Boards")).to_be_visible()
    page.get_by_text("Put something between the films").click()
    between = page.locator("form[action$='/inserts']")
    between.get_by_label("Kind").select_option("credits")
    between.get_by_label("Minutes").fill("2")
    between.get_by_label("Place in the order").select_option(str(len(SHORTS)))
    between.get_by_role("button", name="Add").click()
    expect(page.get_by_text("62 min").first).to_be_visible()  # 55 of films, 5 bumpers, the credits
    premiere.package = page.url.rsplit("/", 1)[-1].partition("#")[0]


def it_gets_its_place(premiere: Premiere) -> None:
    page = premiere.window("programmer", f"/en/ops/schedule/{premiere.day}?p={premiere.package}")
    page.locator("aside").get_by_label("Start").fill(hours(premiere.starts_at))
    page.get_by_role("button", name="Place", exact=True).click()
    page.get_by_role("button", name="Confirm the screening").click()
    expect(page.get_by_text("It becomes public with the next release.")).to_be_visible()
    with premiere.session() as session:
        screening = session.scalars(sa.select(Screening)).one()
        premiere.code = screening.code
        assert (screening.starts_at, screening.seats) == (premiere.starts_at, SEATS)


def six_directors_are_asked(premiere: Premiere) -> None:
    page = premiere.window("programmer", f"/en/ops/qa/{premiere.code}")
    page.get_by_label("Length").fill("40")
    page.get_by_label("Moderator").fill("김하늘")
    press(page.get_by_role("button", name="Plan the talk"))
    press(page.get_by_role("button", name="Invite the ticked"))
    page.get_by_text("Invite somebody else").click()
    page.get_by_label("Name", exact=True).fill(DIRECTORS[5])
    page.get_by_label("E-mail address").fill("director5@films.example")
    page.get_by_label("Lives in").select_option("Europe/Paris")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_text("6 have not answered")).to_be_visible()


def five_accept_and_one_declines(premiere: Premiere) -> None:
    for n in range(len(DIRECTORS)):
        letter = premiere.portal.letter(f"director{n}@films.example", "")
        page = premiere.window("", link_in(letter.text, "/guests/"))
        answer = "declined" if n == 5 else "remote" if n == 4 else "accepted"
        page.locator(f"input[name=answer][value={answer}]").check()
        press(page.get_by_role("button", name=re.compile("Send the answer|답 보내기")))
        page.context.close()
    with premiere.session() as session:
        states = session.scalars(sa.select(Guest.state).order_by(Guest.email)).all()
    assert states == [*[GuestState.ACCEPTED] * 4, GuestState.REMOTE, GuestState.DECLINED]
    page = premiere.window("programmer", f"/en/ops/qa/{premiere.code}")
    expect(page.get_by_text("5 come")).to_be_visible()
    expect(page.get_by_text("1 cannot come")).to_be_visible()
    press(page.get_by_role("button", name="Confirm the talk"))
    press(page.get_by_role("button", name="Open questions"))


def the_programme_is_published(premiere: Premiere) -> None:
    page = premiere.window("programmer", "/en/ops/release")
    press(page.get_by_role("button", name="Publish version 1"))
    visitor = premiere.window("", f"/en/screenings/{premiere.code}")
    expect(visitor.get_by_role("heading", level=1, name="Five Boards")).to_be_visible()
    expect(visitor.get_by_text(DIRECTORS[0])).to_be_visible()


def four_groups_get_their_seats(premiere: Premiere) -> None:
    with db.unit_of_work(premiere.session) as session:
        edition = session.scalars(sa.select(Edition)).one()
        screening = session.scalars(sa.select(Screening)).one()
        for name, seats, _ in KEPT:
            group = groups.add(session, edition, GroupDraft(name, name, Proof.LINK), by=SYSTEM)
            quotas.add(session, screening, QuotaDraft(seats, group), by=SYSTEM)
    page = premiere.window("organizer", f"/en/ops/seats/{premiere.code}")
    for name, _, _ in KEPT:
        expect(page.get_by_text(name).first).to_be_visible()


def the_hall_fills_and_forty_wait(premiere: Premiere) -> None:
    with premiere.session() as session:
        ways = {group.name_en: premiere.links.group(group.link) for group in session.scalars(sa.select(Group))}
    asks = [(ways[name], f"{name} {n}", False) for name, _, booked in KEPT for n in range(booked)]
    asks += [("", f"Waiting {n}", True) for n in range(WAITING)]
    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(lambda ask: _book(premiere, *ask), asks))
    assert premiere.count(SeatState.CONFIRMED) == sum(booked for _, _, booked in KEPT)
    waiting = premiere.bookings(SeatState.WAITLISTED)
    assert sorted(one.position or 0 for one in waiting) == list(range(1, WAITING + 1))
    for booking in premiere.bookings(SeatState.CONFIRMED):
        _confirm(premiere, booking)
    stranger = premiere.visitor()
    assert "Trainees" not in stranger.open(f"/en/screenings/{premiere.code}")


def _book(premiere: Premiere, way: str, name: str, wait: bool) -> None:
    visitor = premiere.visitor()
    if way:
        visitor.open(way)
    visitor.open(f"/en/screenings/{premiere.code}")
    address = f"{name.replace(' ', '.').lower()}@seats.example"
    said = {"name": name, "email": address, "party": 1, "consent": "y"} | ({"waitlist": "1"} if wait else {})
    visitor.send(f"/en/screenings/{premiere.code}", **said)


def _confirm(premiere: Premiere, booking: Booking) -> None:
    """As the owner of the address does behind the mailed link."""
    visitor, token = premiere.visitor(), premiere.links.token(links.TICKET, booking.code)
    if "/confirm" in visitor.open(f"/en/t/{token}"):
        visitor.send(f"/en/t/{token}/confirm")


def the_clock_releases_what_a_group_left(premiere: Premiere) -> None:
    with db.unit_of_work(premiere.session) as session:
        press = session.scalars(sa.select(Quota).where(Quota.seats == KEPT[3][1])).one()
        draft = QuotaDraft(press.seats, session.get_one(Group, press.group_id), releases_at=clock.now())
        quotas.change(session, press, draft, rev=press.rev, by=SYSTEM)
    left = KEPT[3][1] - KEPT[3][2]
    wait_for(lambda: premiere.count(SeatState.OFFERED) == left, SWEEP_TAKES / 1000)
    offered = premiere.bookings(SeatState.OFFERED)
    assert [one.position for one in offered] == list(range(1, left + 1))
    letter = premiere.portal.letter(offered[0].email, "A seat is yours")
    page = premiere.window("", link_in(letter.text, "/waitlist/"))
    page.get_by_role("button", name="Take the seats").click()
    expect(page.get_by_role("heading", name="Ticket")).to_be_attached()
    for booking in offered[1:]:
        visitor, token = premiere.visitor(), premiere.links.token(links.WAITLIST, booking.code)
        visitor.open(f"/en/waitlist/{token}")
        visitor.send(f"/en/waitlist/{token}/accept")
    assert premiere.count(SeatState.CONFIRMED) == SEATS
    assert len(premiere.bookings(SeatState.WAITLISTED)) == WAITING - left
    with premiere.session() as session:
        screening = session.scalars(sa.select(Screening)).one()
    assert (screening.taken, screening.held) == (SEATS, 0)


def the_house_asks_before_the_films(premiere: Premiere) -> None:
    phone = premiere.window("", f"/en/live/{premiere.code}", viewport={"width": 390, "height": 844})
    phone.get_by_label("Your question").fill("Which tools did you use for the voices?")
    phone.get_by_role("button", name="Send the question").click()
    expect(phone.get_by_text("Which tools did you use for the voices?").first).to_be_visible()
    other = premiere.visitor()
    assert "for the voices" not in other.open(f"/en/live/{premiere.code}")


def the_door_lets_290_in(premiere: Premiere) -> None:
    tickets = [one.code for one in premiere.bookings(SeatState.CONFIRMED)][:INSIDE]
    phone = premiere.window(
        "moderator", f"/en/ops/seats/{premiere.code}/entrance", viewport={"width": 390, "height": 844}
    )
    expect(phone.locator("#net")).to_have_attribute("data-state", "online")
    expect(phone.locator("#entrance")).to_have_attribute("data-kept", "true")
    for inside, code in enumerate(tickets[:2], start=1):
        phone.locator("#presented").fill(premiere.links.check_in(code))
        phone.locator("#presented").press("Enter")
        expect(phone.locator("#in")).to_have_text(str(inside))
    phone.locator("#presented").fill(premiere.links.check_in(tickets[0]))
    phone.locator("#presented").press("Enter")
    expect(phone.locator("#face .door__t")).to_contain_text("Already in since")
    token = phone.locator("#entrance").get_attribute("data-csrf")
    now = clock.now().isoformat()
    for first in range(2, INSIDE, 96):
        scans = [
            {"once": f"door-b-{code}", "at": now, "code": code, "device": "door-b"}
            for code in tickets[first : first + 96]
        ]
        answer = phone.request.post(
            f"/en/ops/seats/{premiere.code}/scans",
            data={"sent_at": now, "scans": scans},
            headers={"X-CSRFToken": token or ""},
        )
        assert answer.ok
    assert premiere.count(SeatState.CHECKED_IN) == INSIDE


def questions_come_on_stage(premiere: Premiere) -> None:
    seats = premiere.window("moderator", f"/en/ops/seats/{premiere.code}")
    press(seats.get_by_role("button", name="The screening begins"))
    board = premiere.window("moderator", f"/en/ops/live/{premiere.code}")
    press(board.get_by_role("button", name="Begin the talk"))
    phone = premiere.window("", f"/en/live/{premiere.code}", viewport={"width": 390, "height": 844})
    phone.get_by_label("Your question").fill("How long did the fourth film take?")
    phone.get_by_role("button", name="Send the question").click()
    expect(phone.get_by_label("Your question")).to_have_value("")
    board.reload()
    for text in ("for the voices", "the fourth film"):
        line = _line(board, text)
        line.get_by_role("button", name="Approve").click()
        expect(line.get_by_role("button", name="Line up")).to_be_visible()
    fan = premiere.window("", f"/en/live/{premiere.code}", viewport={"width": 390, "height": 844})
    asked = fan.locator(".qs li", has_text="for the voices")
    asked.get_by_role("button").click()
    wall_link = board.get_by_role("link", name="Open the wall").get_attribute("href") or ""
    wall = premiere.window("", wall_link)
    board.reload()
    _line(board, "for the voices").get_by_role("button", name="Bring on stage").click()
    expect(wall.get_by_text("Which tools did you use for the voices?")).to_be_visible(timeout=10_000)
    _line(board, "for the voices").get_by_role("button", name="Answered").click()
    board.get_by_role("button", name="End the talk").click()
    expect(board.get_by_role("button", name="Publish the answers")).to_be_hidden()  # the programmer's, not theirs


def _line(board: Page, text: str) -> Locator:
    """A question on the moderator's board."""
    return board.locator("[data-line]").filter(has=board.locator(".q__t", has_text=text))


def seats_vote(premiere: Premiere) -> None:
    desk = premiere.window("moderator", f"/en/ops/ballots/{premiere.code}")
    press(desk.get_by_role("button", name="Open the ballot"))
    inside = premiere.bookings(SeatState.CHECKED_IN)[:VOTERS]
    with premiere.session() as session:
        numbers = session.scalars(sa.text("SELECT number FROM entries ORDER BY id")).all()
    for n, booking in enumerate(inside):
        visitor, token = premiere.visitor(), premiere.links.token(links.TICKET, booking.code)
        visitor.open(f"/en/vote/{token}")
        visitor.send(f"/en/vote/{token}", **{f"stars-{number}": 5 - (n + at) % 3 for at, number in enumerate(numbers)})
    desk.reload()
    expect(desk.get_by_text(str(VOTERS)).first).to_be_visible()
    press(desk.get_by_role("button", name="Close the ballot now"))
    with db.unit_of_work(premiere.session) as session:  # the box has rested
        box = session.scalars(sa.select(BallotBox)).one()
        assert box.closed_at is not None
        box.closed_at -= REST
    count = premiere.window("organizer", f"/en/ops/ballots/{premiere.code}/result")
    press(count.get_by_role("button", name=f"Announce this result of {VOTERS} ballots"))
    visitor = premiere.visitor()
    assert "Short" in visitor.open(f"/en/screenings/{premiere.code}/result")


def the_report_tells_the_evening(premiere: Premiere) -> None:
    seats = premiere.window("moderator", f"/en/ops/seats/{premiere.code}")
    seats.get_by_role("button", name="The screening is over").click()
    expect(seats.get_by_text("did not come.")).to_be_visible()
    assert premiere.count(SeatState.NO_SHOW) == SEATS - INSIDE
    report = premiere.window("organizer", f"/en/ops/reactions/{premiere.code}")
    for words in (str(INSIDE), "Trainees", "Press", "Short 1"):
        expect(report.get_by_text(words).first).to_be_visible()
    sheet = report.request.get(f"/en/ops/reactions/{premiere.code}.csv")
    assert sheet.ok
    assert sheet.body().startswith(b"\xef\xbb\xbf")
