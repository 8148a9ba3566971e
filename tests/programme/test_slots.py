"""Parts of a talk: made, taken by one guest each under a crowd, changed, given back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import links
from portal.db import unit_of_work
from portal.errors import Invalid, Stale
from portal.lifecycles import GuestState
from portal.policies import SYSTEM, VISITOR
from portal.programme import queries, service
from portal.programme.errors import SlotTaken
from portal.programme.models import Guest, QASession, QASlot
from tests.programme import rows

SignIn = Callable[[int], FlaskClient]
CROWD = 50


def a_talk_in_parts(session: Session, guests: int, *, parts: int = 2) -> QASession:
    """A talk of ten minutes a part whose guests have all accepted."""
    talk = rows.talk(session, rows.on_sale(session), *(f"guest{n}" for n in range(guests)), minutes=10 * parts)
    service.make_slots(session, talk, count=parts, minutes=10, by=SYSTEM)
    for guest in talk.guests:
        service.answer(session, guest, GuestState.ACCEPTED, by=SYSTEM)
    session.flush()
    return talk


def slots(session: Session) -> list[QASlot]:
    return list(session.scalars(sa.select(QASlot).order_by(QASlot.position).execution_options(populate_existing=True)))


def held(session: Session) -> list[int | None]:
    return [slot.guest_id for slot in slots(session)]


def test_fifty_guests_want_one_part_and_one_gets_it(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        a_talk_in_parts(session, CROWD)
        wanted, ids = slots(session)[0].code, list(session.scalars(sa.select(Guest.id)))

    def want(guest_id: int) -> str:
        try:
            with unit_of_work(sessions) as session:
                service.take_slot(session, session.get_one(Guest, guest_id), wanted, by=VISITOR)
        except SlotTaken:
            return "taken"
        return "won"

    with ThreadPoolExecutor(CROWD) as crowd:
        assert Counter(crowd.map(want, ids)) == {"won": 1, "taken": CROWD - 1}
    with sessions() as session:
        first, second = held(session)
        assert first in ids
        assert second is None


def test_the_same_over_http_and_the_others_are_told_what_is_free(
    sessions: sessionmaker[Session], address: str, client: FlaskClient
) -> None:
    with unit_of_work(sessions) as session:
        a_talk_in_parts(session, CROWD, parts=3)
        first, *free = slots(session)
        wanted, left = first.code, [slot.code for slot in free]
        mine = links.of(session)
        tokens = [mine.token(links.GUEST, code) for code in session.scalars(sa.select(Guest.code))]

    def want(token: str) -> tuple[int, Any]:
        body = urlencode({"slot": wanted}).encode()
        asked = Request(f"{address}/ko/guests/{token}/slot", body, {"Accept": "application/json"})
        try:
            with urlopen(asked, timeout=60) as answer:
                return answer.status, json.load(answer)
        except HTTPError as refused:
            return refused.code, json.load(refused)

    with ThreadPoolExecutor(CROWD) as crowd:
        answers = list(crowd.map(want, tokens))
    assert Counter(status for status, _body in answers) == {200: 1, 409: CROWD - 1}
    assert all([one["slot"] for one in body["free"]] == left for status, body in answers if status == 409)
    with sessions() as session:
        assert sum(guest is not None for guest in held(session)) == 1


def test_two_who_swap_their_parts_at_once_do_not_wait_for_each_other(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        talk = a_talk_in_parts(session, 2)
        pairs = [(guest.id, slot.code) for guest, slot in zip(talk.guests, slots(session), strict=True)]
        for guest_id, code in pairs:
            service.take_slot(session, session.get_one(Guest, guest_id), code, by=VISITOR)

    def swap(pair: tuple[int, str]) -> str:
        try:
            with unit_of_work(sessions) as session:
                service.take_slot(session, session.get_one(Guest, pair[0]), pair[1], by=VISITOR)
        except SlotTaken:
            return "taken"
        return "won"

    crossed = [(pairs[0][0], pairs[1][1]), (pairs[1][0], pairs[0][1])]
    with ThreadPoolExecutor(2) as two:
        assert list(two.map(swap, crossed)) == ["taken", "taken"]
    with sessions() as session:
        assert held(session) == [guest_id for guest_id, _code in pairs]


def test_a_guest_changes_the_part_and_gives_it_back(session: Session) -> None:
    talk = a_talk_in_parts(session, 2)
    one, two = talk.guests
    first, second = slots(session)
    service.take_slot(session, one, first.code, by=VISITOR)
    seen = one.rev
    service.take_slot(session, one, first.code, by=VISITOR)
    assert one.rev == seen
    service.take_slot(session, one, second.code, by=VISITOR)
    assert held(session) == [None, one.id]
    assert one.rev > seen
    with pytest.raises(SlotTaken):
        service.take_slot(session, two, second.code, by=VISITOR)
    assert held(session) == [None, one.id]
    service.give_back_slot(session, one, by=VISITOR)
    service.give_back_slot(session, one, by=VISITOR)
    assert held(session) == [None, None]
    service.take_slot(session, two, second.code, by=VISITOR)
    service.answer(session, two, GuestState.DECLINED, by=VISITOR)
    assert held(session) == [None, None]
    with pytest.raises(Invalid, match="Tell us first"):
        service.take_slot(session, two, second.code, by=VISITOR)


def test_a_part_of_another_talk_is_none_of_theirs(session: Session) -> None:
    theirs = a_talk_in_parts(session, 1)
    edition = queries.edition_on(session, rows.evening().date())
    assert edition is not None
    package = rows.package(session, edition, rows.film(session, edition), title="다른 묶음")
    other = rows.talk(session, rows.screening(session, package, theirs.screening.hall, rows.evening(1)), "stranger")
    service.answer(session, other.guests[0], GuestState.ACCEPTED, by=VISITOR)
    with pytest.raises(Invalid, match="Choose one of the parts"):
        service.take_slot(session, other.guests[0], slots(session)[0].code, by=VISITOR)


def test_parts_fit_the_talk_and_the_talk_its_parts(session: Session) -> None:
    talk = a_talk_in_parts(session, 1)
    first, second = slots(session)
    with pytest.raises(Invalid, match="minutes left"):
        service.make_slots(session, talk, count=1, minutes=1, by=SYSTEM)
    with pytest.raises(Invalid, match="overlap"):
        service.edit_slot(session, talk, second, starts_after=5, minutes=10, rev=second.rev, by=SYSTEM)
    with pytest.raises(Invalid, match="within"):
        service.edit_slot(session, talk, second, starts_after=15, minutes=10, rev=second.rev, by=SYSTEM)
    old = second.rev
    service.edit_slot(session, talk, second, starts_after=12, minutes=8, rev=old, by=SYSTEM)
    with pytest.raises(Stale):
        service.edit_slot(session, talk, second, starts_after=10, minutes=8, rev=old, by=SYSTEM)
    with pytest.raises(Invalid, match="Shorten those first"):
        service.plan_talk(session, talk.screening, minutes=15, moderator="", by=SYSTEM)
    service.take_slot(session, talk.guests[0], first.code, by=VISITOR)
    for change in (
        lambda: service.remove_slot(session, talk, first, by=SYSTEM),
        lambda: service.edit_slot(session, talk, first, starts_after=0, minutes=5, rev=first.rev, by=SYSTEM),
    ):
        with pytest.raises(SlotTaken):
            change()
    service.remove_slot(session, talk, second, by=SYSTEM)
    assert held(session) == [talk.guests[0].id]


def test_the_guest_s_page_offers_what_is_free_and_keeps_what_was_said(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    talk = a_talk_in_parts(session, 2)
    one, two = talk.guests
    first, second = (slot.code for slot in slots(session))
    service.take_slot(session, two, second, by=VISITOR)
    programmer = rows.programmer(session, queries.edition_on(session, rows.evening().date()))  # type: ignore[arg-type]
    code, mine = talk.screening.code, links.of(session)
    session.commit()
    path = f"/ko/guests/{mine.token(links.GUEST, one.code)}"
    page = client.get(path).text
    assert f'value="{first}"' in page
    assert f'value="{second}"' not in page
    refused = client.post(f"{path}/slot", data={"slot": second})
    assert refused.status_code == 409
    assert "조금 더 빨랐어요" in refused.text
    assert f'value="{first}"' in refused.text
    assert client.post(f"{path}/slot", data={"slot": "nonsense"}).status_code == 422
    taken = client.post(f"{path}/slot", data={"slot": first}, follow_redirects=True)
    assert "이 순서를 맡으셨어요" in taken.text
    desk = sign_in(programmer.id).get(f"/ko/ops/qa/{code}").text
    assert "guest0" in desk
    client.post(f"{path}/slot", data={"slot": ""})
    session.expire_all()
    assert held(session)[0] is None


def test_the_desk_makes_changes_and_removes_parts(session: Session, sign_in: SignIn) -> None:
    screening = rows.on_sale(session, films=5)
    rows.talk(session, screening, minutes=25)
    programmer = rows.programmer(session, queries.edition_on(session, rows.evening().date()))  # type: ignore[arg-type]
    session.commit()
    browser, path = sign_in(programmer.id), f"/ko/ops/qa/{screening.code}/slots"
    too_much = browser.post(path, data={"count": 5, "minutes": 6})
    assert too_much.status_code == 422
    assert "25분 남았어요" in too_much.text
    for _ in range(2):
        assert browser.post(path, data={"count": 5, "minutes": 5, "seen": 0}).status_code == 303
    assert browser.post(path, data={"count": 2, "minutes": 1, "seen": 0}).status_code == 409
    session.expire_all()
    made = slots(session)
    assert [slot.starts_after_min for slot in made] == [0, 5, 10, 15, 20]
    code, rev = made[4].code, made[4].rev
    session.rollback()
    form = {"starts_after": 21, "minutes": 4, "rev": rev}
    browser.post(f"{path}/{code}", data=form)
    again = browser.post(f"{path}/{code}", data=form | {"minutes": 3})
    assert again.status_code == 409
    assert "그사이 이 순서가 바뀌었어요" in again.text
    assert 'value="3"' in again.text
    browser.post(f"{path}/{code}", data={"step": "remove"})
    session.expire_all()
    assert len(slots(session)) == 4
