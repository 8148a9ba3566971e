"""A class from its list to the festival, against real processes: forty trainees, ten films, one return, three go on.

One of the three is selected, and the mentor who sits on the jury never gets a film of the class.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from portal import clock, db
from portal.accounts.models import Person
from portal.calls.models import Call, CallKind, Category, Edition
from portal.entries import eligibility
from portal.entries.classroom.models import Promotion
from portal.entries.models import Entry, Receipt, VerdictOutcome
from portal.jury import queries as jury
from portal.jury.assigning import service as assigning
from portal.jury.assigning import storing
from portal.jury.assigning.models import Assignment
from portal.jury.decisions import service as decisions
from portal.jury.decisions.models import Outcome
from portal.jury.models import Juror, Round
from portal.jury.rounds import setup
from portal.lifecycles import AssetState, EntryState, RoundState
from portal.mail.models import OutgoingMail
from portal.media import ffmpeg, storage
from portal.media.models import Asset, Slot
from portal.policies import SYSTEM, Actor, Grant, Role, Scope
from portal.school import service as classes
from portal.school.models import Enrolment, Team
from tests import builders
from tests.entries import made
from tests.journeys.installation import Installation, running
from tests.journeys.steps import play_to_the_end
from tests.local.test_supervisor import wait_for
from tests.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.timeout(420)]

TEAMS, SIZE, PROMOTED, JURORS = 10, 4, 3, 5
STAFF = (
    ("organizer", Role.ORGANIZER),
    ("second", Role.ORGANIZER),
    ("chair", Role.CHAIR),
    *((f"juror{n}", Role.JUROR) for n in range(JURORS)),
)
NOTE = "마지막 장면의 자막이 한 줄 빠졌어요."
PROMPT = "비 오는 옥상, 35mm, 저녁 빛"
SELECTED = re.compile("(?:>|· )선정<")


@dataclass
class Lane:
    """A running portal with a class, and the films by the numbers they have in the class and at the festival."""

    portal: Installation
    browser: Browser
    clips: list[Path]
    cohort: str = ""
    round: str = ""
    numbers: list[str] = field(default_factory=list)
    festival: dict[str, str] = field(default_factory=dict)

    def session(self) -> Session:
        return db.sessions(self.portal.settings)()

    def cookie(self, who: str) -> str:
        return Scene(self.portal.settings).cookie(who)

    def person(self, who: str) -> Visitor:
        """Somebody's browser without JavaScript."""
        return Visitor(self.portal.address, self.cookie(who))


