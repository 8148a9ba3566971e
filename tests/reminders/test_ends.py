"""Reasons that end by what somebody does elsewhere: the row is cancelled with them, and comes back where they do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from portal import clock, signing
from portal.entries.models import Entry
from portal.entries.queries.entry import parts
from portal.entries.service.team import invite
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations.models import FilmInvitation
from portal.jury.models import Juror, Round
from portal.lifecycles import EntryState, InvitationState, ReminderState, ScreeningState
from portal.programme.materials.models import Material, MaterialKind
from portal.reminders.models import Reminder
from portal.reminders.reasons import Reason
from tests import builders
from tests.audience import people
from tests.jury.conftest import build, publish
from tests.programme import rows
from tests.reminders.clockwork import seoul, strike, told
from tests.reminders.test_kinds import DAY, asked_by_link, film_with_a_person, mail, with_a_person
from tests.reminders.test_plan import CLOSES, HOUR, call_until, draft, reminders

_R = ReminderState


def standing(session: Session, kind: str) -> set[tuple[ReminderState, str]]:
    """The states and reasons of a kind's rows."""
    found = sa.select(Reminder.state, Reminder.reason).where(Reminder.kind == kind)
    return {(row.state, row.reason) for row in session.execute(found)}


def invited(session: Session, film: Entry, at: datetime) -> FilmInvitation:
    decision = session.scalars(sa.select(Decision).where(Decision.entry_id == film.id)).one()
    made = FilmInvitation(decision_id=decision.id, entry_id=film.id, invited_at=at, answer_by=at + 30 * DAY)
    session.add(made)
    session.flush()
    return made


def owes(session: Session, film: Entry, due_at: datetime, *kinds: MaterialKind) -> Sequence[Material]:
    made = [Material(code=signing.random_code(), entry_id=film.id, kind=kind, due_at=due_at) for kind in kinds]
    session.add_all(made)
    session.flush()
    return made


ENDED, PLANNED = {(_R.CANCELLED, Reason.ENDED.value)}, {(_R.PLANNED, "")}


def test_a_call_that_is_extended_after_its_end_reminds_of_the_new_one(session: Session, environment: object) -> None:
    call = call_until(session, CLOSES[0])
    entry, owner = draft(session, call)
    strike(session, CLOSES[0] - 3 * DAY)
    strike(session, CLOSES[0] + HOUR)
    assert [row[:2] for row in reminders(session, entry)] == [(1, _R.SENT), (2, _R.CANCELLED), (3, _R.CANCELLED)]
    call.closes_at = CLOSES[0] + 7 * DAY
    strike(session, CLOSES[0] + 2 * HOUR)
    assert [row[:2] for row in reminders(session, entry)] == [(1, _R.SENT), (2, _R.PLANNED), (3, _R.PLANNED)]
    strike(session, call.closes_at - 2 * HOUR)
    assert told(session, "reminder_deadline") == [(owner.email, call.closes_at - 2 * HOUR)]


def test_a_call_that_closes_earlier_sends_the_last_and_what_was_overtaken_waits_for_a_later_end(
    session: Session, environment: object
) -> None:
    call = call_until(session, CLOSES[0])
    entry, _ = draft(session, call)
    early = CLOSES[0] - 9 * DAY
    strike(session, early)
    call.closes_at = early + 2 * HOUR
    strike(session, early + HOUR)
    assert len(told(session, "reminder_deadline")) == 1
    assert [row[1:] for row in reminders(session, entry)][:2] == [(_R.CANCELLED, Reason.OVERTAKEN)] * 2
    call.closes_at = CLOSES[0]
    strike(session, early + 3 * HOUR)
    assert [row[:2] for row in reminders(session, entry)] == [(1, _R.PLANNED), (2, _R.PLANNED), (3, _R.SENT)]
    assert len(told(session, "reminder_draft", "reminder_deadline")) == 1


def test_a_film_that_was_not_selected_needs_no_consents(session: Session, environment: object) -> None:
    entry, _, performer = film_with_a_person(session, seoul("2027-03-31 18:00"))
    asked = seoul("2027-03-30 15:00")
    asked_by_link(session, entry, performer, signing.random_token(), asked)
    entry.state, entry.submitted_at = EntryState.SUBMITTED, asked
    strike(session, asked + HOUR)
    assert standing(session, "consent") == standing(session, "consents") == PLANNED
    entry.announced = Outcome.NOT_SELECTED
    strike(session, asked + 2 * HOUR)
    assert standing(session, "consent") == standing(session, "consents") == ENDED


