"""The chair's desk: settling one by one and many at once, by hand, in a race, with what it takes away."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal.audit import AuditRecord
from portal.errors import Invalid, Stale
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts import service as conflicts
from portal.jury.conflicts.models import Conflict, ConflictScope, ConflictSource, ConflictState
from portal.jury.models import Juror
from portal.jury.scoring.models import ScoreSheet
from portal.lifecycles import AssignmentState, SheetState
from portal.mail.models import OutgoingMail
from portal.policies import Actor, Role, Scope
from portal.school.models import Cohort
from tests import builders
from tests.jury.conftest import Jury

SignIn = Callable[[int], FlaskClient]


def hint(session: Session, jury: Jury, juror: int = 0, film: int = 0, **more: object) -> Conflict:
    """A hint that nobody has settled."""
    values = {"source": ConflictSource.COMPUTED, "evidence": [{"kind": "same_person"}]} | more
    made = Conflict(juror_id=jury.jurors[juror].id, entry_id=jury.films[film].id, **values)
    session.add(made)
    session.commit()
    return made


def given_out(session: Session, jury: Jury, juror: int) -> list[Assignment]:
    """A juror's films as they stand now; no transaction stays open."""
    wanted = sa.select(Assignment).where(Assignment.juror_id == jury.jurors[juror].id).order_by(Assignment.id)
    found = list(session.scalars(wanted.execution_options(populate_existing=True)))
    session.commit()
    return found


def shown_film(session: Session, jury: Jury, juror: int = 0) -> tuple[int, Assignment]:
    """The place of a film in the round that this juror has, and the assignment."""
    assignment = given_out(session, jury, juror)[0]
    place = next(n for n, film in enumerate(jury.films) if film.id == assignment.entry_id)
    session.commit()
    return place, assignment


def test_a_hint_is_dismissed_with_a_reason_and_not_hinted_anew(jury: Jury, session: Session) -> None:
    for n, person in enumerate([*jury.people, jury.maker]):
        person.email, person.native_name, person.latin_family = f"p@d{n}.kr", f"사람{'가나다라마바사'[n]}", ""
        person.latin_given = f"Nobody{n}"
    jury.films[0].owner_id = jury.people[0].id
    chair = jury.actor(jury.chair)
    assert conflicts.compute(session, jury.round, by=chair) == 1
    found = session.scalars(sa.select(Conflict)).one()
    with pytest.raises(Invalid):
        conflicts.settle(session, jury.round, found, confirmed=False, reason="", by=chair)
    conflicts.settle(session, jury.round, found, confirmed=False, reason="다른 사람", by=chair)
    assert conflicts.compute(session, jury.round, by=chair) == 0
    again = session.scalars(sa.select(Conflict).execution_options(populate_existing=True)).one()
    assert (again.status, again.answer, again.settled_by_id) == (ConflictState.DISMISSED, "다른 사람", jury.chair.id)


def test_a_mentor_of_the_films_class_is_out_for_good_and_loses_what_was_given_out(
    published: Jury, session: Session
) -> None:
    place, _ = shown_film(session, published)
    days = {"starts_on": date(2026, 9, 1), "ends_on": date(2027, 1, 31), "name_ko": "7기", "name_en": "7th"}
    own = Cohort(edition_id=published.edition.id, call_id=published.call.id, **days)
    session.add(own)
    session.flush()
    published.films[place].cohort_id = own.id
    builders.grant(session, published.people[0], Role.MENTOR, Scope.COHORT, own.id)
    conflicts.compute(session, published.round, by=published.actor(published.chair))
    mentor = session.scalars(sa.select(Conflict).filter_by(source=ConflictSource.MENTOR)).one()
    assert mentor.status == ConflictState.CONFIRMED
    assert given_out(session, published, 0)[0].state == AssignmentState.RECUSED
    with pytest.raises(Invalid):
        conflicts.settle(
            session, published.round, mentor, confirmed=False, reason="괜찮아요", by=published.actor(published.chair)
        )


def test_the_same_conflict_told_twice_is_one_row(jury: Jury, session: Session) -> None:
    for reason in ("형제", "형제예요", "형제예요"):
        by = builders.actor(jury.maker)
        session.refresh(jury.jurors[0], ["round"])
        conflicts.declare(session, jury.jurors[0], jury.films[0], source=ConflictSource.ENTRANT, reason=reason, by=by)
    session.commit()
    assert session.scalars(sa.select(Conflict.reason)).all() == ["형제예요"]
    told = session.scalars(sa.select(AuditRecord.verb).where(AuditRecord.subject_kind == "conflicts")).all()
    assert told == ["conflict.declared", "conflict.declared"]


