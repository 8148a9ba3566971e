"""The place this installation keeps its files in."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.media.contract import Storage
from portal.media.volume import Volume

__all__ = ["Storage", "of"]


def of(session: Session) -> Storage:
    """The storage of the installation this session belongs to."""
    return Volume(session.info["settings"].data / "media")