def test_a_film_that_does_not_come_owes_and_is_asked_nothing_more(session: Session, environment: object) -> None:
    film, at = rows.film(session, rows.edition(session)), seoul("2027-03-10 12:00")
    owes(session, film, at + 20 * DAY, MaterialKind.MASTER)
    with_a_person(session, film)
    film.submitted_at = at
    invitation = invited(session, film, at)
    kinds = ("materials", "invitation", "consents")
    strike(session, at)
    assert [standing(session, kind) for kind in kinds] == [PLANNED] * 3
    for state, then in (
        (InvitationState.DECLINED, ENDED),
        (InvitationState.INVITED, PLANNED),
        (InvitationState.LAPSED, ENDED),
    ):
        invitation.state = state
        strike(session, at + HOUR)
        assert [standing(session, kind) for kind in kinds] == [then] * 3
    invitation.state, film.state = InvitationState.INVITED, EntryState.WITHDRAWN
    strike(session, at + 2 * HOUR)
    assert [standing(session, kind) for kind in kinds] == [ENDED] * 3


def test_another_date_for_one_thing_repeats_nothing_and_loses_nothing(session: Session, environment: object) -> None:
    film, due_at = rows.film(session, rows.edition(session)), seoul("2027-03-20 23:59")
    master, _stills = owes(session, film, due_at, MaterialKind.MASTER, MaterialKind.STILLS)
    owes(session, film, due_at + 10 * DAY, MaterialKind.POSTER)
    strike(session, seoul("2027-03-18 10:00"))
    assert len(told(session, "reminder_materials")) == 1
    master.due_at = due_at + 10 * DAY
    strike(session, seoul("2027-03-18 12:00"))
    assert len(told(session, "reminder_materials")) == 1, "the stills were named in the morning"
    strike(session, seoul("2027-03-20 10:00"))
    strike(session, seoul("2027-03-28 10:00"))
    assert [at.day for _, at in told(session, "reminder_materials")] == [18, 20, 28], "the poster has its own turn"


def test_a_team_that_can_hand_in_no_more_is_not_looked_for(session: Session, environment: object) -> None:
    call = call_until(session, CLOSES[0])
    entry, owner = draft(session, call)
    asked = CLOSES[0] - 2 * DAY
    with time_machine.travel(asked, tick=False):
        loaded = session.scalars(sa.select(Entry).where(Entry.id == entry.id).options(*parts())).one()
        invite(session, loaded, email="nuri@example.test", name="누리", by=builders.actor(owner), at=asked)
    strike(session, CLOSES[0] - DAY)
    assert standing(session, "team") == set()
    call.closes_at = CLOSES[0] + 5 * DAY
    strike(session, CLOSES[0] - DAY + HOUR)
    assert standing(session, "team") == PLANNED


def test_a_juror_who_was_taken_off_the_round_hears_no_more(session: Session, environment: object) -> None:
    jury = build(session)
    publish(session, jury)
    round_, opened = session.get_one(Round, jury.round.id), seoul("2027-03-01 09:00")
    round_.opened_at, round_.due_at = opened, opened + 20 * DAY
    gone = jury.jurors[0]
    strike(session, opened + 3 * DAY)
    session.execute(sa.update(Juror).where(Juror.id == gone.id).values(ended_at=clock.now()))
    strike(session, opened + 5 * DAY + HOUR)
    row = session.scalars(sa.select(Reminder).where(Reminder.object_id == gone.id)).one()
    assert (row.state, row.reason) == (_R.CANCELLED, Reason.ENDED)
    assert jury.people[0].email not in {who for who, _ in told(session, "jury_nudge")}
    assert told(session, "jury_nudge")


def test_a_screening_that_is_cancelled_or_moved_takes_its_reminders_along(
    session: Session, environment: object
) -> None:
    screening = rows.on_sale(session)
    rows.talk(session, screening, "han").guests[0].answer_by = screening.starts_at - 2 * DAY
    people.book(session, screening, "kim")
    before = screening.starts_at - 8 * DAY
    strike(session, before)
    assert standing(session, "screening") == standing(session, "qa_answer") == PLANNED
    due_at = session.scalars(sa.select(Reminder.due_at).where(Reminder.kind == "screening")).one()
    screening.starts_at, screening.ends_at = screening.starts_at + 2 * DAY, screening.ends_at + 2 * DAY
    strike(session, before + HOUR)
    moved = session.scalars(sa.select(Reminder.due_at).where(Reminder.kind == "screening")).one()
    assert moved - due_at == 2 * DAY
    screening.state = ScreeningState.CANCELLED
    strike(session, before + 2 * HOUR)
    assert standing(session, "screening") == standing(session, "qa_answer") == ENDED


def test_drafts_that_are_due_together_are_one_letter(session: Session, environment: object) -> None:
    call = call_until(session, CLOSES[0])
    first, owner = draft(session, call, title_ko="하나")
    titles = ["하나", "둘", "셋"]
    for title in titles[1:]:
        draft(session, call, owner=owner, title_ko=title)
    strike(session, CLOSES[0] - 6 * DAY)
    letter = mail(session, "reminder_draft")
    assert all(f"작품: {title}" in letter.text for title in titles)
    assert letter.subject.endswith("하나 외 2편")
    assert standing(session, "draft") == {(_R.SENT, ""), (_R.PLANNED, "")}
    first.state = EntryState.SUBMITTED
    strike(session, CLOSES[0] - HOUR)
    last = mail(session, "reminder_deadline")
    assert "하나" not in last.text
    assert last.subject.endswith("둘 외 1편")