class Visitor:
    """A plain browser of somebody who is signed in: opens pages and sends their forms."""

    def __init__(self, address: str, cookie: str) -> None:
        self.address, self.http = address, requests.Session()
        self.http.cookies.set("pan", cookie, domain="127.0.0.1")

    def open(self, path: str, expected: int = 200) -> str:
        answer = self.http.get(f"{self.address}/ko{path}", timeout=60)
        assert answer.status_code == expected, f"{answer.status_code} for {path}"
        return answer.text

    def send(self, page: str, path: str, *, files: object = None, **written: object) -> requests.Response:
        """Send the form at `path` of a page, with what the page hides in it."""
        text = self.open(page)
        hidden = {
            name: unescape(found)
            for name, found in re.findall(r'type="hidden" name="(csrf_token|number|sha256)" value="([^"]*)"', text)
        }
        data = {**hidden, **written}
        return self.http.post(f"{self.address}/ko{path}", data=data, files=files, timeout=60)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Ten films of two seconds, too short to be found alike, each with bytes of its own."""
    folder = tmp_path_factory.mktemp("class")
    whole, paths = folder / "film.mp4", [folder / f"film{n}.mp4" for n in range(TEAMS)]
    sources = ("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=24:duration=2", "-f", "lavfi", "-i", "sine=duration=2")
    _ffmpeg(*sources, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", str(whole))
    for n, path in enumerate(paths):
        _ffmpeg("-i", str(whole), "-c", "copy", "-metadata", f"comment=team {n}", str(path))
    return paths


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([ffmpeg.binary(), "-loglevel", "error", "-y", *arguments], check=True)


@pytest.fixture
def lane(tmp_path: Path, browser: Browser, clips: list[Path]) -> Iterator[Lane]:
    with running(tmp_path / "data", {}) as portal:
        found = Lane(portal, browser, clips)
        with db.unit_of_work(db.sessions(portal.settings)) as session:
            found.cohort = _a_class(session)
        yield found
        db.engine_for(portal.settings.database_url).dispose()


def _a_class(session: Session) -> str:
    """An edition with an open call for everybody, its desk, and a class with a mentor who also judges."""
    edition = builders.edition(session, slug="pan27", prefix="PAN27")
    builders.call(session, edition, slug="pan27")
    school = builders.call(session, edition, slug="able", kind=CallKind.SCHOOL, entry_limit=1)
    for who, role in STAFF:
        person = builders.person(session, email=f"{who}@pan.example")
        builders.grant(session, person, role, Scope.EDITION, edition.id)
    today = clock.now().date()
    days = {"starts_on": today - timedelta(days=60), "ends_on": today + timedelta(days=30)}
    cohort = classes.make_cohort(session, school, name_ko="에이블 7기", name_en="Able 7", **days, by=SYSTEM)
    mentor = builders.person(session, email="mentor@pan.example", native_name="오재민")
    builders.grant(session, mentor, Role.MENTOR, Scope.COHORT, cohort.id)
    builders.grant(session, mentor, Role.JUROR, Scope.EDITION, edition.id)
    return cohort.code


def test_a_class_enters_the_festival(lane: Lane) -> None:
    forty_are_enrolled_in_ten_teams(lane)
    each_team_makes_an_entry(lane)
    the_films_become_playable(lane)
    the_teams_hand_in(lane)
    the_mentor_returns_one_and_signs_all_off(lane)
    the_class_watches_and_votes(lane)
    three_go_on_to_the_festival(lane)
    they_are_received_as_they_were_signed_off(lane)
    the_mentor_gets_none_of_them_to_judge(lane)
    one_is_selected_and_the_class_sees_it(lane)


def forty_are_enrolled_in_ten_teams(lane: Lane) -> None:
    office, page = lane.person("organizer"), f"/ops/school/{lane.cohort}"
    rows = [
        f"s{t}{n},학생{t}{n},s{t}{n}@able.example,{t + 1}조,{'예' if n == 0 else ''}"
        for t in range(TEAMS)
        for n in range(SIZE)
    ]
    text = "\n".join(["학번,이름,이메일,팀,팀장", *rows])
    wrong = {"list": ("class.csv", io.BytesIO((text + "\nx,이름,not an address,1조,").encode()))}
    assert office.send(page, f"{page}/preview", files=wrong).status_code == 422
    shown = office.send(page, f"{page}/preview", files={"list": ("class.csv", io.BytesIO(text.encode("cp949")))})
    assert shown.status_code == 200
    kept = re.search(r'<textarea[^>]*name="list"[^>]*>([^<]*)</textarea>', shown.text)
    assert kept is not None
    for _ in range(2):
        assert office.send(page, f"{page}/enrol", list=unescape(kept.group(1))).ok
    with lane.session() as session:
        for model, n in ((Enrolment, TEAMS * SIZE), (Team, TEAMS)):
            assert session.scalar(sa.select(sa.func.count()).select_from(model)) == n
        assert session.scalar(sa.select(sa.func.count()).where(Team.leader_id.is_(None))) == 0
        assert _told(session, "enrolled") == TEAMS * SIZE


def _told(session: Session, kind: str) -> int:
    return session.scalar(sa.select(sa.func.count()).where(OutgoingMail.kind == kind)) or 0


def each_team_makes_an_entry(lane: Lane) -> None:
    with ThreadPoolExecutor(2) as pool:
        lane.numbers = list(pool.map(lambda n: _entry(lane, n), range(TEAMS)))


def _entry(lane: Lane, n: int) -> str:
    """A team's leader starts the entry and brings the film; what is typed besides is written at once."""
    leader = lane.person(f"s{n}0")
    with lane.session() as session:
        category = session.scalars(sa.select(Category.id).join(Call).where(Call.slug == "able")).one()
    begun = leader.send("/submit/able", "/submit/able", category=category)
    number = begun.url.rsplit("/", 1)[-1]
    with lane.clips[n].open("rb") as film:
        sent = leader.send(f"/entries/{number}/film", f"/entries/{number}/film", files={"film": (f"{n}.mp4", film)})
    assert sent.ok
    assert leader.send(f"/entries/{number}/prompts", f"/entries/{number}/prompts", prompt=PROMPT, tool="Veo").ok
    with db.unit_of_work(db.sessions(lane.portal.settings)) as session:
        _write(session, number, n)
    return number


