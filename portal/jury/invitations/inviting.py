"""The day the mails to selected makers tell of, and the invitations a release makes in its own transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import audit, clock, db
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.jury.decisions import mails
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations import places, queries, terms
from portal.jury.invitations.models import FilmInvitation
from portal.jury.models import Round
from portal.lifecycles import DecisionState, InvitationState
from portal.policies import Actor


def keep_fair(session: Session, round_: Round, *, by: Actor) -> None:
    """Before a selected maker's mail is written: a day that is still far enough off; else the usual one is set."""
    now = clock.now()
    if not terms.fair(round_.answer_by, now):
        _set(session, round_, terms.usual(now), by)


def set_answer_by(session: Session, round_: Round, answer_by: datetime, *, rev: int, by: Actor) -> int:
    """Let the makers to be told confirm by another day: what waits for them is written anew. How many mails.

    Raises Stale when the round was changed meanwhile, Invalid for a day too near or too far off.
    """
    if round_.answer_by == answer_by:
        return 0
    if round_.rev != rev:
        raise Stale
    terms.require_fair(answer_by, clock.now())
    return _set(session, round_, answer_by, by)


def _set(session: Session, round_: Round, answer_by: datetime, by: Actor) -> int:
    audit.record(session, by, "round.answer_by", round_, before=round_.answer_by, until=answer_by)
    round_.answer_by = answer_by
    session.flush()
    waiting = session.scalars(
        sa.select(Decision)
        .where(
            Decision.round_id == round_.id,
            Decision.state == DecisionState.PENDING,
            Decision.outcome == Outcome.SELECTED,
        )
        .options(joinedload(Decision.entry))
        .order_by(Decision.id)
    ).all()
    rewritten = [decision for decision in waiting if mails.supersede(session, decision, by)]
    for decision in rewritten:
        mails.queue(session, round_, decision.entry, decision)
    return len(rewritten)


def invite(session: Session, round_: Round, announced: Sequence[Decision], *, by: Actor) -> None:
    """Ask the makers of what was just announced as selected; raises Invalid when their day is no longer fair.

    A film that an earlier round has invited keeps its one invitation: unanswered, it is asked by the new day;
    confirmed, it is asked nothing again.
    """
    chosen = [decision for decision in announced if decision.outcome == Outcome.SELECTED]
    if not chosen:
        return
    films = [decision.entry_id for decision in chosen]
    if len(mails.coming(session, films)) < len(films) and not terms.fair(round_.answer_by, clock.now()):
        raise Invalid("answer_by", N_("The day to confirm by is too near. Choose a later one; the mails follow it."))
    asked = _asked_before(session, films)
    for decision in chosen:
        earlier = asked.get(decision.entry_id)
        if earlier is None or not _carry(session, round_, earlier, decision, by):
            _ask(session, round_, decision, by)
    session.flush()
    mails.keep_true(session, round_, chosen, by)


def _asked_before(session: Session, entry_ids: Collection[int]) -> dict[int, int]:
    """The invitations that stand already, by film."""
    standing = (FilmInvitation.entry_id.in_(entry_ids), FilmInvitation.state.in_(places.STANDING))
    rows = session.execute(sa.select(FilmInvitation.entry_id, FilmInvitation.id).where(*standing))
    return {row.entry_id: row.id for row in rows}


def _carry(session: Session, round_: Round, invitation_id: int, decision: Decision, by: Actor) -> bool:
    """Let an earlier round's invitation be this one's; False where its makers have just declined."""
    unanswered = FilmInvitation.state == InvitationState.INVITED
    state = session.scalar(
        sa.update(FilmInvitation)
        .where(FilmInvitation.id == invitation_id, FilmInvitation.state.in_(places.STANDING))
        .values(
            decision_id=decision.id,
            invited_at=sa.case((unanswered, clock.now()), else_=FilmInvitation.invited_at),
            answer_by=sa.case((unanswered, round_.answer_by), else_=FilmInvitation.answer_by),
            rev=FilmInvitation.rev + 1,
        )
        .returning(FilmInvitation.state)
        .execution_options(synchronize_session=False)
    )
    if state is not None:
        audit.record(session, by, "film_invitation.carried", decision, invitation=invitation_id, state=str(state))
    return state is not None


def _ask(session: Session, round_: Round, decision: Decision, by: Actor) -> None:
    answer_by = round_.answer_by
    assert answer_by is not None
    asked = {"invited_at": clock.now(), "answer_by": answer_by}
    session.add(FilmInvitation(decision_id=decision.id, entry_id=decision.entry_id, **asked))
    audit.record(session, by, "film_invitation.invited", decision, answer_by=answer_by)


def ask_rest(session: Session, round_: Round, answer_by: datetime, *, by: Actor) -> int:
    """Invite whoever was selected before there were invitations; how many. Pressed twice, each is invited once.

    They were told of it when it was announced: the reminders, which count from then, ask them. Raises Invalid for a
    day too near or too far off.
    """
    terms.require_fair(answer_by, clock.now())
    waiting = {decision.id: decision for decision in session.scalars(queries.unasked(round_.id))}
    rows = [
        {"decision_id": one.id, "entry_id": one.entry_id, "invited_at": one.announced_at, "answer_by": answer_by}
        for one in waiting.values()
    ]
    if not rows:
        return 0
    new = db.insert(session, FilmInvitation).on_conflict_do_nothing(index_elements=["decision_id"])
    made = session.scalars(new.returning(FilmInvitation.decision_id), rows).all()
    for decision_id in made:
        audit.record(session, by, "film_invitation.invited", waiting[decision_id], answer_by=answer_by)
    return len(made)
