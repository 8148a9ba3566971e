"""Mails to jurors about their lists: a first one to everybody, later only to those whose list changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.letters import addressed
from portal.entries.models import Entry
from portal.jury import queries
from portal.jury.assigning.models import Assignment, AssignmentRun, RunKind
from portal.jury.models import Juror, Round
from portal.mail import outbox


def tell(session: Session, round_: Round, run: AssignmentRun, moved: Collection[int]) -> None:
    """Write to each juror whom the published plan concerns; `moved` are ids of those who lost films to others."""
    lists = _lists(session, round_.id, run.id)
    kind = "jury_published" if run.kind == RunKind.FULL else "jury_changed"
    concerned = [juror_id for juror_id, own in lists.items() if own.new]
    for juror in _jurors(session, {*concerned, *moved}):
        own = lists.get(juror.id)
        person = juror.person
        outbox.queue(
            session,
            kind,
            to=addressed(person),
            about=juror,
            transition=f"run.{run.id}.published",
            edition_id=round_.edition_id,
            judging=round_,
            films=own.films if own else 0,
            seconds=int(own.seconds or 0) if own else 0,
            new=int(own.new) if own else 0,
            fewer=juror.id in moved,
            due_at=juror.due_at or round_.due_at,
        )


def _lists(session: Session, round_id: int, run_id: int) -> dict[int, Any]:
    """For each juror with films: how many there are to watch, how long they are, how many came with this plan."""
    rows = session.execute(
        sa.select(
            Assignment.juror_id,
            sa.func.count().label("films"),
            sa.func.sum(Entry.runtime_s).label("seconds"),
            sa.func.sum(sa.case((Assignment.run_id == run_id, 1), else_=0)).label("new"),
        )
        .join(Entry, Entry.id == Assignment.entry_id)
        .where(Assignment.round_id == round_id, Assignment.state.in_(queries.TO_SCORE))
        .group_by(Assignment.juror_id)
    )
    return {row.juror_id: row for row in rows}


def _jurors(session: Session, ids: Collection[int]) -> Collection[Juror]:
    found = sa.select(Juror).where(Juror.id.in_(ids), Juror.ended_at.is_(None)).order_by(Juror.id)
    return session.scalars(found.options(joinedload(Juror.person))).all()
