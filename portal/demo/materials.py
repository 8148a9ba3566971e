"""The demo's packages in detail: what stands between their films, their ratings, and what the films owe."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.policies import Actor
from portal.programme import seat_plan
from portal.programme.materials import features, owing
from portal.programme.materials.models import Material, MaterialKind
from portal.programme.models import InsertKind, Package
from portal.programme.service import packages
from portal.programme.service.packages import InsertDraft

# Fifteen rows of twenty; the last one can be reached on wheels.
GREAT_HALL = seat_plan.parsed(
    "\n".join(f"{row} 20{' 1,2,3,18,19,20' if row == 'O' else ''}" for row in "ABCDEFGHIJKLMNO")
)
# package, what, seconds, before which film, note
BETWEEN = (
    (0, InsertKind.SPEECH, 300, 0, "개막 인사"),
    (0, InsertKind.CREDITS, 90, 5, ""),
    (1, InsertKind.TRAILER, 60, 0, "영화제 예고편"),
    (2, InsertKind.TRAILER, 60, 0, "영화제 예고편"),
    (3, InsertKind.TRAILER, 60, 0, "영화제 예고편"),
)
# package, film, rating, notes in both languages
RATED = (
    (0, 2, 15, "죽음을 다루는 장면", "Scenes about death"),
    (1, 0, 12, "깜박이는 화면", "Flickering pictures"),
    (2, 3, 12, "", ""),
)


def fill(session: Session, made: Sequence[Package], by: Actor) -> None:
    """Inserts and ratings; the omnibus' masters are accepted but for one, and a label card is waived."""
    for place, kind, seconds, before, note in BETWEEN:
        packages.add_insert(session, made[place], InsertDraft(kind, seconds, before, note), by=by)
    for place, film, rating, ko, en in RATED:
        [feature] = features.held(session, [made[place].films[film].entry_id])
        features.rate(session, feature, rating, notes_ko=ko, notes_en=en, rev=feature.rev, by=by)
    first = [film.entry_id for film in made[0].films]
    for material in _of(session, first, MaterialKind.MASTER)[1:]:
        owing.settle(session, material, "accept", rev=material.rev, by=by)
    [refused, *_] = _of(session, first, MaterialKind.MASTER)
    reason = "소리가 왼쪽에서만 나요. 다시 만들어 주세요."
    owing.settle(session, refused, "refuse", reason=reason, rev=refused.rev, by=by)
    [waived] = _of(session, first[-1:], MaterialKind.POSTER)
    owing.settle(session, waived, "waive", reason="포스터는 스틸로 대신해요.", rev=waived.rev, by=by)


def _of(session: Session, entry_ids: Sequence[int], kind: MaterialKind) -> Sequence[Material]:
    wanted = sa.select(Material).where(Material.entry_id.in_(entry_ids), Material.kind == kind)
    return session.scalars(wanted.order_by(Material.id)).all()
