"""The jury's work on the demo's 535 films, in a real browser against real processes: from a plan to the release.

A chair runs three panels, changes two pairs, publishes; a juror steps back and a repair fills the gap; scores come in;
what they cannot part goes to a vote; the chair decides, somebody else releases.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from portal import db, demo
from portal.accounts.models import Person
from portal.jury import queries as rounds
from portal.jury.assigning.models import Assignment
from portal.jury.decisions.models import Decision
from portal.jury.models import Juror, Round
from portal.jury.results.models import Result
from portal.jury.rounds import setup
from portal.jury.scoring import service as scoring
from portal.jury.tiebreak import queries as votes
from portal.jury.tiebreak import service as voting
from portal.jury.tiebreak.models import Ballot, TieBreak
from portal.lifecycles import AssignmentState, DecisionState, RoundState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM
from tests.journeys.installation import Installation, running
from tests.journeys.steps import press
from tests.local.test_supervisor import wait_for
from tests.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.timeout(600)]

NAME = "Main selection"
WORKER_TAKES = 120_000
FILMS, JURORS, EACH = 535, 16, 3


@dataclass
class Festival:
    """A running portal with the demo, and its people's windows."""

    portal: Installation
    browser: Browser

    def window(self, who: str, path: str) -> Page:
        """Somebody of the demo, signed in, at a page."""
        context = self.browser.new_context(base_url=self.portal.address, locale="en-GB", reduced_motion="reduce")
        context.set_default_timeout(30_000)
        cookie = Scene(self.portal.settings).cookie(who)
        context.add_cookies([{"name": "pan", "value": cookie, "url": self.portal.address}])
        page = context.new_page()
        page.goto(path)
        return page

    def session(self) -> Session:
        return db.sessions(self.portal.settings)()

    def count(self, wanted: sa.Select[tuple[int]]) -> int:
        with self.session() as session:
            return session.scalar(wanted) or 0


@pytest.fixture
def festival(tmp_path: Path, browser: Browser) -> Iterator[Festival]:
    with running(tmp_path / "data", {}) as portal:
        demo.load(portal.settings, say=lambda _: None)
        yield Festival(portal, browser)
        db.engine_for(portal.settings.database_url).dispose()


def test_a_jury_from_its_plan_to_the_release(festival: Festival) -> None:
    chair = festival.window("chair", "/en/ops/rounds")
    code = the_chair_makes_a_round(festival, chair)
    the_worker_finds_a_plan(chair, code)
    changed = the_chair_changes_two_pairs(festival, chair, code)
    the_chair_publishes(festival, chair, code, changed)
    film = a_juror_steps_back(festival, code)
    a_repair_fills_exactly_that(festival, chair, code, film)
    scores_come_in(festival, code)
    the_chair_closes_the_round(festival, chair, code)
    the_contested_films_go_to_a_vote(festival, chair, code)
    the_chair_decides(chair, code)
    somebody_else_releases(festival, chair, code)


def the_chair_makes_a_round(festival: Festival, chair: Page) -> str:
    with festival.session() as session:
        call = session.scalars(sa.select(Round.call_id).where(Round.state == RoundState.OPEN)).one()
    chair.get_by_label("Call", exact=True).select_option(str(call))
    chair.get_by_label("Name in Korean").fill("본심")
    chair.get_by_label("Name in English").fill(NAME)
    chair.get_by_label("Due date").fill("2030-02-01")
    chair.get_by_role("button", name="Make the round").click()
    chair.wait_for_url("**/ops/rounds/*")
    code = chair.url.rsplit("/", 1)[-1]
    with db.unit_of_work(festival.session) as session:
        round_ = rounds.round_by_code(session, code)
        assert round_ is not None
        seated = sa.select(Juror).join(Round, Round.id == Juror.round_id).where(Round.state == RoundState.OPEN)
        for n, one in enumerate(session.scalars(seated.order_by(Juror.id)).all()):
            tastes = {"languages": one.languages, "genres": one.genres}
            setup.seat_juror(session, round_, round_.panels[n % EACH], one.person_id, **tastes, by=SYSTEM)
    return code


def the_worker_finds_a_plan(chair: Page, code: str) -> None:
    chair.goto(f"/en/ops/rounds/{code}/assignment")
    chair.get_by_role("button", name="Assign jurors").click()
    expect(chair.get_by_role("button", name="Publish to the jurors")).to_be_visible(timeout=WORKER_TAKES)
    expect(chair.get_by_text("No plan can be better by more than")).to_be_visible()


