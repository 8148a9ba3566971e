"""The pages: the form with autosave and preview, the consents, and signing without an account."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.db import unit_of_work
from portal.disclosure import service
from portal.disclosure.answers import Answers, stamp
from portal.disclosure.codes import Base, ConsentStatus, Degree, Scope
from portal.disclosure.consent import requests as consents
from portal.disclosure.models import Consent, Disclosure
from portal.disclosure.rows import answers_of
from portal.entries import eligibility, queries
from portal.entries.views.ai_page import base_of
from portal.lifecycles import ConsentState, DisclosureState
from portal.mail.models import OutgoingMail
from portal.media.models import Asset
from tests import builders
from tests.disclosure.declared import ACTRESS, SOUND, STATEMENT, WORDS, Desk, ask, declare, desk, performer, stored

SignIn = Callable[[int], FlaskClient]
FIELDS = {
    **{f"degree-{scope}": ("G" if scope is Scope.VID else "N") for scope in Scope},
    "base": "LIVE",
    "length": "14:00",
    "method": "TIMECODES",
    "generated": "5:00",
    "altered": "1:00",
    "tools-0-name": "Kling",
    "tools-0-version": "2.6",
    "tools-0-scopes": "VID",
    "realistic": "no",
    "human_statement": STATEMENT,
    "attested": "1",
}
EMPTY = stamp(Answers())
PERSON = {
    "performers-0-code": ACTRESS.code,
    "performers-0-kind": "REP_EMP",
    "performers-0-name": "김순례",
    "performers-0-part": "할머니",
    "performers-0-likeness": "VOICE",
}


@pytest.fixture
def mine(session: Session) -> Desk:
    """An entry of somebody."""
    made = desk(session, title_ko="편지를 쓰는 기계")
    session.commit()
    return made


@pytest.fixture
def browser(mine: Desk, sign_in: SignIn) -> FlaskClient:
    """Its owner's browser."""
    return sign_in(mine.owner.id)


def address(mine: Desk, part: str = "ai") -> str:
    return f"/ko/entries/{mine.entry.number}/{part}"


def seen_on(html: str) -> str:
    """The stamp a page was drawn with."""
    found = re.search(r'name="rev" value="([^"]*)"', html)
    assert found is not None
    return found[1]


def kept(session: Session, mine: Desk) -> Answers:
    return answers_of(stored(session, mine))


# ── the form ───────────────────────────────────────────────────────────


def test_the_form_shows_the_grid_the_label_and_the_rules(session: Session, mine: Desk, browser: FlaskClient) -> None:
    html = browser.get(address(mine)).text
    assert html.count('class="degree"') == 40
    assert 'data-autosave="' in html
    assert "관객에게 이렇게 보여요" in html
    assert session.scalar(sa.select(sa.func.count()).select_from(Disclosure)) == 0


def test_complete_answers_are_kept_and_lead_on(session: Session, mine: Desk, browser: FlaskClient) -> None:
    html = browser.get(address(mine)).text
    answer = browser.post(address(mine), data={**FIELDS, "rev": seen_on(html), "next": "1"})
    assert (answer.status_code, answer.location) == (302, address(mine, "consents"))
    assert kept(session, mine) == SOUND


def test_what_is_missing_is_named_and_nothing_typed_is_lost(session: Session, mine: Desk, browser: FlaskClient) -> None:
    answer = browser.post(address(mine), data={**FIELDS, "human_statement": "짧아요", "rev": EMPTY, "next": "1"})
    assert answer.status_code == 422
    assert 'href="#human_statement"' in answer.text
    assert "사람이 한 일을 50자 이상 적어 주세요." in answer.text
    assert "짧아요" in answer.text
    assert 'value="Kling"' in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Disclosure)) == 0


def test_unfinished_answers_are_kept_for_later(session: Session, mine: Desk, browser: FlaskClient) -> None:
    answer = browser.post(address(mine), data={"human_statement": "아직", "rev": EMPTY, "later": "1"})
    assert answer.location == f"/ko/entries/{mine.entry.number}"
    assert kept(session, mine).human_statement == "아직"


def test_autosave_keeps_what_is_sound_and_tells_the_rest(session: Session, mine: Desk, browser: FlaskClient) -> None:
    data = {**FIELDS, "length": "nonsense", "rev": seen_on(browser.get(address(mine)).text)}
    answer = browser.post(address(mine), data=data, headers={"X-Autosave": "1"})
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["errors"]["length"].startswith("길이를")
    found = kept(session, mine)
    assert (found.picture_s, found.human_statement) == (None, STATEMENT)
    assert answer.json["rev"] == stamp(found)


