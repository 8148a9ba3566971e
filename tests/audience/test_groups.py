"""Groups: who belongs by a link, by an address, by a class; and what each of them sees of the seats."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import links
from portal.audience import keeping, membership
from portal.audience.lists import Line
from portal.audience.membership import Proofs
from portal.audience.models import Group, Proof
from portal.audience.service import groups
from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.errors import Invalid
from portal.policies import SYSTEM, Role, Scope
from portal.programme.models import Screening
from tests import builders
from tests.audience.people import book, counts, group, quota
from tests.programme import rows

SignIn = Callable[[int], FlaskClient]


def organizer(session: Session, screening: Screening) -> int:
    person = builders.person(session)
    builders.grant(session, person, Role.ORGANIZER, Scope.EDITION, screening.edition_id)
    session.commit()
    return person.id


def test_who_belongs(session: Session) -> None:
    screening = rows.on_sale(session)
    linked, listed = group(session, screening, "링크"), group(session, screening, "명단", Proof.ROSTER)
    lines = [Line("한서윤", "han@example.com"), Line("오하나", "oh@example.com")]
    assert groups.set_roster(session, listed, lines, by=SYSTEM) == 2
    assert groups.set_roster(session, listed, lines, by=SYSTEM) == 0
    shown = Proofs("Han@example.com", None, (linked.link, listed.link))
    assert [one.id for one in membership.groups_of(session, screening.edition_id, shown)] == [linked.id, listed.id]
    nobody = Proofs("x@example.com", None, (listed.link,))
    assert list(membership.groups_of(session, screening.edition_id, nobody)) == []
    quota(session, screening, 5, linked)
    with pytest.raises(Invalid):
        groups.remove(session, linked, by=SYSTEM)
    with pytest.raises(Invalid):
        group(session, screening, "명단")
    counted = group(session, screening, "기자단")
    book(session, screening, "press", 1, counted.link)
    with pytest.raises(Invalid, match="Bookings are counted"):
        groups.remove(session, counted, by=SYSTEM)
    groups.remove(session, listed, by=SYSTEM)
    assert [one.id for one in keeping.groups_in(session, screening.edition_id)] == [linked.id, counted.id]


def test_the_link_shows_what_is_kept_and_nobody_else_sees_it(session: Session, client: FlaskClient) -> None:
    screening = rows.on_sale(session, seats=40)
    trainees, press = group(session, screening, "연수생"), group(session, screening, "기자단")
    quota(session, screening, 17, trainees)
    quota(session, screening, 13, press)
    session.commit()
    path = f"/ko/screenings/{screening.code}"
    before = client.get(path).text
    assert "연수생" not in before
    assert "10석" in before
    assert client.get(f"/ko/g/{links.of(session).token(links.TICKET, trainees.link)}").status_code == 410
    assert "연수생" in client.get(f"/ko/g/{links.of(session).token(links.GROUP, trainees.link)}").text
    after = client.get(path).text
    assert "연수생" in after
    assert "17석" in after
    assert "13석" not in after
    assert "기자단" not in after


def test_a_renewed_link_ends_the_old_one_and_every_browser_that_came_by_it(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    screening = rows.on_sale(session, seats=40)
    trainees, path = group(session, screening), f"/ko/screenings/{screening.code}"
    quota(session, screening, 17, trainees)
    desk, old = sign_in(organizer(session, screening)), trainees.link
    way, page = f"/ko/g/{links.of(session).token(links.GROUP, old)}", f"/ko/ops/groups/{trainees.code}"
    session.commit()
    assert ("연수생" in client.get(way).text, "17석" in client.get(path).text) == (True, True)
    for _twice in range(2):
        assert desk.post(page, data={"step": "renew", "link": old}).status_code == 303
    session.expire_all()
    renewed, kept = (
        trainees.link,
        session.scalars(sa.select(AuditRecord.verb).where(AuditRecord.subject_id == trainees.id)),
    )
    assert (renewed != old, list(kept).count("group.link_renewed")) == (True, 1)
    session.rollback()
    gone = client.get(way)
    assert (gone.status_code, "새 링크를 물어보세요" in gone.text, "17석" in client.get(path).text) == (
        410,
        True,
        False,
    )
    client.get(f"/ko/g/{links.of(session).token(links.GROUP, renewed)}")
    assert "17석" in client.get(path).text


def test_two_who_renew_a_link_at_once_renew_it_once(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        made = group(session, rows.on_sale(session))
        group_id, old = made.id, made.link

    def renew(_: int) -> None:
        with unit_of_work(sessions) as session:
            groups.renew_link(session, session.get_one(Group, group_id), old, by=SYSTEM)

    with ThreadPoolExecutor(2) as two:
        list(two.map(renew, range(2)))
    with sessions() as session:
        noted = sa.select(sa.func.count()).where(AuditRecord.verb == "group.link_renewed")
        assert (session.get_one(Group, group_id).link != old, session.scalar(noted)) == (True, 1)


def test_the_desk_fills_a_roster_whole_or_not_at_all(session: Session, sign_in: SignIn) -> None:
    screening = rows.on_sale(session, seats=10)
    listed = group(session, screening, "수상자", Proof.ROSTER)
    group_id, roster = listed.id, f"/ko/ops/groups/{listed.code}/roster"
    desk = sign_in(organizer(session, screening))

    def names() -> int:
        found = len(session.execute(keeping.roster(group_id)).all())
        session.rollback()
        return found

    people = "한서윤,han@example.com\n오하나,oh"
    wrong = desk.post(roster, data={"people": people, "sure": "1"})
    assert (wrong.status_code, people in wrong.text, names()) == (422, True, 0)
    people = "한서윤,han@example.com\n오하나,oh@example.com"
    assert "han@example.com" in desk.post(roster, data={"people": people}).text
    assert names() == 0
    desk.post(roster, data={"people": people, "sure": "1"})
    assert names() == 2
    desk.post(roster, data={"strike": "oh@example.com"})
    assert names() == 1


def test_the_desk_keeps_releases_and_lists(session: Session, sign_in: SignIn) -> None:
    screening = rows.on_sale(session, seats=10)
    trainees, screening_id, place = group(session, screening), screening.id, f"/ko/ops/seats/{screening.code}"
    code = trainees.code
    desk = sign_in(organizer(session, screening))
    refused = desk.post(f"{place}/quotas", data={"group": code, "seats": "11"})
    assert refused.status_code == 422
    assert "10석만" in refused.text
    assert desk.post(f"{place}/quotas", data={"group": code, "seats": "4"}).status_code == 303
    assert desk.post(f"{place}/quotas", data={"label": "후원사", "seats": "3"}).status_code == 303
    of_group, hold = (quota.code for quota in keeping.quotas_of(session, screening_id))
    session.rollback()
    guests = {"people": "김후원,,2", "source": hold, "once": "ONCE", "sure": "1"}
    assert desk.post(f"{place}/guests", data=guests).status_code == 303
    assert desk.post(f"/ko/ops/quotas/{of_group}", data={"step": "release"}).status_code == 303
    assert counts(session, screening) == (2, 1)
    session.rollback()
    shown = desk.get(place).text
    assert "후원사" in shown
    assert "연수생" in shown
    assert desk.post(f"{place}/terms", data={"largest_party": "50"}).status_code == 422
    assert desk.post(f"{place}/terms", data={"largest_party": "4", "opens_on": "0001-01-01"}).status_code == 422
    late = desk.post(f"{place}/terms", data={"largest_party": "6", "rev": "999"})
    assert (late.status_code, 'value="6"' in late.text) == (409, True), "what was typed stands there still"
    late = desk.post(
        f"/ko/ops/groups/{code}", data={"name_ko": "새 이름", "name_en": "New", "proof": "link", "rev": "999"}
    )
    assert (late.status_code, 'value="새 이름"' in late.text) == (409, True)
