"""What a storage remembers of an unfinished upload: kept in the upload's row, so that all machines know the same.

The row also says who writes. A hold that nobody renews runs out: a machine that died keeps no upload for long. A writer
that only slept is told by its next note that another has taken over, and what it did since then does not count.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.attributes import set_committed_value

from portal import clock, db, signing
from portal.media.contract import Busy, Kept, Notes
from portal.media.models import Upload

HOLD = timedelta(seconds=30)


def notes_of(session: Session, upload: Upload) -> Notes:
    """The notes of an upload that other requests may know of; the session must have no transaction open."""
    return RowNotes(upload, db.sessions(session.info["settings"]))


class RowNotes:
    """An upload's row as memory, written in short transactions of its own while the bytes flow."""

    def __init__(self, upload: Upload, sessions: sessionmaker[Session]) -> None:
        self._upload, self._sessions = upload, sessions
        self._writer = signing.random_code()

    def take(self) -> Kept:
        """Becomes the upload's writer; raises Busy while another's hold lasts."""
        free = sa.or_(Upload.writer.is_(None), Upload.held_until < clock.now())
        return self._write(free, writer=self._writer, held_until=clock.now() + HOLD)

    def keep(self, kept: Kept) -> None:
        """Writes down what is safe and renews the hold; raises Busy once another has taken over."""
        self._write(Upload.writer == self._writer, parts=kept, held_until=clock.now() + HOLD)

    def let_go(self) -> None:
        """Lets the next writer in at once."""
        with db.unit_of_work(self._sessions) as session:
            mine = sa.update(Upload).where(Upload.id == self._upload.id, Upload.writer == self._writer)
            session.execute(mine.values(writer=None, held_until=None).execution_options(synchronize_session=False))

    def _write(self, condition: sa.ColumnElement[bool], **values: object) -> Kept:
        with db.unit_of_work(self._sessions) as session:
            written = sa.update(Upload).where(Upload.id == self._upload.id, Upload.finished_at.is_(None), condition)
            told = written.values(**values).returning(Upload.parts).execution_options(synchronize_session=False)
            row = session.execute(told).first()
        if row is None:
            raise Busy(self._upload.code)
        kept: Kept = row.parts
        set_committed_value(self._upload, "parts", kept)
        return kept


class FirstNotes:
    """The notes of an upload that no other request knows of yet: they go down with its row."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload

    def take(self) -> Kept:
        """What was kept; there is nobody to share with."""
        return self._upload.parts

    def keep(self, kept: Kept) -> None:
        """Writes it down."""
        self._upload.parts = kept

    def let_go(self) -> None:
        """Nobody waits."""
