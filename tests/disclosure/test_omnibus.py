"""A work made of several films: each with its own answers, people and label, the whole computed from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import i18n
from portal.db import unit_of_work
from portal.disclosure import films, omnibus, queries, service
from portal.disclosure.answers import Answers, PersonShown, SharePicked, stamp
from portal.disclosure.codes import Base, Degree, PerformerKind, Scope, ShareMethod
from portal.disclosure.films import Head
from portal.disclosure.problems import Facts
from portal.disclosure.rows import answers_of, ledger_from
from portal.errors import Invalid
from portal.public.films import film as public_film
from tests.disclosure.declared import ACTRESS, SOUND, Desk, at_once, declare, desk, label_of, public_holds, stored

SECOND = Head("SECONDFILM", "둘째", "Second", ("한서윤", "Claire Moreau"))
THIRD = Head("THIRDFILM2", "셋째")
GENERATED = replace(
    SOUND,
    base=(Base.NONE,),
    picture_s=160,
    share=SharePicked(ShareMethod.TIMECODES, 160, 0),
    performers=(PersonShown("NQBQDY2345", PerformerKind.SYN),),
)


def save(session: Session, mine: Desk, film: str, answers: Answers) -> None:
    disclosure = service.of_entry(session, mine.entry.id)
    seen = stamp(answers_of(disclosure, film))
    service.save_draft(session, disclosure, answers, rev=seen, by=mine.by, film=film)


@pytest.fixture
def mine(session: Session) -> Desk:
    """A hybrid film with one replica, that became the first of an omnibus of two; the second is generated."""
    made = desk(session)
    session.commit()
    disclosure = declare(session, made, performers=(ACTRESS,))
    omnibus.add_film(session, disclosure, SECOND, by=made.by)
    save(session, made, SECOND.code, GENERATED)
    session.commit()
    return made


def codes(session: Session, mine: Desk) -> list[str]:
    return [head.code for head in films.heads(stored(session, mine).ledger)]


def test_the_whole_is_added_up_and_each_film_keeps_its_own(session: Session, mine: Desk) -> None:
    disclosure = stored(session, mine)
    first, second = codes(session, mine)
    assert second == SECOND.code
    assert answers_of(disclosure, first).performers == (ACTRESS,)
    assert answers_of(disclosure, second).performers == GENERATED.performers
    assert answers_of(disclosure).performers == ()
    with i18n.using("en"):
        label = label_of(session, mine.entry.id)
    assert label is not None
    assert label.numbers == "46% of picture time generated, 6% altered (from time-codes)"
    assert [(part.title, part.label.tier.name) for part in label.parts] == [("Film 1", "L2"), ("Second", "L4")]
    assert (disclosure.generated_bp, disclosure.altered_bp, disclosure.tier) == (4600, 600, 3)


def test_it_is_ready_only_when_every_film_is(session: Session, mine: Desk) -> None:
    left = queries.readiness(session, mine.entry.id, Facts())
    assert {one.field.split(".performers")[0] for one in left.blocking if "parts" in one.field} == {"parts.0"}
    save(session, mine, SECOND.code, replace(GENERATED, degrees={}))
    left = queries.readiness(session, mine.entry.id, Facts())
    assert "parts.1.degrees.VID" in [one.field for one in left.blocking]
    assert stored(session, mine).tier is None


def test_one_replica_without_consent_holds_the_whole_work(session: Session, mine: Desk) -> None:
    assert public_holds(session, [mine.entry.id]) == {mine.entry.id}
    save(session, mine, codes(session, mine)[0], replace(SOUND, performers=()))
    assert public_holds(session, [mine.entry.id]) == set()


def test_films_move_and_leave_with_their_people(session: Session, mine: Desk) -> None:
    disclosure, (first, second) = stored(session, mine), codes(session, mine)
    omnibus.move_film(session, disclosure, second, -1, by=mine.by)
    assert codes(session, mine) == [second, first]
    assert answers_of(stored(session, mine), first).performers == (ACTRESS,)
    omnibus.drop_film(session, stored(session, mine), first, by=mine.by)
    alone = stored(session, mine)
    assert films.heads(alone.ledger) == []
    assert [row.film for row in alone.performers] == [""]
    assert answers_of(alone).picture_s == 160
    assert not ledger_from(alone.ledger, alone.performers).is_omnibus


def test_the_signature_does_not_outlive_another_film(session: Session, mine: Desk) -> None:
    save(session, mine, "", replace(answers_of(stored(session, mine)), attested=True))
    assert stored(session, mine).attested_at is not None
    omnibus.add_film(session, stored(session, mine), THIRD, by=mine.by)
    assert stored(session, mine).attested_at is None
    assert "attestation" not in stored(session, mine).ledger


def test_a_film_without_a_title_is_told(session: Session, mine: Desk) -> None:
    with pytest.raises(Invalid, match="title"):
        omnibus.add_film(session, stored(session, mine), Head("NONAMEFILM"), by=mine.by)


def test_the_same_form_twice_and_two_at_a_time(session: Session, sessions: sessionmaker[Session], mine: Desk) -> None:
    def tab(head: Head) -> None:
        with unit_of_work(sessions) as own:
            omnibus.add_film(own, service.of_entry(own, mine.entry.id), head, by=mine.by)

    fourth = Head("FQURTHFILM", "넷째")
    assert at_once(lambda: tab(THIRD), lambda: tab(THIRD), lambda: tab(fourth)) == [None, None, None]
    session.expire_all()
    assert sorted(codes(session, mine)[2:]) == sorted([THIRD.code, fourth.code])


def test_answers_about_a_film_that_was_taken_out_are_told(session: Session, mine: Desk) -> None:
    with pytest.raises(Invalid, match="no longer part"):
        save(session, mine, "GQNEFILM23", GENERATED)


# ── the pages ──────────────────────────────────────────────────────────


@pytest.fixture
def browser(mine: Desk, sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    return sign_in(mine.owner.id)


def test_the_whole_lists_its_films_and_asks_only_what_is_common(browser: FlaskClient, mine: Desk) -> None:
    html = browser.get(f"/en/entries/{mine.entry.number}/ai").text
    assert f"/ai/films/{SECOND.code}" in html
    assert "Claire Moreau" in html
    assert 'name="attested"' in html
    assert 'name="degree-SCR"' not in html


def test_a_film_is_answered_on_its_own_page(session: Session, browser: FlaskClient, mine: Desk) -> None:
    address = f"/en/entries/{mine.entry.number}/ai/films/{SECOND.code}"
    html = browser.get(address).text
    assert 'name="attested"' not in html
    seen = html.split('name="rev" value="')[1].split('"')[0]
    sent = {f"degree-{scope}": "G" if scope in (Scope.VID, Scope.MUS) else "N" for scope in Scope}
    shots = {"length": "2:40", "base": "NONE", "method": "TIMECODES", "shots": "0:00,2:40,G"}
    answer = browser.post(address, data={**sent, **shots, "tools-0-name": "Suno", "rev": seen, "next": "1"})
    assert (answer.status_code, answer.location) == (303, f"/en/entries/{mine.entry.number}/ai#films")
    found = answers_of(stored(session, mine), SECOND.code)
    assert found.degrees[Scope.MUS] is Degree.G
    assert [(one.in_s, one.out_s) for one in found.share.shots] == [(0, 160)]
    assert browser.get(f"/en/entries/{mine.entry.number}/ai/films/NQSUCHFILM").status_code == 404


def test_films_are_added_named_and_taken_out_without_javascript(
    session: Session, browser: FlaskClient, mine: Desk
) -> None:
    address = f"/en/entries/{mine.entry.number}/ai/films"
    code = browser.get(address).text.rsplit('name="code" value="', 1)[1][:10]
    nothing = browser.post(address, data={"code": code, "title": "", "add": "1"})
    assert nothing.status_code == 422
    assert "Give the film a title" in nothing.text
    browser.post(address, data={"code": code, "title": "셋째", "directors": "김\n이", "add": "1"})
    assert films.heads(stored(session, mine).ledger)[2] == Head(code, "셋째", "", ("김", "이"))
    browser.post(address, data={"code": code, "title": "셋째", "title_en": "Third", "name": "1"})
    browser.post(address, data={"code": code, "up": "1"})
    assert codes(session, mine)[1] == code
    browser.post(address, data={"code": code, "drop": "1"})
    assert code not in codes(session, mine)
    assert public_film(session, mine.entry.number) is None
