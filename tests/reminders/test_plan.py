"""Drafts through changes of clocks and a leap day, on real databases: each reminder once, none early, none needless."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.accounts.models import Person
from portal.calls.models import Call, Edition
from portal.db import unit_of_work
from portal.entries.models import Entry
from portal.errors import IllegalMove
from portal.lifecycles import EntryState, MailState, ReminderState
from portal.mail.models import MailPreference, OutgoingMail, Topic, Way
from portal.policies import SYSTEM
from portal.reminders import planning, sending, service
from portal.reminders.kinds import KINDS
from portal.reminders.models import Reminder
from portal.reminders.reasons import Reason
from tests import builders
from tests.reminders.clockwork import seoul, strike, strike_all, told
from workers.reminders import remind

_R = ReminderState
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The last week of each call: clocks change in New York, in Paris, in both; and there is a 29 February.
CLOSES = [seoul(text) for text in ("2027-03-17 23:59", "2027-04-01 23:59", "2027-11-07 23:59", "2028-03-02 09:00")]
ZONES = ("Asia/Seoul", "Europe/Paris", "America/New_York")


def call_until(session: Session, closes_at: datetime, edition: Edition | None = None) -> Call:
    values = {"opens_at": closes_at - 40 * DAY, "closes_at": closes_at, "published_at": closes_at - 41 * DAY}
    return builders.call(session, edition or builders.edition(session), **values)


def draft(
    session: Session, call: Call, zone: str = "Asia/Seoul", owner: Person | None = None, **values: object
) -> tuple[Entry, Person]:
    """An entry somebody began a month before the end and came back to."""
    owner = owner or builders.person(session, timezone=zone)
    made = builders.entry(session, call, owner, created_at=call.closes_at - 30 * DAY, **values)
    made.logline_ko = "다시 손본 초안"
    session.flush()
    return made, owner


def reminders(session: Session, entry: Entry) -> list[tuple[int, ReminderState, str]]:
    found = sa.select(Reminder).where(Reminder.object_kind == "entries", Reminder.object_id == entry.id)
    return [(one.nth, one.state, one.reason) for one in session.scalars(found.order_by(Reminder.nth))]


def test_each_once_and_none_early_when_clocks_change(session: Session, environment: object) -> None:
    owners: dict[str, tuple[datetime, str]] = {}
    edition = builders.edition(session)
    for closes_at in CLOSES:
        call = call_until(session, closes_at, edition)
        for zone in ZONES:
            _, owner = draft(session, call, zone)
            owners[owner.email] = (closes_at.astimezone(UTC), zone)
    # Every full hour near the edges, and the minutes around the moment the last reminder is due.
    starts = [(closes_at - before, hours) for closes_at in CLOSES for before, hours in ((7 * DAY, 25), (2 * DAY, 25))]
    full = [at.replace(minute=0) + n * HOUR for at, hours in starts for n in range(hours + 1)]
    last = [closes_at - 3 * HOUR + n * timedelta(minutes=1) for closes_at in CLOSES for n in (-1, 0, 1)]
    strike_all(session, full + last, plan_every=6 * HOUR)
    got = told(session, "reminder_draft", "reminder_deadline")
    assert len(got) == len({(email, at) for email, at in got}) == 3 * len(owners)
    for email, (closes_at, zone) in owners.items():
        week, days, hours = (at for who, at in got if who == email)
        assert closes_at - 7 * DAY <= week < closes_at - 6 * DAY + HOUR
        assert closes_at - 2 * DAY <= days < closes_at - 1 * DAY + HOUR
        assert hours == closes_at - 3 * HOUR
        assert {at.astimezone(ZoneInfo(zone)).strftime("%H:%M") for at in (week, days)} == {"10:00"}
    assert {one.state for one in session.scalars(sa.select(Reminder))} == {_R.SENT}


def test_a_reason_that_ended_cancels_and_one_that_comes_back_plans_again(session: Session, environment: object) -> None:
    call = call_until(session, CLOSES[0])
    entry, _ = draft(session, call)
    untouched = builders.entry(session, call, builders.person(session), created_at=call.closes_at - 30 * DAY)
    early = call.closes_at - 8 * DAY
    strike(session, early)
    assert [row[:2] for row in reminders(session, entry)] == [(1, _R.PLANNED), (2, _R.PLANNED), (3, _R.PLANNED)]
    assert reminders(session, untouched) == []
    entry.state = EntryState.SUBMITTED
    strike(session, early + HOUR)
    assert {row[1:] for row in reminders(session, entry)} == {(_R.CANCELLED, Reason.ENDED)}
    entry.state = EntryState.DRAFT
    strike(session, early + 2 * HOUR)
    assert {row[1:] for row in reminders(session, entry)} == {(_R.PLANNED, "")}
    first = session.scalars(sa.select(Reminder).order_by(Reminder.due_at)).first()
    assert first is not None
    service.cancel(session, first, by=SYSTEM)
    service.cancel(session, first, by=SYSTEM)
    strike(session, call.closes_at - 6 * DAY)
    assert told(session, "reminder_draft") == []
    assert reminders(session, entry)[0] == (1, _R.CANCELLED, Reason.BY_HAND)


def test_the_reason_is_asked_again_when_the_mail_is_written(session: Session, environment: object) -> None:
    call = call_until(session, CLOSES[0])
    entry, _ = draft(session, call)
    strike(session, call.closes_at - 8 * DAY)
    week = session.scalars(sa.select(Reminder).where(Reminder.nth == 1)).one()
    entry.state = EntryState.WITHDRAWN
    session.commit()
    with time_machine.travel(week.due_at, tick=False):
        remind(week.id)
    session.expire_all()
    assert (week.state, week.reason) == (_R.CANCELLED, Reason.ENDED)
    assert told(session, "reminder_draft") == []


def test_a_moved_deadline_moves_what_is_planned_and_repeats_nothing(session: Session, environment: object) -> None:
    call = call_until(session, CLOSES[0])
    draft(session, call)
    strike(session, call.closes_at - 6 * DAY)
    assert len(told(session, "reminder_draft")) == 1
    call.closes_at = CLOSES[0] + 10 * DAY
    strike(session, CLOSES[0] - 2 * DAY + 12 * HOUR)
    strike(session, call.closes_at - 6 * DAY)
    assert len(told(session, "reminder_draft")) == 1
    strike(session, call.closes_at - DAY)
    strike(session, call.closes_at - HOUR)
    assert [at for _, at in told(session, "reminder_draft", "reminder_deadline")][1:] == [
        call.closes_at - DAY,
        call.closes_at - HOUR,
    ]


def test_after_an_outage_only_the_last_is_sent(session: Session, environment: object) -> None:
    call = call_until(session, CLOSES[0])
    entry, _ = draft(session, call)
    strike(session, call.closes_at - 8 * DAY)
    strike(session, call.closes_at - HOUR)
    assert len(told(session, "reminder_draft", "reminder_deadline")) == 1
    assert reminders(session, entry) == [
        (1, _R.CANCELLED, Reason.OVERTAKEN),
        (2, _R.CANCELLED, Reason.OVERTAKEN),
        (3, _R.SENT, ""),
    ]
    gone, _ = draft(session, call_until(session, CLOSES[1]))
    strike(session, CLOSES[1] - DAY * 9)
    strike(session, CLOSES[1])
    assert {row[1] for row in reminders(session, gone)} == {_R.CANCELLED}


def test_a_reader_who_wants_no_mails_has_it_in_the_portal(session: Session, environment: object) -> None:
    call = call_until(session, CLOSES[0])
    _, owner = draft(session, call)
    session.add(MailPreference(address=owner.email, topic=Topic.FILMS, way=Way.OFF))
    strike(session, call.closes_at - DAY)
    strike(session, call.closes_at - HOUR)
    kept, hurried = session.scalars(sa.select(OutgoingMail).order_by(OutgoingMail.id))
    assert (kept.kind, kept.state) == ("reminder_draft", MailState.KEPT)
    assert (hurried.kind, hurried.state) == ("reminder_deadline", MailState.QUEUED)


def test_many_workers_at_once_plan_and_send_once(sessions: sessionmaker[Session]) -> None:
    at = CLOSES[0] - 7 * DAY + 11 * HOUR
    with sessions() as session:
        call = call_until(session, CLOSES[0])
        for _ in range(3):
            _, owner = draft(session, call)
        for _ in range(2):
            draft(session, call, owner=owner)
        session.commit()

    def plan(_: int) -> int:
        with unit_of_work(sessions) as session:
            return planning.apply(session, planning.differences(session, now=clock.now()))

    def send(reminder_id: int) -> int:
        with unit_of_work(sessions) as session:
            return sending.settle(session, reminder_id)

    with time_machine.travel(at, tick=False), ThreadPoolExecutor(4) as pool:
        planned = list(pool.map(plan, range(4)))
        with sessions() as session:
            due = session.scalars(sa.select(Reminder.id).where(Reminder.nth == 1)).all()
        sent = list(pool.map(send, [*due, *due, *due, *due]))
    assert (sum(planned), sum(sent)) == (15, 5)
    with sessions() as session:
        assert len(set(told(session, "reminder_draft"))) == len(told(session, "reminder_draft")) == 3


def test_cancelled_by_hand_while_it_is_sent_it_is_one_of_the_two(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        draft(session, call_until(session, CLOSES[0]))
        found = planning.differences(session, now=CLOSES[0] - 8 * DAY)
        planning.apply(session, found)
        row_id = session.scalars(sa.select(Reminder.id).where(Reminder.nth == 1)).one()
        session.commit()

    def cancel(_: int) -> None:
        with unit_of_work(sessions) as session:
            service.cancel(session, session.get_one(Reminder, row_id), by=SYSTEM)

    def send(_: int) -> None:
        with unit_of_work(sessions) as session:
            sending.settle(session, row_id)

    with time_machine.travel(CLOSES[0] - 6 * DAY, tick=False), ThreadPoolExecutor(4) as pool:
        ended = [pool.submit(job, n) for n in range(2) for job in (cancel, send)]
    errors = {type(one.exception()) for one in ended} - {type(None)}
    assert errors <= {IllegalMove}
    with sessions() as session:
        state = session.get_one(Reminder, row_id).state
        assert (state == _R.SENT) == (len(told(session, "reminder_draft")) == 1) == bool(errors)


def test_a_mail_that_cannot_be_written_rests_and_keeps_nobody_waiting(
    session: Session, environment: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = call_until(session, CLOSES[0])
    draft(session, call)
    strike(session, call.closes_at - 8 * DAY)
    row = session.scalars(sa.select(Reminder).where(Reminder.nth == 1)).one()
    session.commit()
    with time_machine.travel(row.due_at, tick=False), monkeypatch.context() as patched:
        patched.setattr("portal.reminders.makers.zones.there", None)
        with pytest.raises(TypeError):
            remind(row.id)
    session.expire_all()
    assert (row.state, row.attempts) == (_R.PLANNED, 1)
    assert "not callable" in (row.last_error or "")
    strike(session, row.due_at + 5 * timedelta(minutes=1))
    assert told(session, "reminder_draft") == []
    strike(session, row.due_at + HOUR)
    assert len(told(session, "reminder_draft")) == 1


def test_the_plan_asks_as_much_of_many_as_of_few(session: Session, count_queries: Callable[[], int]) -> None:
    call = call_until(session, CLOSES[0])
    asked = []
    for _ in range(2):
        for _ in range(6):
            draft(session, call)
        session.commit()
        count_queries()
        found = planning.differences(session, now=call.closes_at - 8 * DAY)
        asked.append(count_queries())
        assert planning.apply(session, found) == 18
    assert asked[0] == asked[1] <= 2 * len(KINDS) + 2


def test_every_kind_says_what_it_does() -> None:
    assert all(kind.title and kind.rule.endswith(".") and kind.ended for kind in KINDS.values())
