"""Teams keep to their limit whoever comes at once; leaders, mentors, one student more or fewer, certificates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.accounts.models import Person
from portal.accounts.queries import grants_of
from portal.calls.models import Call, CallKind
from portal.entries import queries as entry_queries
from portal.entries import service as entries
from portal.entries.forms import DECLARATIONS
from portal.entries.models import Entry
from portal.errors import Invalid, InvalidMany, Stale
from portal.lifecycles import EntryState
from portal.mail.models import OutgoingMail
from portal.policies import Role, Scope
from portal.school import queries, service
from portal.school.models import Cohort, Enrolment, Team
from portal.school.roster import Student
from tests import builders
from tests.entries import made
from tests.school.test_classes import SignIn, cohort_of

CLASS = [
    Student("a@example.org", "가", team="낮달", leader=True),
    Student("b@example.org", "나", team="낮달"),
    Student("c@example.org", "다", team="새벽"),
    Student("d@example.org", "라"),
]


def filled(session: Session, **values: object) -> Cohort:
    """A class of four with two teams of at most two."""
    cohort = cohort_of(session, builders.edition(session))
    for name, value in {"team_limit": 2, **values}.items():
        setattr(cohort, name, value)
    session.flush()
    service.enrol(session, cohort, CLASS, by=builders.actor(builders.person(session)))
    return cohort


def place(session: Session, letter: str) -> Enrolment:
    wanted = sa.select(Enrolment).join(Enrolment.person).where(Person.email == f"{letter}@example.org")
    found = session.scalars(wanted).one()
    session.refresh(found, ["person", "cohort"])
    return found


def team(session: Session, name: str) -> Team:
    return session.scalars(sa.select(Team).filter_by(name=name)).one()


def mentor(session: Session, cohort: Cohort) -> Person:
    person = builders.person(session)
    builders.grant(session, person, Role.MENTOR, Scope.COHORT, cohort.id)
    return person


@pytest.fixture
def cohort(session: Session) -> Cohort:
    return filled(session)


@pytest.fixture
def office(session: Session, cohort: Cohort):
    person = builders.person(session)
    builders.grant(session, person, Role.ORGANIZER, Scope.EDITION, cohort.edition_id)
    return builders.actor(person)


def test_two_moves_into_the_last_place_of_a_team_leave_one_outside(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        filled(session)
        moved = {letter: place(session, letter).team_id for letter in "bd"}
        target, by = team(session, "새벽").id, builders.actor(builders.person(session))

    def move(letter: str) -> None:
        with sessions.begin() as session:
            service.move(session, place(session, letter), target, seen=moved[letter], by=by)

    with ThreadPoolExecutor(2) as pool:
        outcomes = [job.exception() for job in [pool.submit(move, letter) for letter in moved]]
    assert [type(outcome) for outcome in outcomes if outcome] == [Invalid]
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Enrolment.team_id == target)) == 2


def test_whoever_moves_leads_no_longer_and_an_old_form_moves_nobody(session, cohort, office) -> None:
    moved, before, after = place(session, "a"), team(session, "낮달"), team(session, "새벽")
    assert before.leader_id == moved.person_id
    for _ in range(2):
        service.move(session, moved, after.id, seen=before.id, by=office)
    with pytest.raises(Stale):
        service.move(session, moved, None, seen=before.id, by=office)
    session.expire_all()
    assert (before.leader_id, moved.team_id) == (None, after.id)
    with pytest.raises(Invalid):
        service.move(session, moved, 10_000, seen=after.id, by=office)


def test_a_list_that_breaks_a_rule_enrols_nobody(session, cohort, office) -> None:
    wanted = [Student("e@example.org", "마", team="새벽", line=2), Student("f@example.org", "바", team="새벽", line=3)]
    with pytest.raises(InvalidMany):
        service.enrol(session, cohort, wanted, by=office)
    assert session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 4


def test_names_and_leaders_are_kept_apart_from_old_forms(session, cohort, office) -> None:
    dawn, moon = team(session, "새벽"), team(session, "낮달")
    leader = place(session, "c").person_id
    for _ in range(2):
        service.edit_team(session, dawn, name="여명", leader_id=leader, seen=("새벽", None), by=office)
    assert (dawn.name, dawn.leader_id) == ("여명", leader)
    with pytest.raises(Stale):
        service.edit_team(session, dawn, name="황혼", leader_id=None, seen=("새벽", None), by=office)
    for wrong in ({"name": "낮달", "leader_id": leader}, {"name": "여명", "leader_id": moon.leader_id}):
        with pytest.raises(Invalid):
            service.edit_team(session, dawn, **wrong, seen=("여명", leader), by=office)


def test_mentors_are_given_by_one_form_and_spread_over_the_rest(session, cohort, office) -> None:
    teams = [service.make_team(session, cohort, f"{n}조", by=office) for n in range(4)]
    first, second = mentor(session, cohort), mentor(session, cohort)
    nobody = dict.fromkeys([one.id for one in queries.teams(session, cohort.id)])
    service.assign_mentors(session, cohort, {teams[0].id: first.id}, seen=nobody, by=office)
    with pytest.raises(Stale):
        service.assign_mentors(session, cohort, {teams[0].id: second.id}, seen=nobody, by=office)
    with pytest.raises(Invalid):
        service.assign_mentors(session, cohort, {teams[1].id: place(session, "a").person_id}, seen=nobody, by=office)
    assert [service.spread_mentors(session, cohort, by=office) for _ in range(2)] == [5, 0]
    given_ = [one.mentor_id for one in queries.teams(session, cohort.id)]
    assert (given_.count(first.id), given_.count(second.id)) == (3, 3)
    assert teams[0].mentor_id == first.id


@given(
    st.dictionaries(st.integers(1, 40), st.one_of(st.none(), st.integers(1, 9))),
    st.lists(st.integers(1, 5), unique=True, min_size=1),
)
def test_spreading_leaves_what_is_decided_and_the_rest_even(teams: dict[int, int | None], mentors: list[int]) -> None:
    given_ = service.spread(teams, mentors)
    assert set(given_) == {team_id for team_id, held in teams.items() if held not in mentors}
    before = [sum(held == one for held in teams.values()) for one in mentors]
    after = [b + sum(held == one for held in given_.values()) for b, one in zip(before, mentors, strict=True)]
    raised = [a for a, b in zip(after, before, strict=True) if a > b]
    assert all(a - 1 <= least for a in raised for least in [min(after)])


def test_only_the_teams_own_mentor_is_asked_and_sees_it_first(session, cohort, office, sign_in: SignIn) -> None:
    own, other = mentor(session, cohort), mentor(session, cohort)
    moon = team(session, "낮달")
    call = entry_queries.call_of(session, cohort.call_id)
    maker = session.get_one(Person, place(session, "a").person_id)
    film = made.whole(session, call, maker, cohort_id=cohort.id, team_id=moon.id)
    moon.mentor_id = own.id
    entries.submit(session, film, list(DECLARATIONS), by=made.by(maker), at=clock.now())
    asked = session.scalars(sa.select(OutgoingMail.recipient).filter_by(kind="mentor_review")).all()
    assert asked == [own.email]
    ids = own.id, other.id
    session.commit()
    below = ["다른 멘토를 기다리는 작품" in sign_in(one).get("/ko/school").text for one in ids]
    assert below == [False, True]


def test_a_class_without_sign_off_hands_in_at_once(session, office, cohort) -> None:
    cohort.sign_off = False
    maker = session.get_one(Person, place(session, "d").person_id)
    film = made.whole(session, entry_queries.call_of(session, cohort.call_id), maker, cohort_id=cohort.id)
    assert entries.submit(session, film, list(DECLARATIONS), by=made.by(maker), at=clock.now()) is not None
    assert film.state == EntryState.SUBMITTED


def test_settings_keep_room_for_what_there_is_and_refuse_old_forms(session, cohort, office) -> None:
    draft = service.CohortDraft("4기", "Class 4", date(2026, 9, 1), date(2027, 1, 31), team_limit=2, minors=True)
    rev = cohort.rev
    service.edit_cohort(session, cohort, draft, rev=rev, by=office)
    assert {name: getattr(cohort, name) for name in asdict(draft)} == asdict(draft)
    with pytest.raises(Stale):
        service.edit_cohort(session, cohort, draft, rev=rev, by=office)
    with pytest.raises(Invalid):
        service.edit_cohort(
            session, cohort, service.CohortDraft(**asdict(draft) | {"team_limit": 1}), rev=cohort.rev, by=office
        )


def test_what_the_list_says_of_a_student_is_not_overwritten_by_an_old_form(session, cohort, office) -> None:
    student = place(session, "a")
    seen, first = service.stamp_of(student), service.ListWords("7", date(2010, 5, 1), "나", "n@example.org")
    for _ in range(2):
        service.edit_student(session, student, first, seen=seen, by=office)
    with pytest.raises(Stale):
        service.edit_student(session, student, service.ListWords("8", None, "", ""), seen=seen, by=office)
    cohort.minors = True
    with pytest.raises(Invalid):
        service.edit_student(session, student, service.ListWords("8", None, "", ""), seen=seen, by=office)
    assert (student.student_number, student.guardian_email) == ("7", "n@example.org")


def test_who_is_taken_out_leaves_entries_behind_and_the_role(session, cohort, office) -> None:
    leaving = place(session, "a")
    person_id, moon = leaving.person_id, team(session, "낮달")
    maker = session.get_one(Person, person_id)
    film = made.whole(
        session, entry_queries.call_of(session, cohort.call_id), maker, cohort_id=cohort.id, team_id=moon.id
    )
    service.complete(session, cohort, [person_id], by=office)
    with pytest.raises(Invalid):
        service.take_out(session, leaving, by=office)
    service.take_back(session, leaving, by=office)
    service.take_out(session, leaving, by=office)
    session.commit()
    assert grants_of(session, person_id) == frozenset()
    assert queries.enrolment(session, cohort.id, person_id) is None
    assert (session.get_one(Entry, film.id).team_id, moon.leader_id) == (moon.id, None)


def test_who_never_came_is_mailed_once_more_a_day(session, cohort, office, sign_in: SignIn) -> None:
    ids = [row.id for row in queries.roster(session, cohort.id)]
    session.commit()
    sign_in(ids[0])
    session.rollback()
    assert [service.welcome_again(session, cohort, ids, by=office) for _ in range(2)] == [3, 3]
    assert len(session.scalars(sa.select(OutgoingMail).filter_by(kind="enrolled")).all()) == 4 + 3


def test_two_marks_at_once_give_one_certificate(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        cohort_id, person_id = filled(session).id, place(session, "a").person_id
        by = builders.actor(builders.person(session))

    def mark(_: int) -> int:
        with sessions.begin() as session:
            return service.complete(session, session.get_one(Cohort, cohort_id), [person_id], by=by)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(mark, range(2))) == [0, 1]


def test_a_certificate_is_its_students_and_anybody_checks_its_number(session, cohort, office, client, sign_in) -> None:
    mine, theirs = place(session, "a").person_id, place(session, "b").person_id
    service.complete(session, cohort, [mine], by=office)
    number, code = place(session, "a").certificate, cohort.code
    session.commit()
    for language in ("ko", "en"):
        assert sign_in(mine).get(f"/{language}/school/certificates/{number}").data.startswith(b"%PDF")
    assert sign_in(theirs).get(f"/ko/school/certificates/{number}").status_code == 404
    assert sign_in(office.person_id).get(f"/ko/ops/school/{code}/certificates/paper").data.startswith(b"%PDF")
    known, unknown = client.get(f"/en/verify/{number}"), client.get("/en/verify/ABCDEFGHJKMN")
    assert (known.status_code, unknown.status_code) == (200, 404)
    assert "가" in known.text
    assert "Class 3" in known.text
    assert "@" not in known.text
    assert "We know no certificate" in unknown.text
    typed = client.get("/en/verify", query_string={"number": f" {number.lower()[:4]}-{number.lower()[4:]} "})
    assert typed.location.endswith(f"/en/verify/{number}")


def test_a_class_is_made_with_a_call_of_its_own_in_one_step(session, office, sign_in: SignIn) -> None:
    session.commit()
    browser = sign_in(office.person_id)
    days = {"starts_on": "2026-09-01", "ends_on": "2027-01-31"}
    form = {"name_ko": "9기", "name_en": "Class 9", "call": "new", "slug": "class-9", **days}
    assert browser.post("/ko/ops/school", data=form | {"slug": "Class 9"}).status_code == 422
    first, second = (browser.post("/ko/ops/school", data=form) for _ in range(2))
    assert first.location == second.location
    call = session.scalars(sa.select(Call).filter_by(slug="class-9")).one()
    assert (call.kind, call.published_at) == (CallKind.SCHOOL, None)
    assert session.scalars(sa.select(Cohort).filter_by(call_id=call.id)).one().name_en == "Class 9"


def test_the_rooms_of_a_class_are_its_offices_and_leaders_are_named_by_its_mentors(
    session, cohort, office, sign_in
) -> None:
    teacher, stranger = mentor(session, cohort), builders.person(session)
    student = place(session, "a")
    moon, code, person_id, other = team(session, "낮달"), cohort.code, student.person_id, place(session, "b").person_id
    builders.grant(session, stranger, Role.ORGANIZER, Scope.EDITION, builders.edition(session).id)
    session.commit()
    rooms = ("settings", "teams", "guardians", "guardians/forms", "certificates", f"students/{person_id}")
    for who in (teacher.id, person_id, stranger.id):
        browser = sign_in(who)
        assert {browser.get(f"/ko/ops/school/{code}/{room}").status_code for room in rooms} == {404}
    form = {"name": "낮달", "leader": other, "was_name": "낮달", "was_leader": person_id}
    address = f"/ko/school/teams/{moon.code}"
    assert sign_in(person_id).post(address, data=form).status_code == 404
    browser = sign_in(teacher.id)
    assert browser.get(f"/ko/school/{code}/teams").status_code == 200
    assert browser.post(address, data=form).location.endswith(f"/ko/school/{code}/teams")
    assert browser.post(address, data=form | {"name": "새벽", "was_leader": other}).status_code == 422
    assert browser.post(address, data=form | {"name": "달"}).status_code == 409


def test_a_large_class_asks_no_more_than_a_small_one(session, cohort, office, sign_in, count_queries) -> None:
    cohort.minors, cohort.team_limit = True, 9
    rooms = [f"/ko/ops/school/{cohort.code}{room}" for room in ("", "/teams", "/guardians", "/certificates")]
    session.commit()
    browser = sign_in(office.person_id)

    def asked() -> list[int]:
        session.rollback()
        counts = []
        for room in rooms:
            assert browser.get(room).status_code == 200
            count_queries()
            browser.get(room)
            counts.append(count_queries())
        return counts

    small = asked()
    born_on = date(2010, 5, 1)
    more = [Student(f"n{n}@example.org", f"이름{n}", team=f"{n % 9}조", born_on=born_on) for n in range(20)]
    service.enrol(session, cohort, more, by=office)
    session.commit()
    assert asked() == small
