"""What films owe: asked for with due dates, handed in, accepted, refused or waived."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db, signing
from portal.calls.models import Edition
from portal.entries.models import Entry
from portal.errors import Invalid, Stale
from portal.i18n import N_, SEOUL
from portal.lifecycles import MaterialState, ScreeningState, advance
from portal.policies import Actor
from portal.programme.materials import features
from portal.programme.materials.dues import default_due, kinds_of
from portal.programme.materials.models import Material, MaterialKind
from portal.programme.materials.recognition import recognise
from portal.programme.models import PackageFilm, Screening

_M = MaterialState
MOST_REFERENCE, MOST_REASON = 300, 500
_SETTLING = {
    "accept": _M.ACCEPTED,
    "refuse": _M.REFUSED,
    "waive": _M.WAIVED,
    "reopen": _M.AWAITED,
}
_WORDED = (_M.REFUSED, _M.WAIVED)


def owe(session: Session, entries: Sequence[Entry], *, by: Actor) -> int:
    """Ask these films for everything a hall and a catalogue need; what was asked for stays as it is.

    What the portal has already is recognised at once. Gives the number of things that are new.
    """
    if not entries:
        return 0
    features.held(session, [entry.id for entry in entries])
    first = _first_shown(session, entries)
    now = clock.now()
    rows = [
        {
            "code": signing.random_code(),
            "entry_id": entry.id,
            "kind": kind,
            "state": _M.AWAITED,
            "due_at": default_due(kind, first[entry.id], now=now),
            "reference": "",
            "reason": "",
            "rev": 1,
        }
        for entry in entries
        for kind in kinds_of(entry.spoken_language)
    ]
    fresh = db.insert(session, Material).values(rows).on_conflict_do_nothing(index_elements=["entry_id", "kind"])
    made = session.execute(fresh.returning(Material.entry_id)).scalars().all()
    for entry in entries:
        if entry.id in made:
            audit.record(session, by, "materials.asked", entry, things=made.count(entry.id))
            recognise(session, entry.id)
    return len(made)


def _first_shown(session: Session, entries: Sequence[Entry]) -> dict[int, datetime]:
    """When each film is first shown: its first screening on the plan, else the day the edition begins."""
    ids = [entry.id for entry in entries]
    shown = (
        sa.select(PackageFilm.entry_id, sa.func.min(Screening.starts_at))
        .join(Screening, Screening.package_id == PackageFilm.package_id)
        .where(PackageFilm.entry_id.in_(ids), Screening.state != ScreeningState.CANCELLED)
        .group_by(PackageFilm.entry_id)
    )
    planned: dict[int, datetime] = dict(session.execute(shown).all())
    days = sa.select(Entry.id, Edition.starts_on).join(Edition, Edition.id == Entry.edition_id).where(Entry.id.in_(ids))
    return {
        entry_id: planned.get(entry_id) or datetime.combine(day, time(), ZoneInfo(SEOUL))
        for entry_id, day in session.execute(days)
    }


def hand_in(session: Session, material: Material, reference: str, *, by: Actor) -> None:
    """Say where a copy is that travels otherwise (a DCP by courier, a link); the same again changes nothing.

    Raises Invalid without words, and once the festival has accepted or waived the thing.
    """
    reference = reference.strip()[:MOST_REFERENCE]
    if material.kind == MaterialKind.LABEL_CARD:
        raise Invalid("reference", N_("The label card is made from the declaration; correct that instead."))
    if not reference:
        raise Invalid("reference", N_("Say where the copy is, or how it comes to us."))
    held(session, material)
    if material.reference == reference and material.state in (_M.RECEIVED, _M.ACCEPTED):
        return
    if material.state in (_M.ACCEPTED, _M.WAIVED):
        raise Invalid("reference", N_("The festival has settled this already. Write to us if it has to change."))
    material.reference, material.received_at, material.reason = reference, clock.now(), ""
    advance(session, material, _M.RECEIVED, by=by, reference=reference)
    session.flush()


def settle(session: Session, material: Material, how: str, *, reason: str = "", rev: int, by: Actor) -> None:
    """Accept, refuse, waive or reopen a thing; twice is once. Raises Stale, and Invalid for a refusal without words."""
    if how not in _SETTLING:
        raise Invalid("how", N_("Choose what becomes of it."))
    to = _SETTLING[how]
    held(session, material)
    reason = reason.strip()[:MOST_REASON] if to in _WORDED else ""
    if material.state == to and material.reason == reason:
        return
    if material.rev != rev:
        raise Stale
    if to in _WORDED and not reason:
        raise Invalid("reason", N_("Give the reason; the makers will read it."))
    material.reason = reason
    material.settled_at, material.settled_by_id = (None, None) if how == "reopen" else (clock.now(), by.person_id)
    if how == "reopen":
        material.reference, material.asset_id, material.received_at = "", None, None
    advance(session, material, to, by=by, kind=material.kind, reason=reason)
    session.flush()
    if how == "reopen":
        recognise(session, material.entry_id)


def set_due(
    session: Session, entry_ids: Collection[int], kinds: Collection[MaterialKind], due_at: datetime, *, by: Actor
) -> int:
    """Another due date for these things of these films; gives how many it changed. Raises Invalid for a past one."""
    if due_at <= clock.now():
        raise Invalid("due", N_("This day has passed. Choose a later one."))
    wanted = (
        sa.select(Material)
        .where(Material.entry_id.in_(entry_ids), Material.kind.in_(kinds), Material.due_at != due_at)
        .order_by(Material.id)
        .with_for_update()
    )
    changed = session.scalars(wanted.execution_options(populate_existing=True)).all()
    for material in changed:
        audit.record(session, by, "material.due", material, before=material.due_at, after=due_at)
        material.due_at = due_at
    session.flush()
    return len(changed)


def held(session: Session, material: Material) -> None:
    """Wait for whoever settles the thing now, and see what they left."""
    db.hold(session, material)
