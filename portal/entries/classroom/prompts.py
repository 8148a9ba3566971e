"""Commands on a prompt log: lines are written, changed and taken away by their writers until the sign-off."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.entries.classroom.models import Prompt
from portal.entries.classroom.promptlist import LONGEST, MOST_LINES, Line
from portal.entries.models import Entry
from portal.entries.service.locking import locked
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import EntryState
from portal.policies import Actor

OPEN = (EntryState.DRAFT, EntryState.MENTOR_REVIEW)


def add(session: Session, entry: Entry, lines: Sequence[Line], *, by: Actor) -> int:
    """Write lines behind the log; those this person wrote before word for word are there already. How many are new."""
    _hold(session, entry)
    for line in lines:
        _require_sound(line)
    known = session.scalars(sa.select(Prompt).where(Prompt.entry_id == entry.id)).all()
    there = {_line(one) for one in known if one.person_id == by.person_id}
    new = [line for line in dict.fromkeys(lines) if line not in there]
    if len(known) + len(new) > MOST_LINES:
        raise Invalid("prompt", N_("A log holds at most {n} prompts."), n=MOST_LINES)
    session.add_all(_row(entry, line, by) for line in new)
    if new:
        session.flush()
        audit.record(session, by, "prompts.added", entry, lines=len(new))
    return len(new)


def _row(entry: Entry, line: Line, by: Actor) -> Prompt:
    return Prompt(entry_id=entry.id, person_id=by.person_id, tool=line.tool, text=line.prompt, outcome=line.outcome)


def _line(row: Prompt) -> Line:
    return Line(row.tool, row.text, row.outcome)


def change(session: Session, entry: Entry, row: Prompt, line: Line, *, seen: int, by: Actor) -> None:
    """Write one of the own lines anew; raises Stale where it changed since it was shown, unless to the same words."""
    _hold(session, entry)
    _require_own(row, by)
    _require_sound(line)
    if not _still_there(session, row):
        raise Stale
    if _line(row) == line:
        return
    if row.rev != seen:
        raise Stale
    row.tool, row.text, row.outcome = line.tool, line.prompt, line.outcome
    session.flush()
    audit.record(session, by, "prompt.changed", row, entry=entry.id)


def remove(session: Session, entry: Entry, row: Prompt, *, by: Actor) -> None:
    """Take one of the own lines away; already gone is no error."""
    _hold(session, entry)
    _require_own(row, by)
    if not _still_there(session, row):
        return
    audit.record(session, by, "prompt.removed", row, entry=entry.id)
    session.delete(row)
    session.flush()


def _hold(session: Session, entry: Entry) -> None:
    locked(session, entry)
    if entry.state not in OPEN:
        raise Invalid("main", N_("The entry has been signed off; its prompt log stays as it is."))


def _still_there(session: Session, row: Prompt) -> bool:
    wanted = sa.select(Prompt).where(Prompt.id == row.id).execution_options(populate_existing=True)
    return session.scalar(wanted) is not None


def _require_own(row: Prompt, by: Actor) -> None:
    if row.person_id != by.person_id:
        raise Invalid("main", N_("Whoever wrote a line changes it."))


def _require_sound(line: Line) -> None:
    if not line.prompt:
        raise Invalid("prompt", N_("Write the prompt."))
    for name, most in LONGEST.items():
        if len(getattr(line, name)) > most:
            raise Invalid(name, N_("Write at most {n} characters here."), n=most)
