"""The place this installation keeps its files in: a folder on this machine, or an S3 bucket."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.media import s3
from portal.media.bucket import Bucket
from portal.media.contract import Storage
from portal.media.volume import Volume

__all__ = ["Storage", "of"]


def of(session: Session) -> Storage:
    """The storage of the installation this session belongs to."""
    settings = session.info["settings"]
    folder = settings.data / "media"
    return Bucket(s3.place(settings.s3_url), folder / "jobs") if settings.s3_url else Volume(folder)
