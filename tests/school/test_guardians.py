"""Guardians: age to the day, one question at a time, answers by link and on paper, and films that wait for them."""

from __future__ import annotations

import random
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.audit import AuditRecord
from portal.disclosure.consent import guardians as words
from portal.entries import queries as entry_queries
from portal.entries import service as entries
from portal.entries.forms import DECLARATIONS
from portal.errors import Invalid
from portal.lifecycles import EntryState, GuardianState
from portal.mail.models import OutgoingMail
from portal.policies import VISITOR, Role, Scope
from portal.school import service as classes
from portal.school.guardians import queries, service
from portal.school.guardians.age import age, born_too_late, under_age
from portal.school.guardians.models import GuardianConsent
from portal.school.models import Enrolment
from portal.school.roster import Student
from tests import builders
from tests.entries import made
from tests.school import frozen
from tests.school.test_classes import SignIn, cohort_of

FIRST_DAY = date(2027, 2, 18)
MOTHER = service.Guardian("한영희", "mother@example.test")


@pytest.mark.parametrize(
    ("born_on", "on", "years"),
    [
        (date(2008, 2, 29), date(2027, 2, 28), 18),
        (date(2008, 2, 29), date(2027, 3, 1), 19),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (date(2008, 2, 18), FIRST_DAY, 19),
        (date(2008, 2, 19), FIRST_DAY, 18),
        (date(2027, 2, 19), FIRST_DAY, -1),
    ],
)
def test_a_year_is_complete_when_its_last_day_has_ended(born_on: date, on: date, years: int) -> None:
    assert age(born_on, on) == years


def test_the_database_asks_by_the_same_rule(session: Session) -> None:
    around = [date(2008, 2, 28), date(2008, 2, 29), date(2008, 3, 1), date(2009, 2, 28), date(2009, 3, 1)]
    pairs = [(born, on) for born in around for on in (date(2027, 2, 28), date(2027, 3, 1), date(2028, 2, 29))]
    day = random.Random(19)
    pairs += [(date(2008, 1, 1) + timedelta(day.randrange(900)), FIRST_DAY) for _ in range(60)]
    asked = [born_too_late(sa.literal(born, sa.Date), sa.literal(on, sa.Date)) for born, on in pairs]
    assert list(session.execute(sa.select(*asked)).one()) == [under_age(born, on) for born, on in pairs]


@pytest.fixture
def place(session: Session) -> Enrolment:
    """A girl of sixteen in a team of a class with minors."""
    cohort = cohort_of(session, builders.edition(session, starts_on=FIRST_DAY))
    cohort.minors = True
    office = builders.person(session)
    builders.grant(session, office, Role.ORGANIZER, Scope.EDITION, cohort.edition_id)
    girl = Student("girl@example.test", "한서윤", team="낮달", born_on=date(2010, 5, 1))
    grown = Student("grown@example.test", "김도윤", team="낮달", born_on=date(2008, 2, 18))
    classes.enrol(session, cohort, [girl, grown], by=builders.actor(office))
    found = queries.matrix(session, cohort)[0].place
    session.refresh(found, ["cohort"])
    return found


def office_of(session: Session, place: Enrolment):
    return builders.actor(builders.person(session))


def mails(session: Session, kind: str) -> list[OutgoingMail]:
    return list(session.scalars(sa.select(OutgoingMail).filter_by(kind=kind).order_by(OutgoingMail.id)))


def lacking(session: Session, place: Enrolment) -> list[str]:
    return [one.name for one in queries.missing(session, place.cohort_id)]


def test_only_who_is_under_age_on_the_first_day_or_of_unknown_age_lacks_a_consent(session, place) -> None:
    assert lacking(session, place) == ["한서윤"]
    other = session.scalars(sa.select(Enrolment).where(Enrolment.id != place.id)).one()
    other.born_on = None
    session.flush()
    assert lacking(session, place) == ["김도윤", "한서윤"]
    assert [one.name for one in queries.missing(session, place.cohort_id, person_id=other.person_id)] == ["김도윤"]
    place.cohort.minors = False
    session.flush()
    assert lacking(session, place) == []