def test_what_is_confirmed_leaves_the_jurors_desk_at_once(published: Jury, session: Session, sign_in: SignIn) -> None:
    film, assignment = shown_film(session, published)
    session.add(ScoreSheet(assignment_id=assignment.id, state=SheetState.SUBMITTED, total=700))
    noted = hint(session, published, film=film)
    browser = sign_in(published.people[0].id)
    assert browser.get(f"/ko/jury/{assignment.code}").status_code == 200
    before = [one.state for one in given_out(session, published, 1)]
    chair = sign_in(published.chair.id)
    answer = chair.post(
        f"/ko/ops/rounds/{published.round.code}/conflicts/{noted.id}", data={"verdict": "confirm", "rev": "1"}
    )
    assert answer.status_code == 303
    assert browser.get(f"/ko/jury/{assignment.code}").status_code == 404
    left = given_out(session, published, 0)[0]
    sheet = session.scalars(sa.select(ScoreSheet).execution_options(populate_existing=True)).one()
    assert (left.state, sheet.state) == (AssignmentState.RECUSED, SheetState.VOIDED)
    session.commit()
    assert [one.state for one in given_out(session, published, 1)] == before
    assert "심사위원에게서 작품" in chair.get(answer.headers["Location"]).text


def test_a_category_wide_one_takes_every_film_it_covers(published: Jury, session: Session) -> None:
    film, _ = shown_film(session, published)
    noted = hint(session, published, film=film, scope=ConflictScope.CATEGORY)
    had = len(given_out(session, published, 0))
    left = conflicts.settle(
        session, published.round, noted, confirmed=True, reason="", by=published.actor(published.chair)
    )
    session.commit()
    assert left == had > 1
    assert {one.state for one in given_out(session, published, 0)} == {AssignmentState.RECUSED}


def test_what_was_only_proposed_goes_without_a_trace(jury: Jury, session: Session) -> None:
    proposed = {"state": AssignmentState.PROPOSED, "round_id": jury.round.id, "entry_id": jury.films[0].id}
    session.add_all([Assignment(juror_id=juror.id, **proposed) for juror in jury.jurors[:2]])
    noted = hint(session, jury)
    chair = jury.actor(jury.chair)
    assert conflicts.settle(session, jury.round, noted, confirmed=True, reason="", by=chair) == 0
    session.commit()
    assert session.scalars(sa.select(Assignment.juror_id)).all() == [jury.jurors[1].id]


def test_many_hints_are_confirmed_at_once_and_nothing_else(published: Jury, session: Session, sign_in: SignIn) -> None:
    first, second = hint(session, published, film=0), hint(session, published, juror=1, film=1)
    third = hint(session, published, juror=2, film=2, status=ConflictState.DISMISSED)
    chair, address = sign_in(published.chair.id), f"/ko/ops/rounds/{published.round.code}/conflicts/confirm"
    assert chair.post(address, data={}).status_code == 422
    answer = chair.post(address, data={"conflict": [first.id, second.id, third.id, "x"]})
    assert answer.status_code == 303
    session.expire_all()
    states = [session.get_one(Conflict, one.id).status for one in (first, second, third)]
    assert states == [ConflictState.CONFIRMED, ConflictState.CONFIRMED, ConflictState.DISMISSED]


def test_two_people_who_settle_at_once_do_not_overwrite_each_other(
    jury: Jury, session: Session, sessions: sessionmaker[Session], sign_in: SignIn
) -> None:
    noted = hint(session, jury)
    browsers = [sign_in(jury.chair.id), sign_in(jury.organizer.id)]
    sent = [{"verdict": "confirm", "rev": "1"}, {"verdict": "dismiss", "reason": "아니에요", "rev": "1"}]
    address = f"/ko/ops/rounds/{jury.round.code}/conflicts/{noted.id}"
    session.rollback()
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(one.post, address, data=data) for one, data in zip(browsers, sent, strict=True)]
        statuses = [one.result().status_code for one in answers]
    assert sorted(statuses) == [303, 409]
    with sessions() as fresh:
        status = fresh.get_one(Conflict, noted.id).status
        verbs = fresh.scalars(sa.select(AuditRecord.verb).where(AuditRecord.subject_kind == "conflicts")).all()
    assert verbs == [f"conflict.{status}"]
    assert status == (ConflictState.CONFIRMED if statuses[0] == 303 else ConflictState.DISMISSED)


def test_the_same_word_twice_is_one_and_an_older_page_is_told(jury: Jury, session: Session) -> None:
    noted, chair = hint(session, jury), jury.actor(jury.chair)
    for _ in range(2):
        conflicts.settle(session, jury.round, noted, confirmed=True, reason="", by=chair, seen=1)
    session.commit()
    with pytest.raises(Stale):
        conflicts.settle(session, jury.round, noted, confirmed=False, reason="x", by=chair, seen=1)
    conflicts.settle(session, jury.round, noted, confirmed=False, reason="x", by=chair, seen=2)
    session.commit()
    assert noted.status == ConflictState.DISMISSED