def test_two_tabs_that_autosave_the_same_section(session: Session, mine: Desk, browser: FlaskClient) -> None:
    seen = seen_on(browser.get(address(mine)).text)
    first = browser.post(address(mine), data={**FIELDS, "rev": seen}, headers={"X-Autosave": "1"})
    other = {**FIELDS, "degree-VOI": "G", "rev": seen}
    second = browser.post(address(mine), data=other, headers={"X-Autosave": "1"})
    assert (first.status_code, second.status_code) == (200, 409)
    assert 'id="conflict"' in second.text
    assert "한서윤 님이" in second.text
    assert "AI로 생성" in second.text
    assert kept(session, mine).degrees[Scope.VOI] is Degree.N


def _settle(browser: FlaskClient, mine: Desk, html: str, side: str) -> None:
    """Press the button of the conflict's own form, with one side chosen everywhere."""
    panel = html[html.index('id="conflict"') :]
    panel = panel[: panel.index("</form>")]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', panel)
    choices = dict.fromkeys(re.findall(r'type="radio" name="(choice-\w+)"', panel), side)
    data: dict[str, list[str]] = {}
    for name, value in (*hidden, *choices.items()):
        data.setdefault(name, []).append(value)
    answer = browser.post(address(mine), data=data)
    assert answer.status_code == 303


@pytest.mark.parametrize(("side", "voice"), [("mine", Degree.G), ("theirs", Degree.N)])
def test_a_conflict_is_settled_either_way(
    session: Session, mine: Desk, browser: FlaskClient, side: str, voice: Degree
) -> None:
    seen = seen_on(browser.get(address(mine)).text)
    browser.post(address(mine), data={**FIELDS, "rev": seen}, headers={"X-Autosave": "1"})
    clash = browser.post(address(mine), data={**FIELDS, "degree-VOI": "G", "rev": seen, "next": "1"})
    assert clash.status_code == 409
    _settle(browser, mine, clash.text, side)
    found = kept(session, mine)
    assert found.degrees[Scope.VOI] is voice
    assert found.tools == SOUND.tools


def test_settling_a_conflict_leaves_what_only_the_other_changed(
    session: Session, mine: Desk, browser: FlaskClient
) -> None:
    first = {**FIELDS, "rev": seen_on(browser.get(address(mine)).text), "later": "1"}
    browser.post(address(mine), data=first)
    seen = seen_on(browser.get(address(mine)).text)
    theirs = {**FIELDS, "degree-VOI": "M", "human_statement": STATEMENT + " 더 적었어요.", "rev": seen}
    browser.post(address(mine), data=theirs, headers={"X-Autosave": "1"})
    ours = {**FIELDS, "degree-VOI": "G", "tools-0-name": "Runway", "rev": seen}
    clash = browser.post(address(mine), data=ours, headers={"X-Autosave": "1"})
    _settle(browser, mine, clash.text, "mine")
    found = kept(session, mine)
    assert found.degrees[Scope.VOI] is Degree.G
    assert found.tools[0].name == "Runway"
    assert found.human_statement == STATEMENT + " 더 적었어요."


def test_rows_are_added_and_dropped_without_javascript(session: Session, mine: Desk, browser: FlaskClient) -> None:
    html = browser.post(address(mine), data={**FIELDS, "rev": EMPTY, "add_tool": "1"}).text
    assert 'name="tools-1-name"' in html
    html = browser.post(address(mine), data={**FIELDS, "rev": seen_on(html), "add_person": "1"}).text
    assert re.search(r'name="performers-0-code" value="[2-9A-Z]{10}"', html)
    html = browser.post(address(mine), data={**FIELDS, "rev": seen_on(html), "drop": "tools-0"}).text
    assert 'value="2.6"' not in html
    assert kept(session, mine).tools == ()


def test_the_rest_of_the_grid_is_set_by_one_button(session: Session, mine: Desk, browser: FlaskClient) -> None:
    browser.post(address(mine), data={"degree-VID": "G", "rev": EMPTY, "rest": "1"})
    assert kept(session, mine).degrees == dict.fromkeys(Scope, Degree.N) | {Scope.VID: Degree.G}


def test_a_person_typed_by_autosave_is_one_row(session: Session, mine: Desk, browser: FlaskClient) -> None:
    seen = EMPTY
    for name in ("김", "김순", "김순례"):
        data = {**FIELDS, **PERSON, "performers-0-name": name, "rev": seen}
        answer = browser.post(address(mine), data=data, headers={"X-Autosave": "1"})
        assert answer.json is not None
        seen = answer.json["rev"]
    assert [person.name for person in kept(session, mine).performers] == ["김순례"]


