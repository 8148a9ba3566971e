"""The minutes: what they say, what a blind round keeps to itself, and the paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import i18n
from portal.accounts.models import Person
from portal.jury.decisions import bounds, meetings, minutes, record, service
from portal.jury.decisions.models import Outcome, QuotaKind
from portal.jury.models import Hidden
from portal.jury.results.models import Result
from portal.pdf import Block, Paragraph, Table
from tests.jury.conftest import Jury


@pytest.fixture
def met(judged: Jury, session: Session) -> Jury:
    """A ranked round whose decisions were released against a quota, with a meeting noted."""
    chair = judged.actor(judged.chair)
    for n, film in enumerate(judged.films, start=1):
        figures = {"mean": 9.0 - n, "score": 9.0 - n, "low": 8.0 - n, "high": 10.0 - n, "p_top": 0.5}
        session.add(Result(round_id=judged.round.id, entry_id=film.id, n=3, rank=n, place=n, **figures))
        film.title_ko, film.title_en = f"작품 {n}", f"Film {n}"
    session.get_one(Person, judged.people[0].id).native_name = "비밀 심사위원"
    judged.round.places = 3
    judged.round.results_note = {"method": "intra-film", "lambda2": 0.21, "connectivity": "green", "components": 1}
    words = {"when": "2027-02-10 14:00", "where": "서울", "present": "한서윤, 김순례", "notes": "길게 의논했어요."}
    meetings.write(session, judged.round, words, by=chair)
    bounds.set_quota(session, judged.round, QuotaKind.COUNTRY, "FR", at_least=1, at_most=None, by=chair)
    service.decide(session, judged.round, judged.films[0], Outcome.SELECTED, by=chair)
    service.decide_rest(session, judged.round, by=chair)
    session.commit()
    service.release(session, judged.round, reason="프랑스 작품이 없었어요.", by=judged.actor(judged.organizer))
    session.commit()
    return judged


def _text(blocks: list[Block]) -> str:
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Table):
            lines += [" | ".join(row).replace("\n", " ") for row in (block.head, *block.rows)]
        else:
            lines.append(block.text)
    return "\n".join(lines)


def test_what_the_minutes_say(met: Jury, session: Session) -> None:
    with i18n.using("en"):
        text = _text(minutes.paragraphs(record.gather(session, met.round)))
    for said in (
        *("2027-02-10 14:00", "한서윤, 김순례", "길게 의논했어요.", "6 films, 0 viewings."),
        *("Method: intra-film", "lambda2 0.210", "well connected", "The ranking around place 3"),
        *("France | at least 1 | 0 films | Too few", "Why quotas were not kept: 프랑스 작품이 없었어요."),
        *("6 decisions released on", "Conflicts: 0 confirmed", "whose digest is "),
    ):
        assert said in text
    decided = next(line for line in text.splitlines() if line.startswith("Film 1 ") and "Selected" in line)
    assert met.chair.shown_in("en") in decided
    assert met.organizer.shown_in("en") in decided
    assert "1 | Film 1" in text
    assert "8.00" in text


def test_a_blind_round_names_seats_alone(met: Jury, session: Session) -> None:
    assert "비밀 심사위원" not in _text(minutes.paragraphs(record.gather(session, met.round)))
    met.round.hidden = [one for one in met.round.hidden if one != Hidden.PEOPLE]
    assert "비밀 심사위원" in _text(minutes.paragraphs(record.gather(session, met.round)))


def test_nothing_decided_is_said_so(judged: Jury, session: Session) -> None:
    blocks = minutes.paragraphs(record.gather(session, judged.round))
    with i18n.using("en"):
        blocks = minutes.paragraphs(record.gather(session, judged.round))
    assert Paragraph("Nothing has been decided yet.") in blocks


def test_the_paper_and_the_meeting_s_form(met: Jury, sign_in: Callable[..., FlaskClient]) -> None:
    chair, address = sign_in(met.chair.id), f"/ko/ops/results/{met.round.code}/minutes"
    paper = chair.get(f"{address}.pdf")
    assert paper.content_type == "application/pdf"
    assert paper.data.startswith(b"%PDF-")
    refused = chair.post(address, data={"when": "", "notes": "잊지 말 것"})
    assert refused.status_code == 422
    assert "잊지 말 것" in refused.text
    assert chair.post(address, data={"when": "어제", "notes": "새 글"}).status_code == 303
    assert "새 글" in chair.get(address).text
    assert sign_in(met.people[0].id).get(f"{address}.pdf").status_code == 404


def test_writing_the_meeting_keeps_what_releases_noted(met: Jury, session: Session) -> None:
    words = dict.fromkeys(meetings.LIMITS, "다시")
    meetings.write(session, met.round, words, by=met.actor(met.chair))
    session.commit()
    assert met.round.meeting["releases"][0]["count"] == 6
