"""What somebody has really seen of a film: a bit for each second that was played, and where they stopped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, db, signing
from portal.media.models import Asset, Viewing
from portal.policies import Actor
from portal.signing import BadToken

_PURPOSE = "media.viewing"
_LASTS = timedelta(days=1)
LONGEST_SECONDS = 6 * 3600
MOST_SPANS = 200
_SPAN = re.compile(r"(\d{1,5})-(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds that were played, as pairs of the first and the last one, and the position in milliseconds."""

    spans: tuple[tuple[int, int], ...]
    position_ms: int


def read_seen(spans: str, position: str) -> Seen:
    """What a player tells, like `0-12 40-52` and `52.3`; whatever makes no sense is left out."""
    found = [_SPAN.fullmatch(word) for word in spans.split()[:MOST_SPANS]]
    pairs = tuple((int(one[1]), int(one[2])) for one in found if one)
    seconds = float(position) if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", position) else 0.0
    return Seen(pairs, min(round(seconds * 1000), LONGEST_SECONDS * 1000))


def path(secret_key: str, film: Asset, *, viewer: Actor, under: str = "") -> str:
    """Where the player of this person tells what it played of this film; it ends with the right `under`, if any."""
    return f"/viewings/{signing.seal(secret_key, _PURPOSE, [film.id, viewer.person_id, under])}"


def film_of(secret_key: str, token: str, *, viewer: Actor) -> tuple[int, str]:
    """The film behind such an address, and the right it was issued under; raises BadToken for anybody else."""
    film_id, person_id, *under = signing.unseal(secret_key, _PURPOSE, token, _LASTS)
    if person_id is None or person_id != viewer.person_id:
        raise BadToken(_PURPOSE)
    return int(film_id), "".join(under)


def of(session: Session, person_id: int | None, film_id: int) -> Viewing | None:
    """What a person has seen of a film."""
    return session.scalar(sa.select(Viewing).where(Viewing.person_id == person_id, Viewing.asset_id == film_id))


def note(session: Session, film: Asset, seen: Seen, *, by: Actor) -> Viewing:
    """Adds what was played; two windows of one person add up, and no second counts twice."""
    assert by.person_id is not None
    viewing = _held(session, by.person_id, film.id)
    length = min(-(-(film.duration_ms or 0) // 1000) or LONGEST_SECONDS, LONGEST_SECONDS)
    viewing.seconds = covered(viewing.seconds, seen.spans, length)
    viewing.watched_s = int.from_bytes(viewing.seconds).bit_count()
    viewing.position_ms, viewing.updated_at = min(seen.position_ms, length * 1000), clock.now()
    session.flush()
    return viewing


def covered(bits: bytes, spans: Iterable[tuple[int, int]], length: int) -> bytes:
    """The bits with those of the spans set, none behind the film's length."""
    found = bytearray(bits.ljust(-(-length // 8), b"\0"))
    for first, last in spans:
        for second in range(first, min(last + 1, length)):
            found[second // 8] |= 1 << (second % 8)
    return bytes(found)


def _held(session: Session, person_id: int, film_id: int) -> Viewing:
    first = {"person_id": person_id, "asset_id": film_id, "seconds": b"", "watched_s": 0, "position_ms": 0}
    session.execute(db.insert(session, Viewing).values({**first, "updated_at": clock.now()}).on_conflict_do_nothing())
    wanted = sa.select(Viewing).where(Viewing.person_id == person_id, Viewing.asset_id == film_id)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one()