@pytest.mark.parametrize(
    ("state", "codes", "base"),
    [
        ("TRUSTED", ["digitalCapture"], (Base.LIVE,)),
        ("TRUSTED", ["digitalCapture", "trainedAlgorithmicMedia"], ()),
        ("UNTRUSTED_SIGNER", ["digitalCapture"], ()),
        ("NO_MANIFEST", [], ()),
    ],
)
def test_a_camera_is_offered_only_where_trusted_credentials_name_one(
    state: str, codes: list[str], base: tuple[Base, ...]
) -> None:
    told = {
        "state": state,
        "source_types": [f"http://cv.iptc.org/newscodes/digitalsourcetype/{code}" for code in codes],
    }
    assert base_of(Asset(id=1, probe={"provenance": told})) == base
    assert base_of(None) == base_of(Asset(id=1, probe={})) == ()


def test_the_tools_and_people_of_the_last_film_are_offered_and_nobody_has_agreed(
    session: Session, mine: Desk, browser: FlaskClient
) -> None:
    earlier = replace(
        mine, entry=builders.entry(session, builders.call(session, builders.edition(session)), mine.owner)
    )
    session.commit()
    seen = seen_on(browser.get(address(earlier)).text)
    browser.post(address(earlier), data={**FIELDS, **PERSON, "rev": seen}, headers={"X-Autosave": "1"})
    html = browser.get(address(mine)).text
    assert "지난 작품에서" in html
    html = browser.post(address(mine), data={"rev": seen_on(html), "borrow": "1"}).text
    assert re.search(r'name="tools-0-name" value="Kling"|value="Kling" id="tools-0-name"', html)
    (code,) = re.findall(r'name="performers-0-code" value="([2-9A-Z]{10})"', html)
    assert code != ACTRESS.code
    assert "김순례" in html
    assert kept(session, mine).performers == ()


def test_the_preview_tells_the_label_in_both_languages(session: Session, mine: Desk, browser: FlaskClient) -> None:
    html = browser.post(address(mine, "ai/preview"), data=FIELDS).text
    assert "일부 AI" in html
    assert "Contains AI-made or AI-altered parts" in html
    assert "36%" in html
    assert session.scalar(sa.select(sa.func.count()).select_from(Disclosure)) == 0


def test_the_rules_of_the_category_are_told_before_handing_in(
    session: Session, mine: Desk, browser: FlaskClient
) -> None:
    session.execute(sa.text("UPDATE categories SET ai_rules = :rules"), {"rules": '[{"code": "P02", "bp": 1000}]'})
    session.commit()
    html = browser.post(address(mine, "ai/preview"), data=FIELDS).text
    assert "안 맞음" in html
    assert "10%" in html


def test_what_people_write_is_never_markup(session: Session, mine: Desk, browser: FlaskClient) -> None:
    evil = '"><script>alert(1)</script>'
    data = {**FIELDS, **PERSON, "tools-0-name": evil, "performers-0-name": evil, "human_statement": evil + STATEMENT}
    browser.post(address(mine), data={**data, "rev": EMPTY, "later": "1"})
    assert kept(session, mine).tools[0].name == evil
    for part in ("ai", "consents"):
        assert "<script>alert" not in browser.get(address(mine, part)).text


def test_ten_megabytes_are_refused_in_words(session: Session, mine: Desk, browser: FlaskClient) -> None:
    answer = browser.post(address(mine), data={**FIELDS, "human_statement": "가" * 3_500_000, "rev": EMPTY})
    assert answer.status_code == 413
    assert session.scalar(sa.select(sa.func.count()).select_from(Disclosure)) == 0


def test_a_text_too_long_keeps_the_stored_one(session: Session, mine: Desk, browser: FlaskClient) -> None:
    declare(session, mine)
    session.commit()
    data = {**FIELDS, "human_statement": "가" * 700, "rev": seen_on(browser.get(address(mine)).text)}
    browser.post(address(mine), data=data, headers={"X-Autosave": "1"})
    assert kept(session, mine).human_statement == STATEMENT


@pytest.mark.parametrize("part", ["ai", "ai/preview", "consents"])
def test_a_foreign_entry_is_absent(
    session: Session, mine: Desk, sign_in: SignIn, client: FlaskClient, part: str
) -> None:
    stranger = builders.person(session)
    session.commit()
    assert sign_in(stranger.id).post(address(mine, part), data=FIELDS).status_code == 404
    assert client.post(address(mine, part), data=FIELDS).status_code == 401
    assert session.scalar(sa.select(sa.func.count()).select_from(Disclosure)) == 0