def _write(session: Session, number: str, n: int) -> None:
    entry = made.found(session, number)
    for name, text in {**made.TEXTS, "title_ko": f"{n + 1}조의 영화", "title_en": f"Film of team {n + 1}"}.items():
        setattr(entry, name, text)
    entry.music_cleared = entry.fonts_cleared = True
    session.add(made.Credit(entry_id=entry.id, position=0, role=made.CreditRole.DIRECTOR, native_name=f"학생{n}0"))
    store = storage.of(session)
    store.jobs.mkdir(parents=True, exist_ok=True)
    for slot in (Slot.POSTER, Slot.STILL):
        path = store.jobs / f"{number}-{slot}"
        path.write_bytes(f"{number} {slot}".encode())
        made.asset(session, entry, slot, storage_key=store.adopt(path), frozen_at=None)


def the_films_become_playable(lane: Lane) -> None:
    def waiting() -> bool:
        with lane.session() as session:
            films = sa.select(Asset.state).where(Asset.slot == Slot.FILM)
            states = session.scalars(films).all()
        assert AssetState.REFUSED not in states
        return len(states) == TEAMS and set(states) == {AssetState.PLAYABLE}

    wait_for(waiting, 180)
    with db.unit_of_work(db.sessions(lane.portal.settings)) as session:
        for number in lane.numbers:
            entry = made.found(session, number)
            film = session.scalars(sa.select(Asset).filter_by(entry_id=entry.id, slot=Slot.FILM)).one()
            entry.watched_sha256 = film.sha256
            made.disclosed(session, entry, film.sha256, picture_s=2)


def the_teams_hand_in(lane: Lane) -> None:
    for n, number in enumerate(lane.numbers):
        _submit(lane.person(f"s{n}0"), number)
    assert _states(lane, lane.numbers) == [EntryState.MENTOR_REVIEW] * TEAMS


def _submit(leader: Visitor, number: str) -> None:
    declared = ["rules", "true", "consent"]
    answer = leader.send(f"/entries/{number}/review", f"/entries/{number}/submit", declarations=declared)
    assert answer.ok
    assert answer.url.endswith(number)


def _states(lane: Lane, numbers: list[str]) -> list[EntryState]:
    with lane.session() as session:
        found = dict(session.execute(sa.select(Entry.number, Entry.state).where(Entry.number.in_(numbers))).all())
    return [found[number] for number in numbers]


def the_mentor_returns_one_and_signs_all_off(lane: Lane) -> None:
    mentor, first = lane.person("mentor"), lane.numbers[0]
    assert sum(number in mentor.open("/school") for number in lane.numbers) == TEAMS
    page = f"/school/entries/{first}"
    assert PROMPT in mentor.open(f"/entries/{first}/prompts")
    assert mentor.send(page, f"{page}/return", note=NOTE).ok
    assert NOTE in lane.person("s00").open(f"/entries/{first}")
    with lane.session() as session:
        assert _told(session, "returned") == 1
    _submit(lane.person("s00"), first)
    for number in lane.numbers:
        assert mentor.send(f"/school/entries/{number}", f"/school/entries/{number}/approve", note="").ok
    assert _states(lane, lane.numbers) == [EntryState.SUBMITTED] * TEAMS


def the_class_watches_and_votes(lane: Lane) -> None:
    words = "첫 장면이 오래 남아요."
    opened = lane.browser.new_context(base_url=lane.portal.address, locale="en-GB", reduced_motion="reduce")
    opened.set_default_timeout(20_000)
    opened.add_cookies([{"name": "pan", "value": lane.cookie("s11"), "url": lane.portal.address}])
    page = opened.new_page()
    page.goto(f"/en/school/{lane.cohort}/showcase")
    expect(page.locator("article")).to_have_count(TEAMS)
    page.get_by_role("link", name="Film of team 1", exact=True).click()
    play_to_the_end(page)
    page.get_by_role("button", name="Vote for this film").click()
    expect(page.get_by_role("button", name="Take the vote back")).to_be_visible()
    page.get_by_label("Your note").fill(words)
    page.get_by_role("button", name="Send the note").click()
    expect(page.get_by_role("article")).to_contain_text(words)
    opened.close()
    assert words in lane.person("s03").open(f"/school/films/{lane.numbers[0]}")
    assert words not in lane.person("s20").open(f"/school/films/{lane.numbers[0]}")


def three_go_on_to_the_festival(lane: Lane) -> None:
    for n, number in enumerate(lane.numbers[:PROMOTED]):
        leader, page = lane.person(f"s{n}0"), f"/entries/{number}/promote"
        category = re.search(r'name="category" value="(\d+)"', leader.open(page))
        assert category is not None
        answer = leader.send(page, page, category=category.group(1))
        assert answer.url.endswith("/review")
        there = answer.url.split("/")[-2]
        lane.festival[number] = there
        _submit(leader, there)
    assert _states(lane, list(lane.festival.values())) == [EntryState.SUBMITTED] * PROMOTED


