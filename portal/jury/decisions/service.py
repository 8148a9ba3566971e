"""Decided now, announced later: pending decisions are the desk's own until a second person releases them all.

The mails of a decision wait in the outbox with it; the release sends exactly those. What the public sees is another
matter: see listing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import audit, clock
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury import queries
from portal.jury.decisions import mails, reserves
from portal.jury.decisions import queries as reading
from portal.jury.decisions.mails import batch
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations import inviting
from portal.jury.models import Round
from portal.lifecycles import DecisionState, EntryState, RoundState, advance
from portal.policies import Actor

__all__ = ["Tally", "announced_outcome", "batch", "decide", "decide_rest", "release", "select_top", "tally"]

JUDGED = (RoundState.OPEN, RoundState.PAUSED, RoundState.CLOSED, RoundState.DECIDED)
MOST_WORDS = 500


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


def decide(session: Session, round_: Round, entry: Entry, outcome: Outcome | None, *, by: Actor) -> Decision:
    """Decide on one film, or take the decision back with None; the mail to its maker waits with it."""
    decision = _decision(session, round_, entry)
    _require_open(round_, entry, decision)
    if decision.replaces_id is not None and decision.state == DecisionState.PENDING:
        return _put_back(session, decision, outcome, by)
    if outcome is None:
        return _take_back(session, decision, by)
    if decision.state == DecisionState.PENDING and decision.outcome == outcome:
        return _taken_on(session, decision, by)
    decision.outcome = outcome
    decision.decided_by_id, decision.decided_at = by.person_id, clock.now()
    advance(session, decision, DecisionState.PENDING, by=by, outcome=str(outcome))
    mails.supersede(session, decision, by)
    if outcome == Outcome.SELECTED:
        inviting.keep_fair(session, round_, by=by)
    mails.queue(session, round_, entry, decision)
    return decision


def _require_open(round_: Round, entry: Entry, decision: Decision) -> None:
    promoted = decision.replaces_id is not None and decision.state == DecisionState.PENDING
    if round_.state not in JUDGED and not promoted:
        raise Invalid("outcome", N_("Decisions of this round are closed."))
    if entry.state != EntryState.ELIGIBLE or entry.call_id != round_.call_id:
        raise Invalid("outcome", N_("Only eligible films of this call can be decided."))
    if decision.state == DecisionState.ANNOUNCED:
        raise Invalid("outcome", N_("This decision has been announced and cannot be changed."))


def _decision(session: Session, round_: Round, entry: Entry) -> Decision:
    found = session.scalar(sa.select(Decision).where(Decision.round_id == round_.id, Decision.entry_id == entry.id))
    if found is None:
        found = Decision(round_id=round_.id, entry_id=entry.id, state=DecisionState.UNDECIDED)
        session.add(found)
        session.flush()
    return found


def _put_back(session: Session, decision: Decision, outcome: Outcome | None, by: Actor) -> Decision:
    if outcome == Outcome.SELECTED:
        return _taken_on(session, decision, by)
    if outcome not in (None, Outcome.RESERVE):
        raise Invalid("outcome", N_("Its maker knows that it is a reserve: it can take over the place or stay one."))
    reserves.put_back(session, decision, by=by)
    return decision


def _taken_on(session: Session, decision: Decision, by: Actor) -> Decision:
    """Decided as before it stays whose it is; only where that account is gone is it somebody's anew."""
    if decision.decided_by_id is None:
        decision.decided_by_id, decision.decided_at = by.person_id, clock.now()
        audit.record(session, by, "decision.taken_on", decision, outcome=str(decision.outcome))
        session.flush()
    return decision


def _take_back(session: Session, decision: Decision, by: Actor) -> Decision:
    if decision.state == DecisionState.PENDING:
        advance(session, decision, DecisionState.UNDECIDED, by=by)
        decision.outcome = decision.decided_by_id = decision.decided_at = None
        mails.supersede(session, decision, by)
    return decision


def decide_rest(session: Session, round_: Round, *, by: Actor) -> int:
    """Every film of the round without a decision becomes not selected; how many."""
    decided = sa.select(Decision.entry_id).where(
        Decision.round_id == round_.id, Decision.state != DecisionState.UNDECIDED
    )
    rest = session.scalars(queries.judged_entries(round_).where(Entry.id.not_in(decided)).order_by(Entry.id)).all()
    for entry in rest:
        decide(session, round_, entry, Outcome.NOT_SELECTED, by=by)
    return len(rest)


