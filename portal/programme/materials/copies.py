"""The copies of a screening: watched in the hall before anybody else sees them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.entries.models import Entry
from portal.entries.service.locking import locked
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.policies import Actor
from portal.programme.materials.features import copy_of
from portal.programme.materials.models import TestPlay
from portal.programme.models import PackageFilm, Screening

MOST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Watched:
    """What somebody says of a copy: which one, whether it is fit to be shown, and what was wrong."""

    sha256: str
    passed: bool
    note: str = ""


def sign_off(session: Session, screening: Screening, entry: Entry, seen: Watched, *, by: Actor) -> TestPlay:
    """Note that this very copy was watched in the hall of this screening; the same word again is one.

    The film is held meanwhile, so that no other takes its place in between. Raises Stale when one did before, Invalid
    for a fault without words, and for a film that is not shown there or not here.
    """
    note = seen.note.strip()[:MOST_NOTE]
    if not seen.passed and not note:
        raise Invalid("note", N_("Say what is wrong with the copy."))
    locked(session, entry)
    inside = sa.select(PackageFilm.id).where(
        PackageFilm.package_id == screening.package_id, PackageFilm.entry_id == entry.id
    )
    if session.scalar(inside) is None:
        raise Invalid("copy", N_("This film is no longer part of the screening."))
    copy = copy_of(session, entry.id)
    if copy is None:
        raise Invalid("copy", N_("There is no playable film here to test."))
    if copy.sha256 != seen.sha256:
        raise Stale
    last = _last(session, screening, entry)
    if last is not None and (last.sha256, last.passed, last.note) == (seen.sha256, seen.passed, note):
        return last
    made = TestPlay(
        screening_id=screening.id,
        entry_id=entry.id,
        sha256=seen.sha256,
        passed=seen.passed,
        note=note,
        by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    audit.record(
        session, by, "copy.passed" if seen.passed else "copy.fault", screening, entry=entry.id, sha256=seen.sha256
    )
    return made


def _last(session: Session, screening: Screening, entry: Entry) -> TestPlay | None:
    wanted = sa.select(TestPlay).where(TestPlay.screening_id == screening.id, TestPlay.entry_id == entry.id)
    return session.scalar(wanted.order_by(TestPlay.id.desc()).limit(1))
