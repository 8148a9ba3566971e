"""A class's frozen film enters a festival's call: everything is carried over, so that only what is missing is asked."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, signing
from portal.accounts.models import Person
from portal.calls.models import Call, CallKind, Category
from portal.disclosure import carrying
from portal.disclosure.consent import guardians
from portal.entries import mails, queries
from portal.entries.classroom import places
from portal.entries.classroom import queries as classroom
from portal.entries.classroom.models import Promotion
from portal.entries.classroom.places import Brought
from portal.entries.classroom.queries import ClassFilm
from portal.entries.fields import LIMITS
from portal.entries.models import Acquaintance, Credit, Entry, Member
from portal.entries.service.locking import locked, people_held, touch
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import EntryState
from portal.media import service as files
from portal.policies import Actor
from portal.school import service as school

_SAID = (*LIMITS, "runtime_s", "music_cleared", "fonts_cleared", "watched_sha256", "cohort_id", "team_id")


def promote(session: Session, film: ClassFilm, call: Call, category: Category, *, by: Actor, at: datetime) -> Entry:
    """The film as a draft in a festival's call, owned by whoever promotes it; twice in one call, it is the same draft.

    The call comes with its edition. The class's entry stays as it is. Raises Invalid with what is in the
    way: the class's entry has moved on, a guardian's or performer's word is missing, the call is closed, or the file
    does not fit. Rules on AI that are not met are no obstacle: the draft asks for them.
    """
    assert by.person_id is not None
    source = film.entry
    people_held(session, source)
    locked(session, source)
    known = classroom.promoted(session, source.id, call.id)
    if known is not None:
        return known
    require_promotable(session, film)
    if call.kind != CallKind.FESTIVAL:
        raise Invalid("category", N_("Choose a category of the festival."))
    places.require_takes(session, source, call, by.person_id, at=at)
    found = places.brought(session, source)
    problems = places.against(found, category)
    if problems:
        raise Invalid("category", problems[0])
    entry = _entered(session, source, call, category, by)
    _carry(session, source, entry, found, by=by)
    _note(session, source, entry, by)
    _tell(session, source, entry, by)
    return entry


def require_promotable(session: Session, film: ClassFilm) -> None:
    """Refuse an entry that is not signed off, or that somebody has to agree to first."""
    if film.entry.state not in (EntryState.SUBMITTED, EntryState.ELIGIBLE):
        raise Invalid("main", N_("Only a film that your mentor signed off can go on to the festival."))
    names = guardians.lacking(session, film.entry.id)
    if names:
        raise Invalid("main", N_("A guardian's consent is missing for: {names}"), names=", ".join(names))
    if queries.stands_on_hold(session, film.entry.id):
        raise Invalid("main", N_("Somebody in the film has not agreed or has withdrawn. Settle that first."))


def _entered(session: Session, source: Entry, call: Call, category: Category, by: Actor) -> Entry:
    values = {name: getattr(source, name) for name in _SAID}
    entry = Entry(
        number=f"{call.edition.prefix}-{signing.random_code(5)}",
        edition_id=call.edition_id,
        call_id=call.id,
        category_id=category.id,
        owner_id=by.person_id,
        state=EntryState.DRAFT,
        **values,
    )
    owner = session.get_one(Person, by.person_id)
    entry.owner, entry.call, entry.category, entry.members, entry.credits = owner, call, category, [], []
    session.add(entry)
    session.flush()
    audit.record(session, by, "entry.started", entry, category=category.code, promoted=source.number)
    return entry


def _carry(session: Session, source: Entry, entry: Entry, found: Brought, *, by: Actor) -> None:
    entry.members = [_member(person) for person in queries.people_of(session, source) if person.id != entry.owner_id]
    credited = session.scalars(sa.select(Credit).where(Credit.entry_id == source.id).order_by(Credit.position))
    entry.credits = [_credit(line) for line in credited]
    told = session.scalars(sa.select(Acquaintance).where(Acquaintance.entry_id == source.id).order_by(Acquaintance.id))
    session.add_all(
        Acquaintance(entry_id=entry.id, name=one.name, email=one.email, reason=one.reason, told_by_id=one.told_by_id)
        for one in told.all()
    )
    session.flush()
    try:
        files.carry(session, found.files, entry.id, places.rule_of(entry.category), by=by)
    except FileNotFoundError as error:
        gone = N_("A file of this entry is not there any more. Write to the festival office.")
        raise Invalid("main", gone) from error
    carrying.carry(session, found.disclosure, entry.id, by=by)
    school.carry_students(session, source.id, entry.id)
    touch(session, entry)


def _member(person: Person) -> Member:
    moment = clock.now()
    return Member(
        email=person.email,
        name=person.native_name,
        digest=signing.digest(signing.random_token()),
        person_id=person.id,
        invited_at=moment,
        expires_at=moment,
        accepted_at=moment,
    )


def _credit(line: Credit) -> Credit:
    return Credit(position=line.position, role=line.role, native_name=line.native_name, latin_name=line.latin_name)


def _note(session: Session, source: Entry, entry: Entry, by: Actor) -> None:
    receipt = queries.latest_receipt(session, source.id)
    row = Promotion(
        source_id=source.id,
        call_id=entry.call_id,
        entry_id=entry.id,
        receipt_id=receipt.id if receipt else None,
        person_id=by.person_id,
    )
    session.add(row)
    session.flush()
    told = {"entry": entry.number, "receipt": receipt.number if receipt else "", "call": entry.call_id}
    audit.record(session, by, "entry.promoted", source, **told)


def _tell(session: Session, source: Entry, entry: Entry, by: Actor) -> None:
    who = session.get_one(Person, by.person_id)
    people = [person for person in queries.people_of(session, entry) if person.id != by.person_id]
    mails.send(session, "promoted", entry, people, "promoted", source=source.number, who=who.native_name)