def test_a_guardian_is_asked_once_signs_once_and_may_take_it_back(session, place) -> None:
    by = office_of(session, place)
    first = service.ask(session, place, MOTHER, by=by)
    assert service.ask(session, place, MOTHER, by=by) is first
    assert "한서윤" in first.text
    assert re.search(r"Class 3", first.text)
    for _ in range(2):
        service.sign(session, first, "한영희", by=VISITOR)
    assert lacking(session, place) == []
    with pytest.raises(Invalid):
        service.ask(session, place, service.Guardian("누구", "b@example.test"), by=by)
    for _ in range(2):
        service.revoke(session, first, by=VISITOR)
    session.commit()
    assert lacking(session, place) == ["한서윤"]
    kinds = ("guardian_request", "guardian_copy", "guardian_answered")
    assert [len(mails(session, kind)) for kind in kinds] == [1, 1, 1]
    assert " ".join(first.text.split()) in " ".join(mails(session, "guardian_copy")[0].text.split())
    verbs = session.scalars(sa.select(AuditRecord.verb).filter_by(subject_kind="guardian_consents")).all()
    assert verbs[0] == "guardian.asked"
    assert len(verbs) == 3


def test_asking_another_guardian_voids_the_first_link_and_reminders_leave_once_a_day(session, place) -> None:
    by = office_of(session, place)
    first = service.ask(session, place, MOTHER, by=by)
    second = service.ask(session, place, service.Guardian("한철수", "father@example.test"), by=by)
    assert (first.state, second.state) == (GuardianState.REVOKED, GuardianState.ASKED)
    with pytest.raises(Invalid):
        service.sign(session, first, "한영희", by=VISITOR)
    for _ in range(2):
        assert service.remind(session, place.cohort, by=by) == 1
    assert [mail.recipient for mail in mails(session, "guardian_request")] == [
        "mother@example.test",
        "father@example.test",
        "father@example.test",
    ]


def test_all_who_have_an_address_are_asked_at_once(session, place) -> None:
    by = office_of(session, place)
    assert service.ask_missing(session, place.cohort, language="ko", by=by) == service.Asked(0, 1)
    place.guardian_name, place.guardian_email = MOTHER.name, MOTHER.email
    session.flush()
    assert service.ask_missing(session, place.cohort, language="ko", by=by) == service.Asked(1, 0)
    assert service.ask_missing(session, place.cohort, language="ko", by=by) == service.Asked(0, 0)


def test_a_paper_is_noted_with_its_place_and_ends_the_question(session, place) -> None:
    by = office_of(session, place)
    asked = service.ask(session, place, MOTHER, by=by)
    with pytest.raises(Invalid):
        service.note_paper(session, place, name="한영희", note="", by=by)
    for _ in range(2):
        assert service.note_paper(session, place, name="한영희", note="교무실, 3번 파일", by=by) is asked
    assert asked.state is GuardianState.PAPER
    assert lacking(session, place) == []


def test_signing_and_refusing_at_once_leave_one_answer(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        cohort = cohort_of(session, builders.edition(session))
        by = builders.actor(builders.person(session))
        classes.enrol(session, cohort, [Student("girl@example.test", "한서윤")], by=by)
        place = session.scalars(sa.select(Enrolment)).one()
        consent_id = service.ask(session, place, MOTHER, by=by).id

    def answer(yes: bool) -> None:
        with sessions.begin() as session:
            consent = session.get_one(GuardianConsent, consent_id)
            if yes:
                service.sign(session, consent, "한영희", by=VISITOR)
            else:
                service.refuse(session, consent, by=VISITOR)

    with ThreadPoolExecutor(2) as pool:
        outcomes = [job.exception() for job in [pool.submit(answer, yes) for yes in (True, False)]]
    assert sorted(type(outcome) for outcome in outcomes if outcome) == [Invalid]
    with sessions() as session:
        state = session.get_one(GuardianConsent, consent_id).state
        told = [len(mails(session, kind)) for kind in ("guardian_copy", "guardian_answered")]
    assert (state, told) in [(GuardianState.SIGNED, [1, 0]), (GuardianState.REFUSED, [0, 1])]


def test_two_who_ask_at_once_ask_once(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        cohort = cohort_of(session, builders.edition(session))
        by = builders.actor(builders.person(session))
        classes.enrol(session, cohort, [Student("girl@example.test", "한서윤")], by=by)
        place_id = session.scalars(sa.select(Enrolment.id)).one()

    def ask(_: int) -> int:
        with sessions.begin() as session:
            return service.ask(session, session.get_one(Enrolment, place_id), MOTHER, by=by).id

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(ask, range(2)))) == 1


