"""A playable film as the pipeline leaves it: its original, its review copy, and its stream."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from portal import policies
from portal.lifecycles import AssetState
from portal.media import storage, tickets
from portal.media.models import Asset, Rendition, RenditionKind, Slot
from tests import builders

SCREENER = bytes(range(256)) * 8
RUNG = bytes(range(256)) * 4096
PICTURE = b"RIFF\x00\x00\x00\x00WEBP" + bytes(500)
PLAYLIST = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000\n360.m3u8\n"
_STREAM = {
    "master.m3u8": ("application/vnd.apple.mpegurl", PLAYLIST),
    "360.mp4": ("video/mp4", RUNG),
}


@dataclass
class Stored:
    """A playable film and the person who may see it."""

    asset: Asset
    screener: Rendition
    frame: Rendition
    stream: dict[str, Rendition]
    person_id: int
    secret_key: str

    def path(self, what: Asset | Rendition, minutes: int = 30) -> str:
        viewer = policies.Actor("person", self.person_id)
        return tickets.playback_path(self.secret_key, what, viewer=viewer, minutes=minutes)

    def streamed(self, name: str) -> str:
        return f"{self.path(self.stream['master.m3u8'])}/{name}"


def store_film(session: Session, folder: Path) -> Stored:
    """Put everything into the storage and its rows into the database."""
    person = builders.person(session)
    entry = builders.entry(session, builders.call(session, builders.edition(session)), person)
    original = _put(session, folder, SCREENER)
    asset = Asset(
        entry_id=entry.id, slot=Slot.FILM, state=AssetState.PLAYABLE, file_name="김하나_감독.mp4", storage_key=original
    )
    session.add(asset)
    session.flush()
    screener = _rendition(session, folder, asset, RenditionKind.SCREENER, "", "video/mp4", SCREENER)
    frame = _rendition(session, folder, asset, RenditionKind.FRAME, "", "image/webp", PICTURE)
    stream = {
        name: _rendition(session, folder, asset, RenditionKind.STREAM, name, *content)
        for name, content in _STREAM.items()
    }
    session.commit()
    return Stored(asset, screener, frame, stream, person.id, session.info["settings"].secret_key)


def store_captions(session: Session, film: Stored, folder: Path) -> Asset:
    """Subtitles of the same entry, ready."""
    words = Asset(entry_id=film.asset.entry_id, slot=Slot.SUBTITLE, state=AssetState.PLAYABLE, file_name="film.srt")
    session.add(words)
    session.flush()
    _rendition(session, folder, words, RenditionKind.CAPTIONS, "", "text/vtt; charset=utf-8", b"WEBVTT")
    session.commit()
    return words


def _rendition(
    session: Session, folder: Path, asset: Asset, kind: RenditionKind, name: str, content_type: str, content: bytes
) -> Rendition:
    made = Rendition(
        asset_id=asset.id,
        kind=kind,
        name=name,
        storage_key=_put(session, folder, content),
        content_type=content_type,
        size=len(content),
    )
    session.add(made)
    return made


def _put(session: Session, folder: Path, content: bytes) -> str:
    store = storage.of(session)
    store.jobs.mkdir(parents=True, exist_ok=True)
    made = folder / "made"
    made.write_bytes(content)
    return store.adopt(made)