def test_after_the_deadline_nothing_is_kept(session: Session, mine: Desk, browser: FlaskClient) -> None:
    session.execute(sa.text("UPDATE calls SET closes_at = :then"), {"then": clock.now() - timedelta(hours=5)})
    session.commit()
    answer = browser.post(address(mine), data={**FIELDS, "rev": EMPTY, "next": "1"})
    assert answer.status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(Disclosure)) == 0
    assert "data-autosave" not in browser.get(address(mine)).text


def test_the_page_costs_the_same_however_many_rows(
    session: Session, mine: Desk, browser: FlaskClient, count_queries: Callable[[], int]
) -> None:
    people = tuple(replace(ACTRESS, code=f"PERSON2{n}23", name=f"사람{n}") for n in range(2, 8))
    counted = []
    for shown in (people[:1], people):
        declare(session, mine, performers=shown)
        session.commit()
        browser.get(address(mine))
        count_queries()
        browser.get(address(mine))
        counted.append(count_queries())
    assert counted[0] == counted[1] <= 16


# ── the consents ───────────────────────────────────────────────────────


REQUEST = {
    "person": ACTRESS.code,
    "email": "Sunrye@Example.com ",
    "language": "ko",
    "capacity": "SELF",
    "text": WORDS,
    "media": ["FESTIVAL", "TRAILER"],
    "seen": "0",
}


@pytest.fixture
def replica(session: Session, mine: Desk) -> Desk:
    """An entry with a real person made by AI."""
    declare(session, mine, performers=(ACTRESS,))
    session.commit()
    return mine


def test_nobody_to_ask_is_said(mine: Desk, browser: FlaskClient) -> None:
    assert "동의가 필요한 사람이 없어요" in browser.get(address(mine, "consents")).text


def test_a_request_is_sent_once(session: Session, replica: Desk, browser: FlaskClient) -> None:
    assert "아직 요청 전" in browser.get(address(replica, "consents")).text
    for _ in range(2):
        answer = browser.post(address(replica, "consents"), data=REQUEST)
        assert answer.status_code == 303
    mails = session.scalars(sa.select(OutgoingMail)).all()
    assert [mail.recipient for mail in mails] == ["sunrye@example.com"]
    session.commit()
    assert "링크 보냄: sunrye@example.com" in browser.get(address(replica, "consents")).text


def test_a_request_without_words_is_refused_with_what_was_typed(
    session: Session, replica: Desk, browser: FlaskClient
) -> None:
    answer = browser.post(address(replica, "consents"), data={**REQUEST, "text": "짧아요"})
    assert answer.status_code == 422
    assert f'href="#text-{ACTRESS.code}"' in answer.text
    assert "Sunrye@Example.com" in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 0


def test_the_makers_word_is_noted(session: Session, replica: Desk, browser: FlaskClient) -> None:
    browser.post(address(replica, "consents"), data={"person": ACTRESS.code, "declare": "1"})
    assert performer(stored(session, replica)).consent_status is ConsentStatus.DECLARED


def test_a_performer_of_another_film_cannot_be_asked(session: Session, replica: Desk, sign_in: SignIn) -> None:
    other = desk(session)
    declare(session, other)
    session.commit()
    answer = sign_in(other.owner.id).post(address(other, "consents"), data=REQUEST)
    assert answer.status_code == 404
    assert session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 0


def test_consents_can_be_asked_for_after_handing_in(session: Session, replica: Desk, browser: FlaskClient) -> None:
    service.freeze(session, stored(session, replica), by=replica.by, reason="SUBMITTED")
    session.execute(sa.text("UPDATE entries SET state = 'submitted'"))
    session.commit()
    assert browser.post(address(replica, "consents"), data=REQUEST).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 1


def test_a_film_to_be_replaced_opens_the_disclosure_too(
    session: Session, sessions: sessionmaker[Session], replica: Desk, browser: FlaskClient
) -> None:
    service.freeze(session, stored(session, replica), by=replica.by, reason="SUBMITTED")
    session.execute(sa.text("UPDATE entries SET state = 'submitted'"))
    session.commit()
    with unit_of_work(sessions) as own:
        entry = queries.entry_by_number(own, replica.entry.number)
        assert entry is not None
        office = builders.actor(builders.person(own))
        due = clock.now() + timedelta(days=7)
        eligibility.request_fixes(own, entry, ["film"], "소리가 없어요", due_at=due, by=office)
        assert entry.fix_items == ["film", "ai"]
    assert stored(session, replica).state is DisclosureState.QUERIED
    assert "data-autosave" in browser.get(address(replica)).text


