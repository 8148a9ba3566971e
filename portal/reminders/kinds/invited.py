"""Invitations to a role or to a film's team that nobody has taken: three and seven days after they were mailed last."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Invitation
from portal.accounts.phrases import role_name
from portal.calls.models import Call
from portal.entries.models import Entry, Member
from portal.i18n import N_, SEOUL, pick, using
from portal.lifecycles import EntryState
from portal.mail import outbox
from portal.policies import Scope
from portal.reminders.asked import asked_at, question
from portal.reminders.due import ten_after
from portal.reminders.kind import Kind, Wanted, one_by_one
from portal.reminders.models import Reminder
from portal.school.models import Cohort

AFTER = {1: timedelta(days=3), 2: timedelta(days=7)}
_TO_ROLE, _TO_TEAM = "invitation", "team_invitation"


def _roles(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    cohorts = sa.select(Cohort.edition_id).where(Cohort.id == Invitation.scope_id).scalar_subquery()
    edition_id = sa.case((Invitation.scope == Scope.EDITION, Invitation.scope_id), else_=cohorts)
    since = asked_at(_TO_ROLE, Invitation)
    query = (
        sa.select(Invitation.id, Invitation.email, Invitation.expires_at)
        .add_columns(since.label("since"), edition_id.label("edition_id"))
        .where(Invitation.accepted_at.is_(None), Invitation.expires_at > now, Invitation.scope != Scope.PORTAL)
        .where(since.is_not(None), *(() if of is None else (Invitation.id == of,)))
    )
    for row in session.execute(query):
        yield from _twice(row, row.expires_at)


def _teams(session: Session, *, now: datetime, of: int | None = None) -> Iterator[Wanted]:
    since = asked_at(_TO_TEAM, Member)
    query = (
        sa.select(Member.id, Member.email, Member.expires_at, since.label("since"), Entry.edition_id)
        .add_columns(Call.closes_at)
        .join(Member.entry)
        .join(Call, Call.id == Entry.call_id)
        .where(Member.person_id.is_(None), Member.expires_at > now, Entry.state == EntryState.DRAFT)
        .where(since.is_not(None), *(() if of is None else (Member.id == of,)))
    )
    for row in session.execute(query):
        yield from _twice(row, min(row.expires_at, row.closes_at))


def _twice(row: Any, until: datetime) -> Iterator[Wanted]:
    for nth, after in AFTER.items():
        due_at = ten_after(row.since + after, SEOUL)
        if due_at < until:
            yield Wanted(row.id, row.email, nth, due_at, until, row.edition_id)


def _roles_named(session: Session, invitation_ids: Collection[int]) -> dict[int, str]:
    query = sa.select(Invitation.id, Invitation.name, Invitation.role).where(Invitation.id.in_(invitation_ids))
    return {row.id: f"{row.name} ({role_name(row.role)})" for row in session.execute(query)}


def _teams_named(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    query = sa.select(Member.id, Member.name, Entry.number).join(Member.entry).where(Member.id.in_(member_ids))
    return {row.id: f"{row.number} {row.name}" for row in session.execute(query)}


def _ask_for_role(session: Session, reminder: Reminder) -> None:
    offered = session.get_one(Invitation, reminder.object_id)
    with using(offered.language):
        what = role_name(offered.role)
    _ask(session, reminder, _TO_ROLE, offered, what)


def _ask_for_team(session: Session, reminder: Reminder) -> None:
    member = session.get_one(Member, reminder.object_id)
    entry = session.get_one(Entry, member.entry_id)
    with using(question(session, _TO_TEAM, Member, member.id).language):
        what = pick(entry.title_ko, entry.title_en) or entry.number
    _ask(session, reminder, _TO_TEAM, member, what)


def _ask(session: Session, reminder: Reminder, mail: str, offered: Invitation | Member, what: str) -> None:
    """Mail the link of the invitation again, with `what` it is to."""
    asked = question(session, mail, type(offered), offered.id)
    outbox.queue(
        session,
        "reminder_invited",
        to=outbox.Recipient(offered.email, asked.language, offered.name, asked.person_id),
        about=offered,
        transition=f"reminder:{reminder.nth}",
        edition_id=reminder.edition_id,
        path=asked.path,
        team=mail == _TO_TEAM,
        what=what,
        until=offered.expires_at,
    )


ROLE = Kind(
    name="role",
    model=Invitation,
    title=N_("Invitation to a role not answered"),
    rule=N_("To somebody who was invited to judge, to teach or to work here: 3 and 7 days after the letter."),
    ended=N_("Accepted, run out or taken back"),
    wanted=_roles,
    named=_roles_named,
    write=one_by_one(_ask_for_role),
)
TEAM = Kind(
    name="team",
    model=Member,
    title=N_("Invitation to a team not answered"),
    rule=N_("To somebody who was invited to work on a draft: 3 and 7 days after the letter."),
    ended=N_("Accepted, run out or taken back, or the film is handed in or too late"),
    wanted=_teams,
    named=_teams_named,
    write=one_by_one(_ask_for_team),
)