def the_chair_changes_two_pairs(festival: Festival, chair: Page, code: str) -> list[tuple[int, int]]:
    """Gives two films another juror of the same panel; (entry, juror) of what was set by hand."""
    for number in _two_films(festival, code):
        chair.goto(f"/en/ops/rounds/{code}/assignment/films/{number}")
        going = chair.get_by_label("Goes")
        going.select_option(index=1)
        panel = chair.locator("#jurors tr", has_text=str(going.input_value())).locator("td").first.inner_text()
        coming = chair.get_by_label("Comes")
        texts = coming.locator("option").all_inner_texts()
        coming.select_option(index=next(n for n, text in enumerate(texts) if n and panel in text))
        chair.get_by_label("Reason").fill("The chair knows both of them.")
        chair.get_by_role("button", name="Change", exact=True).click()
        expect(chair.get_by_text("Changed. It stays in every later plan.")).to_be_visible()
    chair.goto(f"/en/ops/rounds/{code}/assignment")
    chair.get_by_role("button", name="Solve again around my changes").click()
    expect(chair.get_by_role("button", name="Publish to the jurors")).to_be_visible(timeout=WORKER_TAKES)
    with festival.session() as session:
        fixed = sa.select(Assignment.entry_id, Assignment.juror_id).join(Round, Round.id == Assignment.round_id)
        rows = session.execute(fixed.where(Round.code == code, Assignment.fixed)).all()
    assert len(rows) >= 2
    return [(row.entry_id, row.juror_id) for row in rows]


def _two_films(festival: Festival, code: str) -> list[str]:
    from portal.entries.models import Entry

    with festival.session() as session:
        wanted = sa.select(Entry.number).join(Assignment, Assignment.entry_id == Entry.id).join(Round)
        return list(session.scalars(wanted.where(Round.code == code).distinct().order_by(Entry.number).limit(2)))


def the_chair_publishes(festival: Festival, chair: Page, code: str, changed: list[tuple[int, int]]) -> None:
    chair.get_by_role("button", name="Publish to the jurors").click()
    expect(chair.get_by_text(f"{FILMS * EACH:,} assignments published.".replace(",", ""))).to_be_visible()
    with festival.session() as session:
        shown = sa.select(Assignment.entry_id, Assignment.juror_id).join(Round, Round.id == Assignment.round_id)
        rows = session.execute(shown.where(Round.code == code, Assignment.state == AssignmentState.PUBLISHED)).all()
    pairs = {(row.entry_id, row.juror_id) for row in rows}
    assert len(pairs) == FILMS * EACH
    assert set(changed) <= pairs
    told = sa.select(sa.func.count()).where(
        OutgoingMail.kind == "jury_published", OutgoingMail.object_id.in_(_seats(code))
    )
    assert festival.count(told) == JURORS


def _seats(code: str) -> sa.Select[tuple[int]]:
    return sa.select(Juror.id).join(Round, Round.id == Juror.round_id).where(Round.code == code)


def a_juror_steps_back(festival: Festival, code: str) -> int:
    """The entry that a juror passes on."""
    juror = festival.window("juror", f"/en/jury?round={code}")
    juror.locator("#rows th a").first.click()
    address = juror.url.rsplit("/", 1)[-1]
    juror.get_by_role("button", name="I have a conflict of interest").click()
    juror.get_by_label("What connects you with this film?").fill("We taught at the same school.")
    juror.get_by_role("dialog").get_by_role("button", name="Pass this film on").click()
    expect(juror.get_by_text("We pass this film on to somebody else")).to_be_visible()
    assert juror.goto(f"/en/jury/{address}").status == 404  # type: ignore[union-attr]
    with festival.session() as session:
        return session.scalars(sa.select(Assignment.entry_id).where(Assignment.code == address)).one()


def _at_work(session: Session, code: str) -> set[tuple[int, int]]:
    rows = session.execute(
        sa.select(Assignment.entry_id, Assignment.juror_id)
        .join(Round, Round.id == Assignment.round_id)
        .where(Round.code == code, Assignment.state.in_(rounds.AT_WORK))
    )
    return {(row.entry_id, row.juror_id) for row in rows}


def a_repair_fills_exactly_that(festival: Festival, chair: Page, code: str, film: int) -> None:
    with festival.session() as session:
        before = _at_work(session, code)
    assert len(before) == FILMS * EACH - 1
    chair.goto(f"/en/ops/rounds/{code}/assignment")
    chair.get_by_role("button", name="Work out a repair").click()
    publish = chair.get_by_role("button", name="Publish the repair")
    expect(publish).to_be_visible(timeout=WORKER_TAKES)
    publish.click()
    expect(chair.get_by_text("assignment published")).to_have_text("1 assignment published.")
    with festival.session() as session:
        after = _at_work(session, code)
    assert {entry for entry, _ in after - before} == {film}
    assert before <= after
    assert len(after) == FILMS * EACH


