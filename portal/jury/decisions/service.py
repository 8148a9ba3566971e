"""Decided now, announced later: pending decisions are the desk's own until a second person releases them all.

The mails of a decision wait in the outbox with it; the release sends exactly those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, doorbell
from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Round
from portal.lifecycles import DecisionState, EntryState, MailState, RoundState, advance
from portal.mail import outbox
from portal.mail.models import TIED, OutgoingMail
from portal.policies import Actor

JUDGED = (RoundState.OPEN, RoundState.PAUSED, RoundState.CLOSED, RoundState.DECIDED)


@dataclass(frozen=True)
class Tally:
    """A round's decisions by outcome, those that wait for release and those announced; films and mails that wait."""

    waiting: Counter[Outcome]
    announced: Counter[Outcome]
    undecided: int
    mails: int

    @property
    def pending(self) -> int:
        return self.waiting.total()

    @property
    def decided(self) -> Counter[Outcome]:
        return self.waiting + self.announced


def batch(round_: Round) -> str:
    """The name under which a round's decision mails wait together."""
    return f"{TIED}round:{round_.id}:decisions"


def decide(session: Session, round_: Round, entry: Entry, outcome: Outcome | None, *, by: Actor) -> Decision:
    """Decide on one film, or take the decision back with None; the mail to its maker waits with it."""
    if round_.state not in JUDGED:
        raise Invalid("outcome", N_("Decisions of this round are closed."))
    if entry.state != EntryState.ELIGIBLE or entry.call_id != round_.call_id:
        raise Invalid("outcome", N_("Only eligible films of this call can be decided."))
    decision = _decision(session, round_, entry)
    if decision.state == DecisionState.ANNOUNCED:
        raise Invalid("outcome", N_("This decision has been announced and cannot be changed."))
    if outcome is None:
        return _take_back(session, decision, by)
    decision.outcome = outcome
    decision.decided_by_id, decision.decided_at = by.person_id, clock.now()
    advance(session, decision, DecisionState.PENDING, by=by, outcome=str(outcome))
    _supersede_mails(session, decision, by)
    _queue_mail(session, round_, entry, decision)
    return decision


def _decision(session: Session, round_: Round, entry: Entry) -> Decision:
    found = session.scalar(sa.select(Decision).where(Decision.round_id == round_.id, Decision.entry_id == entry.id))
    if found is None:
        found = Decision(round_id=round_.id, entry_id=entry.id, state=DecisionState.UNDECIDED)
        session.add(found)
        session.flush()
    return found


def _take_back(session: Session, decision: Decision, by: Actor) -> Decision:
    if decision.state == DecisionState.PENDING:
        advance(session, decision, DecisionState.UNDECIDED, by=by)
        decision.outcome = decision.decided_by_id = decision.decided_at = None
        _supersede_mails(session, decision, by)
    return decision


def _supersede_mails(session: Session, decision: Decision, by: Actor) -> None:
    for mail in session.scalars(
        sa.select(OutgoingMail).where(
            OutgoingMail.object_kind == Decision.__tablename__,
            OutgoingMail.object_id == decision.id,
            OutgoingMail.state == MailState.DRAFT,
        )
    ):
        advance(session, mail, MailState.SUPERSEDED, by=by)


def _queue_mail(session: Session, round_: Round, entry: Entry, decision: Decision) -> None:
    owner = session.get_one(Person, entry.owner_id)
    session.flush()
    outbox.queue(
        session,
        f"decision_{decision.outcome}",
        to=outbox.Recipient(owner.email, owner.language, owner.shown_in(owner.language), owner.id),
        about=decision,
        transition=f"pending.{decision.rev}",
        edition_id=round_.edition_id,
        hold=True,
        batch=batch(round_),
        entry=entry,
    )


def decide_rest(session: Session, round_: Round, *, by: Actor) -> int:
    """Every eligible film of the round's call without a decision becomes not selected; how many."""
    decided = sa.select(Decision.entry_id).where(
        Decision.round_id == round_.id, Decision.state != DecisionState.UNDECIDED
    )
    rest = session.scalars(
        sa.select(Entry).where(
            Entry.call_id == round_.call_id, Entry.state == EntryState.ELIGIBLE, Entry.id.not_in(decided)
        )
    ).all()
    for entry in rest:
        decide(session, round_, entry, Outcome.NOT_SELECTED, by=by)
    return len(rest)


def tally(session: Session, round_: Round) -> Tally:
    """The counts on the pages of results and release."""
    rows = session.execute(
        sa.select(Decision.state, Decision.outcome, sa.func.count())
        .where(Decision.round_id == round_.id, Decision.state != DecisionState.UNDECIDED)
        .group_by(Decision.state, Decision.outcome)
    ).all()
    waiting, announced = (
        Counter({outcome: count for found, outcome, count in rows if found == state and outcome is not None})
        for state in (DecisionState.PENDING, DecisionState.ANNOUNCED)
    )
    eligible = session.scalar(
        sa.select(sa.func.count())
        .select_from(Entry)
        .where(Entry.call_id == round_.call_id, Entry.state == EntryState.ELIGIBLE)
    )
    mails = session.scalar(
        sa.select(sa.func.count()).where(OutgoingMail.batch == batch(round_), OutgoingMail.state == MailState.DRAFT)
    )
    undecided = max(0, (eligible or 0) - waiting.total() - announced.total())
    return Tally(waiting, announced, undecided, mails or 0)


def release(session: Session, round_: Round, *, by: Actor) -> int:
    """Announce every pending decision at once and let its mails go; needs a second person. How many were announced.

    Pressing twice announces once: the second time finds nothing pending.
    """
    pending = session.scalars(
        sa.select(Decision).where(Decision.round_id == round_.id, Decision.state == DecisionState.PENDING)
    ).all()
    _require_second_person(pending, by)
    for decision in pending:
        decision.released_by_id, decision.announced_at = by.person_id, clock.now()
        advance(session, decision, DecisionState.ANNOUNCED, by=by, outcome=str(decision.outcome))
    _tell_makers(session, pending)
    _let_mails_go(session, round_, by)
    return len(pending)


def _require_second_person(pending: Sequence[Decision], by: Actor) -> None:
    if any(decision.decided_by_id == by.person_id for decision in pending):
        raise Invalid("release", N_("Somebody else must release these decisions: you made some of them yourself."))


def _tell_makers(session: Session, announced: Sequence[Decision]) -> None:
    """The makers' own pages know the outcome from the moment of its announcement."""
    for outcome in Outcome:
        entries = [decision.entry_id for decision in announced if decision.outcome == outcome]
        if entries:
            session.execute(sa.update(Entry).where(Entry.id.in_(entries)).values(announced=outcome.value))


def _let_mails_go(session: Session, round_: Round, by: Actor) -> None:
    for mail in session.scalars(
        sa.select(OutgoingMail).where(OutgoingMail.batch == batch(round_), OutgoingMail.state == MailState.DRAFT)
    ):
        advance(session, mail, MailState.QUEUED, by=by)
        doorbell.after_commit(session, "mail.deliver", mail.id)


def announced_outcome(session: Session, entry_id: int) -> Outcome | None:
    """What a creator may know of the decision on a film: nothing before its announcement."""
    return session.scalar(
        sa.select(Decision.outcome)
        .where(Decision.entry_id == entry_id, Decision.state == DecisionState.ANNOUNCED)
        .order_by(Decision.announced_at.desc())
        .limit(1)
    )
