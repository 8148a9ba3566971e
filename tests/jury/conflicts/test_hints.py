"""Conflicts the portal sees by itself: each source with its evidence, and what is no evidence."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.disclosure.packs import service as packs
from portal.entries.models import Acquaintance, Credit, CreditRole, Entry, Member
from portal.jury.conflicts import hints, names, phrases
from portal.jury.conflicts import service as conflicts
from portal.jury.conflicts.models import Conflict, ConflictScope, ConflictSource, ConflictState
from portal.jury.rounds import setup
from portal.lifecycles import EntryState
from portal.policies import Role, Scope
from portal.school.models import Cohort, Enrolment
from tests import builders
from tests.jury.conftest import Jury


@pytest.fixture
def apart(jury: Jury, session: Session) -> Jury:
    """A round whose people have nothing to do with one another, so that only what is planted is found."""
    for n, person in enumerate([*jury.people, jury.maker]):
        person.email, person.native_name = f"person@domain{n}.kr", f"사람{'가나다라마바사'[n]}"
        person.latin_family, person.latin_given = "", f"Nobody{n}"
    session.flush()
    return jury


def found(session: Session, jury: Jury) -> list[tuple[int, int, ConflictSource, str]]:
    """(juror, film, source, kind) of every hint, by their places in the round."""
    jurors = {juror.id: n for n, juror in enumerate(jury.jurors)}
    films = {film.id: n for n, film in enumerate(jury.films)}
    rows = {
        (jurors[one.juror_id], films[one.entry_id], one.source, one.evidence["kind"])
        for one in hints.of_round(session, jury.round)
    }
    return sorted(rows)


def _credit(session: Session, film: Entry, name: str, role: CreditRole = CreditRole.COMPOSER) -> None:
    session.add(Credit(entry_id=film.id, position=0, role=role, native_name=name))
    session.flush()


def _own_maker(session: Session, film: Entry) -> None:
    """A maker who made no other film, so that nobody worked together on another."""
    maker = builders.person(session, email="own@own.kr", native_name="홀로", latin_family="", latin_given="Alone")
    film.owner_id = maker.id
    session.flush()


def test_people_who_have_nothing_to_do_with_one_another(apart: Jury, session: Session) -> None:
    assert found(session, apart) == []


def test_the_juror_who_made_a_film(apart: Jury, session: Session) -> None:
    apart.films[0].owner_id = apart.people[0].id
    invited = Member(entry_id=apart.films[1].id, email=apart.people[1].email, name="x", digest="d" * 64)
    invited.expires_at = apart.round.due_at
    session.add(invited)
    session.flush()
    assert found(session, apart) == [
        (0, 0, ConflictSource.COMPUTED, "same_person"),
        (1, 1, ConflictSource.COMPUTED, "same_person"),
    ]


def test_an_address_of_the_same_house_but_not_of_a_public_provider(apart: Jury, session: Session) -> None:
    apart.maker.email, apart.people[0].email = "maker@cs.school.kr", "juror@school.kr"
    apart.people[1].email = "one@naver.com"
    other = builders.person(session, email="two@naver.com", native_name="딴사람", latin_family="", latin_given="Xyzzy")
    apart.films[5].owner_id = other.id
    session.flush()
    assert found(session, apart) == [(0, n, ConflictSource.COMPUTED, "mail_domain") for n in range(5)]


@pytest.mark.parametrize("written", ["김 가을", " 김가을 ", unicodedata.normalize("NFD", "김가을"), "김-가을"])
def test_a_name_in_the_credits_however_it_is_written(apart: Jury, session: Session, written: str) -> None:
    _own_maker(session, apart.films[3])
    apart.people[2].native_name = "김가을"
    _credit(session, apart.films[3], written)
    assert found(session, apart) == [(2, 3, ConflictSource.COMPUTED, "credited")]


def test_a_latin_name_in_either_order(apart: Jury, session: Session) -> None:
    _own_maker(session, apart.films[3])
    apart.people[2].latin_family, apart.people[2].latin_given = "Han", "Seo-yun"
    session.add(
        Credit(entry_id=apart.films[3].id, position=0, role=CreditRole.EDITOR, native_name="?", latin_name="SEOYUN HAN")
    )
    session.flush()
    assert found(session, apart) == [(2, 3, ConflictSource.COMPUTED, "credited")]


def test_a_namesake_is_a_hint_and_no_more(apart: Jury, session: Session) -> None:
    apart.people[0].native_name = apart.maker.native_name
    session.flush()
    conflicts.compute(session, apart.round, by=apart.actor(apart.chair))
    rows = session.scalars(sa.select(Conflict)).all()
    assert {one.status for one in rows} == {ConflictState.HINTED}
    assert {one.evidence[0]["kind"] for one in rows} == {"same_name"}


def test_juror_and_maker_named_on_a_film_of_an_earlier_edition(apart: Jury, session: Session) -> None:
    earlier = builders.call(session, builders.edition(session))
    director = builders.person(session, native_name="윤감독", latin_family="", latin_given="Qwerty")
    past = builders.entry(session, earlier, director, state=EntryState.ELIGIBLE, title_ko="옛 영화")
    _credit(session, past, apart.people[4].native_name)
    _credit(session, apart.films[2], "윤 감독", CreditRole.DIRECTOR)
    assert found(session, apart) == [(4, 2, ConflictSource.COMPUTED, "together")]
    told = next(iter(hints.of_round(session, apart.round))).evidence
    assert "옛 영화" in phrases.evidence(told)


def test_a_draft_of_somebody_connects_nobody(apart: Jury, session: Session) -> None:
    earlier = builders.call(session, builders.edition(session))
    draft = builders.entry(session, earlier, apart.maker)
    _credit(session, draft, apart.people[4].native_name)
    assert found(session, apart) == []


def _cohort(session: Session, jury: Jury) -> Cohort:
    made = Cohort(
        edition_id=jury.edition.id,
        call_id=jury.call.id,
        name_ko="7기",
        name_en="7th",
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 1, 1),
    )
    session.add(made)
    session.flush()
    return made


def test_mentors_students_and_former_classmates(apart: Jury, session: Session) -> None:
    own, former = _cohort(session, apart), _cohort(session, apart)
    apart.films[0].cohort_id = own.id
    builders.grant(session, apart.people[0], Role.MENTOR, Scope.COHORT, own.id).ended_at = apart.round.due_at
    session.add(Enrolment(cohort_id=own.id, person_id=apart.people[1].id))
    session.add(Enrolment(cohort_id=former.id, person_id=apart.people[2].id))
    student = builders.person(session, email="s@other.kr", native_name="학생", latin_family="", latin_given="Plugh")
    apart.films[3].owner_id = student.id
    session.add(Enrolment(cohort_id=former.id, person_id=student.id))
    session.flush()
    assert found(session, apart) == [
        (0, 0, ConflictSource.MENTOR, "mentor"),
        (1, 0, ConflictSource.COMPUTED, "classmates"),
        (2, 3, ConflictSource.COMPUTED, "classmates"),
    ]


def test_the_employer_in_the_credits_or_in_an_address(apart: Jury, session: Session) -> None:
    apart.jurors[0].employer, apart.jurors[1].employer = "(주)별빛 스튜디오", "Starlight Co., Ltd."
    _credit(session, apart.films[1], "별빛스튜디오", CreditRole.PRODUCER)
    other = builders.person(session, email="a@starlight.co.kr", native_name="빛나", latin_family="", latin_given="Zzz")
    apart.films[2].owner_id = other.id
    session.flush()
    assert found(session, apart) == [
        (0, 1, ConflictSource.COMPUTED, "employer_credited"),
        (1, 2, ConflictSource.COMPUTED, "employer_domain"),
    ]


def _lend(session: Session, jury: Jury) -> None:
    draft = packs.PackDraft(
        "얼굴", "Face", "Starlight", date(2099, 1, 1), ("starlight.example",), ("agent@else.example",)
    )
    packs.save(session, jury.films[0].category_id, draft, by=jury.actor(jury.chair))


def test_who_works_for_the_owner_of_the_material_is_out_for_certain(apart: Jury, session: Session) -> None:
    _lend(session, apart)
    apart.people[0].email, apart.people[1].email = "casting@starlight.example", "agent@else.example"
    apart.jurors[2].employer = "Starlight Inc."
    session.flush()
    conflicts.compute(session, apart.round, by=apart.actor(apart.chair))
    rows = session.scalars(sa.select(Conflict).where(Conflict.source == ConflictSource.IP_OWNER)).all()
    states = {(one.juror_id, one.status) for one in rows}
    confirmed, hinted = ConflictState.CONFIRMED, ConflictState.HINTED
    seats = [juror.id for juror in apart.jurors]
    assert states == {(seats[0], confirmed), (seats[1], confirmed), (seats[2], hinted)}
    assert len(rows) == 3 * len(apart.films)


def test_whom_the_makers_named_by_address_or_by_name(apart: Jury, session: Session) -> None:
    apart.people[1].native_name = "박하늘"
    for film, name, email in ((0, "아무개", apart.people[0].email.upper()), (1, "박 하늘", ""), (2, "모르는 이", "")):
        session.add(Acquaintance(entry_id=apart.films[film].id, name=name, email=email, reason="옛 동료예요"))
    session.flush()
    assert found(session, apart) == [
        (0, 0, ConflictSource.ENTRANT, "told_address"),
        (1, 1, ConflictSource.ENTRANT, "told_name"),
    ]
    conflicts.compute(session, apart.round, by=apart.actor(apart.chair))
    rows = session.scalars(sa.select(Conflict)).all()
    assert {(one.status, one.reason) for one in rows} == {(ConflictState.HINTED, "옛 동료예요")}


def test_what_was_confirmed_in_an_earlier_round_holds_in_the_next(apart: Jury, session: Session) -> None:
    first = setup.make_round(
        session, apart.call, name_ko="본심", name_en="Final", due_at=apart.round.due_at, by=apart.actor(apart.chair)
    )
    session.refresh(first, ["panels"])
    seat = setup.seat_juror(
        session, first, first.panels[0], apart.people[3].id, languages=[], genres=[], by=apart.actor(apart.chair)
    )
    told = {"source": ConflictSource.JUROR, "scope": ConflictScope.TEAM, "reason": "형제"}
    for state, film in ((ConflictState.CONFIRMED, 4), (ConflictState.DISMISSED, 5)):
        session.add(Conflict(juror_id=seat.id, entry_id=apart.films[film].id, status=state, **told))
    session.flush()
    conflicts.compute(session, apart.round, by=apart.actor(apart.chair))
    row = session.scalars(sa.select(Conflict).where(Conflict.juror_id == apart.jurors[3].id)).one()
    assert (row.entry_id, row.status, row.scope, row.reason) == (
        apart.films[4].id,
        ConflictState.CONFIRMED,
        ConflictScope.TEAM,
        "형제",
    )


def test_several_hints_about_a_pair_are_one_row_with_all_its_evidence(apart: Jury, session: Session) -> None:
    apart.people[0].email = "juror@domain6.kr"
    _credit(session, apart.films[0], apart.people[0].native_name)
    conflicts.compute(session, apart.round, by=apart.actor(apart.chair))
    row = session.scalars(
        sa.select(Conflict).where(Conflict.juror_id == apart.jurors[0].id, Conflict.entry_id == apart.films[0].id)
    ).one()
    assert {one["kind"] for one in row.evidence} == {"mail_domain", "credited"}
    assert all(phrases.evidence(one) for one in row.evidence)


def test_looking_asks_no_more_for_more_films(apart: Jury, session: Session, count_queries: Callable[[], int]) -> None:
    conflicts.compute(session, apart.round, by=apart.actor(apart.chair))
    session.commit()
    count_queries()
    conflicts.compute(session, apart.round, by=apart.actor(apart.chair))
    few = count_queries()
    session.commit()
    for _ in range(10):
        film = builders.entry(session, apart.call, apart.maker, state=EntryState.ELIGIBLE, runtime_s=100)
        _credit(session, film, apart.people[0].native_name)
    session.commit()
    count_queries()
    conflicts.compute(session, apart.round, by=apart.actor(apart.chair))
    assert count_queries() <= few + 1  # the insert of what is new


_LETTERS = st.text(st.characters(codec="utf-8", categories=("L", "M")), min_size=2, max_size=12)


@given(_LETTERS, st.lists(st.sampled_from([" ", "-", "·", "\u3000"]), max_size=4), st.data())
def test_a_name_is_the_same_however_it_is_composed_spaced_or_cased(
    name: str, marks: list[str], data: st.DataObject
) -> None:
    spread = name
    for mark in marks:
        at = data.draw(st.integers(0, len(spread)))
        if at < len(spread) and unicodedata.combining(spread[at]):
            continue  # a mark between a letter and its accent makes another letter
        spread = f"{spread[:at]}{mark}{spread[at:]}"
    assert names.key(unicodedata.normalize("NFD", spread)) == names.key(unicodedata.normalize("NFC", spread))
    assert names.key(name.casefold()) == names.key(name)


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=2, max_size=6), st.data())
def test_spaces_and_marks_between_hangul_change_nothing(name: str, data: st.DataObject) -> None:
    parts = [f"{letter}{data.draw(st.sampled_from(['', ' ', '-', '·', '　']))}" for letter in name]
    assert names.key("".join(parts)) == names.key(name) == name


def test_too_short_a_name_tells_nobody() -> None:
    assert names.key("김") == names.key(" ") == ""
    assert names.company("(주)") == ""


def test_a_person_without_a_latin_name_has_no_empty_key() -> None:
    assert names.person_keys("한서윤") == {"한서윤"}
    assert Person(native_name="한서윤", latin_family="Han", latin_given="Seo-yun").latin_name == "HAN Seo-yun"