def scores_come_in(festival: Festival, code: str) -> None:
    """Every juror hands in every sheet, each with an own taste and severity."""
    rng = random.Random(7)
    quality: dict[int, float] = {}
    severity: dict[int, float] = {}
    with festival.session() as session:
        wanted = sa.select(Assignment.code).join(Round, Round.id == Assignment.round_id)
        codes = session.scalars(wanted.where(Round.code == code, Assignment.state.in_(rounds.TO_SCORE))).all()
        for one in codes:
            found = rounds.assignment_to_score(session, one)
            assert found is not None
            criteria = rounds.weights(session, found)
            taste = quality.setdefault(found.entry_id, rng.gauss(6, 1.2)) + rng.gauss(0, 0.8)
            taste += severity.setdefault(found.juror_id, rng.gauss(0, 0.5))
            given = {row.id: max(1, min(10, round(taste + rng.gauss(0, 0.7)))) for row in criteria}
            scoring.submit(session, found, criteria, scores=given, comment="", by=SYSTEM)
        session.commit()


def the_chair_closes_the_round(festival: Festival, chair: Page, code: str) -> None:
    whole = sa.select(sa.func.count()).select_from(Result).join(Round, Round.id == Result.round_id)
    wait_for(lambda: festival.count(whole.where(Round.code == code, Result.n == EACH)) == FILMS, 120)
    chair.goto(f"/en/ops/rounds/{code}")
    chair.get_by_role("button", name="Close the round").click()
    expect(chair.get_by_text("The round is closed")).to_be_visible()
    chair.goto(f"/en/ops/results/{code}")
    expect(chair.get_by_role("heading", level=1, name="Results")).to_be_visible()
    expect(chair.get_by_text("overlap widely").first).to_be_visible()


def the_contested_films_go_to_a_vote(festival: Festival, chair: Page, code: str) -> None:
    chair.get_by_role("link", name="Tie-break").click()
    chair.get_by_label("Orders until").fill("2030-02-02")
    chair.get_by_role("button", name="Open the vote").click()
    expect(chair.get_by_text("The vote is open.")).to_be_visible()
    made = sa.select(sa.func.count()).select_from(TieBreak).where(TieBreak.ballots_at.is_not(None))
    wait_for(lambda: festival.count(made), 60)
    one_orders_in_the_window_and_the_others_follow(festival)
    chair.reload()
    chair.get_by_role("button", name="Close the vote and count").click()
    counted = sa.select(sa.func.count()).select_from(TieBreak).where(TieBreak.counted_at.is_not(None))
    wait_for(lambda: festival.count(counted), 60)
    chair.reload()
    expect(chair.get_by_text("orders counted")).to_be_visible()


def one_orders_in_the_window_and_the_others_follow(festival: Festival) -> None:
    with festival.session() as session:
        wanted = sa.select(Ballot.code, Person.email).join(Juror, Juror.id == Ballot.juror_id)
        asked = session.execute(wanted.join(Person, Person.id == Juror.person_id).order_by(Ballot.id)).all()
    first = festival.window(asked[0].email.partition("@")[0], f"/en/jury/rank/{asked[0].code}")
    films = first.locator("[data-film]")
    title = films.first.get_attribute("data-film")
    films.first.focus()
    first.keyboard.press("Alt+ArrowDown")
    assert films.nth(1).get_attribute("data-film") == title
    first.get_by_role("button", name="Hand in this order").click()
    expect(first.get_by_text("Your order is handed in.")).to_be_visible()
    with db.unit_of_work(festival.session) as session:
        for row in asked[1:]:
            ballot = votes.ballot_by_code(session, row.code)
            assert ballot is not None
            voting.save(session, ballot, sorted(ballot.batch), by=SYSTEM, final=True)


def the_chair_decides(chair: Page, code: str) -> None:
    chair.goto(f"/en/ops/results/{code}/select?top=24")
    press(chair.get_by_role("button", name="Select 24 films"))
    chair.get_by_text("films are undecided").click()
    press(chair.get_by_role("button", name="Set the rest to not selected"))
    chair.goto(f"/en/ops/results/{code}/release")
    chair.get_by_role("button", name=f"Announce {FILMS} decisions").click()
    expect(chair.get_by_role("alert")).to_contain_text("Somebody else must release")


def somebody_else_releases(festival: Festival, chair: Page, code: str) -> None:
    announced = sa.select(sa.func.count()).select_from(Decision).join(Round, Round.id == Decision.round_id)
    announced = announced.where(Round.code == code, Decision.state == DecisionState.ANNOUNCED)
    assert festival.count(announced) == 0
    second = festival.window("organizer", f"/en/ops/results/{code}/release")
    second.get_by_role("button", name=f"Announce {FILMS} decisions").click()
    expect(second.get_by_text(f"{FILMS} decisions announced.")).to_be_visible()
    assert festival.count(announced) == FILMS
