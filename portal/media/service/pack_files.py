"""The files of an Actor-IP pack: taken in by the desk, given out to a team with its mark.

The mark stands in the names and in a licence that lies beside the file, both inside a ZIP that is made while it is
sent; see docs/decisions. The owner's bytes stay as they are: a model sheet or a voice recording must not be re-encoded.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sqlalchemy.orm import Session

from portal import audit, clock
from portal.disclosure.packs.models import Pack, PackFile
from portal.errors import Invalid
from portal.i18n import N_
from portal.media import child, storage
from portal.media.contract import Source, Storage
from portal.media.findings import SENTENCES
from portal.media.pouring import PIECE
from portal.policies import Actor

MOST_BYTES = 450_000_000


def add(session: Session, pack: Pack, name: str, source: Source, length: int, *, by: Actor) -> PackFile:
    """Keep one file of the owner's; nothing opens it here, it is only ever saved by a team."""
    if length == 0:
        raise Invalid("file", SENTENCES["empty"])
    if length > MOST_BYTES:
        raise Invalid("file", N_("Files of a pack may be up to {n} MB."), n=MOST_BYTES // 10**6)
    store = storage.of(session)
    digest = hashlib.sha256()
    with child.job_directory(store.jobs) as folder:
        made = folder / "file"
        with made.open("wb") as file:
            while piece := source.read(PIECE):
                digest.update(piece)
                file.write(piece)
        key = store.adopt(made)
    sha256 = digest.hexdigest()
    kept = PackFile(
        pack_id=pack.id, file_name=name, size=length, sha256=sha256, storage_key=key, added_by_id=by.person_id
    )
    session.add(kept)
    session.flush()
    audit.record(session, by, "pack.file", kept, pack=pack.id, sha256=sha256)
    return kept


def take_away(session: Session, file: PackFile, *, by: Actor) -> None:
    """Give a file out no more; its bytes go, its row and its log stay."""
    if file.removed_at is not None:
        return
    file.removed_at = clock.now()
    if file.storage_key is not None:
        storage.of(session).delete(file.storage_key)
        file.storage_key = None
    session.flush()
    audit.record(session, by, "pack.file_removed", file)


@dataclass(frozen=True, slots=True)
class Copy:
    """One team's copy of one file: where it lies, how it is called with its mark, and the licence beside it."""

    key: str
    name: str
    licence: str

    def pieces(self, store: Storage) -> Iterator[bytes]:
        """The ZIP, made while it is sent; nothing of it is kept here."""
        sink = _Sink()
        with child.job_directory(store.jobs) as folder, store.fetched(self.key, folder) as path:
            with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr("LICENCE.txt", self.licence)
                with archive.open(zipfile.ZipInfo(self.name), "w", force_zip64=True) as entry:
                    for piece in _pieces(path):
                        entry.write(piece)
                        yield sink.taken()
            yield sink.taken()


def marked(name: str, mark: str) -> str:
    """`lead-face.png` of the team K7Q2X3M9AB becomes `lead-face.K7Q2X3M9AB.png`."""
    path = PurePosixPath(name.replace("\\", "/").rpartition("/")[2] or "file")
    return f"{path.stem}.{mark}{path.suffix}"


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


class _Sink:
    """What a ZIP is written to when nobody can go back in it."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, piece: bytes, /) -> int:
        self._held += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """What is left is still to be taken."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken, self._held = bytes(self._held), bytearray()
        return taken
