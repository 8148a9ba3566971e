"""Each kind on a real database: who is reminded of what, when for the first time, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock, signing
from portal.accounts import service as accounts
from portal.accounts.models import Invitation, Person
from portal.audit import AuditRecord
from portal.disclosure.codes import Likeness, Medium, PerformerKind
from portal.disclosure.consent import letters
from portal.disclosure.consent.offers import Offer
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.entries.models import Entry
from portal.jury.decisions.models import Decision
from portal.jury.invitations.models import FilmInvitation
from portal.jury.models import Juror, Round
from portal.jury.scoring import nudging, progress
from portal.lifecycles import (
    ConsentState,
    EntryState,
    GuestState,
    InvitationState,
    MaterialState,
    ReminderState,
    RoundState,
    SeatState,
)
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM, Grant, Role, Scope
from portal.programme import service as programme
from portal.programme.materials.models import Material, MaterialKind
from portal.reminders.models import Reminder
from portal.school.guardians import service as guardians
from portal.school.models import Cohort, Enrolment
from tests import builders
from tests.audience import people
from tests.jury.conftest import build, publish
from tests.programme import rows
from tests.reminders.clockwork import seoul, strike, strike_all, told

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def around(at: datetime) -> list[datetime]:
    """Just before a moment, and at it."""
    return [at - MINUTE, at]


def mail(session: Session, kind: str) -> OutgoingMail:
    """The only mail of a kind."""
    return session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == kind)).one()


def with_a_person(session: Session, entry: Entry) -> Performer:
    """Somebody real is replicated in the film and has not agreed."""
    disclosure = session.scalar(sa.select(Disclosure).filter_by(entry_id=entry.id)) or Disclosure(entry_id=entry.id)
    session.add(disclosure)
    session.flush()
    performer = Performer(
        code=signing.random_code(),
        disclosure_id=disclosure.id,
        kind=PerformerKind.REP_IND,
        name="오영숙",
        likeness=[Likeness.FACE.value],
    )
    session.add(performer)
    session.flush()
    return performer


def asked_by_link(session: Session, entry: Entry, performer: Performer, token: str, at: datetime) -> Consent:
    """The performer is asked for consent by a mailed link that lasts two weeks."""
    consent = Consent(
        performer_id=performer.id,
        digest=signing.digest(token),
        email="oh@example.test",
        offer=Offer(title_ko="빛의 조각", maker="한서윤", name="오영숙", media=(Medium.FESTIVAL,)).to_json(),
        created_at=at,
        expires_at=at + 14 * DAY,
    )
    session.add(consent)
    session.flush()
    with time_machine.travel(at, tick=False):
        letters.ask(session, consent, language="ko", token=token, edition_id=entry.edition_id)
    return consent


def film_with_a_person(session: Session, closes_at: datetime) -> tuple[Entry, Person, Performer]:
    """A draft in which somebody real is replicated and has not agreed."""
    opens_at = closes_at - 40 * DAY
    call = builders.call(
        session, builders.edition(session), opens_at=opens_at, closes_at=closes_at, published_at=opens_at
    )
    owner = builders.person(session)
    entry = builders.entry(session, call, owner, created_at=opens_at)
    return entry, owner, with_a_person(session, entry)


def test_makers_chase_missing_consents_before_the_close_and_after_handing_in(
    session: Session, environment: object
) -> None:
    closes_at = seoul("2027-03-31 18:00")
    entry, owner, performer = film_with_a_person(session, closes_at)
    strike_all(session, around(seoul("2027-03-27 10:00")))
    assert told(session, "reminder_consents") == [(owner.email, seoul("2027-03-27 10:00"))]
    assert "오영숙" in mail(session, "reminder_consents").text
    entry.state, entry.submitted_at = EntryState.SUBMITTED, seoul("2027-03-30 12:00")
    strike_all(session, around(seoul("2027-04-03 10:00")))
    assert [at for _, at in told(session, "reminder_consents")][1:] == [seoul("2027-04-03 10:00")]
    assert performer.consent_status == "PENDING"


def test_a_person_who_was_asked_is_reminded_once_by_the_same_link(session: Session, environment: object) -> None:
    entry, _, performer = film_with_a_person(session, seoul("2027-03-31 18:00"))
    asked, token = seoul("2027-03-10 15:00"), signing.random_token()
    consent = asked_by_link(session, entry, performer, token, asked)
    due_at = seoul("2027-03-14 10:00")
    strike(session, asked + DAY)
    consent.state = ConsentState.OPENED
    strike_all(session, [*around(due_at), due_at + DAY])
    assert told(session, "reminder_consent") == [("oh@example.test", due_at)]
    assert f"/sign/{token}" in mail(session, "reminder_consent").text


def test_a_selected_film_is_asked_twice_and_not_after_its_answer(session: Session, environment: object) -> None:
    edition = rows.edition(session)
    films = [rows.film(session, edition, timezone="Europe/Paris") for _ in range(2)]
    invited = datetime(2027, 3, 24, 12, tzinfo=ZoneInfo("Europe/Paris"))
    for film in films:
        decision = session.scalars(sa.select(Decision).where(Decision.entry_id == film.id)).one()
        session.add(
            FilmInvitation(decision_id=decision.id, entry_id=film.id, invited_at=invited, answer_by=invited + 10 * DAY)
        )
    session.flush()
    # Paris puts its clocks forward on the 28th: ten o'clock there is an hour earlier from then on.
    first, second = invited.replace(day=28, hour=10), invited.replace(month=4, day=1, hour=10)
    strike_all(session, around(first))
    assert {at for _, at in told(session, "reminder_invitation")} == {first}
    session.scalars(sa.select(FilmInvitation)).first().state = InvitationState.CONFIRMED
    strike_all(session, around(second))
    assert [at for _, at in told(session, "reminder_invitation")] == [first, first, second]
    waiting = session.scalars(sa.select(FilmInvitation).where(FilmInvitation.state == InvitationState.INVITED)).one()
    waiting.answer_by = invited + 20 * DAY
    last = invited.replace(month=4, day=12, hour=10)
    strike_all(session, around(last))
    assert [at for _, at in told(session, "reminder_invitation")][3:] == [last]


def test_what_is_due_together_is_one_letter_and_none_once_it_came(session: Session, environment: object) -> None:
    film = rows.film(session, rows.edition(session))
    due_at = seoul("2027-03-20 23:59")
    master, stills, poster = (
        Material(code=signing.random_code(), entry_id=film.id, kind=kind, due_at=at)
        for kind, at in (
            (MaterialKind.MASTER, due_at),
            (MaterialKind.STILLS, due_at),
            (MaterialKind.POSTER, due_at + 30 * DAY),
        )
    )
    session.add_all([master, stills, poster])
    strike_all(session, around(seoul("2027-03-18 10:00")))
    text = mail(session, "reminder_materials").text
    assert "상영본, 스틸" in text
    master.state = MaterialState.RECEIVED
    strike(session, seoul("2027-03-20 09:00"))
    assert len(told(session, "reminder_materials")) == 1
    stills.state = MaterialState.RECEIVED
    strike(session, seoul("2027-03-20 10:00"))
    assert len(told(session, "reminder_materials")) == 1


def test_a_juror_behind_hears_every_five_days_three_times_and_only_of_the_own_films(
    session: Session, environment: object
) -> None:
    jury = build(session)
    publish(session, jury)
    round_ = session.get_one(Round, jury.round.id)
    opened = seoul("2027-03-01 09:00")
    round_.opened_at, round_.due_at = opened, opened + 20 * DAY
    session.execute(sa.update(Juror).where(Juror.id != jury.jurors[0].id).values(ended_at=clock.now()))
    by_hand = opened + 7 * DAY
    strike_all(session, [at for n in range(8) for at in around(opened + n * DAY + timedelta(hours=1))])
    with time_machine.travel(by_hand + timedelta(hours=5), tick=False):
        nudging.nudge(session, round_, progress.board(session, round_, now=clock.now()), by=SYSTEM)
    strike_all(session, [at for n in range(8, 24) for at in around(opened + n * DAY + timedelta(hours=1))])
    got = told(session, "jury_nudge")
    assert [(who, at.astimezone(ZoneInfo("Asia/Seoul")).day) for who, at in got] == [
        (jury.people[0].email, day) for day in (6, 8, 14, 19)
    ]
    assert not any(one.label in row.text for row in session.scalars(sa.select(OutgoingMail)) for one in jury.jurors[1:])


def test_a_juror_whose_account_is_closed_is_reminded_by_nobody(session: Session, environment: object) -> None:
    jury = build(session)
    publish(session, jury)
    round_ = session.get_one(Round, jury.round.id)
    opened = seoul("2027-03-01 09:00")
    round_.opened_at, round_.due_at = opened, opened + 20 * DAY
    closed, *others = jury.people
    closed.disabled_at = opened
    strike_all(session, around(opened + 6 * DAY + timedelta(hours=1)))
    assert {who for who, _ in told(session, "jury_nudge")} == {person.email for person in others}
    with time_machine.travel(opened + 9 * DAY, tick=False):
        board = progress.board(session, round_, now=clock.now())
        assert nudging.nudge(session, round_, board, by=SYSTEM) == len(others), "nor by hand"
    assert [one.away for one in board if one.email == closed.email] == [True], "the chair sees why"


def test_a_round_that_is_not_open_reminds_nobody(session: Session, environment: object) -> None:
    jury = build(session)
    publish(session, jury)
    round_ = session.get_one(Round, jury.round.id)
    opened = seoul("2027-03-01 09:00")
    round_.opened_at, round_.due_at = opened, opened + 20 * DAY
    strike(session, opened + 5 * DAY)
    assert len(session.scalars(sa.select(Reminder).where(Reminder.state == ReminderState.PLANNED)).all()) == 6
    round_.state = RoundState.PAUSED
    strike(session, opened + 6 * DAY)
    assert told(session, "jury_nudge") == []


def test_seat_holders_hear_the_afternoon_before_guests_in_their_own_morning(
    session: Session, environment: object
) -> None:
    screening = rows.on_sale(session)
    talk = rows.talk(session, screening, "han", "oh")
    han, oh = talk.guests
    oh.timezone = "America/New_York"
    programme.answer(session, oh, GuestState.REMOTE, by=SYSTEM)
    coming, gone = people.book(session, screening, "kim"), people.book(session, screening, "lee")
    day = screening.starts_at.astimezone(ZoneInfo("Asia/Seoul")).replace(hour=0, minute=0)
    han.answer_by = day - 6 * DAY
    session.flush()
    strike(session, day - 10 * DAY)
    gone.state = SeatState.CANCELLED
    afternoon, asked = day - DAY + timedelta(hours=17), day - 9 * DAY + timedelta(hours=10)
    strike_all(
        session,
        [
            *around(asked),
            *(day - 2 * DAY + timedelta(hours=n) for n in (0, 12, 24, *range(36, 50))),
            *around(afternoon),
        ],
    )
    assert told(session, "reminder_screening") == [(coming.email, afternoon)]
    assert told(session, "qa_reminder") == [("han@example.test", asked)]
    [(who, at)] = told(session, "qa_evening")
    assert (who, at.astimezone(ZoneInfo("America/New_York")).hour) == ("oh@example.test", 10)
    assert timedelta(hours=12) < screening.starts_at - at <= timedelta(hours=36)
    assert "영상 통화 주소는 게스트 페이지에 있어요" in mail(session, "qa_evening").text


def test_guardians_and_those_invited_to_a_role_are_asked_again(session: Session, environment: object) -> None:
    edition = builders.edition(session, starts_on=date(2027, 6, 1))
    organizer, student = builders.person(session), builders.person(session, native_name="박하늘")
    school = builders.call(session, edition)
    cohort = Cohort(
        edition_id=edition.id,
        call_id=school.id,
        name_ko="1기",
        name_en="First class",
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 5, 1),
        minors=True,
    )
    session.add(cohort)
    session.flush()
    place = Enrolment(cohort_id=cohort.id, person_id=student.id, born_on=date(2012, 5, 1))
    session.add(place)
    session.flush()
    asked, by = seoul("2027-03-10 11:00"), builders.actor(organizer)
    with time_machine.travel(asked, tick=False):
        guardians.ask(session, place, guardians.Guardian("박보호", "guardian@example.test"), by=by)
        offer = Grant(Role.JUROR, Scope.EDITION, edition.id)
        accounts.invite(session, "juror@example.test", offer, name="정심사", language="ko", place="P.A.N", by=by)
    first, second = seoul("2027-03-14 10:00"), seoul("2027-03-18 10:00")
    strike_all(session, around(first))
    assert told(session, "reminder_guardian") == [("guardian@example.test", first)]
    assert "박하늘" in mail(session, "reminder_guardian").text
    assert told(session, "reminder_invited") == [("juror@example.test", first)]
    link = mail(session, "invitation").path
    assert link in mail(session, "reminder_invited").text
    session.scalars(sa.select(Invitation)).one().accepted_at = second - DAY
    strike_all(session, around(second))
    assert len(told(session, "reminder_guardian", "reminder_invited")) == 2


def test_the_desk_sees_its_own_and_cancels_one(
    session: Session, environment: object, sign_in: Callable[[int], FlaskClient]
) -> None:
    entry, *_ = film_with_a_person(session, seoul("2027-03-31 18:00"))
    organizer, stranger = builders.person(session), builders.person(session)
    builders.grant(session, organizer, Role.ORGANIZER, Scope.EDITION, entry.edition_id)
    builders.grant(session, stranger, Role.ORGANIZER, Scope.EDITION, builders.edition(session).id)
    strike(session, seoul("2027-03-10 10:00"))
    row = session.scalars(sa.select(Reminder)).one()
    address, again = (f"/ko/ops/reminders/{row.id}/{verb}" for verb in ("cancel", "plan"))
    number, people_there = entry.number, (organizer.id, stranger.id)
    session.commit()
    desk, elsewhere = (sign_in(person_id) for person_id in people_there)
    assert number in desk.get("/ko/ops/reminders?kind=consents").text
    assert number not in elsewhere.get("/ko/ops/reminders").text
    assert elsewhere.post(address).status_code == 404
    assert [desk.post(address).status_code for _twice in range(2)] == [303, 303]
    assert "담당자가 취소" in desk.get("/ko/ops/reminders?state=cancelled").text
    assert elsewhere.post(again).status_code == 404
    assert [desk.post(again).status_code for _twice in range(2)] == [303, 303]
    assert number in desk.get("/ko/ops/reminders").text
    verbs = sa.select(AuditRecord.verb).where(AuditRecord.subject_kind == "reminders").order_by(AuditRecord.seq)
    assert session.scalars(verbs).all() == ["reminder.cancelled", "reminder.planned"]
