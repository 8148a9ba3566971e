"""Quotas: counted exactly, warned about, and a reason asked for at the release."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.audit import AuditRecord
from portal.errors import Invalid
from portal.jury.decisions import bounds, service
from portal.jury.decisions.models import Outcome, Quota, QuotaKind
from portal.jury.decisions.quotas import Bound, Chosen, standings
from tests.jury.conftest import Jury

FILMS = [
    Chosen("ai", "", "KR", 600),
    Chosen("ai", "k1", "KR", 659),
    Chosen("doc", "k2", "FR", 61),
]


@pytest.mark.parametrize(
    ("kind", "key", "least", "most", "figure", "broken"),
    [
        (QuotaKind.CATEGORY, "ai", 2, 2, 2, False),
        (QuotaKind.CATEGORY, "ai", 3, None, 2, True),
        (QuotaKind.SCHOOL, "k1", None, 0, 1, True),
        (QuotaKind.SCHOOL, "", 2, None, 2, False),
        (QuotaKind.COUNTRY, "FR", 1, 1, 1, False),
        (QuotaKind.MINUTES, "", None, 22, 22, False),
        (QuotaKind.MINUTES, "", None, 21, 22, True),
        (QuotaKind.MINUTES, "", 23, None, 22, True),
    ],
)
def test_what_is_counted(
    kind: QuotaKind, key: str, least: int | None, most: int | None, figure: int, broken: bool
) -> None:
    (found,) = standings([Bound(1, kind, key, least, most)], FILMS)
    assert (found.figure, found.broken) == (figure, broken)


def test_a_second_too_much_shows_as_a_minute_too_much() -> None:
    (found,) = standings([Bound(1, QuotaKind.MINUTES, "", None, 10)], [Chosen("ai", "", "KR", 601)])
    assert (found.figure, found.over) == (11, True)


def test_a_broken_quota_needs_a_reason_that_stays(judged: Jury, session: Session) -> None:
    chair, second = judged.actor(judged.chair), judged.actor(judged.organizer)
    bounds.set_quota(session, judged.round, QuotaKind.COUNTRY, "FR", at_least=1, at_most=None, by=chair)
    service.decide(session, judged.round, judged.films[0], Outcome.SELECTED, by=chair)
    session.commit()
    with pytest.raises(Invalid) as refused:
        service.release(session, judged.round, reason="  ", by=second)
    assert refused.value.field == "reason"
    session.rollback()
    assert service.release(session, judged.round, reason="프랑스 출품작이 없었어요.", by=second) == 1
    session.commit()
    (noted,) = judged.round.meeting["releases"]
    assert (noted["reason"], noted["quotas"]) == ("프랑스 출품작이 없었어요.", [["country", "FR", 0]])
    record = session.scalars(sa.select(AuditRecord).where(AuditRecord.verb == "round.release")).one()
    assert record.detail["reason"] == noted["reason"]


def test_quotas_are_set_changed_and_removed(jury: Jury, session: Session, sign_in: Callable[..., FlaskClient]) -> None:
    chair, address = sign_in(jury.chair.id), f"/en/ops/results/{jury.round.code}/quotas"
    assert chair.post(address, data={"what": "minutes:", "at_most": "90"}).status_code == 303
    assert chair.post(address, data={"what": "minutes:", "at_least": "60", "at_most": "80"}).status_code == 303
    (found,) = session.execute(sa.select(Quota.id, Quota.kind, Quota.at_least, Quota.at_most)).all()
    session.rollback()
    assert tuple(found)[1:] == (QuotaKind.MINUTES, 60, 80)
    assert "at least 60, at most 80" in chair.get(address).text
    assert chair.post(f"{address}/remove", data={"quota_id": found.id}).status_code == 303
    assert chair.post(f"{address}/remove", data={"quota_id": found.id}).status_code == 404


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"what": "minutes:"}, "Give a least or a most number."),
        ({"what": "minutes:", "at_least": "9", "at_most": "8"}, "The most must not be smaller"),
        ({"what": "minutes:", "at_least": "-1"}, "Write a number from 0 to"),
        ({"what": "country:XX", "at_least": "1"}, "Choose what is counted."),
        ({"what": "school:' OR 1", "at_least": "1"}, "Choose what is counted."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    jury: Jury, session: Session, sign_in: Callable[..., FlaskClient], sent: dict[str, str], sentence: str
) -> None:
    answer = sign_in(jury.chair.id).post(f"/en/ops/results/{jury.round.code}/quotas", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Quota)) == 0


def test_a_quota_of_another_round_is_not_there(
    jury: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    from portal.jury.rounds import setup

    other = setup.make_round(
        session, jury.call, name_ko="본심", name_en="Final", due_at=jury.round.due_at, by=jury.actor(jury.chair)
    )
    foreign = bounds.set_quota(
        session, other, QuotaKind.MINUTES, "", at_least=1, at_most=None, by=jury.actor(jury.chair)
    )
    session.commit()
    address = f"/en/ops/results/{jury.round.code}/quotas/remove"
    assert sign_in(jury.chair.id).post(address, data={"quota_id": foreign.id}).status_code == 404
