"""Guardians of students under age who have not answered: once, after three days."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.calls.models import Edition
from portal.i18n import N_, SEOUL, pick
from portal.lifecycles import GuardianState
from portal.mail import outbox
from portal.mail.models import OutgoingMail
from portal.reminders.due import TEN, civil, ten_after
from portal.reminders.kind import Kind, Wanted, one_by_one
from portal.reminders.models import Reminder
from portal.school.guardians.models import GuardianConsent
from portal.school.guardians.queries import of_place, student_of
from portal.school.models import Cohort, Enrolment

AFTER = timedelta(days=3)


def _wanted(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    waiting = (GuardianConsent.state == GuardianState.ASKED, GuardianConsent.guardian_email != "", ~_reminded())
    query = (
        sa.select(GuardianConsent.id, GuardianConsent.guardian_email, GuardianConsent.asked_at)
        .add_columns(Cohort.edition_id, Edition.starts_on)
        .join(Enrolment, of_place())
        .join(Cohort, Cohort.id == GuardianConsent.cohort_id)
        .join(Edition, Edition.id == Cohort.edition_id)
        .where(*waiting, *(() if of is None else (GuardianConsent.id == of,)))
    )
    for row in session.execute(query):
        due_at, until = ten_after(row.asked_at + AFTER, SEOUL), civil(row.starts_on, TEN, SEOUL)
        yield Wanted(row.id, row.guardian_email, 1, due_at, until, row.edition_id)


def _reminded() -> sa.ColumnElement[bool]:
    """Whether the office has asked again by hand."""
    about = (OutgoingMail.object_kind == "guardian_consents", OutgoingMail.object_id == GuardianConsent.id)
    return sa.exists().where(*about, OutgoingMail.kind == "guardian_request", OutgoingMail.transition != "asked")


def _named(session: Session, consent_ids: Collection[int]) -> dict[int, str]:
    query = (
        sa.select(GuardianConsent.id, Person.native_name, Cohort.name_ko, Cohort.name_en)
        .join(Cohort, Cohort.id == GuardianConsent.cohort_id)
        .join(Person, Person.id == GuardianConsent.person_id)
        .where(GuardianConsent.id.in_(consent_ids))
    )
    return {row.id: f"{row.native_name} ({pick(row.name_ko, row.name_en)})" for row in session.execute(query)}


def _write(session: Session, reminder: Reminder) -> None:
    consent = session.get_one(GuardianConsent, reminder.object_id)
    about = student_of(session, consent)
    outbox.queue(
        session,
        "reminder_guardian",
        to=outbox.Recipient(consent.guardian_email, consent.language, consent.guardian_name),
        about=consent,
        transition=f"reminder:{reminder.nth}",
        edition_id=reminder.edition_id,
        consent=consent,
        student=about.person.native_name,
        cohort=about.cohort,
    )


KIND = Kind(
    name="guardian",
    model=GuardianConsent,
    title=N_("Guardian has not answered"),
    rule=N_("To a guardian who was asked by mail and has not answered: once, after 3 days."),
    ended=N_("Answered or reminded by hand, or asked no more"),
    wanted=_wanted,
    named=_named,
    write=one_by_one(_write),
)
