"""What a player needs to show a film to one person: addresses that end, captions, thumbnails, where they stopped."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, load_only

from portal.disclosure.consent.public_view import held
from portal.i18n import N_, translate
from portal.media import admission, queries, tickets, viewing
from portal.media.models import Asset, Rendition, RenditionKind, Slot, Viewing
from portal.media.queries import made_of
from portal.policies import Actor

MINUTES = 240
MASTER = "master.m3u8"


@dataclass(frozen=True, slots=True)
class Strip:
    """One sheet of thumbnails, a picture every so many seconds, row by row."""

    src: str
    every: float
    columns: int
    count: int


@dataclass(frozen=True, slots=True)
class Reel:
    """A film as the player takes it; `src` is the one MP4, `stream` the ladder."""

    src: str
    stream: str | None
    poster: str | None
    tracks: list[tuple[str, str, str, bool]]
    strip: Strip | None
    viewing: str
    at: float
    length: float
    width: int
    height: int


# Jurors open one film after the other: built once. Whoever wants more of these files in the same session is told so.
_REELS = (
    sa.select(Asset, Viewing.position_ms, held(Asset.entry_id).label("on_hold"))
    .outerjoin(Asset.renditions)
    .outerjoin(Viewing, sa.and_(Viewing.asset_id == Asset.id, Viewing.person_id == sa.bindparam("person")))
    .where(
        Asset.entry_id == sa.bindparam("entry"),
        sa.or_(Asset.slot == Slot.FILM, Asset.slot == Slot.SUBTITLE),
        Asset.superseded_at.is_(None),
    )
    .order_by(Asset.id, Rendition.id)
    .options(
        load_only(
            *(Asset.entry_id, Asset.slot, Asset.state, Asset.probe, Asset.uploaded_by_id),
            *(Asset.duration_ms, Asset.width, Asset.height),
            raiseload=True,
        ),
        contains_eager(Asset.renditions).load_only(
            *(Rendition.kind, Rendition.name, Rendition.code, Rendition.width, Rendition.height), raiseload=True
        ),
    )
)


def of_entry(session: Session, entry_id: int, *, viewer: Actor, under: str = "") -> Reel | None:
    """The film of an entry that counts, with the captions that do; one statement. A held film is shown to few.

    Its addresses end with the right that they are issued `under`.
    """
    rows = session.execute(_REELS, {"entry": entry_id, "person": viewer.person_id}).unique().all()
    living = queries.by_slot(row.Asset for row in rows)
    film, captions = (living[slot].get(entry_id) for slot in (Slot.FILM, Slot.SUBTITLE))
    if film is not None and rows[0].on_hold and not admission.sees_held(viewer, film.uploaded_by_id):
        return None
    stops = {row.Asset.id: row.position_ms or 0 for row in rows}
    return _reel(session, film, captions, stops[film.id], viewer, under) if film else None


def of(session: Session, film: Asset, captions: Asset | None = None, *, viewer: Actor) -> Reel | None:
    """The film for this person; None while there is no review copy. Both assets come with their renditions."""
    seen = viewing.of(session, viewer.person_id, film.id)
    return _reel(session, film, captions, seen.position_ms if seen else 0, viewer)


def _reel(
    session: Session, film: Asset, captions: Asset | None, stop_ms: int, viewer: Actor, under: str = ""
) -> Reel | None:
    secret = session.info["settings"].secret_key
    screener = made_of(film, RenditionKind.SCREENER)
    if screener is None:
        return None

    def address(rendition: Rendition | None) -> str | None:
        if rendition is None:
            return None
        return tickets.playback_path(secret, rendition, viewer=viewer, minutes=MINUTES, under=under)

    master = made_of(film, RenditionKind.STREAM, name=MASTER)
    words = address(made_of(captions, RenditionKind.CAPTIONS)) if captions else None
    return Reel(
        src=address(screener) or "",
        stream=f"{address(master)}/{MASTER}" if master else None,
        poster=address(made_of(film, RenditionKind.FRAME)),
        tracks=[(words, "und", translate(N_("Captions")), True)] if words else [],
        strip=_strip(film, address(made_of(film, RenditionKind.STRIP))),
        viewing=viewing.path(secret, film, viewer=viewer, under=under),
        at=stop_ms / 1000,
        length=(film.duration_ms or 0) / 1000,
        width=screener.width or film.width or 1280,
        height=screener.height or film.height or 720,
    )


def _strip(film: Asset, src: str | None) -> Strip | None:
    grid = film.probe.get("strip")
    return Strip(src, grid["every"], grid["columns"], grid["count"]) if src and grid else None