# ── signing ────────────────────────────────────────────────────────────


@pytest.fixture
def link(session: Session, replica: Desk) -> str:
    """The path of a mailed link."""
    ask(session, replica)
    text = session.scalars(sa.select(OutgoingMail.text)).one()
    session.commit()
    found = re.search(r"http://portal\.test(/ko/sign/\S+)", text)
    assert found is not None
    return found[1]


def consent_of(session: Session) -> Consent:
    found = session.scalars(sa.select(Consent).execution_options(populate_existing=True)).one()
    session.commit()
    return found


def test_a_visitor_reads_and_signs(session: Session, replica: Desk, link: str, client: FlaskClient) -> None:
    page = client.get(link)
    assert page.status_code == 200
    for text in ("편지를 쓰는 기계", "김순례", WORDS, "영화제 상영", "동의하지 않아요", "no-referrer"):
        assert text in page.text
    assert consent_of(session).state is ConsentState.OPENED
    data = {"signer_name": "김순례", "media": ["FESTIVAL"], "limits": "광고 안 됨", "ends_on": "2099-01-01"}
    answer = client.post(link, data=data)
    assert (answer.status_code, answer.location) == (303, link)
    signed = client.get(link).text
    assert "동의했어요" in signed
    assert "광고 안 됨" in signed
    assert performer(stored(session, replica)).consent_status is ConsentStatus.VERIFIED


def test_a_wrong_name_is_told_and_nothing_is_lost(session: Session, link: str, client: FlaskClient) -> None:
    answer = client.post(link, data={"signer_name": "다른 사람", "media": ["FESTIVAL"], "limits": "광고 안 됨"})
    assert answer.status_code == 422
    assert "여기 적힌 대로 이름을 적어 주세요: 김순례" in answer.text
    assert "광고 안 됨" in answer.text
    assert consent_of(session).state is ConsentState.REQUESTED


def test_refusing_and_withdrawing_need_no_account(
    session: Session, replica: Desk, link: str, client: FlaskClient
) -> None:
    client.post(link, data={"signer_name": "김순례", "media": ["FESTIVAL"]})
    assert client.post(f"{link}/refuse", data={"reason": ""}).status_code == 422
    assert client.post(f"{link}/withdraw", data={"reason": "마음이 바뀌었어요"}).status_code == 303
    assert "동의를 거뒀어요" in client.get(link).text
    assert performer(stored(session, replica)).consent_status is ConsentStatus.REVOKED


def test_a_refusal_is_shown_to_the_maker(
    session: Session, replica: Desk, link: str, client: FlaskClient, browser: FlaskClient
) -> None:
    client.post(f"{link}/refuse", data={"reason": "비밀이에요"})
    html = browser.get(address(replica, "consents")).text
    assert "비밀이에요" not in html
    assert performer(stored(session, replica)).consent_status is ConsentStatus.NONE


def test_an_unknown_or_old_link_is_gone(session: Session, link: str, client: FlaskClient) -> None:
    unknown = client.get("/ko/sign/unknown")
    assert (unknown.status_code, "이제 쓸 수 없는 링크예요" in unknown.text) == (410, True)
    session.execute(sa.text("UPDATE consents SET expires_at = :then"), {"then": clock.now() - timedelta(minutes=1)})
    session.commit()
    assert client.get(link).status_code == 410
    assert client.post(link, data={"signer_name": "김순례", "media": ["FESTIVAL"]}).status_code == 410
    assert consent_of(session).state is ConsentState.REQUESTED


def test_the_signer_reads_in_english_too(link: str, client: FlaskClient) -> None:
    assert "Do you agree?" in client.get(link.replace("/ko/", "/en/")).text


def test_the_whole_way_to_a_ready_entry(
    session: Session, mine: Desk, browser: FlaskClient, client: FlaskClient
) -> None:
    browser.post(address(mine), data={**FIELDS, **PERSON, "rev": EMPTY, "next": "1"})
    browser.post(address(mine, "consents"), data=REQUEST)
    text = session.scalars(sa.select(OutgoingMail.text)).one()
    session.commit()
    found = re.search(r"http://portal\.test(/ko/sign/\S+)", text)
    assert found is not None
    client.post(found[1], data={"signer_name": "김순례", "media": ["FESTIVAL", "TRAILER"]})
    assert "서명: 김순례" in browser.get(address(mine, "consents")).text
    assert consents.usable(consent_of(session), at=clock.now()) is False