def test_a_film_waits_for_the_guardians_of_its_team_and_the_mentor_sees_whose(session, place, sign_in: SignIn) -> None:
    cohort = place.cohort
    mentor, maker = builders.person(session), session.get_one(Enrolment, place.id).person_id
    builders.grant(session, mentor, Role.MENTOR, Scope.COHORT, cohort.id)
    student = session.get_one(type(mentor), maker)
    call = entry_queries.call_of(session, cohort.call_id)
    film = made.whole(session, call, student, cohort_id=cohort.id, team_id=place.team_id)
    assert entries.submit(session, film, list(DECLARATIONS), by=made.by(student), at=clock.now()) is None
    consent = service.ask(session, place, MOTHER, by=office_of(session, place))
    session.commit()
    number, browser = film.number, sign_in(mentor.id)
    assert "한서윤" in browser.get(f"/ko/school/entries/{number}").text
    refused = browser.post(f"/ko/school/entries/{number}/approve", data={"note": ""})
    assert (refused.status_code, "한서윤" in refused.text) == (422, True)
    service.sign(session, session.get_one(GuardianConsent, consent.id), "한영희", by=VISITOR)
    session.commit()
    assert browser.post(f"/ko/school/entries/{number}/approve", data={"note": ""}).status_code == 302
    assert made.found(session, number).state == EntryState.SUBMITTED


def test_whoever_joined_from_another_team_is_asked_for_before_handing_in_too(session) -> None:
    where = frozen.school(session)
    guest = frozen.another_team(session, where)
    call = entry_queries.call_of(session, where.cohort.call_id)
    film = made.whole(session, call, where.students[0], cohort_id=where.cohort.id, team_id=where.team.id)
    frozen.joined(session, film, guest)
    frozen.under_age(session, where, guest)
    another = builders.entry(session, call, where.students[1], cohort_id=where.cohort.id)
    assert words.lacking(session, film.id) == [guest.native_name]
    assert words.lacking(session, another.id) == []
    entries.submit(session, film, list(DECLARATIONS), by=where.by(), at=clock.now())
    with pytest.raises(Invalid) as refused:
        entries.approve(session, film, "", by=made.by(where.mentor), at=clock.now())
    assert guest.native_name in refused.value.message


def test_the_link_needs_no_account_and_the_office_sees_the_matrix(session, place, client, sign_in: SignIn) -> None:
    organizer = builders.person(session)
    builders.grant(session, organizer, Role.ORGANIZER, Scope.EDITION, place.cohort.edition_id)
    code, person_id = place.cohort.code, place.person_id
    session.commit()
    desk = sign_in(organizer.id)
    student = f"/ko/ops/school/{code}/students/{person_id}"
    data = {"ask_name": "한영희", "ask_email": "Mother@example.org", "ask_language": "en"}
    for _ in range(2):
        assert desk.post(f"{student}/guardian", data=data).status_code == 302
    link = mails(session, "guardian_request")[0].path
    session.rollback()
    page = client.get(link)
    assert page.headers["Cache-Control"] == "no-store"
    assert "As the guardian of the student 한서윤" in page.text
    assert client.post(link, data={"signed_name": " "}).status_code == 422
    for _ in range(2):
        assert client.post(link, data={"signed_name": "한영희"}).status_code == 303
    assert client.get(f"{link}x").status_code == 410
    matrix = desk.get(f"/ko/ops/school/{code}/guardians")
    assert "링크로 서명" in matrix.text
    looked = session.scalars(sa.select(AuditRecord.verb).filter_by(actor_id=organizer.id)).all()
    assert "guardians.viewed" in looked
    session.rollback()
    assert client.post(f"{link}/revoke").status_code == 303
    assert "동의를 철회하셨어요" in client.get(link.replace("/en/", "/ko/")).text
    printed = desk.get(f"/ko/ops/school/{code}/guardians/forms")
    assert printed.data.startswith(b"%PDF")
