"""Classes: enrolled from a list, mentored, signed off before anything counts; mentors never edit."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.accounts.models import Invitation, Person
from portal.accounts.queries import grants_of
from portal.calls.models import CallKind
from portal.entries import queries, service
from portal.entries.forms import DECLARATIONS
from portal.entries.models import Entry, Receipt
from portal.errors import Invalid
from portal.lifecycles import EntryState
from portal.mail.models import OutgoingMail
from portal.policies import Grant, Role, Scope
from portal.school import queries as school
from portal.school import service as classes
from portal.school.models import Cohort, Enrolment, SignOff, Team
from portal.school.roster import Student
from tests import builders
from tests.entries import made

SignIn = Callable[..., FlaskClient]
LIST = [
    Student("a@example.test", "가", team="낮달"),
    Student("b@example.test", "나", team="낮달"),
    Student("c@example.test", "다"),
]


def cohort_of(session: Session, edition, **values) -> Cohort:
    call = builders.call(session, edition, kind=CallKind.SCHOOL, name_en="School call")
    made_ = Cohort(
        edition_id=edition.id,
        call_id=call.id,
        name_ko="3기",
        name_en="Class 3",
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 1, 31),
    )
    session.add(made_)
    session.flush()
    return made_


@pytest.fixture
def edition(session: Session):
    return builders.edition(session)


@pytest.fixture
def cohort(session: Session, edition) -> Cohort:
    return cohort_of(session, edition)


@pytest.fixture
def organizer(session: Session, edition) -> Person:
    person = builders.person(session)
    builders.grant(session, person, Role.ORGANIZER, Scope.EDITION, edition.id)
    return person


@pytest.fixture
def mentor(session: Session, cohort: Cohort) -> Person:
    person = builders.person(session)
    builders.grant(session, person, Role.MENTOR, Scope.COHORT, cohort.id)
    return person


@pytest.fixture
def student(session: Session, cohort: Cohort) -> Person:
    classes.enrol(
        session, cohort, [Student("s@example.org", "학생", team="낮달")], by=builders.actor(builders.person(session))
    )
    return session.scalars(sa.select(Person).filter_by(email="s@example.org")).one()


@pytest.fixture
def entry(session: Session, cohort: Cohort, student: Person) -> Entry:
    call = queries.call_of(session, cohort.call_id)
    return made.whole(session, call, student, cohort_id=cohort.id)


def test_a_list_is_enrolled_once_and_a_later_list_moves_teams(session, cohort, organizer) -> None:
    by = builders.actor(organizer)
    known = builders.person(session, email="c@example.test", native_name="먼저 온 이름")
    assert classes.enrol(session, cohort, LIST, by=by) == 3
    assert classes.enrol(session, cohort, [*LIST[:2], Student("c@example.test", "다", team="새벽")], by=by) == 0
    session.commit()
    assert {row.email: row.team for row in school.roster(session, cohort.id)} == {
        "a@example.test": "낮달",
        "b@example.test": "낮달",
        "c@example.test": "새벽",
    }
    assert session.get_one(Person, known.id).native_name == "먼저 온 이름"
    assert Grant(Role.STUDENT, Scope.COHORT, cohort.id) in grants_of(session, known.id)
    assert sorted(session.scalars(sa.select(OutgoingMail.kind))) == ["enrolled"] * 3


def test_the_same_list_twice_at_once_enrols_everybody_once(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        cohort_id = cohort_of(session, builders.edition(session)).id
        by = builders.actor(builders.person(session))

    def enrol(_: int) -> int:
        with sessions.begin() as session:
            return classes.enrol(session, session.get_one(Cohort, cohort_id), LIST, by=by)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(enrol, range(2))) == [0, 3]
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 3
        assert session.scalar(sa.select(sa.func.count()).select_from(Team)) == 1


def test_the_organizer_looks_through_a_list_before_it_counts(session, cohort, organizer, sign_in: SignIn) -> None:
    session.commit()
    browser, path = sign_in(organizer.id), f"/ko/ops/school/{cohort.code}"
    text = "이름,이메일,팀\n한서윤,han@example.org,낮달\n"
    preview = browser.post(f"{path}/preview", data={"list": (io.BytesIO(text.encode("cp949")), "명단.csv")})
    assert preview.status_code == 200
    assert "han@example.org" in preview.text
    assert session.scalars(sa.select(Enrolment)).all() == []
    session.rollback()
    kept = re.search(r'<textarea[^>]*name="list"[^>]*>([^<]*)</textarea>', preview.text)[1]
    for _ in range(2):
        assert browser.post(f"{path}/enrol", data={"list": kept}).status_code == 302
    assert "han@example.org" in browser.get(path).text
    bad = browser.post(f"{path}/preview", data={"list": (io.BytesIO(b"name,email\nA,nonsense\n"), "a.csv")})
    assert bad.status_code == 422
    assert "nonsense" in bad.text
    assert browser.post(f"{path}/preview", data={}).status_code == 422
    assert browser.post(f"{path}/enrol", data={"list": "x"}).status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 1


def test_a_class_is_made_once_with_days_in_order(session, edition, organizer, sign_in: SignIn) -> None:
    call = builders.call(session, edition, kind=CallKind.SCHOOL)
    festival = builders.call(session, edition)
    session.commit()
    browser = sign_in(organizer.id)
    form = {"name_ko": "4기", "name_en": "Class 4", "call": call.id, "starts_on": "2026-09-01", "ends_on": "2027-01-31"}
    first, second = (browser.post("/ko/ops/school", data=form) for _ in range(2))
    assert first.location == second.location
    for wrong in (
        {"ends_on": "2026-01-01"},
        {"starts_on": "soon"},
        {"call": festival.id},
        {"call": "x"},
        {"name_ko": ""},
    ):
        answer = browser.post("/ko/ops/school", data=form | wrong)
        assert answer.status_code == 422, wrong
        assert 'id="errsum"' in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Cohort)) == 1


def test_a_mentor_is_invited_and_a_student_cannot_be_one(session, cohort, organizer, student, sign_in: SignIn) -> None:
    session.commit()
    browser, path = sign_in(organizer.id), f"/en/ops/school/{cohort.code}/mentors"
    assert browser.post(path, data={"name": "Lee", "email": "Lee@example.org"}).status_code == 302
    refused = browser.post(path, data={"name": "S", "email": "s@example.org"})
    assert refused.status_code == 422
    assert "cannot be its mentor" in refused.text
    offered = session.scalars(sa.select(Invitation)).one()
    assert (offered.email, offered.role, offered.scope_id) == ("lee@example.org", Role.MENTOR, cohort.id)


def test_classes_are_managed_by_their_own_organizers(session, cohort, mentor, student, sign_in: SignIn) -> None:
    foreign = builders.person(session)
    builders.grant(session, foreign, Role.ORGANIZER, Scope.EDITION, builders.edition(session).id)
    session.commit()
    for person in (mentor, student, foreign):
        browser = sign_in(person.id)
        for path in ("", "/mentors", "/preview", "/enrol"):
            method = browser.get if not path else browser.post
            assert method(f"/ko/ops/school/{cohort.code}{path}").status_code == 404


def test_a_students_entry_goes_to_the_mentor_first(session, cohort, mentor, student, entry) -> None:
    at = clock.now() - timedelta(minutes=1)
    for _ in range(2):
        assert service.submit(session, entry, list(DECLARATIONS), by=made.by(student), at=at) is None
    session.commit()
    assert entry.state == EntryState.MENTOR_REVIEW
    assert session.scalars(sa.select(Receipt)).all() == []
    mails = session.scalars(sa.select(OutgoingMail).filter_by(kind="mentor_review")).all()
    assert [mail.recipient for mail in mails] == [mentor.email]


def test_approval_hands_the_entry_in_at_the_moment_its_maker_did(session, cohort, mentor, student, entry) -> None:
    call = queries.call_of(session, cohort.call_id)
    at = call.closes_at - timedelta(seconds=1)
    service.submit(session, entry, list(DECLARATIONS), by=made.by(student), at=at)
    late = call.closes_at + timedelta(days=2)
    first = service.approve(session, entry, "좋아요", by=made.by(mentor), at=late)
    second = service.approve(session, entry, "좋아요", by=made.by(mentor), at=late)
    session.commit()
    assert first is second is not None
    assert (entry.state, entry.submitted_at) == (EntryState.SUBMITTED, at)
    assert session.scalar(sa.select(sa.func.count()).select_from(SignOff)) == 1
    assert school.signed_off(session, entry.id)


def test_a_return_gives_the_draft_back_with_notes(session, mentor, student, entry) -> None:
    service.submit(session, entry, list(DECLARATIONS), by=made.by(student), at=clock.now())
    with pytest.raises(Invalid):
        service.send_back(session, entry, "", by=made.by(mentor))
    for _ in range(2):
        service.send_back(session, entry, "결말을 다시 봐 주세요", by=made.by(mentor))
    session.commit()
    assert entry.state == EntryState.DRAFT
    mail = session.scalars(sa.select(OutgoingMail).filter_by(kind="returned")).one()
    assert "결말을 다시 봐 주세요" in mail.text
    assert service.submit(session, entry, list(DECLARATIONS), by=made.by(student), at=clock.now()) is None
    assert len(session.scalars(sa.select(OutgoingMail).filter_by(kind="mentor_review")).all()) == 2


def test_approving_and_returning_at_once_leaves_one_word(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        cohort = cohort_of(session, builders.edition(session))
        student, mentor = builders.person(session), builders.person(session)
        entry = made.whole(session, queries.call_of(session, cohort.call_id), student, cohort_id=cohort.id)
        service.submit(session, entry, list(DECLARATIONS), by=made.by(student), at=clock.now())
        number, by = entry.number, made.by(mentor)

    def act(approve: bool) -> None:
        with sessions.begin() as session:
            entry = made.found(session, number)
            if approve:
                service.approve(session, entry, "", by=by, at=clock.now())
            else:
                service.send_back(session, entry, "다시", by=by)

    with ThreadPoolExecutor(2) as pool:
        outcomes = [job.exception() for job in [pool.submit(act, True), pool.submit(act, False)]]
    with sessions() as session:
        entry = made.found(session, number)
        assert session.scalar(sa.select(sa.func.count()).select_from(SignOff)) == 1
        receipts = session.scalar(sa.select(sa.func.count()).select_from(Receipt))
    assert sum(outcome is None for outcome in outcomes) == 1
    assert (entry.state, receipts) in [(EntryState.SUBMITTED, 1), (EntryState.DRAFT, 0)]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_mentor_reads_and_answers_but_cannot_edit(
    session, cohort, mentor, student, entry, sign_in: SignIn, language
) -> None:
    service.submit(session, entry, list(DECLARATIONS), by=made.by(student), at=clock.now())
    session.commit()
    browser = sign_in(mentor.id)
    assert entry.number in browser.get(f"/{language}/school").text
    assert browser.get(f"/{language}/entries/{entry.number}").location.endswith(f"/school/entries/{entry.number}")
    assert browser.get(f"/{language}/school/entries/{entry.number}").status_code == 200
    assert browser.get(f"/{language}/school/{cohort.code}/showcase").status_code == 200
    for path in ("info", "credits", "rights", "film", "images", "submit", "withdraw", "team"):
        assert browser.post(f"/{language}/entries/{entry.number}/{path}", data={"title_ko": "내 것"}).status_code == 404
    empty = browser.post(f"/{language}/school/entries/{entry.number}/return", data={"note": ""})
    assert empty.status_code == 422
    assert 'href="#note"' in empty.text
    for _ in range(2):
        assert browser.post(f"/{language}/school/entries/{entry.number}/approve", data={"note": ""}).status_code == 302
    assert session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 1


def test_a_foreign_mentor_and_the_student_cannot_sign_off(
    session, edition, mentor, student, entry, sign_in: SignIn
) -> None:
    foreign = builders.person(session)
    builders.grant(session, foreign, Role.MENTOR, Scope.COHORT, cohort_of(session, edition).id)
    builders.grant(session, student, Role.MENTOR, Scope.COHORT, entry.cohort_id)
    service.submit(session, entry, list(DECLARATIONS), by=made.by(student), at=clock.now())
    session.commit()
    for person in (foreign, student):
        for action in ("approve", "return"):
            answer = sign_in(person.id).post(f"/ko/school/entries/{entry.number}/{action}", data={"note": "x"})
            assert answer.status_code == 404
    assert session.scalar(sa.select(Entry.state).where(Entry.id == entry.id)) == EntryState.MENTOR_REVIEW


def test_the_schools_call_is_for_its_students_and_their_draft_has_the_team(
    session, cohort, student, sign_in: SignIn
) -> None:
    slug = queries.call_of(session, cohort.call_id).slug
    stranger = builders.person(session)
    session.commit()
    for person, status in ((stranger, 422), (student, 302)):
        browser = sign_in(person.id)
        page = browser.get(f"/ko/submit/{slug}").text
        number = re.search(r'name="number" value="([^"]*)"', page)[1]
        category = re.search(r'name="category"[^>]*value="(\d+)"', page)[1]
        answer = browser.post(f"/ko/submit/{slug}", data={"number": number, "category": category})
        assert answer.status_code == status
    student_id, stranger_id = student.id, stranger.id
    (entry,) = session.scalars(sa.select(Entry)).all()
    assert (entry.owner_id, entry.cohort_id) == (student.id, cohort.id)
    assert entry.team_id == session.scalars(sa.select(Team.id)).one()
    session.rollback()
    assert slug in sign_in(student_id).get("/ko/submit").text
    assert slug not in sign_in(stranger_id).get("/ko/submit").text


def test_a_student_sees_class_team_and_call(session, cohort, student, sign_in: SignIn) -> None:
    session.commit()
    page = sign_in(student.id).get("/en/school")
    assert page.status_code == 200
    for words in ("Class 3", "School call", student.native_name):
        assert words in page.text


def test_mentors_of_a_cohort_are_barred_also_after_their_role_ended(session, cohort, mentor) -> None:
    former = builders.person(session)
    builders.grant(session, former, Role.MENTOR, Scope.COHORT, cohort.id).ended_at = clock.now()
    session.flush()
    assert school.mentor_ids(session, cohort.id) == {mentor.id, former.id}
    assert [person.id for person in school.mentors(session, cohort.id)] == [mentor.id]
