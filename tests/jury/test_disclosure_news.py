"""A juror who has scored learns that the disclosure changed since, naming nobody, until the next handing in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.disclosure import service
from portal.disclosure.answers import Answers, PersonShown, stamp
from portal.disclosure.codes import Base, Degree, Likeness, PerformerKind, Scope
from portal.disclosure.rows import answers_of
from portal.jury.assigning.models import Assignment
from portal.jury.models import Criterion, Panel
from portal.policies import SYSTEM
from tests.jury.conftest import Jury

NONE = Answers(base=(Base.LIVE,), degrees=dict.fromkeys(Scope, Degree.N), picture_s=300, attested=True)
LEAD = PersonShown("LEADLEAD23", PerformerKind.REP_EMP, "김순례", "할머니", (Likeness.FACE,), 60, 20)
NEWS = "채점한 뒤에 AI 사용 공개가 바뀌었어요"


def declare(session: Session, entry_id: int, answers: Answers) -> None:
    found = service.of_entry(session, entry_id)
    service.save_draft(session, found, answers, rev=stamp(answers_of(found)), by=SYSTEM, film_sha256="a" * 64)
    service.freeze(session, found, by=SYSTEM, reason="SHARE_CHANGED")
    session.commit()


def test_news_come_after_scoring_and_go_with_the_next_handing_in(
    published: Jury, session: Session, own_film: Callable[[int], str], sign_in: Callable[[int], FlaskClient]
) -> None:
    browser, code = sign_in(published.people[0].id), own_film(0)
    entry_id = session.scalars(sa.select(Assignment.entry_id).where(Assignment.code == code)).one()
    wanted = sa.select(Criterion.code).join(Panel, Panel.id == Criterion.panel_id)
    panel = published.jurors[0].panel_id
    scores = {f"score-{one}": "7" for one in session.scalars(wanted.where(Panel.id == panel))}
    declare(session, entry_id, NONE)
    path = f"/ko/jury/{code}"
    browser.post(f"{path}/scores", data=scores)
    assert NEWS not in browser.get(path).text
    louder = replace(NONE, degrees=NONE.degrees | {Scope.VOI: Degree.G}, performers=(LEAD,))
    declare(session, entry_id, louder)
    shown = browser.get(path).text
    assert NEWS in shown
    assert "AI 없음 → AI로 생성" in shown
    assert "김순례" not in shown
    browser.post(f"{path}/scores", data=scores)
    assert NEWS not in browser.get(path).text
