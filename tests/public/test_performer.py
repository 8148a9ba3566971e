"""A performer signs on a phone and withdraws; the film is gone within the minute, and staff see why."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.policies import Role, Scope
from tests import builders
from tests.disclosure.consent.test_requests import token_of
from tests.disclosure.declared import ACTRESS, Desk, ask, declare
from tests.public.conftest import Festival

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]
AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
LOOK = "axe.run(document, ['wcag2a', 'wcag2aa']).then(found => found.violations.map(one => one.id + one.nodes[0].html))"
STICKS_OUT = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
A_MINUTE = 60.0


@pytest.fixture
def film(session: Session, festival: Festival) -> Entry:
    """A selected film whose actress was mailed a link."""
    made = festival.film("편지를 쓰는 기계")
    mine = Desk(made, session.get_one(Person, made.owner_id), builders.actor(session.get_one(Person, made.owner_id)))
    declare(session, mine, performers=(ACTRESS,))
    ask(session, mine)
    session.commit()
    return made


def sound(page: Page) -> None:
    """Nothing sticks out of the phone, and axe finds nothing."""
    assert not page.evaluate(STICKS_OUT)
    page.evaluate(AXE)
    assert page.evaluate(LOOK) == []


def test_she_signs_and_withdraws_on_a_phone_and_the_film_is_gone(
    session: Session, festival: Festival, film: Entry, window: Callable[..., Page]
) -> None:
    staff = builders.person(session)
    builders.grant(session, staff, Role.ORGANIZER, Scope.EDITION, festival.edition.id)
    token, public = token_of(session), window()
    assert public.goto(f"/ko/films/{film.number}").status == 410  # type: ignore[union-attr]

    phone = window(width=390, bypass_csp=True)
    phone.goto(f"/ko/sign/{token}")
    sound(phone)
    phone.get_by_label("이름을 적어 서명해 주세요").fill(ACTRESS.name)
    phone.get_by_role("button", name="동의하고 서명하기").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("동의했어요")
    sound(phone)
    assert public.goto(f"/ko/films/{film.number}").status == 200  # type: ignore[union-attr]
    assert "편지를 쓰는 기계" in public.content()

    phone.locator("summary").last.click()
    phone.get_by_label("까닭").last.fill("광고에 쓰였어요")
    phone.get_by_role("button", name="동의 거두기").click()
    withdrawn = time.monotonic()
    expect(phone.get_by_role("heading", level=1)).to_have_text("동의를 거뒀어요")
    assert public.goto(f"/ko/films/{film.number}").status == 410  # type: ignore[union-attr]
    assert time.monotonic() - withdrawn < A_MINUTE
    assert "편지를 쓰는 기계" not in public.content()
    public.goto("/ko/films")
    assert "편지를 쓰는 기계" not in public.content()

    desk = window(staff.id)
    desk.goto("/ko/ops")
    desk.get_by_role("link", name="이유 보기").click()
    desk.get_by_role("link", name="편지를 쓰는 기계").click()
    expect(desk.get_by_text("광고에 쓰였어요")).to_be_visible()
    expect(desk.get_by_text("본인이 동의를 거뒀어요")).to_be_visible()
    sound(desk)