def they_are_received_as_they_were_signed_off(lane: Lane) -> None:
    with lane.session() as session:
        for number, there in lane.festival.items():
            wanted = sa.select(Receipt.film_sha256).join(Entry).where(Entry.number.in_((number, there)))
            hashes = session.scalars(wanted).all()
            assert len(hashes) == 2
            assert len(set(hashes)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(Promotion)) == PROMOTED
        films = sa.select(Asset.storage_key, Asset.sha256).where(Asset.slot == Slot.FILM)
        places = {storage.of(session).path(key).stat().st_ino for key, _ in session.execute(films)}
        assert len(places) == TEAMS  # every film lies here once
    assert _states(lane, lane.numbers) == [EntryState.SUBMITTED] * TEAMS
    for number, there in lane.festival.items():
        assert there in lane.person("mentor").open("/school")
        assert number in lane.person("organizer").open(f"/school/{lane.cohort}/showcase")


def the_mentor_gets_none_of_them_to_judge(lane: Lane) -> None:
    with db.unit_of_work(db.sessions(lane.portal.settings)) as session:
        lane.round = _a_round(session, list(lane.festival.values()))
    chair, page = lane.person("chair"), f"/ops/rounds/{lane.round}/conflicts"
    assert chair.send(page, f"{page}/look").ok
    seen = chair.open(f"{page}?source=mentor&state=confirmed")
    assert seen.count("에이블 7기") >= PROMOTED
    assert "오재민" in seen
    with db.unit_of_work(db.sessions(lane.portal.settings)) as session:
        judging, by = _round(session, lane.round), _actor(session, "chair", Role.CHAIR)
        storing.make(session, assigning.request_assignment(session, judging, by=by))
        assert assigning.publish(session, judging, by=by) >= PROMOTED
        mentor = sa.select(Person.id).where(Person.email == "mentor@pan.example").scalar_subquery()
        own = sa.select(sa.func.count(Assignment.id)).join(Juror).where(Juror.person_id == mentor)
        assert session.scalar(own) == 0


def _a_round(session: Session, numbers: list[str]) -> str:
    """The office finds the films eligible; six seats, the mentor's among them."""
    office = _actor(session, "organizer", Role.ORGANIZER)
    for number in numbers:
        eligibility.propose_verdict(session, made.found(session, number), VerdictOutcome.ELIGIBLE, "", by=office)
    call = session.scalars(sa.select(Call).filter_by(slug="pan27")).one()
    due = clock.now() + timedelta(days=7)
    judging = setup.make_round(session, call, name_ko="본심", name_en="Final", due_at=due, by=SYSTEM)
    judging.band_bp = 10_000  # who mentors the class has nothing to watch
    code = judging.code
    judging = _round(session, code)
    people = [session.scalars(sa.select(Person).filter_by(email=f"{who}@pan.example")).one() for who in _JURORS]
    for n, person in enumerate(people):
        panel = judging.panels[n % len(judging.panels)]
        setup.seat_juror(session, judging, panel, person.id, languages=["ko"], genres=["drama"], by=SYSTEM)
    return code


_JURORS = ("mentor", *(f"juror{n}" for n in range(JURORS)))


def _round(session: Session, code: str) -> Round:
    session.flush()
    session.expire_all()
    found = jury.round_by_code(session, code)
    assert found is not None
    return found


def _actor(session: Session, who: str, role: Role) -> Actor:
    edition = session.scalars(sa.select(Edition)).one()
    person = session.scalars(sa.select(Person).filter_by(email=f"{who}@pan.example")).one()
    return builders.actor(person, Grant(role, Scope.EDITION, edition.id))


def one_is_selected_and_the_class_sees_it(lane: Lane) -> None:
    first, *others = lane.festival.values()
    with db.unit_of_work(db.sessions(lane.portal.settings)) as session:
        session.execute(sa.update(Round).values(state=RoundState.CLOSED))
        judging, chair = _round(session, lane.round), _actor(session, "chair", Role.CHAIR)
        for number, outcome in ((first, Outcome.SELECTED), *((one, Outcome.NOT_SELECTED) for one in others)):
            decisions.decide(session, judging, made.found(session, number), outcome, by=chair)
        session.flush()
        judging = _round(session, lane.round)
        assert decisions.release(session, judging, by=_actor(session, "second", Role.ORGANIZER)) == PROMOTED
    for who, path in (("mentor", "/school"), ("s00", "/school"), ("organizer", f"/school/{lane.cohort}/showcase")):
        assert SELECTED.search(lane.person(who).open(path))
    assert not SELECTED.search(lane.person("s10").open("/school"))
