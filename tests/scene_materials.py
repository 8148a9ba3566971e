"""What the stage needs of packages and materials: an insert, a seat plan, a film that owes, one of the creator's."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.entries.models import Entry
from portal.policies import SYSTEM
from portal.programme import queries, seat_plan, service
from portal.programme.materials import features, owing
from portal.programme.materials.copies import Watched, sign_off
from portal.programme.materials.models import Material, MaterialKind
from portal.programme.models import Hall, Insert, InsertKind, Package, Screening
from portal.programme.service import InsertDraft

_PLAN = seat_plan.parsed("A 10 1,2\nB 12\nC 12\nD 12\nE 14 1,14")


def with_materials(session: Session, draft: Entry) -> None:
    """A speech before the first film, a tested and locked copy, a refused still, and the creator's own list."""
    package = _first_package(session)
    service.add_insert(session, package, InsertDraft(InsertKind.SPEECH, 300, 0, "개막 인사"), by=SYSTEM)
    film = package.films[0].entry
    [feature] = features.held(session, [film.id])
    features.rate(session, feature, 15, notes_ko="짧은 폭력 장면", rev=feature.rev, by=SYSTEM)
    screening = session.scalars(sa.select(Screening).where(Screening.package_id == package.id)).first()
    copy = features.copy_of(session, film.id)
    if screening is not None and copy is not None:
        sign_off(session, screening, film, Watched(copy.sha256 or "", passed=True), by=SYSTEM)
        features.lock_copy(session, film, copy.sha256 or "", by=SYSTEM)
    owing.owe(session, [draft], by=SYSTEM)
    still = _thing(session, draft.id, MaterialKind.STILLS)
    owing.settle(session, still, "waive", reason="카탈로그에 싣지 않아요.", rev=still.rev, by=SYSTEM)
    lounge = session.scalars(sa.select(Hall).order_by(Hall.seats)).first()
    if lounge is not None:
        lounge.plan, lounge.seats, lounge.accessible_seats = _PLAN, seat_plan.seats(_PLAN), seat_plan.accessible(_PLAN)


def _first_package(session: Session) -> Package:
    code = session.scalars(sa.select(Package.code).order_by(Package.id)).first() or ""
    package = queries.package_by_code(session, code)
    assert package is not None
    return package


def _thing(session: Session, entry_id: int, kind: MaterialKind) -> Material:
    return session.scalars(sa.select(Material).where(Material.entry_id == entry_id, Material.kind == kind)).one()


def things(session: Session) -> dict[str, Any]:
    """What the addresses name."""
    film = _first_package(session).films[0].entry
    own = sa.select(Material.code).join(Material.entry).where(Entry.number.endswith("-DRAFT"))
    return {
        "programmed": film.number,
        "insert": session.scalars(sa.select(Insert.id).order_by(Insert.id)).first(),
        "thing": _thing(session, film.id, MaterialKind.MASTER).code,
        "own_thing": session.scalars(own.where(Material.kind == MaterialKind.MASTER)).first(),
    }
