"""The creators' pages: every task by form, without JavaScript, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock, policies
from portal.accounts.models import Person
from portal.calls.models import Call, Category, Edition
from portal.disclosure.models import Disclosure
from portal.entries import queries
from portal.entries.forms import DECLARATIONS
from portal.entries.models import Credit, Entry, Member, Receipt
from portal.lifecycles import EntryState
from portal.policies import Role, Scope
from tests import builders
from tests.entries import made

SignIn = Callable[..., FlaskClient]
TASKS = ("info", "credits", "film", "images", "ai", "consents", "rights", "review")


@pytest.fixture
def edition(session: Session) -> Edition:
    return builders.edition(session)


@pytest.fixture
def call(session: Session, edition: Edition) -> Call:
    return builders.call(session, edition, name_en="The call", name_ko="공모전")


@pytest.fixture
def owner(session: Session) -> Person:
    return builders.person(session)


def kept_rows(session: Session, statement: sa.Select[Any]) -> list[Any]:
    """What the database holds now, read in a transaction of its own that ends at once."""
    with Session(session.get_bind()) as other:
        found = list(other.scalars(statement))
        other.expunge_all()
        return found


def stored(session: Session, entry: Entry) -> Entry:
    """The entry as it is stored now."""
    found: Entry = kept_rows(session, sa.select(Entry).where(Entry.number == entry.number))[0]
    return found


def hidden(html: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, name
    return found[1]


def test_a_draft_is_started_once_however_often_the_form_is_sent(session, edition, call, owner, sign_in: SignIn) -> None:
    session.commit()
    browser = sign_in(owner.id)
    page = browser.get(f"/ko/submit/{call.slug}").text
    category = kept_rows(session, sa.select(Category.id))[0]
    form = {"number": hidden(page, "number"), "category": category}
    first, second = (browser.post(f"/ko/submit/{call.slug}", data=form) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first.location == second.location
    entry = kept_rows(session, sa.select(Entry))[0]
    assert (entry.owner_id, entry.state) == (owner.id, EntryState.DRAFT)
    assert entry.number.startswith(edition.prefix + "-")


def test_a_form_of_somebody_else_starts_nothing(session, call, owner, sign_in: SignIn) -> None:
    other = builders.person(session)
    session.commit()
    token = hidden(sign_in(other.id).get(f"/en/submit/{call.slug}").text, "number")
    category = kept_rows(session, sa.select(Category.id))[0]
    answer = sign_in(owner.id).post(f"/en/submit/{call.slug}", data={"number": token, "category": category})
    assert answer.status_code == 422
    assert "Send it once more" in answer.text
    assert kept_rows(session, sa.select(Entry)) == []


def test_starting_needs_a_category_of_this_call(session, edition, call, owner, sign_in: SignIn) -> None:
    other = builders.call(session, edition)
    foreign = builders.category(session, other)
    session.commit()
    browser = sign_in(owner.id)
    token = hidden(browser.get(f"/en/submit/{call.slug}").text, "number")
    for category in ("", "x", "9" * 30, str(foreign.id)):
        answer = browser.post(f"/en/submit/{call.slug}", data={"number": token, "category": category})
        assert answer.status_code == 422
        assert "Choose a category." in answer.text
    assert kept_rows(session, sa.select(Entry)) == []


def test_one_entry_more_than_the_limit_is_refused(session, call, owner, sign_in: SignIn) -> None:
    call.entry_limit = 1
    builders.entry(session, call, owner)
    session.commit()
    browser = sign_in(owner.id)
    page = browser.get(f"/en/submit/{call.slug}").text
    form = {"number": hidden(page, "number"), "category": re.search(r'name="category"[^>]*value="(\d+)"', page)[1]}
    answer = browser.post(f"/en/submit/{call.slug}", data=form)
    assert answer.status_code == 422
    assert "that is its limit" in answer.text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_of_an_entry_shows(session, call, owner, sign_in: SignIn, language: str) -> None:
    entry = made.whole(session, call, owner)
    session.commit()
    browser = sign_in(owner.id)
    for path in ("", *(f"/{task}" for task in TASKS), "/team", "/film/status"):
        answer = browser.get(f"/{language}/entries/{entry.number}{path}")
        assert answer.status_code == 200, path
        assert (entry.title_ko if language == "ko" else entry.title_en) in answer.text or "status" in path
    assert entry.number in browser.get(f"/{language}/entries").text
    assert call.slug in browser.get(f"/{language}/submit").text


def test_strangers_and_absent_entries_get_the_same_answer(session, call, owner, sign_in: SignIn) -> None:
    entry = builders.entry(session, call, owner)
    stranger = builders.person(session)
    session.commit()
    browser = sign_in(stranger.id)
    for path in ("", *(f"/{task}" for task in TASKS), "/team"):
        here = browser.get(f"/ko/entries/{entry.number}{path}")
        there = browser.get(f"/ko/entries/T-99999{path}")
        assert (here.status_code, there.status_code) == (404, 404)
        assert here.text.replace(entry.number, "T-99999") == there.text
    for path in ("info", "credits", "film", "images", "rights", "submit", "withdraw", "team"):
        assert browser.post(f"/ko/entries/{entry.number}/{path}", data={"title_ko": "내 것"}).status_code == 404
    assert stored(session, entry).title_ko == entry.title_ko


def test_texts_are_saved_and_the_next_task_follows(session, call, owner, sign_in: SignIn) -> None:
    entry = builders.entry(session, call, owner, country="FR")
    session.commit()
    browser = sign_in(owner.id)
    address = f"/en/entries/{entry.number}/info"
    form = {
        "rev": hidden(browser.get(address).text, "rev"),
        "title_en": "  The  letter ",
        "logline_en": "A machine writes.",
        "synopsis_en": "It writes.\r\nThen it stops.",
        "country": "FR",
        "spoken_language": "none",
        "genre": "sf",
        "title_ko": entry.title_ko,
        "next": "1",
    }
    answer = browser.post(address, data=form)
    assert answer.status_code == 302
    assert answer.location.endswith("/credits")
    kept = stored(session, entry)
    assert (kept.title_en, kept.synopsis_en, kept.genre) == ("The  letter", "It writes.\nThen it stops.", "sf")
    assert "theletter" in kept.search_text


def test_missing_answers_are_named_and_what_was_typed_stays(session, call, owner, sign_in: SignIn) -> None:
    entry = builders.entry(session, call, owner, title_en="")
    session.commit()
    browser = sign_in(owner.id)
    address = f"/ko/entries/{entry.number}/info"
    rev = hidden(browser.get(address).text, "rev")
    form = {"rev": rev, "logline_ko": "적은 말", "country": "KR", "spoken_language": "ko", "genre": "", "next": "1"}
    answer = browser.post(address, data={**form, "title_ko": entry.title_ko})
    assert answer.status_code == 422
    assert 'id="errsum"' in answer.text
    assert 'href="#title_en"' in answer.text
    assert "적은 말" in answer.text
    later = browser.post(address, data={**form, "title_ko": entry.title_ko, "later": "1", "next": ""})
    assert later.status_code == 302
    assert stored(session, entry).logline_ko == "적은 말"


def test_autosave_keeps_what_is_sound_and_answers_with_a_new_stamp(session, call, owner, sign_in: SignIn) -> None:
    entry = builders.entry(session, call, owner)
    session.commit()
    browser = sign_in(owner.id)
    address = f"/en/entries/{entry.number}/info"
    base = {"country": "KR", "spoken_language": "ko", "genre": ""}
    rev = hidden(browser.get(address).text, "rev")
    sent = {**base, "rev": rev, "title_ko": "새 제목", "title_en": "x" * 201}
    answer = browser.post(address, data=sent, headers={"X-Autosave": "1"})
    assert answer.status_code == 200
    assert "Shorten this" in answer.json["errors"]["title_en"]
    kept = stored(session, entry)
    assert (kept.title_ko, kept.title_en) == ("새 제목", entry.title_en)
    again = browser.post(
        address, data={**sent, "rev": answer.json["rev"], "title_en": "Next"}, headers={"X-Autosave": "1"}
    )
    assert again.status_code == 200
    assert stored(session, entry).title_en == "Next"


def test_two_editors_merge_and_a_clash_asks(session, call, owner, sign_in: SignIn) -> None:
    entry = builders.entry(session, call, owner, title_ko="처음", title_en="First", logline_en="Old")
    session.commit()
    browser = sign_in(owner.id)
    address = f"/en/entries/{entry.number}/info"
    base = {
        "country": "KR",
        "spoken_language": "ko",
        "genre": "",
        "title_ko": "처음",
        "title_en": "First",
        "logline_en": "Old",
    }
    rev = hidden(browser.get(address).text, "rev")
    save = {"X-Autosave": "1"}
    assert browser.post(address, data={**base, "rev": rev, "title_ko": "나중"}, headers=save).status_code == 200
    # The other tab never touched the Korean title: both changes stay.
    assert browser.post(address, data={**base, "rev": rev, "title_en": "Mine"}, headers=save).status_code == 200
    # Now it changes what the first tab changed as well, and something else besides.
    clash = browser.post(address, data={**base, "rev": rev, "title_ko": "또", "logline_en": "New"}, headers=save)
    assert clash.status_code == 409
    assert 'id="conflict"' in clash.text
    assert "나중" in clash.text
    assert (stored(session, entry).title_ko, stored(session, entry).logline_en) == ("나중", "Old")
    fields = dict(re.findall(r'type="hidden" name="((?:mine|choice)-[^"]+)" value="([^"]*)"', clash.text))
    settle = {**fields, "choice-title_ko": "mine", "rev": hidden(clash.text, "rev")}
    assert browser.post(address, data=settle).status_code == 302
    kept = stored(session, entry)
    assert (kept.title_ko, kept.title_en, kept.logline_en) == ("또", "Mine", "New")


def test_ten_megabytes_of_text_are_refused_without_loss(session, call, owner, sign_in: SignIn) -> None:
    entry = builders.entry(session, call, owner)
    session.commit()
    browser = sign_in(owner.id)
    for path in ("info", "credits", "rights", "submit", "withdraw", "team"):
        answer = browser.post(f"/ko/entries/{entry.number}/{path}", data={"title_ko": "가" * 3_500_000, "reason": "x"})
        assert answer.status_code == 413, path
        assert "<h1" in answer.text
    assert stored(session, entry).state == EntryState.DRAFT


def test_credits_rows_are_added_moved_and_saved_without_javascript(session, call, owner, sign_in: SignIn) -> None:
    entry = builders.entry(session, call, owner)
    session.commit()
    browser = sign_in(owner.id)
    address = f"/ko/entries/{entry.number}/credits"
    rows = {
        "rev": hidden(browser.get(address).text, "rev"),
        "role": ["director", "cast"],
        "native": ["한서윤", "Claire Moreau"],
        "latin": ["HAN Seo-yun", ""],
    }
    added = browser.post(address, data={**rows, "add": "1"})
    assert added.text.count('name="native"') == 3
    moved = browser.post(address, data={**rows, "down": "0"})
    assert moved.text.index("Claire Moreau") < moved.text.index("한서윤")
    assert kept_rows(session, sa.select(Credit)) == []
    assert browser.post(address, data=rows).status_code == 302
    assert [one.native_name for one in kept_rows(session, sa.select(Credit).order_by(Credit.position))] == [
        "한서윤",
        "Claire Moreau",
    ]
    stale = browser.post(address, data={**rows, "native": ["박민서", "Claire Moreau"]})
    assert stale.status_code == 409
    assert "박민서" in stale.text
    assert "한서윤" in stale.text
    nameless = browser.post(address, data={**rows, "native": ["", ""]})
    assert nameless.status_code == 422


def test_submitting_by_form_gives_the_receipt_and_twice_gives_it_again(session, call, owner, sign_in: SignIn) -> None:
    entry = made.whole(session, call, owner)
    session.commit()
    browser = sign_in(owner.id)
    address = f"/en/entries/{entry.number}/submit"
    undeclared = browser.post(address, data={"declarations": ["rules"]})
    assert undeclared.status_code == 422
    assert "Tick all required declarations." in undeclared.text
    for _ in range(2):
        answer = browser.post(address, data={"declarations": list(DECLARATIONS), "permissions": ["archive"]})
        assert answer.status_code == 302
    (receipt,) = kept_rows(session, sa.select(Receipt))
    shown = browser.get(f"/en/entries/{entry.number}").text
    assert receipt.number in shown
    assert "/info" not in browser.get(f"/en/entries/{entry.number}/review").location
    edit = browser.post(
        f"/en/entries/{entry.number}/info",
        data={"rev": "", "title_ko": "다른", "country": "KR", "spoken_language": "ko", "genre": ""},
    )
    assert edit.status_code == 422
    assert "has been handed in" in edit.text
    assert stored(session, entry).title_ko == entry.title_ko


def test_an_incomplete_entry_is_told_what_is_missing(session, call, owner, sign_in: SignIn) -> None:
    entry = builders.entry(session, call, owner)
    session.commit()
    answer = sign_in(owner.id).post(f"/en/entries/{entry.number}/submit", data={"declarations": list(DECLARATIONS)})
    assert answer.status_code == 422
    assert "Upload the film." in answer.text
    assert stored(session, entry).state == EntryState.DRAFT


def test_after_the_deadline_every_form_says_so(session, call, owner, sign_in: SignIn) -> None:
    entry = made.whole(session, call, owner)
    call.opens_at, call.closes_at = clock.now().replace(year=2025), clock.now().replace(year=2026, month=1)
    session.commit()
    browser = sign_in(owner.id)
    posts = {
        "info": {"rev": "", "title_ko": "늦은", "country": "KR", "spoken_language": "ko", "genre": ""},
        "credits": {"rev": "", "role": "director", "native": "늦은", "latin": ""},
        "rights": {},
        "submit": {"declarations": list(DECLARATIONS)},
        "film": {},
        "images": {},
    }
    for path, data in posts.items():
        answer = browser.post(f"/en/entries/{entry.number}/{path}", data=data)
        assert answer.status_code == 422, path
        assert "deadline" in answer.text, path
    kept = stored(session, entry)
    assert (kept.state, kept.title_ko) == (EntryState.DRAFT, entry.title_ko)


def test_the_list_filter_agrees_with_the_policy(session, edition, call, owner) -> None:
    cohort_call = builders.call(session, edition)
    mate, mentor, organizer = (builders.person(session) for _ in range(3))
    entries = [builders.entry(session, call, owner, state=state, cohort_id=None) for state in EntryState]
    joined = builders.entry(session, cohort_call, owner)
    session.add(
        Member(
            entry_id=joined.id,
            email="m@example.test",
            name="M",
            digest="x" * 64,
            person_id=mate.id,
            expires_at=clock.now(),
        )
    )
    session.commit()
    session.expunge_all()
    grant = policies.Grant
    actors = [
        policies.VISITOR,
        policies.SYSTEM,
        builders.actor(owner),
        builders.actor(mate),
        builders.actor(mentor, grant(Role.MENTOR, Scope.COHORT, 1)),
        *(builders.actor(organizer, grant(role, Scope.EDITION, call.edition_id)) for role in Role),
        builders.actor(organizer, grant(Role.ORGANIZER, Scope.EDITION, call.edition_id + 1)),
    ]
    loaded = [queries.entry_by_number(session, one.number) for one in [*entries, joined]]
    for actor in actors:
        listed = set(session.scalars(sa.select(Entry.id).where(queries.visible_to(actor))))
        assert listed == {one.id for one in loaded if policies.see_entry(actor, one)}, actor


def test_a_tab_left_open_does_not_take_back_what_another_saved(session, call, owner, sign_in: SignIn) -> None:
    entry = builders.entry(session, call, owner, title_ko="처음", title_en="First")
    session.commit()
    browser, save = sign_in(owner.id), {"X-Autosave": "1"}
    address = f"/ko/entries/{entry.number}/info"
    drawn = {"country": "KR", "spoken_language": "ko", "genre": "", "title_ko": "처음", "title_en": "First"}
    rev = hidden(browser.get(address).text, "rev")
    assert browser.post(address, data={**drawn, "rev": rev, "title_ko": "첫째 탭"}, headers=save).status_code == 200
    # The second tab still shows the old title; it saves twice, each time with the stamp it was answered.
    second = {**drawn, "rev": rev, "logline_en": "One"}
    second["rev"] = browser.post(address, data=second, headers=save).json["rev"]
    second["logline_en"] = "One and two"
    second["rev"] = browser.post(address, data=second, headers=save).json["rev"]
    kept = stored(session, entry)
    assert (kept.title_ko, kept.logline_en) == ("첫째 탭", "One and two")
    # Touching the title itself now is a real clash.
    assert browser.post(address, data={**second, "title_ko": "둘째 탭"}, headers=save).status_code == 409


def test_the_page_of_a_clash_shows_what_others_changed_elsewhere(session, call, owner, sign_in: SignIn) -> None:
    entry = builders.entry(session, call, owner, title_ko="처음", title_en="First")
    session.commit()
    browser = sign_in(owner.id)
    address = f"/ko/entries/{entry.number}/info"
    drawn = {"country": "KR", "spoken_language": "ko", "genre": "", "title_ko": "처음", "title_en": "First"}
    rev = hidden(browser.get(address).text, "rev")
    theirs = {**drawn, "rev": rev, "title_ko": "그 사람", "title_en": "Theirs"}
    assert browser.post(address, data=theirs, headers={"X-Autosave": "1"}).status_code == 200
    page = browser.post(address, data={**drawn, "rev": rev, "title_ko": "나"})
    assert page.status_code == 409
    form = page.text[page.text.index("data-autosave") :]
    assert 'value="나"' in form
    assert 'value="Theirs"' in form


def test_two_tabs_tick_different_rights_and_both_stay(session, call, owner, sign_in: SignIn) -> None:
    entry = builders.entry(session, call, owner)
    session.commit()
    browser, save = sign_in(owner.id), {"X-Autosave": "1"}
    address = f"/ko/entries/{entry.number}/rights"
    rev = hidden(browser.get(address).text, "rev")
    for tick in ("music_cleared", "fonts_cleared"):
        assert browser.post(address, data={"rev": rev, tick: "1"}, headers=save).status_code == 200
    kept = stored(session, entry)
    assert (kept.music_cleared, kept.fonts_cleared) == (True, True)


def test_a_disclosure_left_open_does_not_take_back_what_another_tab_saved(session, call, owner, sign_in) -> None:
    entry = builders.entry(session, call, owner)
    session.commit()
    browser, save = sign_in(owner.id), {"X-Autosave": "1"}
    address = f"/ko/entries/{entry.number}/ai"
    rev = hidden(browser.get(address).text, "rev")
    assert browser.post(address, data={"rev": rev, "realistic": "yes"}, headers=save).status_code == 200
    # The second tab still shows the question unanswered; it saves twice, each time with the stamp it was answered.
    second = {"rev": rev, "human_statement": "하나"}
    second["rev"] = browser.post(address, data=second, headers=save).json["rev"]
    second["human_statement"] = "하나 둘"
    assert browser.post(address, data=second, headers=save).status_code == 200
    (kept,) = kept_rows(session, sa.select(Disclosure))
    assert (kept.ledger.get("realistic"), kept.human_statement) == (True, "하나 둘")
