"""The verdict on the film's page, the dock, subtitles and trailer, papers and clips: who sees what, and when."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Person
from portal.entries.models import Entry, Member
from portal.lifecycles import AssetState
from portal.media.models import Asset, Slot, Upload
from tests import builders
from tests.entries import made

SignIn = Callable[..., FlaskClient]
HTMX = {"HX-Request": "true"}
TOO_LONG = {"code": "too_long", "length": 1212, "limit": 1200, "over": 12}


@pytest.fixture
def owner(session: Session) -> Person:
    return builders.person(session)


@pytest.fixture
def entry(session: Session, owner: Person) -> Entry:
    return builders.entry(session, builders.call(session, builders.edition(session)), owner)


def joined(session: Session, entry: Entry) -> Person:
    """Somebody of the entry's team."""
    friend = builders.person(session)
    made_of = {"email": friend.email, "name": "친구", "digest": "d" * 64, "expires_at": clock.now()}
    session.add(Member(entry_id=entry.id, person_id=friend.id, **made_of))
    return friend


def running(session: Session, entry: Entry, person: Person, code: str, **values: Any) -> Asset:
    """An upload of a person that stands at 620 of 1000 bytes."""
    facts = {"state": AssetState.UPLOADING, "sha256": None, "received_at": None, "settled_at": None}
    asset = made.asset(session, entry, Slot.FILM, **facts | values)
    expires = clock.now() + timedelta(days=1)
    session.add(Upload(code=code, asset=asset, person_id=person.id, length=1000, received=620, expires_at=expires))
    session.flush()
    return asset


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"state": AssetState.PROBING}, "The verdict usually comes within half a minute"),
        ({"state": AssetState.TRANSCODING, "judged_at": True, "progress_bp": 3400}, "The file is fine"),
        ({"state": AssetState.PLAYABLE, "judged_at": True}, "The file is fine"),
        ({"state": AssetState.TRANSCODING, "findings": [{"code": "no_sound"}], "judged_at": True}, "please note"),
        ({"state": AssetState.REFUSED, "findings": [TOO_LONG], "judged_at": True}, "This needs fixing"),
        ({"state": AssetState.PLAYABLE, "findings": [TOO_LONG], "judged_at": True}, "please note"),
    ],
)
def test_the_verdict_stands_before_the_review_copy(session, owner, entry, sign_in: SignIn, values, shown) -> None:
    settled = {"settled_at": clock.now() if values["state"] in (AssetState.PLAYABLE, AssetState.REFUSED) else None}
    moment = {"judged_at": clock.now()} if values.get("judged_at") else {}
    made.film(session, entry, **values | settled | moment)
    number = entry.number
    session.commit()
    page = sign_in(owner.id).get(f"/en/entries/{number}/film").text
    assert shown in page
    told = "It runs 20 min 12 s. This category takes films up to 20 min" in page
    assert told == (TOO_LONG in values.get("findings", []))
    assert ("34%" in page) == (values.get("progress_bp") == 3400)


def test_the_dock_offers_to_carry_on_with_ones_own_upload_alone(session, owner, entry, sign_in: SignIn) -> None:
    friend = joined(session, entry)
    running(session, entry, owner, "u" * 20, file_name="나의 여름.mp4")
    number, stranger_id = entry.number, builders.person(session).id
    session.commit()
    mine = sign_in(owner.id).get(f"/en/entries/{number}/dock", headers=HTMX).text
    assert "Choose the same file to carry on from 62%" in mine
    assert 'data-name="나의 여름.mp4"' in mine
    assert "/files/" + "u" * 20 in mine
    assert "u" * 20 not in sign_in(friend.id).get(f"/en/entries/{number}/dock", headers=HTMX).text
    assert sign_in(stranger_id).get(f"/en/entries/{number}/dock", headers=HTMX).status_code == 404


def test_the_dock_tells_the_verdict_on_a_film_and_is_silent_about_pictures(session, owner, entry, sign_in) -> None:
    made.film(session, entry, file_name="whole.mp4", judged_at=clock.now())
    made.asset(session, entry, Slot.STILL, file_name="quiet.png")
    made.asset(session, entry, Slot.STILL, file_name="broken.png", state=AssetState.REFUSED)
    made.film(session, entry, file_name="old.mp4", settled_at=clock.now() - timedelta(hours=1))
    number = entry.number
    session.commit()
    dock = sign_in(owner.id).get(f"/en/entries/{number}/dock", headers=HTMX).text
    assert [name in dock for name in ("whole.mp4", "quiet.png", "broken.png", "old.mp4")] == [True, False, True, False]
    assert "every 3s" not in dock


def test_subtitles_and_trailer_come_by_form_and_are_taken_away(session, owner, entry, sign_in: SignIn) -> None:
    number = entry.number
    session.commit()
    browser, path = sign_in(owner.id), f"/en/entries/{number}/film/extras"
    words = io.BytesIO(b"1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    assert browser.post(path, data={"slot": "subtitle", "subtitle": (words, "words.srt")}).status_code == 302
    refused = browser.post(path, data={"slot": "trailer"})
    assert refused.status_code == 422
    assert 'id="errsum"' in refused.text
    kept = session.scalars(sa.select(Asset)).one()
    assert (kept.slot, kept.file_name, kept.state) == (Slot.SUBTITLE, "words.srt", AssetState.RECEIVED)
    code = kept.code
    session.rollback()
    assert "words.srt" in browser.get(f"/en/entries/{number}/film").text
    assert browser.post(path, data={"remove": code}).status_code == 302
    assert "words.srt" not in browser.get(f"/en/entries/{number}/film").text


@pytest.mark.parametrize("text", ["18", "1:2", "abc", "99:99", "-1:00"])
def test_a_moment_that_is_none_is_told(session, owner, entry, sign_in: SignIn, text: str) -> None:
    made.film(session, entry)
    number = entry.number
    session.commit()
    answer = sign_in(owner.id).post(f"/en/entries/{number}/film/credits", data={"credits_from": text})
    assert answer.status_code == 422
    assert session.scalars(sa.select(Asset.credits_from_ms)).all() == [None]


def test_the_pages_around_files_ask_little(session, owner, entry, sign_in: SignIn, count_queries) -> None:
    made.film(session, entry)
    for slot in (Slot.SUBTITLE, Slot.TRAILER, Slot.POSTER, Slot.STILL, Slot.CONSENT, Slot.EVIDENCE):
        made.asset(session, entry, slot)
    number = entry.number
    session.commit()
    browser, costs = sign_in(owner.id), {}
    for path in ("/film", "/film/status", "/dock", "/clips", "/replacement"):
        browser.get(f"/en/entries/{number}{path}", headers=HTMX)
        count_queries()
        assert browser.get(f"/en/entries/{number}{path}", headers=HTMX).status_code == 200
        costs[path] = count_queries()
    assert max(costs.values()) <= 12, costs
