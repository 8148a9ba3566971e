"""Handing in, withdrawing and taking up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal import clock, signing
from portal.calls.queries import latest_regulations
from portal.entries import checklist, mails, qr, queries
from portal.entries.deadline import Standing
from portal.entries.frozen import handed_in
from portal.entries.models import Entry, Receipt
from portal.entries.service import disclosing
from portal.entries.service.drafts import open_for, require_room
from portal.entries.service.locking import locked, locked_people, touch
from portal.entries.snapshot import digest, freeze
from portal.errors import Invalid, InvalidMany
from portal.i18n import N_
from portal.lifecycles import EntryState, advance
from portal.media import service as files
from portal.policies import Actor
from portal.school import queries as school

_HANDED_IN = (EntryState.MENTOR_REVIEW, EntryState.SUBMITTED)


def submit(session: Session, entry: Entry, declarations: Sequence[str], *, by: Actor, at: datetime) -> Receipt | None:
    """Hand the entry in: a student's goes to the mentor (None), any other is frozen and gets its receipt.

    Handed in already, it stays as it is and the answer is the same. `at` is when the request came in.
    """
    people = locked_people(session, entry)
    locked(session, entry)
    if entry.state in _HANDED_IN:
        return queries.latest_receipt(session, entry.id)
    _require_in_time(session, entry, at)
    _require_complete(session, entry)
    _require_within_limit(session, entry, {person.id: person.native_name for person in people})
    files.freeze(session, entry.id)
    entry.declarations = list(declarations)
    if entry.cohort_id is not None and entry.state == EntryState.DRAFT:
        _show_to_mentors(session, entry, entry.cohort_id, by=by, at=at)
        return None
    return hand_over(session, entry, handed_in_at=at, by=by)


def _require_in_time(session: Session, entry: Entry, at: datetime) -> None:
    if entry.state == EntryState.NEEDS_FIX:
        if entry.fix_due_at is not None and at >= entry.fix_due_at:
            raise Invalid("main", N_("The time for fixes has run out. Write to the festival office."))
    elif open_for(session, entry, at=at) not in (Standing.OPEN, Standing.GRACE):
        raise Invalid("main", N_("The deadline of this call has passed. Your draft is kept, but cannot be changed."))


def _require_complete(session: Session, entry: Entry) -> None:
    items = checklist.assess(queries.material(session, entry))
    gaps = checklist.missing(items)
    if gaps:
        raise InvalidMany([Invalid(f"{item.task}-{gap.field}", gap.code) for item, gap in gaps])


def _require_within_limit(session: Session, entry: Entry, names: dict[int, str]) -> None:
    limit = entry.call.entry_limit
    for person_id, n in queries.entered(session, entry.call_id, names, but=entry.id).items():
        if n >= limit:
            sentence = N_("{name}: already {n} entries in this call, which takes {limit} from each person.")
            raise Invalid("main", sentence, name=names[person_id], n=n, limit=limit)


def _show_to_mentors(session: Session, entry: Entry, cohort_id: int, *, by: Actor, at: datetime) -> None:
    advance(session, entry, EntryState.MENTOR_REVIEW, by=by)
    entry.submitted_at = at
    touch(session, entry)
    for mentor in school.mentors(session, cohort_id):
        mails.send(session, "mentor_review", entry, mentor, f"mentor_review:{entry.rev}")


def hand_over(session: Session, entry: Entry, *, handed_in_at: datetime, by: Actor) -> Receipt:
    """Freeze what is handed in, give the receipt and mail it to everybody who made the film."""
    film = queries.film_of(queries.living_assets(session, entry.id))
    if film is None or film.sha256 is None:
        raise Invalid("film", N_("Upload the film."))
    entry.runtime_s = round((film.duration_ms or 0) / 1000)
    revision = disclosing.freeze(session, entry, by=by)
    receipt = _receipt(session, entry, film.sha256, by=by)
    receipt.snapshot = freeze(handed_in(session, entry, receipt, revision, handed_in_at=handed_in_at))
    receipt.digest = digest(receipt.snapshot)
    session.add(receipt)
    advance(session, entry, EntryState.SUBMITTED, by=by, receipt=receipt.number, digest=receipt.digest)
    entry.submitted_at, entry.fix_due_at, entry.fix_items = handed_in_at, None, []
    touch(session, entry)
    _mail_receipt(session, entry, receipt)
    return receipt


def _receipt(session: Session, entry: Entry, film_sha256: str, *, by: Actor) -> Receipt:
    earlier = queries.latest_receipt(session, entry.id)
    regulations = latest_regulations(session, entry.call_id)
    return Receipt(
        entry_id=entry.id,
        number=f"{entry.number}-{signing.random_code(6)}",
        sequence=earlier.sequence + 1 if earlier else 1,
        film_sha256=film_sha256,
        regulations_version=regulations.version if regulations else 0,
        person_id=by.person_id,
        created_at=clock.now(),
    )


def _mail_receipt(session: Session, entry: Entry, receipt: Receipt) -> None:
    for person in queries.people_of(session, entry):
        picture = qr.png(session, receipt.number, person.language)
        mails.send(
            session,
            "receipt",
            entry,
            person,
            f"submitted:{receipt.sequence}",
            attachments=[(f"{receipt.number}.png", "image/png", picture)],
            receipt=receipt,
            handed_in_at=entry.submitted_at,
        )


def withdraw(session: Session, entry: Entry, reason: str, *, by: Actor) -> None:
    """Take the entry out of the call; it can be taken up again while the call is open. Done twice, it is done once."""
    locked(session, entry)
    if entry.state == EntryState.WITHDRAWN:
        return
    advance(session, entry, EntryState.WITHDRAWN, by=by, reason=reason)
    entry.fix_due_at, entry.fix_items = None, []
    touch(session, entry)
    for person in queries.people_of(session, entry):
        mails.send(session, "withdrawn", entry, person, f"withdrawn:{entry.rev}")


def reopen(session: Session, entry: Entry, *, by: Actor, at: datetime) -> None:
    """Make a withdrawn entry a draft again, if the call is open and has room for it."""
    locked_people(session, entry)
    locked(session, entry)
    if entry.state == EntryState.DRAFT:
        return
    if open_for(session, entry, at=at) is not Standing.OPEN:
        raise Invalid("main", N_("The deadline of this call has passed."))
    require_room(session, entry.call, entry.owner_id)
    advance(session, entry, EntryState.DRAFT, by=by)
    entry.submitted_at = None
    disclosing.reopen(session, entry, by=by)
    touch(session, entry)
