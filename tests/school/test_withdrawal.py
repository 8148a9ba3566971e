"""A guardian takes the consent back: the film leaves the class, the festival and every open player at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.disclosure.consent import guardians as guardians_of_film
from portal.entries import service
from portal.entries.classroom import promotion
from portal.entries.classroom.queries import ClassFilm
from portal.entries.forms import DECLARATIONS
from portal.entries.models import Entry
from portal.lifecycles import EntryState
from portal.media import reel
from portal.policies import VISITOR, Role, Scope
from portal.programme.queries import Gap, gaps
from portal.school import service as classes
from portal.school.guardians import service as guardians
from portal.school.guardians.models import GuardianConsent
from portal.school.models import Enrolment
from tests import builders
from tests.disclosure.declared import public_holds
from tests.entries import made
from tests.school import frozen
from tests.school.frozen import Class
from tests.school.test_promotion import place

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def film(session: Session, where: Class) -> ClassFilm:
    return frozen.handed_in(session, where, where.students[0])


@pytest.fixture
def given(session: Session, where: Class, film: ClassFilm) -> GuardianConsent:
    frozen.under_age(session, where, where.students[1])
    return frozen.consented(session, where, where.students[1])


def entered(session: Session, where: Class, film: ClassFilm) -> Entry:
    """The film in the festival's call, handed in."""
    draft = promotion.promote(session, film, *place(session, where), by=where.by(), at=clock.now())
    session.commit()
    entry = made.found(session, draft.number)
    service.submit(session, entry, list(DECLARATIONS), by=where.by(), at=clock.now())
    session.commit()
    return entry


def test_a_film_in_the_festival_is_held_until_a_guardian_agrees_again(
    session: Session, where: Class, film: ClassFilm, given: GuardianConsent, sign_in: SignIn
) -> None:
    entry, juror, programmer = entered(session, where, film), builders.person(session), builders.person(session)
    builders.grant(session, juror, Role.JUROR, Scope.EDITION, where.edition.id)
    builders.grant(session, programmer, Role.PROGRAMMER, Scope.EDITION, where.edition.id)
    viewer, films = builders.actor(juror), [film.entry.id, entry.id]

    def stand() -> tuple[set[int], bool, bool]:
        session.commit()
        missing = Gap.GUARDIAN in gaps(session, [entry.id])[entry.id]
        return public_holds(session, films), reel.of_entry(session, entry.id, viewer=viewer) is None, missing

    assert stand() == (set(), False, False)
    guardians.revoke(session, given, by=VISITOR)
    assert stand() == (set(films), True, True)
    programmer_id, number = programmer.id, entry.number
    session.commit()
    desk = sign_in(programmer_id)
    assert number in desk.get("/ko/ops/holds").text
    assert "보호자 동의가 빠져 있어요" in desk.get(f"/ko/ops/entries/{number}/holds").text
    frozen.consented(session, where, where.students[1])
    assert stand() == (set(), False, False)


def test_a_film_that_plays_in_a_classmates_browser_stops(
    session: Session, where: Class, film: ClassFilm, given: GuardianConsent, sign_in: SignIn
) -> None:
    classmate, page = frozen.another_team(session, where).id, f"/ko/school/films/{film.entry.number}"
    session.commit()
    browser = sign_in(classmate)
    links = set(re.findall(r'(/media/[^"/ ]+)', browser.get(page).text))

    def answers() -> set[int]:
        found = set()
        for link in links:
            with browser.get(link) as answer:
                found.add(answer.status_code)
        return found

    assert answers() == {200}
    guardians.revoke(session, given, by=VISITOR)
    session.commit()
    assert (browser.get(page).status_code, answers()) == (404, {404})


@pytest.mark.parametrize("leave", ["the team", "the class"])
def test_a_no_outlasts_the_place_in_team_and_class(
    session: Session, where: Class, film: ClassFilm, given: GuardianConsent, leave: str
) -> None:
    student, by = where.students[1], made.by(where.mentor)
    entry = entered(session, where, film)
    films, of_class = [film.entry.id, entry.id], {"cohort_id": where.cohort.id, "state": EntryState.SUBMITTED}
    another = builders.entry(session, place(session, where)[0], where.students[2], **of_class)
    if leave == "the team":
        classes.move(session, frozen.place_of(session, student), None, seen=where.team.id, by=by)
    else:
        classes.take_out(session, frozen.place_of(session, student), by=by)
    session.commit()
    assert public_holds(session, films) == set()
    guardians.revoke(session, session.get_one(GuardianConsent, given.id), by=VISITOR)
    session.commit()
    assert public_holds(session, [*films, another.id]) == set(films), "a film of others is none of it"
    assert guardians_of_film.lacking(session, entry.id) == [student.native_name]
    assert guardians_of_film.lacking(session, another.id) == []
    if leave == "the class":
        session.add(Enrolment(cohort_id=where.cohort.id, person_id=student.id))
        session.flush()
    frozen.consented(session, where, student)
    assert public_holds(session, films) == set()


def test_another_film_is_not_of_who_left_before_but_a_cut_in_its_place_is(
    session: Session, where: Class, film: ClassFilm
) -> None:
    entry, student = made.found(session, film.entry.number), where.students[1]
    frozen.under_age(session, where, student)
    classes.move(session, frozen.place_of(session, student), None, seen=where.team.id, by=made.by(where.mentor))
    assert guardians_of_film.lacking(session, entry.id) == [student.native_name]
    classes.keep_students(session, entry.id, "d" * 64)
    classes.note_students(session, entry.id, where.team.id, "d" * 64)
    assert guardians_of_film.lacking(session, entry.id) == [student.native_name]
    classes.note_students(session, entry.id, where.team.id, "e" * 64)
    assert guardians_of_film.lacking(session, entry.id) == []