def select_top(session: Session, round_: Round, size: int, *, expected: int, by: Actor) -> int:
    """Select the undecided films among the first `size` places, as many as the preview said; how many.

    What somebody has decided on already stays as it is.
    """
    waiting = [row.id for row in reading.top(session, round_, size) if row.state not in reading.DECIDED]
    if not waiting or len(waiting) != expected:
        raise Invalid("top", N_("The list has changed meanwhile. Look at it again."))
    for entry in session.scalars(sa.select(Entry).where(Entry.id.in_(waiting)).order_by(Entry.id)).all():
        decide(session, round_, entry, Outcome.SELECTED, by=by)
    return len(waiting)


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
    return Tally(waiting, announced, reading.count_undecided(session, round_), mails.waiting(session, round_))


# ── release ────────────────────────────────────────────────────────────


def release(session: Session, round_: Round, *, reason: str = "", by: Actor) -> int:
    """Announce every pending decision at once and let its mails go; needs a second person. How many were announced.

    A decision whose first person's account is gone is decided again before: two persons stand for each.
    A selection that breaks a quota needs a reason. Pressing twice announces once: the second time finds nothing
    pending. A film that left the running meanwhile is not announced. The makers of what is selected are invited to
    confirm by the day their mail tells; raises Invalid when that day has come too near.
    """
    pending = session.scalars(
        sa.select(Decision)
        .where(Decision.round_id == round_.id, Decision.state == DecisionState.PENDING)
        .options(joinedload(Decision.entry).load_only(Entry.number, Entry.state))
        .order_by(Decision.id)
    ).all()
    standing = [decision for decision in pending if decision.entry.state == EntryState.ELIGIBLE]
    _leave_out([decision for decision in pending if decision not in standing], session, by)
    _require_second_person(standing, by)
    if standing:
        _note_release(session, round_, len(standing), reason.strip()[:MOST_WORDS], by)
    for decision in standing:
        decision.released_by_id, decision.announced_at = by.person_id, clock.now()
        decision.undeliverable = ""  # said of the earlier outcome, if at all: who was a reserve is told anew
        advance(session, decision, DecisionState.ANNOUNCED, by=by, outcome=str(decision.outcome))
    _tell_makers(session, standing)
    inviting.invite(session, round_, standing, by=by)
    mails.let_go(session, round_, standing, by)
    _follow(session, round_, by)
    return len(standing)


def _leave_out(gone: Sequence[Decision], session: Session, by: Actor) -> None:
    for decision in gone:
        if decision.replaces_id is not None:
            reserves.pass_over(session, decision, by=by)
        else:
            _take_back(session, decision, by)


def _require_second_person(pending: Sequence[Decision], by: Actor) -> None:
    left = next((decision.entry.number for decision in pending if decision.decided_by_id is None), None)
    if left is not None:
        sentence = N_("Whoever decided on {number} has no account any more. Somebody must decide so again first.")
        raise Invalid("release", sentence, number=left)
    if any(decision.decided_by_id == by.person_id for decision in pending):
        raise Invalid("release", N_("Somebody else must release these decisions: you made some of them yourself."))


def _note_release(session: Session, round_: Round, count: int, reason: str, by: Actor) -> None:
    """Keep for the minutes who released how many, and why a quota was not kept."""
    session.flush()
    broken = [one for one in reading.quota_standings(session, round_.id) if one.broken]
    if broken and not reason:
        raise Invalid("reason", N_("A quota is not kept. Say why this selection is right all the same."))
    quotas = [[str(one.bound.kind), one.bound.key, one.figure] for one in broken]
    noted: dict[str, Any] = {"count": count, "reason": reason, "quotas": quotas}
    audit.record(session, by, "round.release", round_, **noted)
    earlier = round_.meeting.get("releases", [])
    released = {"at": clock.now().isoformat(), "by": by.person_id, **noted}
    round_.meeting = {**round_.meeting, "releases": [*earlier, released]}


def _tell_makers(session: Session, announced: Sequence[Decision]) -> None:
    """The makers' own pages know the outcome from the moment of its announcement."""
    for outcome in Outcome:
        entries = [decision.entry_id for decision in announced if decision.outcome == outcome]
        if entries:
            session.execute(sa.update(Entry).where(Entry.id.in_(entries)).values(announced=outcome.value))


def _follow(session: Session, round_: Round, by: Actor) -> None:
    """A closed round is decided once nothing is left to decide or to release."""
    session.flush()
    if round_.state == RoundState.CLOSED and not reading.count_undecided(session, round_):
        advance(session, round_, RoundState.DECIDED, by=by)


def announced_outcome(session: Session, entry_id: int) -> Outcome | None:
    """What a creator may know of the decision on a film: nothing before its announcement."""
    return session.scalar(
        sa.select(Decision.outcome)
        .where(Decision.entry_id == entry_id, Decision.state == DecisionState.ANNOUNCED)
        .order_by(Decision.announced_at.desc())
        .limit(1)
    )
