"""Notices: what counts as one, what is unread, who may read it, and that reading a page changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.queries import account_behind
from portal.accounts.service import start_session
from portal.lifecycles import MailState
from portal.links import Links
from portal.mail.models import BatchRelease, MailPreference, OutgoingMail, Topic, Way
from portal.policies import Role, Scope
from tests import builders
from tests.conftest import BASE_URL, SECRET
from tests.notices.letters import write

SignIn = Callable[[int], FlaskClient]
LINKS = Links(BASE_URL, SECRET)
_BELL = re.compile(r'id="bell".*?</a>', re.DOTALL)


def bell(page: str) -> str:
    """What the bell of a page says to those who do not see it."""
    found = _BELL.search(page)
    assert found
    spoken = re.sub(r"<span[^>]*aria-hidden[^>]*>[^<]*</span>", "", found.group().partition(">")[2])
    return re.sub(r"<[^>]+>", "", spoken).strip()


def path(mail: OutgoingMail) -> str:
    return f"/ko/me/notices/{LINKS.notice_token(mail.id)}"


def test_unread_is_what_was_told_and_not_opened(session: Session) -> None:
    person, other = builders.person(session), builders.person(session)
    token = start_session(session, person.id)
    write(session, person, "seen").read_at = clock.now()
    write(session, person, "new")
    write(session, person, "held", hold=True)
    write(session, person, "taken back").state = MailState.CANCELLED  # no move of ours: only the row counts here
    write(session, person, "link", kind="sign_in", token="t", until=clock.now())
    write(session, other, "not mine")
    session.commit()
    account = account_behind(session, token)
    assert account is not None
    assert account.unread == 1


def test_the_bell_stops_counting_at_a_hundred(session: Session, sign_in: SignIn) -> None:
    person = builders.person(session)
    mail = write(session, person)
    row = {column.name: getattr(mail, column.name) for column in OutgoingMail.__table__.columns if column.name != "id"}
    session.execute(sa.insert(OutgoingMail), [{**row, "transition": str(n)} for n in range(120)])
    session.commit()
    page = sign_in(person.id).get("/ko/me").text
    assert bell(page) == "알림, 읽지 않은 알림 99개 넘음"
    assert ">99+<" in page


def test_opening_reads_by_a_form_and_never_by_the_page(session: Session, sign_in: SignIn) -> None:
    person = builders.person(session)
    mail, browser = write(session, person), sign_in(person.id)
    for _ in range(2):
        page = browser.get(path(mail))
        assert bell(page.text) == "알림, 읽지 않은 알림 1개"
    assert page.headers["Cache-Control"] == "no-store"
    assert "PAN27-1" in browser.get(f"{path(mail)}/html").text
    answer = browser.post(f"{path(mail)}/read", headers={"HX-Request": "true"})
    assert bell(answer.text) == "알림"
    assert "hx-swap-oob" in answer.text
    assert browser.post(f"{path(mail)}/read").status_code == 303
    assert bell(browser.get("/ko/me/notices").text) == "알림"
    assert mail.rev == 1, "reading it is no business of its delivery"


def test_all_read_leaves_what_came_since(session: Session, sign_in: SignIn) -> None:
    person = builders.person(session)
    first, browser = write(session, person, "one"), sign_in(person.id)
    write(session, person, "two")
    browser.post("/ko/me/notices/read", data={"newest": LINKS.notice_token(first.id)})
    assert bell(browser.get("/ko/me/notices?unread=1").text) == "알림, 읽지 않은 알림 1개"


def test_what_was_held_back_is_as_new_as_its_leaving(session: Session, sign_in: SignIn) -> None:
    person, edition = builders.person(session), builders.edition(session)
    held = write(session, person, "held", hold=True, batch="news", edition_id=edition.id)
    write(session, person, "between")
    word = {"batch": "news", "expected": 1, "recipients": "0" * 64, "proposed_at": clock.now()}
    session.add(BatchRelease(edition_id=edition.id, left_at=clock.now(), ended_at=clock.now(), **word))
    session.execute(sa.update(OutgoingMail).where(OutgoingMail.id == held.id).values(state=MailState.KEPT))
    session.commit()
    listed = re.findall(r"— (held|between)</a>", sign_in(person.id).get("/ko/me/notices").text)
    assert listed == ["held", "between"]


def test_one_is_asked_about_the_topics_one_can_get_and_about_what_is_off(session: Session, sign_in: SignIn) -> None:
    maker, juror = builders.person(session), builders.person(session)
    builders.grant(session, juror, Role.JUROR, Scope.EDITION, builders.edition(session).id)
    session.add(MailPreference(address=maker.email, topic=Topic.SCHOOL, way=Way.OFF))
    session.commit()
    address, asked = (
        "/ko/me/notices/settings",
        re.compile(r'<input[^>]*name="(\w+)"[^>]*type="radio"|type="radio"[^>]*name="(\w+)"'),
    )
    hers, his = sign_in(maker.id), sign_in(juror.id)

    def names(client: FlaskClient) -> set[str]:
        return {"".join(found) for found in asked.findall(client.get(address).text)}

    assert names(hers) == {"films", "school", "screenings", "news"}
    assert names(his) == {"films", "jury", "screenings", "news"}
    form = {"films": "digest", "screenings": "at_once", "news": "off"}
    assert hers.post(address, data=form).status_code == 422, "a topic that is asked about needs an answer"
    assert hers.post(address, data={**form, "school": "at_once", "jury": "off"}).status_code == 303
    assert names(hers) == {"films", "screenings", "news"}


def test_nobody_reads_anothers_notice(session: Session, sign_in: SignIn) -> None:
    mine, other = builders.person(session), builders.person(session)
    day = ("day.ics", "text/calendar", b"BEGIN:VCALENDAR")
    mail, held = write(session, mine, attachments=[day]), write(session, mine, "held", hold=True)
    stranger, owner = sign_in(other.id), sign_in(mine.id)
    for place in (path(mail), f"{path(mail)}/html", f"{path(mail)}/files/0"):
        assert owner.get(place).status_code == 200
        assert stranger.get(place).status_code == 404
    assert owner.get(f"{path(mail)}/files/0").data == day[2]
    assert owner.get(f"{path(mail)}/files/1").status_code == 404
    assert stranger.post(f"{path(mail)}/read").status_code == 404
    assert owner.get(path(held)).status_code == 404, "nobody is told what is held back"
    assert owner.get(f"/ko/me/notices/{mail.id}").status_code == 404


def test_a_list_costs_the_same_however_long(
    session: Session, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    person = builders.person(session)
    session.commit()
    browser, costs = sign_in(person.id), []
    for letters in (range(1), range(1, 8)):
        for n in letters:
            write(session, person, f"letter {n}")
        count_queries()
        assert browser.get("/ko/me/notices").status_code == 200
        costs.append(count_queries())
    assert costs[0] == costs[1] <= 5


@pytest.mark.parametrize("address", ["/ko/", "/ko/entries", "/ko/me/notices"])
def test_every_page_of_somebody_signed_in_shows_the_bell(session: Session, sign_in: SignIn, address: str) -> None:
    person = builders.person(session)
    write(session, person)
    assert bell(sign_in(person.id).get(address).text) == "알림, 읽지 않은 알림 1개"
