"""The desk's word on received entries: eligible, to be fixed, or refused, which takes a second person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal import audit, clock
from portal.entries import checklist, fields, mails, queries
from portal.entries.models import Entry, Verdict, VerdictOutcome
from portal.entries.service import disclosing
from portal.entries.service.locking import free_place, locked, touch
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import EntryState, advance
from portal.policies import Actor

_STATES = {
    VerdictOutcome.ELIGIBLE: EntryState.ELIGIBLE,
    VerdictOutcome.INELIGIBLE: EntryState.INELIGIBLE,
    VerdictOutcome.DISQUALIFIED: EntryState.DISQUALIFIED,
}
TWO_PEOPLE = (VerdictOutcome.INELIGIBLE, VerdictOutcome.DISQUALIFIED)


def propose_verdict(
    session: Session, entry: Entry, outcome: VerdictOutcome, reason: str, *, by: Actor
) -> Verdict | None:
    """Say whether the entry may take part. Eligible counts at once; a refusal waits for a second person.

    The same word twice is said once: the open proposal comes back, or None where the entry stands there already.
    """
    locked(session, entry)
    if entry.state == _STATES.get(outcome):
        return None
    proposal = queries.open_verdict(session, entry.id)
    if proposal is not None and proposal.outcome == outcome:
        return proposal
    if proposal is not None:
        raise Invalid("main", N_("A refusal of this entry waits for a second person. Settle that first."))
    if outcome in TWO_PEOPLE and not reason:
        raise Invalid("reason", N_("Give the reason; the maker and the second person will read it."))
    _require_possible(entry, outcome)
    return _say(session, entry, outcome, reason, by=by)


def _require_possible(entry: Entry, outcome: VerdictOutcome) -> None:
    to = _STATES[outcome]
    if not Entry.lifecycle.allows(entry.state, to):
        raise Invalid("main", N_("The entry has moved on; look at it again."))


def _say(session: Session, entry: Entry, outcome: VerdictOutcome, reason: str, *, by: Actor) -> Verdict:
    assert by.person_id is not None
    at_once = outcome not in TWO_PEOPLE
    verdict = Verdict(
        entry=entry,
        outcome=outcome,
        reason=reason,
        proposed_by_id=by.person_id,
        confirmed_at=clock.now() if at_once else None,
    )
    session.add(verdict)
    session.flush()
    if at_once:
        _settle(session, entry, verdict, by=by)
    else:
        audit.record(session, by, "entry.verdict_proposed", entry, outcome=outcome, reason=reason)
    return verdict


def confirm_verdict(session: Session, verdict: Verdict, *, by: Actor) -> None:
    """A second person makes a refusal count."""
    entry = verdict.entry
    locked(session, entry)
    session.refresh(verdict, attribute_names=["confirmed_at", "confirmed_by_id", "proposed_by_id", "outcome", "reason"])
    if verdict.confirmed_at is not None:
        return
    if verdict.proposed_by_id == by.person_id:
        raise Invalid("main", N_("You proposed this yourself; a second person has to confirm it."))
    verdict.confirmed_by_id, verdict.confirmed_at = by.person_id, clock.now()
    _settle(session, entry, verdict, by=by)


def drop_verdict(session: Session, verdict: Verdict, *, by: Actor) -> None:
    """Take a proposed refusal back, by the one who made it or the second person."""
    locked(session, verdict.entry)
    if queries.open_verdict(session, verdict.entry_id) is None:
        return
    audit.record(session, by, "entry.verdict_dropped", verdict.entry, outcome=verdict.outcome, reason=verdict.reason)
    session.delete(verdict)
    session.flush()


def request_fixes(
    session: Session, entry: Entry, items: Sequence[str], note: str, *, due_at: datetime, by: Actor
) -> None:
    """Open the named parts of the entry to its makers until the due date, and tell them what to change.

    A film to be replaced opens the disclosure too: its makers signed for the film they had.
    """
    locked(session, entry)
    if checklist.Task.FILM in items and checklist.Task.AI not in items:
        items = [*items, checklist.Task.AI.value]
    if entry.state == EntryState.NEEDS_FIX and entry.fix_items == list(items) and entry.fix_due_at == due_at:
        return
    _require_fixable(session, entry, items, note, due_at)
    assert by.person_id is not None
    verdict = Verdict(
        entry_id=entry.id,
        outcome=VerdictOutcome.NEEDS_FIX,
        reason=note,
        proposed_by_id=by.person_id,
        confirmed_at=clock.now(),
    )
    session.add(verdict)
    entry.fix_items, entry.fix_due_at = list(items), due_at
    advance(session, entry, EntryState.NEEDS_FIX, by=by, items=list(items), due=due_at.isoformat())
    touch(session, entry)
    if {checklist.Task.AI, checklist.Task.CONSENTS} & set(items):
        disclosing.query(session, entry, note, by=by)
    people, parts = queries.people_of(session, entry), [checklist.TITLES[checklist.Task(item)] for item in items]
    mails.send(session, "needs_fix", entry, people, f"verdict:{verdict.id}", note=note, parts=parts, due_at=due_at)


def _require_fixable(session: Session, entry: Entry, items: Sequence[str], note: str, due_at: datetime) -> None:
    if not items or any(item not in fields.FIXABLE for item in items):
        raise Invalid("items", N_("Choose what should be fixed."))
    if not note:
        raise Invalid("note", N_("Write what should be changed."))
    if due_at <= clock.now():
        raise Invalid("due_on", N_("Choose a day to come."))
    if queries.open_verdict(session, entry.id) is not None:
        raise Invalid("main", N_("A refusal of this entry waits for a second person. Settle that first."))
    if not Entry.lifecycle.allows(entry.state, EntryState.NEEDS_FIX):
        raise Invalid("main", N_("The entry has moved on; look at it again."))


def _settle(session: Session, entry: Entry, verdict: Verdict, *, by: Actor) -> None:
    free_place(session, entry)
    advance(session, entry, _STATES[verdict.outcome], by=by, reason=verdict.reason)
    entry.fix_items, entry.fix_due_at = [], None
    touch(session, entry)
    people = queries.people_of(session, entry)
    mails.send(session, verdict.outcome.value, entry, people, f"verdict:{verdict.id}", reason=verdict.reason)
