"""Handing in, withdrawing and taking up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal import audit, clock, signing
from portal.accounts.models import Person
from portal.calls.models import Call
from portal.disclosure.consent import guardians
from portal.entries import checklist, mails, qr, queries
from portal.entries.deadline import FilmOnItsWay, Standing, standing
from portal.entries.frozen import handed_in
from portal.entries.models import Entry, Receipt
from portal.entries.queries import Before, Known
from portal.entries.service import disclosing
from portal.entries.service.drafts import open_for, require_room, window_of
from portal.entries.service.locking import free_place, locked, note_change, people_held, touch
from portal.entries.snapshot import digest, freeze
from portal.errors import Invalid, InvalidMany
from portal.i18n import N_
from portal.lifecycles import EntryState, advance
from portal.media import service as files
from portal.media.models import Asset
from portal.policies import Actor
from portal.school import queries as school
from portal.school import service as classes

_HANDED_IN = (EntryState.MENTOR_REVIEW, EntryState.SUBMITTED)


def submit(session: Session, entry: Entry, declarations: Sequence[str], *, by: Actor, at: datetime) -> Receipt | None:
    """Hand the entry in: a student's goes to the mentor (None), any other is frozen and gets its receipt.

    Handed in already, it stays as it is and the answer is the same. `at` is when the request came in.
    """
    people = people_held(session, entry)
    if entry.state in _HANDED_IN:
        return queries.latest_receipt(session, entry.id)
    before = queries.before_submission(session, entry, [person.id for person in people])
    _require_in_time(entry, before.film, at)
    _require_complete(entry, before.known)
    require_within_limit(entry.call, before.entered, {person.id: person.native_name for person in people})
    files.freeze(session, before.known.assets, before.uploads)
    entry.declarations = list(declarations)
    if entry.state == EntryState.DRAFT and queries.mentor_first(session, entry):
        _show_to_mentors(session, entry, before, by=by, at=at)
        return None
    return _hand_over(session, entry, before, people, handed_in_at=at, by=by)


def _require_in_time(entry: Entry, film: FilmOnItsWay | None, at: datetime) -> None:
    if entry.state == EntryState.NEEDS_FIX:
        if entry.fix_due_at is not None and at >= entry.fix_due_at:
            raise Invalid("main", N_("The time for fixes has run out. Write to the festival office."))
    elif standing(window_of(entry.call), film, at=at) not in (Standing.OPEN, Standing.GRACE):
        raise Invalid("main", N_("The deadline of this call has passed. Your draft is kept, but cannot be changed."))


def _require_complete(entry: Entry, known: Known) -> None:
    items = checklist.assess(queries.material(entry, known))
    gaps = checklist.missing(items)
    if gaps:
        raise InvalidMany([Invalid(f"{item.task}-{gap.field}", gap.code) for item, gap in gaps])


def require_within_limit(call: Call, entered: Mapping[int, int], names: Mapping[int, str]) -> None:
    """Refuse one entry more than the call takes from any of its makers."""
    limit = call.entry_limit
    for person_id, n in entered.items():
        if n >= limit:
            sentence = N_("{name}: already {n} entries in this call, which takes {limit} from each person.")
            raise Invalid("main", sentence, name=names[person_id], n=n, limit=limit)


def _show_to_mentors(session: Session, entry: Entry, before: Before, *, by: Actor, at: datetime) -> None:
    assert entry.cohort_id is not None
    classes.note_students(session, entry.id, entry.team_id, _film_of(before)[1])
    advance(session, entry, EntryState.MENTOR_REVIEW, by=by)
    entry.submitted_at = at
    touch(session, entry)
    mentors = school.answering_mentors(session, entry.cohort_id, entry.team_id)
    mails.send(session, "mentor_review", entry, mentors, f"mentor_review:{entry.rev}")


def _require_guardians(session: Session, entry: Entry, film_sha256: str) -> None:
    """A film that somebody under age has made counts only once a guardian has agreed for each of them."""
    if entry.cohort_id is None:
        return
    classes.note_students(session, entry.id, entry.team_id, film_sha256)
    names = guardians.lacking(session, entry.id)
    if names:
        sentence = N_("A guardian's consent is missing for: {names}. Until it is there, this film cannot be handed in.")
        raise Invalid("main", sentence, names=", ".join(names))


def hand_over(session: Session, entry: Entry, *, handed_in_at: datetime, by: Actor) -> Receipt:
    """Freeze what is handed in, give the receipt and mail it to everybody who made the film."""
    people = people_held(session, entry)
    before = queries.before_submission(session, entry, [person.id for person in people])
    return _hand_over(session, entry, before, people, handed_in_at=handed_in_at, by=by)


def _hand_over(
    session: Session, entry: Entry, before: Before, people: Sequence[Person], *, handed_in_at: datetime, by: Actor
) -> Receipt:
    film, sha256 = _film_of(before)
    _require_guardians(session, entry, sha256)
    entry.runtime_s = round((film.duration_ms or 0) / 1000)
    revision = disclosing.freeze(session, entry, before, by=by)
    receipt = _receipt(entry, before, sha256, by=by)
    # A film handed in again after a fix is still judged by the rules it came under.
    entry.rules_version = entry.rules_version or entry.category.rules_version
    receipt.snapshot = freeze(handed_in(entry, before.known, receipt, revision, handed_in_at=handed_in_at))
    receipt.digest = digest(receipt.snapshot)
    session.add(receipt)
    advance(session, entry, EntryState.SUBMITTED, by=by, receipt=receipt.number, digest=receipt.digest)
    entry.submitted_at, entry.fix_due_at, entry.fix_items = handed_in_at, None, []
    note_change(entry, people[0], before.known.credits)
    _mail_receipt(session, entry, receipt, people)
    return receipt


def _film_of(before: Before) -> tuple[Asset, str]:
    """The film that is handed in, and its SHA-256."""
    film = queries.film_of(before.known.assets)
    if film is None or film.sha256 is None:
        raise Invalid("film", N_("Upload the film."))
    return film, film.sha256


def reissue(session: Session, entry: Entry, film: Asset, *, by: Actor) -> Receipt:
    """A receipt for the film that took the place of the one handed in; everything else stays as it was declared.

    The disclosure speaks of the new film from now on: its makers said that it holds for it too.
    """
    assert film.sha256 is not None
    people = people_held(session, entry)
    before = queries.before_submission(session, entry, [person.id for person in people])
    entry.runtime_s, entry.watched_sha256 = round((film.duration_ms or 0) / 1000), film.sha256
    revision = disclosing.carry_over(session, entry, before, film.sha256, by=by)
    classes.keep_students(session, entry.id, film.sha256)
    receipt = _receipt(entry, before, film.sha256, by=by)
    moment = entry.submitted_at or receipt.created_at
    receipt.snapshot = freeze(handed_in(entry, before.known, receipt, revision, handed_in_at=moment))
    receipt.digest = digest(receipt.snapshot)
    session.add(receipt)
    audit.record(session, by, "entry.reissued", entry, receipt=receipt.number, digest=receipt.digest)
    note_change(entry, people[0], before.known.credits)
    session.flush()
    return receipt


def _receipt(entry: Entry, before: Before, film_sha256: str, *, by: Actor) -> Receipt:
    return Receipt(
        entry_id=entry.id,
        number=f"{entry.number}-{signing.random_code(6)}",
        sequence=before.receipts + 1,
        film_sha256=film_sha256,
        regulations_version=before.regulations,
        person_id=by.person_id,
        created_at=clock.now(),
    )


def _mail_receipt(session: Session, entry: Entry, receipt: Receipt, people: Sequence[Person]) -> None:
    mails.send(
        session,
        "receipt",
        entry,
        people,
        f"submitted:{receipt.sequence}",
        attached=lambda language: [(f"{receipt.number}.png", "image/png", qr.png(session, receipt.number, language))],
        receipt=receipt,
        handed_in_at=entry.submitted_at,
    )


def withdraw(session: Session, entry: Entry, reason: str, *, by: Actor) -> None:
    """Take the entry out of the call; it can be taken up again while the call is open. Done twice, it is done once."""
    locked(session, entry)
    if entry.state == EntryState.WITHDRAWN:
        return
    free_place(session, entry)
    advance(session, entry, EntryState.WITHDRAWN, by=by, reason=reason)
    entry.fix_due_at, entry.fix_items = None, []
    touch(session, entry)
    mails.send(session, "withdrawn", entry, queries.people_of(session, entry), f"withdrawn:{entry.rev}")


def reopen(session: Session, entry: Entry, *, by: Actor, at: datetime) -> None:
    """Make a withdrawn entry a draft again, if the call is open and has room for it."""
    people_held(session, entry)
    if entry.state == EntryState.DRAFT:
        return
    if open_for(session, entry, at=at) is not Standing.OPEN:
        raise Invalid("main", N_("The deadline of this call has passed."))
    require_room(session, entry.call, entry.owner_id)
    advance(session, entry, EntryState.DRAFT, by=by)
    entry.submitted_at = entry.rules_version = None
    disclosing.reopen(session, entry, by=by)
    touch(session, entry)
