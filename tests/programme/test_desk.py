"""The timetable desk without JavaScript: one click mends, an old page is told the difference."""

from __future__ import annotations

import re
from html import unescape

from sqlalchemy.orm import Session

from portal.policies import SYSTEM
from portal.programme import queries, service
from portal.programme.timetable import fix
from tests.programme import rows
from tests.programme.test_views import SignIn, fresh, planned


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_one_click_removes_what_clashes(session: Session, sign_in: SignIn) -> None:
    screening, hall, person = planned(session)
    edition = queries.edition_on(session, rows.evening().date())
    assert edition is not None
    other = rows.package(session, edition, rows.film(session, edition), title="겹치는 묶음")
    rows.screening(session, other, hall, rows.evening(hour=19, minute=10))
    session.commit()
    plan = queries.day_plan(session, edition.id, rows.evening().date())
    [finding] = [one for one in plan.findings if one.hard]
    step = fix(plan.board, finding)
    assert step is not None
    session.rollback()
    address = f"/ko/ops/schedule/{rows.evening().date()}"
    browser = sign_in(person)
    page = unescape(browser.get(address).text)
    assert finding.text in page
    assert step.text in page
    pressed = {"csrf_token": token(page), "finding": finding.name, "fix": step.name, "rev": "1"}
    assert browser.post(f"{address}/fix", data=pressed).status_code == 303
    assert "문제 없음" in browser.get(address).text
    again = browser.post(f"{address}/fix", data=pressed)
    assert (again.status_code, "그사이 시간표가 바뀌었어요" in again.text) == (409, True)
    assert screening.code in page


def test_an_old_page_sees_both_moves_and_may_apply_its_own(session: Session, sign_in: SignIn) -> None:
    screening, hall, person = planned(session)
    browser, address = sign_in(person), f"/ko/ops/schedule/{rows.evening().date()}"
    csrf = token(browser.get(f"{address}?s={screening.code}").text)
    seen = screening.rev
    service.move(session, screening, hall, rows.evening(hour=12), rev=seen, by=SYSTEM)
    session.commit()
    mine = {"csrf_token": csrf, "id": screening.code, "hall": str(hall.id), "start": "21:00", "rev": str(seen)}
    refused = browser.post(f"{address}/move?s={screening.code}", data=mine)
    assert refused.status_code == 409
    for place in ("1관 19:00", "1관 12:00", "1관 21:00", "내 것으로 옮기기"):
        assert place in refused.text
    assert fresh(session, screening).starts_at == rows.evening(hour=12)
    assert browser.post(f"{address}/move", data={**mine, "rev": str(seen + 1)}).status_code == 303
    assert fresh(session, screening).starts_at == rows.evening(hour=21)
