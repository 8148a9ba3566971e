"""The cross-check of an entry: gathers what is declared and what its files say, and what its makers do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, doorbell
from portal.calls.models import Call
from portal.disclosure import queries as disclosures
from portal.disclosure import service as disclosing
from portal.disclosure.answers import ToolUse, stamp
from portal.disclosure.crosscheck import service as findings
from portal.disclosure.crosscheck.comparison import Difference, crosscheck, declared_of
from portal.disclosure.crosscheck.models import Severity
from portal.disclosure.crosscheck.queries import open_findings
from portal.disclosure.ledger import Ledger
from portal.disclosure.models import Disclosure
from portal.disclosure.revisions.drafts import working
from portal.disclosure.revisions.history import declaration
from portal.disclosure.rows import answers_of
from portal.disclosure.tools import usual_scopes
from portal.entries import mails
from portal.entries.models import Entry
from portal.entries.queries.crosscheck import examined_files, file_facts
from portal.entries.queries.entry import parts, people_of
from portal.entries.service.amending import require_disclosable
from portal.entries.service.locking import locked
from portal.lifecycles import EntryState
from portal.media import service as media_files
from portal.media.models import Asset
from portal.policies import Actor

# While an entry is judged, its makers are asked at once; before, they see it on their own page.
HANDED_IN = (EntryState.SUBMITTED, EntryState.NEEDS_FIX, EntryState.ELIGIBLE)


def check(session: Session, entry_id: int) -> None:
    """Hold the entry's files against what it declares, once more."""
    findings.run(session, entry_id, lambda: _differences(session, entry_id))
    _ask(session, entry_id)


def _ask(session: Session, entry_id: int) -> None:
    """Ask the makers of a film that was handed in about what is grave; once for each finding."""
    grave = [one for one in open_findings(session, entry_id) if one.severity is Severity.HIGH]
    entry = session.scalar(sa.select(Entry).where(Entry.id == entry_id).options(*parts())) if grave else None
    if entry is None or entry.state not in HANDED_IN:
        return
    for finding in grave:
        mails.send(session, "file_question", entry, people_of(session, entry), f"file_question:{finding.code}")


def _differences(session: Session, entry_id: int) -> list[Difference]:
    disclosure = session.scalar(sa.select(Disclosure).where(Disclosure.entry_id == entry_id))
    files = [file_facts(asset) for asset in examined_files(session, entry_id)]
    if disclosure is None or not files:
        return []
    declared = declared_of(_declared(session, disclosure), deadline=_deadline(session, entry_id))
    return crosscheck(declared, files)


def _declared(session: Session, disclosure: Disclosure) -> Ledger:
    """What was handed in; the answers as they stand while nothing was."""
    last = disclosures.latest_revision(session, disclosure.id)
    return declaration(last.body).ledger if last else disclosures.ledger_of(session, disclosure)


def _deadline(session: Session, entry_id: int) -> datetime | None:
    wanted = sa.select(Call.closes_at).join(Entry, Entry.call_id == Call.id).where(Entry.id == entry_id)
    return session.scalar(wanted)


def hold_clips(session: Session, entry: Entry, *, at: datetime) -> None:
    """Refuse a change of the clips unless the form is open, or was opened again to amend it; hold the entry so."""
    locked(session, entry)
    require_disclosable(session, entry, at=at)


def name_tool(session: Session, entry: Entry, clip: Asset, tool: str, *, by: Actor) -> None:
    """Note which of the declared tools a clip came out of; an empty name takes the note back."""
    media_files.hold(session, clip)
    if clip.made_with == tool:
        return
    audit.record(session, by, "asset.made_with", clip, before=clip.made_with, after=tool)
    clip.made_with = tool
    session.flush()
    doorbell.after_commit(session, "probe.crosscheck", entry.id)


def add_tool(session: Session, entry: Entry, name: str, *, by: Actor, at: datetime) -> None:
    """Add a tool that a file names to the answers of the form; raises Invalid while they are closed."""
    require_disclosable(session, entry, at=at)
    disclosure = disclosing.of_entry(session, entry.id)
    answers = answers_of(working(disclosure))
    if name not in [tool.name for tool in answers.tools]:
        tools = (*answers.tools, ToolUse(name, "", usual_scopes(name)))
        disclosing.save_draft(session, disclosure, replace(answers, tools=tools), rev=stamp(answers), by=by)
    doorbell.after_commit(session, "probe.crosscheck", entry.id)
