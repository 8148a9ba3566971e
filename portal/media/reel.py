"""What a player needs to show a film to one person: addresses that end, captions, thumbnails, where they stopped."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.i18n import N_, translate
from portal.media import tickets, viewing
from portal.media.models import Asset, Rendition, RenditionKind
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


def of(session: Session, film: Asset, captions: Asset | None = None, *, viewer: Actor) -> Reel | None:
    """The film for this person; None while there is no review copy. Both assets come with their renditions."""
    secret = session.info["settings"].secret_key
    screener = _made(film, RenditionKind.SCREENER)
    if screener is None:
        return None
    seen = viewing.of(session, viewer.person_id, film.id)

    def address(rendition: Rendition | None) -> str | None:
        return tickets.playback_path(secret, rendition, viewer=viewer, minutes=MINUTES) if rendition else None

    master = _made(film, RenditionKind.STREAM, MASTER)
    words = address(_made(captions, RenditionKind.CAPTIONS)) if captions else None
    return Reel(
        src=address(screener) or "",
        stream=f"{address(master)}/{MASTER}" if master else None,
        poster=address(_made(film, RenditionKind.FRAME)),
        tracks=[(words, "und", translate(N_("Captions")), True)] if words else [],
        strip=_strip(film, address(_made(film, RenditionKind.STRIP))),
        viewing=viewing.path(secret, film, viewer=viewer),
        at=(seen.position_ms if seen else 0) / 1000,
        length=(film.duration_ms or 0) / 1000,
        width=screener.width or film.width or 1280,
        height=screener.height or film.height or 720,
    )


def _made(film: Asset, kind: RenditionKind, name: str | None = None) -> Rendition | None:
    fitting = (one for one in film.renditions if one.kind == kind and name in (None, one.name))
    return next(fitting, None)


def _strip(film: Asset, src: str | None) -> Strip | None:
    grid = film.probe.get("strip")
    return Strip(src, grid["every"], grid["columns"], grid["count"]) if src and grid else None
