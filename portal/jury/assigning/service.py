"""The chair's side of an assignment: asked for, and shown to all jurors at once.

A proposed plan is invisible to jurors. The worker makes it (portal.jury.planning), so that no page computes.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, doorbell
from portal.accounts.models import Person
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury import desk_queries
from portal.jury.assigning.models import Assignment
from portal.jury.models import Juror, Round
from portal.lifecycles import AssignmentState, RoundState, advance, advance_all
from portal.mail import outbox
from portal.policies import Actor


def request_assignment(session: Session, round_: Round, *, by: Actor) -> None:
    """Ask the worker for a plan; asking twice while it works changes nothing."""
    if round_.state == RoundState.ASSIGNING:
        return
    advance(session, round_, RoundState.ASSIGNING, by=by)
    round_.assignment_wanted_by_id = by.person_id
    round_.attempts, round_.last_error = 0, None
    doorbell.after_commit(session, "jury.assign", round_.id)


def publish(session: Session, round_: Round, *, by: Actor) -> int:
    """Show the whole plan to all jurors in one step and tell each of them; how many assignments were published."""
    if round_.state == RoundState.OPEN:
        return 0
    if round_.due_at <= clock.now():
        raise Invalid("due_at", N_("The round's due date has passed. Set a later one first."))
    advance(session, round_, RoundState.OPEN, by=by)
    round_.opened_at = clock.now()
    published = advance_all(
        session,
        Assignment,
        AssignmentState.PUBLISHED,
        Assignment.round_id == round_.id,
        by=by,
        round=round_.id,
    )
    session.flush()
    session.execute(
        sa.update(Assignment)
        .where(Assignment.round_id == round_.id, Assignment.published_at.is_(None))
        .values(published_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    _tell_jurors(session, round_)
    return published


def _tell_jurors(session: Session, round_: Round) -> None:
    for row in desk_queries.progress(session, round_.id):
        juror = session.get_one(Juror, row.juror_id)
        person = session.get_one(Person, juror.person_id)
        outbox.queue(
            session,
            "jury_published",
            to=outbox.Recipient(person.email, person.language, person.shown_in(person.language), person.id),
            about=juror,
            transition=f"round.{round_.id}.open",
            edition_id=round_.edition_id,
            judging=round_,
            films=row.assigned,
            seconds=row.seconds,
            due_at=round_.due_at,
        )
