"""The front and the pages of words: in both languages, before there is anything to show and after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock, i18n
from portal.calls.models import Regulations
from portal.disclosure.rules.presets import PRESETS
from portal.policies import Role, Scope
from portal.public.rules import ai_rules
from tests import builders
from tests.public.conftest import Festival


@pytest.mark.parametrize(
    ("header", "language"), [("ko-KR,ko;q=0.9", "ko"), ("en-US,en;q=0.8", "en"), ("fr-FR", "ko"), ("", "ko")]
)
def test_the_door_leads_to_the_visitors_language(client: FlaskClient, header: str, language: str) -> None:
    answer = client.get("/", headers={"Accept-Language": header})
    assert answer.headers["Location"] == f"/{language}/"


def test_the_door_prefers_the_persons_own_language(session: Session, sign_in) -> None:
    person = builders.person(session, language="en")
    session.commit()
    answer = sign_in(person.id).get("/", headers={"Accept-Language": "ko"})
    assert answer.headers["Location"] == "/en/"


def test_an_empty_portal_has_a_front(client: FlaskClient) -> None:
    assert "놀이터," in client.get("/ko/").text
    assert "Playground," in client.get("/en/").text


def test_the_front_shows_calls_and_films(client: FlaskClient, session: Session, festival: Festival) -> None:
    festival.edition.tagline_ko = "낮에도\n달은 <떠> 있다"
    film = festival.film("종이 고래")
    session.commit()
    text = client.get("/ko/").text
    assert "낮에도<br>달은 &lt;떠&gt; 있다" in text
    assert f"/ko/calls/{festival.call.slug}" in text
    assert "D-11" in text
    assert f"/ko/films/{film.number}" in text


def test_an_unpublished_edition_is_nobodys_business(client: FlaskClient, session: Session, festival: Festival) -> None:
    festival.edition.published_at, festival.edition.name_ko = None, "비밀 영화제"
    festival.film("비밀 영화")
    session.commit()
    assert "비밀" not in client.get("/ko/").text
    assert client.get("/ko/films").status_code == 404


def test_a_call_page_states_rules_dates_and_versions(client: FlaskClient, session: Session, festival: Festival) -> None:
    builders.category(session, festival.call, name_ko="배우 IP", max_seconds=900, ai_rules=PRESETS["PAN_ACTOR_IP"])
    session.add(Regulations(call_id=festival.call.id, version=2, text_ko="둘째 규정", text_en="Second rules"))
    session.commit()
    path = f"/ko/calls/{festival.call.slug}"
    text = client.get(path).text
    assert "크레디트 빼고 15분까지" in text
    assert "미성년자의 디지털 복제는 쓸 수 없어요" in text
    assert "둘째 규정" in text
    assert "Second rules" in client.get(path.replace("/ko/", "/en/")).text
    assert "<p>규정</p>" in client.get(f"{path}?version=1").text
    assert client.get(f"{path}?version=9").status_code == 404


def test_the_deadline_in_the_readers_own_zone(session: Session, festival: Festival, sign_in) -> None:
    person = builders.person(session, timezone="America/New_York")
    festival.call.closes_at = clock.now().replace(hour=14, minute=59) + timedelta(days=3)
    session.commit()
    text = sign_in(person.id).get(f"/ko/calls/{festival.call.slug}").text
    assert "23:59" in text
    assert "New York" in text


def test_a_call_before_its_time_is_for_the_desk(
    client: FlaskClient, session: Session, festival: Festival, sign_in
) -> None:
    festival.call.published_at = None
    organizer, stranger = builders.person(session), builders.person(session)
    builders.grant(session, organizer, Role.ORGANIZER, Scope.EDITION, festival.edition.id)
    session.commit()
    path = f"/ko/calls/{festival.call.slug}"
    assert sign_in(organizer.id).get(path).status_code == 200
    assert sign_in(stranger.id).get(path).status_code == 404
    assert client.get(path).headers["Location"].startswith("/ko/login")


@pytest.mark.parametrize("path", ["label", "access", "privacy"])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_pages_of_words_stand_in_both_languages(client: FlaskClient, language: str, path: str) -> None:
    text = client.get(f"/{language}/{path}").text
    assert f'<html lang="{language}"' in text
    other = "en" if language == "ko" else "ko"
    assert f'hreflang="{other}" href="/{other}/{path}"' in text


@pytest.mark.parametrize("name", sorted(PRESETS))
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_preset_can_be_told(name: str, language: str) -> None:
    with i18n.using(language):
        sentences = ai_rules(PRESETS[name])
    assert len(sentences) == len(PRESETS[name])
    assert all(sentence and "{" not in sentence for sentence in sentences)
