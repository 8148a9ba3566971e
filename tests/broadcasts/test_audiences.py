"""Each audience is exactly who its name says, narrowed by its place, and nobody twice."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, i18n
from portal.accounts.models import Person
from portal.audience.models import Booking
from portal.broadcasts import audiences
from portal.broadcasts.audiences import AUDIENCES, Narrowed
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations.models import FilmInvitation
from portal.lifecycles import DecisionState, EntryState, GuestState, InvitationState, SeatState
from portal.policies import Role, Scope
from portal.school.models import Cohort, Enrolment
from tests import builders
from tests.audience import people as seats
from tests.jury import conftest as judging
from tests.programme import rows


def who(session: Session, edition_id: int, audience: str, place: str = "") -> set[str]:
    """The addresses of an audience; its count by language agrees."""
    found = audiences.recipients(session, edition_id, audience, place)
    counted = audiences.languages(session, edition_id, audience, place)
    assert counted.total() == len({one.email for one in found}) == len(found)
    return {one.email for one in found}


def test_makers_by_where_their_films_stand(session: Session) -> None:
    edition = builders.edition(session)
    call, other = builders.call(session, edition), builders.call(session, edition)
    people = {state: builders.person(session).email for state in EntryState}
    for state, email in people.items():
        owner = session.scalars(sa.select(Person).where(Person.email == email)).one()
        builders.entry(session, call, owner, state=state)
    elsewhere = builders.person(session)
    builders.entry(session, other, elsewhere)
    running = {people[EntryState.SUBMITTED], people[EntryState.NEEDS_FIX], people[EntryState.ELIGIBLE]}
    assert who(session, edition.id, "drafts") == {people[EntryState.DRAFT], elsewhere.email}
    assert who(session, edition.id, "drafts", call.slug) == {people[EntryState.DRAFT]}
    assert who(session, edition.id, "handed_in") == running
    assert who(session, edition.id, "needs_fix") == {people[EntryState.NEEDS_FIX]}
    assert who(session, builders.edition(session).id, "drafts") == set()


def test_nobody_hears_of_a_decision_that_is_not_announced(session: Session) -> None:
    jury = judging.build(session, films=3)
    owners = [builders.person(session) for _ in range(3)]
    for film, owner in zip(jury.films, owners, strict=True):
        film.owner_id = owner.id
    told, kept, gone = jury.films
    decisions = []
    for film, state in (
        (told, DecisionState.ANNOUNCED),
        (kept, DecisionState.PENDING),
        (gone, DecisionState.ANNOUNCED),
    ):
        decision = Decision(round_id=jury.round.id, entry_id=film.id, state=state, outcome=Outcome.SELECTED)
        session.add(decision)
        decisions.append(decision)
    gone.state = EntryState.WITHDRAWN
    session.flush()
    session.add(
        FilmInvitation(decision_id=decisions[0].id, entry_id=told.id, answer_by=clock.now() + timedelta(days=3))
    )
    session.flush()
    code, edition_id = jury.round.code, jury.edition.id
    assert who(session, edition_id, "selected", code) == {owners[0].email}
    assert who(session, edition_id, "invited", code) == {owners[0].email}
    assert who(session, edition_id, "not_selected") == who(session, edition_id, "reserve") == set()
    invitation = session.scalars(sa.select(FilmInvitation)).one()
    invitation.state = InvitationState.DECLINED
    session.flush()
    assert who(session, edition_id, "selected", code) == set(), "a film that does not come is none of them"
    invitation.state = InvitationState.INVITED
    told.state = EntryState.WITHDRAWN
    session.flush()
    assert who(session, edition_id, "invited", code) == set(), "nor is one that has left"
    jury.jurors[0].ended_at = clock.now()
    session.flush()
    assert who(session, edition_id, "jurors", code) == {person.email for person in jury.people[1:]}
    assert who(session, edition_id, "team") == {jury.chair.email, jury.organizer.email}
    assert audiences.places(session, edition_id, Narrowed.ROUND) == [(code, "예심")]


def test_classes(session: Session) -> None:
    edition = builders.edition(session)
    call = builders.call(session, edition)
    student, mentor, left = (builders.person(session) for _ in range(3))
    days = {"starts_on": edition.starts_on, "ends_on": edition.ends_on}
    cohort = Cohort(edition_id=edition.id, call_id=call.id, name_ko="1반", name_en="Class 1", **days)
    session.add(cohort)
    session.flush()
    session.add(Enrolment(cohort_id=cohort.id, person_id=student.id))
    builders.grant(session, mentor, Role.MENTOR, Scope.COHORT, cohort.id)
    builders.grant(session, left, Role.MENTOR, Scope.COHORT, cohort.id).ended_at = clock.now()
    session.flush()
    assert who(session, edition.id, "students", cohort.code) == {student.email}
    assert who(session, edition.id, "mentors") == {mentor.email}


def test_guests_and_ticket_holders_are_reached_by_address(session: Session) -> None:
    screening = rows.on_sale(session)
    talk = rows.talk(session, screening, "박감독", "김감독")
    talk.guests[1].state = GuestState.DECLINED
    for name in ("관객", "돌려줌"):
        seats.book(session, screening, name)
    stranger = seats.service.book(
        session, screening, seats.ask("모르는사람", vouched=False), may_wait=True, by=seats.VISITOR
    )
    assert stranger.verify_by
    session.execute(sa.update(Booking).where(Booking.name == "돌려줌").values(state=SeatState.CANCELLED))
    edition_id, code = screening.edition_id, screening.code
    assert who(session, edition_id, "guests", code) == {talk.guests[0].email}
    assert who(session, edition_id, "ticket_holders", code) == {"관객@example.test"}
    assert who(session, edition_id, "ticket_holders", "another") == set()
    (place,) = audiences.places(session, edition_id, Narrowed.SCREENING)
    assert place[0] == code
    assert i18n.moment(screening.starts_at) in place[1]


def test_every_audience_can_be_asked(session: Session) -> None:
    edition = builders.edition(session)
    for name, audience in AUDIENCES.items():
        assert who(session, edition.id, name, "" if audience.narrowed is Narrowed.NOT else "nowhere") == set()