def test_two_who_look_at_once_find_each_hint_once(
    jury: Jury, session: Session, sessions: sessionmaker[Session]
) -> None:
    chair = Actor("person", jury.chair.id)
    round_id = jury.round.id
    session.rollback()

    def look(_: int) -> int:
        with sessions() as own:
            found = conflicts.compute(own, own.get_one(type(jury.round), round_id), by=chair)
            own.commit()
            return found

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(look, range(2)))
    assert sum(found) == session.scalar(sa.select(sa.func.count()).select_from(Conflict)) > 0


def test_one_is_noted_by_hand_and_what_was_typed_stays_when_it_is_refused(
    published: Jury, session: Session, sign_in: SignIn
) -> None:
    chair, address = sign_in(published.chair.id), f"/ko/ops/rounds/{published.round.code}/conflicts"
    film, _ = shown_film(session, published)
    good = {
        "juror_id": published.jurors[0].id,
        "number": published.films[film].number.lower(),
        "from": "entrant",
        "scope": "film",
        "reason": "전화로 들었어요",
    }
    for field, value in (("number", "NOWHERE"), ("juror_id", "0"), ("from", "computed"), ("reason", "")):
        answer = chair.post(address, data=good | {field: value})
        assert answer.status_code == 422
        assert field == "reason" or "전화로 들었어요" in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Conflict)) == 0
    session.commit()
    assert chair.post(address, data=good).status_code == 303
    row = session.scalars(sa.select(Conflict)).one()
    assert (row.source, row.status, row.noted_by_id) == (
        ConflictSource.ENTRANT,
        ConflictState.CONFIRMED,
        published.chair.id,
    )
    session.commit()
    assert given_out(session, published, 0)[0].state == AssignmentState.RECUSED


def test_the_page_filters_and_shows_evidence_scope_and_history(
    published: Jury, session: Session, sign_in: SignIn
) -> None:
    noted = hint(session, published, film=0, scope=ConflictScope.TEAM)
    hint(session, published, juror=1, film=1, source=ConflictSource.MENTOR, evidence=[], reason="그때 그 수업")
    chair, address = sign_in(published.chair.id), f"/ko/ops/rounds/{published.round.code}/conflicts"
    page = chair.get(address).text
    assert "심사위원이 이 작품의 팀원이에요" in page
    assert "이 팀의 모든 작품" in page
    assert "그때 그 수업" in page
    assert "그때 그 수업" not in chair.get(f"{address}?source=computed").text
    assert "그때 그 수업" not in chair.get(f"{address}?juror={published.jurors[0].id}").text
    assert "심사위원이 이 작품의 팀원이에요" not in chair.get(f"{address}?state=confirmed").text
    chair.post(f"{address}/{noted.id}", data={"verdict": "dismiss", "reason": "동명이인", "rev": "1"})
    assert "동명이인" in chair.get(f"{address}?state=dismissed").text


def test_conflicts_of_another_round_or_edition_do_not_exist(published: Jury, session: Session, sign_in: SignIn) -> None:
    from tests.jury.conftest import build

    other = build(session)
    theirs = hint(session, other)
    chair, juror = sign_in(published.chair.id), sign_in(published.people[0].id)
    data = {"verdict": "confirm"}
    assert chair.post(f"/ko/ops/rounds/{published.round.code}/conflicts/{theirs.id}", data=data).status_code == 404
    assert chair.post(f"/ko/ops/rounds/{other.round.code}/conflicts/{theirs.id}", data=data).status_code == 404
    assert chair.get(f"/ko/ops/rounds/{other.round.code}/conflicts").status_code == 404
    assert juror.get(f"/ko/ops/rounds/{published.round.code}/conflicts").status_code == 404
    session.expire_all()
    assert session.get_one(Conflict, theirs.id).status == ConflictState.HINTED


def test_jurors_are_asked_by_mail_once_a_day_and_not_after_they_declared(
    jury: Jury, session: Session, sign_in: SignIn
) -> None:
    conflicts.nothing_more(session, session.get_one(Juror, jury.jurors[0].id), by=jury.actor(jury.people[0]))
    session.commit()
    chair, address = sign_in(jury.chair.id), f"/ko/ops/rounds/{jury.round.code}/conflicts/ask"
    for _ in range(2):
        assert chair.post(address).status_code == 303
    mails = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "jury_declaration")).all()
    assert sorted(mail.recipient for mail in mails) == sorted(person.email for person in jury.people[1:])
    assert all(f"/jury/conflicts/{jury.round.code}" in mail.text for mail in mails)
