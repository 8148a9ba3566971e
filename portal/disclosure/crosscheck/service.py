"""Commands on the findings of the cross-check: keep what a check found, answer, settle. Nothing here rejects a film."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.disclosure.crosscheck import queries
from portal.disclosure.crosscheck.comparison import Difference
from portal.disclosure.crosscheck.models import CrossCheck, CrossFinding, Severity
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import FindingState, advance
from portal.policies import SYSTEM, Actor

MOST_WORDS = 2000
# A transaction that began before a check may become durable after it; so much later changes are looked at again.
SLACK = timedelta(seconds=30)
_S = FindingState
# What a creator may answer, and whether it takes words.
ANSWERS = {_S.ACCEPTED: False, _S.EXPLAINED: True, _S.DISPUTED: True}
# Told for information: nobody has to answer, and when they are no longer true nothing has to be remembered.
TOLD_ONLY = (Severity.INFO, Severity.POSITIVE)


def run(session: Session, entry_id: int, look: Callable[[], Sequence[Difference]]) -> None:
    """Checks an entry once more and keeps what `look` finds; answers stay. One worker at a time for each entry."""
    check = _locked(session, entry_id)
    at = clock.now()
    keep(session, entry_id, look(), at=at)
    check.seen_until = at - SLACK
    session.flush()


def keep(session: Session, entry_id: int, found: Sequence[Difference], *, at: datetime) -> None:
    """Makes the rows say what was found at `at`: new ones are open, known ones keep their answer, others are over."""
    rows = {(row.kind, row.asset_id, row.subject): row for row in queries.findings(session, entry_id)}
    wanted = {(one.kind, one.asset_id, one.subject): one for one in found}
    for key, one in wanted.items():
        if key in rows:
            _renew(session, rows[key], one)
        else:
            session.add(_row(entry_id, one, at))
    gone = [row for key, row in rows.items() if key not in wanted and row.state is not _S.SETTLED]
    for row in gone:
        _end(session, row)
    new = sorted({kind for kind, *_ in wanted.keys() - rows.keys()})
    if new or gone:
        over = sorted({row.kind for row in gone})
        audit.record(
            session, SYSTEM, "crosscheck.changed", CrossCheck.__tablename__, entry=entry_id, new=new, over=over
        )


def _row(entry_id: int, one: Difference, at: datetime) -> CrossFinding:
    facts = {"found": one.found, "declared": one.declared, "created_at": at}
    key = {"entry_id": entry_id, "asset_id": one.asset_id, "kind": one.kind, "subject": one.subject}
    return CrossFinding(**key, severity=one.severity, **facts)


def _renew(session: Session, row: CrossFinding, one: Difference) -> None:
    row.found, row.declared, row.severity = one.found, one.declared, one.severity
    if row.state is _S.SETTLED and row.settled_by_id is None:
        advance(session, row, _S.OPEN, by=SYSTEM, reason="found again")


def _end(session: Session, row: CrossFinding) -> None:
    if row.severity in TOLD_ONLY and not (row.answer or row.manual_check):
        session.delete(row)
    else:
        advance(session, row, _S.SETTLED, by=SYSTEM, reason="no longer found")


def answer(session: Session, finding: CrossFinding, to: FindingState, words: str, *, by: Actor) -> None:
    """What the creator says to a finding; may be changed until the office settles it. Said twice, it is said once."""
    _locked(session, finding.entry_id)
    session.refresh(finding)
    words = words.strip()[:MOST_WORDS]
    if finding.state is _S.SETTLED:
        raise Invalid("answer", N_("The festival office has settled this already."))
    if to not in ANSWERS:
        raise Invalid("answer", N_("Choose an answer."))
    if ANSWERS[to] and not words:
        raise Invalid("answer", N_("Say in a few words how it came about."))
    if (finding.state, finding.answer) == (to, words):
        return
    finding.answer, finding.answered_by_id, finding.answered_at = words, by.person_id, clock.now()
    if finding.state is not to:
        advance(session, finding, to, by=by, answer=words)
    else:
        audit.record(session, by, "finding.reworded", finding, answer=words)
    session.flush()


def settle(session: Session, finding: CrossFinding, note: str, *, by: Actor) -> None:
    """The office is done with a finding, with its reason; settled twice, it is settled once."""
    _locked(session, finding.entry_id)
    session.refresh(finding)
    if finding.state is _S.SETTLED:
        return
    if not note.strip():
        raise Invalid("note", N_("Say why this is settled."))
    finding.note, finding.settled_by_id = note.strip()[:MOST_WORDS], by.person_id
    advance(session, finding, _S.SETTLED, by=by, note=finding.note)
    session.flush()


def note_check(session: Session, finding: CrossFinding, words: str, *, by: Actor) -> None:
    """What an organizer saw by hand, where no program of ours can look."""
    _locked(session, finding.entry_id)
    session.refresh(finding)
    words = words.strip()[:MOST_WORDS]
    if words != finding.manual_check:
        audit.record(session, by, "finding.checked_by_hand", finding, before=finding.manual_check, after=words)
        finding.manual_check = words
    session.flush()


def _locked(session: Session, entry_id: int) -> CrossCheck:
    """Waits for whoever checks this entry or answers now; the row is made on first use."""
    session.flush()
    session.execute(db.insert(session, CrossCheck).values(entry_id=entry_id).on_conflict_do_nothing())
    wanted = sa.select(CrossCheck).where(CrossCheck.entry_id == entry_id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()
