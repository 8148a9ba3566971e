"""A juror at work in a real browser: ten films by keyboard, three on a phone, the network away for one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from portal import clock
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.models import Round
from portal.jury.rounds import setup
from portal.jury.scoring.models import EventKind, Fault, ScoreEvent, ScoreSheet
from portal.lifecycles import AssignmentState, EntryState, RoundState, SheetState
from portal.policies import SYSTEM, Role, Scope
from tests import builders

pytestmark = pytest.mark.browser


@dataclass
class Desk:
    """A juror with films that nobody has scored."""

    person_id: int
    codes: list[str]


@pytest.fixture
def desk(session: Session) -> Callable[[int], Desk]:
    """A juror with so many films to score, in a round of three criteria."""

    def made(films: int) -> Desk:
        edition = builders.edition(session)
        call = builders.call(session, edition)
        maker, juror = builders.person(session), builders.person(session)
        builders.grant(session, juror, Role.JUROR, Scope.EDITION, edition.id)
        due = clock.now() + timedelta(days=3)
        found = setup.make_round(session, call, name_ko="예심", name_en="First", due_at=due, by=SYSTEM)
        session.execute(sa.update(Round).values(state=RoundState.OPEN))
        session.expire_all()
        round_ = queries.round_by_code(session, found.code)
        assert round_ is not None
        seat = setup.seat_juror(session, round_, round_.panels[0], juror.id, languages=["ko"], genres=[], by=SYSTEM)
        for n in range(films):
            facts = {"state": EntryState.ELIGIBLE, "runtime_s": 300, "title_ko": f"작품 {n + 1}"}
            film = builders.entry(session, call, maker, **facts)
            ids = {"round_id": round_.id, "juror_id": seat.id, "entry_id": film.id}
            session.add(Assignment(**ids, state=AssignmentState.PUBLISHED, position=n))
        session.commit()
        codes = session.scalars(sa.select(Assignment.code).order_by(Assignment.position)).all()
        session.commit()
        return Desk(juror.id, list(codes))

    return made


def _totals(session: Session) -> list[tuple[str, int | None]]:
    session.expire_all()
    rows = session.execute(
        sa.select(ScoreSheet.state, ScoreSheet.total)
        .join(Assignment, Assignment.id == ScoreSheet.assignment_id)
        .order_by(Assignment.position)
    ).all()
    session.commit()
    return [(row.state, row.total) for row in rows]


def _criteria(page: Page) -> int:
    return page.locator("#score .crit").count()


def _by_keyboard(page: Page, digit: str) -> None:
    """Scores every criterion and hands in, with keys alone."""
    here = page.url
    for n in range(_criteria(page)):
        if n:
            page.keyboard.press("ArrowDown")
        page.keyboard.press(digit)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != here)


def _by_touch(page: Page, value: int) -> None:
    for criterion in page.locator("#score .crit").all():
        criterion.locator(f'label:has(input[value="{value}"])').tap()


def test_ten_films_by_keyboard_and_three_on_a_phone_once_without_network(
    desk: Callable[[int], Desk], session: Session, window: Callable[..., Page]
) -> None:
    mine = desk(13)
    page = window(mine.person_id)
    page.goto("/ko/jury")
    while not page.evaluate("document.activeElement.matches('[data-film]')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/jury/{mine.codes[0]}")
    for n in range(10):
        expect(page).to_have_url(f"{page.url.rsplit('/', 1)[0]}/{mine.codes[n]}")
        _by_keyboard(page, str((n + 1) % 10))
    assert _totals(session) == [(SheetState.SUBMITTED, 100 * (n + 1)) for n in range(10)]

    phone = window(mine.person_id, width=390, has_touch=True, is_mobile=True)
    phone.goto(f"/ko/jury/{mine.codes[10]}")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing hangs over on a phone"
    _by_touch(phone, 6)
    phone.locator("[data-finish]").tap()
    phone.wait_for_url(f"**/jury/{mine.codes[11]}")
    phone.context.set_offline(True)
    _by_touch(phone, 7)
    phone.locator("[data-finish]").tap()
    expect(phone.locator("#unsent")).to_contain_text("이 기기에 보관")
    assert len(_totals(session)) == 11
    phone.context.set_offline(False)
    phone.wait_for_url(f"**/jury/{mine.codes[12]}")
    _by_touch(phone, 8)
    phone.locator("[data-finish]").tap()
    phone.wait_for_url("**/jury/done/*")
    assert _totals(session)[10:] == [(SheetState.SUBMITTED, total) for total in (600, 700, 800)]
    assert session.scalar(sa.select(sa.func.count()).where(ScoreEvent.kind == EventKind.SUBMITTED)) == 13
    session.commit()


def test_what_a_closed_window_could_not_send_goes_out_from_the_list(
    desk: Callable[[int], Desk], session: Session, window: Callable[..., Page]
) -> None:
    mine = desk(2)
    page = window(mine.person_id)
    page.goto(f"/ko/jury/{mine.codes[0]}")
    page.context.set_offline(True)
    for _ in range(_criteria(page)):
        page.keyboard.press("4")
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#unsent")).to_be_visible()
    other = page.context.new_page()
    page.close()
    other.context.set_offline(False)
    other.goto("/ko/jury")
    expect(other.locator("#rows")).to_contain_text("제출")
    assert _totals(session) == [(SheetState.SUBMITTED, 400)]


def test_another_windows_newer_sheet_wins_and_nothing_is_lost(
    desk: Callable[[int], Desk], session: Session, window: Callable[..., Page]
) -> None:
    mine = desk(1)
    first = window(mine.person_id)
    first.goto(f"/ko/jury/{mine.codes[0]}")
    second = first.context.new_page()
    second.goto(first.url)
    second.keyboard.press("9")
    expect(second.locator("#saved")).to_have_attribute("data-state", "saved")
    first.locator("#comment").fill("여기서 쓴 말")
    expect(first.locator("#conflict")).to_contain_text("더 새로운 채점표")
    expect(first.locator("#comment")).to_have_value("여기서 쓴 말")
    count = _criteria(first)
    for n in range(count):
        first.locator("#score .crit").nth(n).locator('label:has(input[value="3"])').click()
    first.locator("[data-mine]").click()
    first.wait_for_url("**/jury/done/*")
    assert _totals(session) == [(SheetState.SUBMITTED, 300)]
    comment = session.scalar(sa.select(ScoreSheet.comment))
    session.commit()
    assert comment == "여기서 쓴 말"


def test_without_scripts_a_fault_is_told_and_a_film_left_without_a_score(
    desk: Callable[[int], Desk], session: Session, window: Callable[..., Page]
) -> None:
    mine = desk(1)
    page = window(mine.person_id, java_script_enabled=False)
    page.goto(f"/ko/jury/{mine.codes[0]}")
    page.locator("summary", has_text="화면이나 소리").click()
    page.locator("label.pick:has(input[value='sound'])").click()
    page.locator("#moment").fill("01:15")
    page.locator("#note").fill("왼쪽이 끊겨요")
    page.get_by_role("button", name="사무국에 알리기").click()
    expect(page.locator("#faults")).to_contain_text("01:15")
    page.locator("summary", has_text="점수를 주지 않아요").click()
    page.locator("#why").fill("소리가 없어요")
    page.get_by_role("button", name="점수 없이 끝내기").click()
    expect(page.locator("#rows")).to_contain_text("점수 없음")
    fault = session.scalars(sa.select(Fault)).one()
    session.commit()
    assert (fault.at_s, fault.note) == (75, "왼쪽이 끊겨요")
