"""One writer for each upload in a bucket, on whatever machine: the row decides, and the overtaken one is told."""

from __future__ import annotations

import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
import time_machine
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.media import s3
from portal.media.bucket import Bucket
from portal.media.contract import Busy, Kept
from portal.media.models import Asset, Slot, Upload
from portal.media.parts import PART
from portal.media.service.notes import HOLD, RowNotes
from tests import builders
from tests.media.conftest import digest_of
from tests.media.s3 import Switched

FILM = os.urandom(2 * PART)


@pytest.fixture
def upload(session: Session) -> Upload:
    """An upload that has begun, as other processes see it."""
    person = builders.person(session)
    entry = builders.entry(session, builders.call(session, builders.edition(session)), person)
    asset = Asset(entry_id=entry.id, slot=Slot.FILM, file_name="film.mp4", storage_key="0" * 32)
    found = Upload(
        code="c", asset=asset, person_id=person.id, length=len(FILM), expires_at=clock.now() + timedelta(days=1)
    )
    session.add(found)
    session.commit()
    return found


@pytest.fixture
def store(bucket: Switched, tmp_path: Path) -> Bucket:
    return Bucket(s3.place(bucket.url), tmp_path)


def kept(sessions: sessionmaker[Session], upload: Upload) -> Kept:
    with sessions() as session:
        return session.get_one(Upload, upload.id).parts


def test_a_second_writer_waits_until_the_first_lets_go(upload: Upload, sessions: sessionmaker[Session]) -> None:
    first, second = RowNotes(upload, sessions), RowNotes(upload, sessions)
    first.take()
    with pytest.raises(Busy):
        second.take()
    first.keep({"rest": 1})
    first.let_go()
    assert second.take() == {"rest": 1}


def test_of_many_writers_at_once_one_gets_the_upload(upload: Upload, sessions: sessionmaker[Session]) -> None:
    together = Barrier(8)

    def ask(_: int) -> bool:
        notes = RowNotes(upload, sessions)
        together.wait()
        try:
            notes.take()
        except Busy:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 1


def test_a_writer_that_died_keeps_the_upload_for_half_a_minute(upload: Upload, sessions: sessionmaker[Session]) -> None:
    dead, next_one = RowNotes(upload, sessions), RowNotes(upload, sessions)
    dead.take()
    with time_machine.travel(clock.now() + HOLD - timedelta(seconds=2)), pytest.raises(Busy):
        next_one.take()
    with time_machine.travel(clock.now() + HOLD + timedelta(seconds=2)):
        next_one.take()


def test_letting_go_late_does_not_take_the_hold_of_the_next(upload: Upload, sessions: sessionmaker[Session]) -> None:
    late, holder = RowNotes(upload, sessions), RowNotes(upload, sessions)
    late.take()
    with time_machine.travel(clock.now() + 2 * HOLD):
        holder.take()
        late.let_go()
        with pytest.raises(Busy):
            late.take()


def overtake(upload: Upload, sessions: sessionmaker[Session], store: Bucket, before: bytes, after: bytes) -> None:
    """One writer sends `before` and falls asleep, another finishes the film, the first wakes up with other bytes."""
    key = upload.asset.storage_key or ""
    with store.writing(key, RowNotes(upload, sessions)) as slow:
        slow.append(io.BytesIO(before), len(before))
        with time_machine.travel(clock.now() + 2 * HOLD, tick=False):
            with store.writing(key, RowNotes(upload, sessions)) as fast:
                fast.append(io.BytesIO(FILM[fast.offset :]), len(FILM))
            slow.append(io.BytesIO(after), len(after))


def test_an_overtaken_writer_changes_nothing(upload: Upload, sessions: sessionmaker[Session], store: Bucket) -> None:
    key = upload.asset.storage_key or ""
    with pytest.raises(Busy):
        overtake(upload, sessions, store, b"x" * 100, b"x" * PART)
    assert store.size(key, kept(sessions, upload)) == len(FILM)
    store.seal(key, kept(sessions, upload))
    assert digest_of(store, key) == hashlib.sha256(FILM).hexdigest()


def test_other_bytes_for_the_same_part_never_become_a_file(
    upload: Upload, sessions: sessionmaker[Session], store: Bucket
) -> None:
    with pytest.raises(Busy):
        overtake(upload, sessions, store, FILM[:PART], b"x" * PART)
    with pytest.raises(FileNotFoundError):
        store.seal(upload.asset.storage_key or "", kept(sessions, upload))


def test_an_upload_taken_back_has_no_writer(upload: Upload, sessions: sessionmaker[Session]) -> None:
    notes = RowNotes(upload, sessions)
    notes.take()
    with sessions() as session:
        session.delete(session.get_one(Upload, upload.id))
        session.commit()
    with pytest.raises(Busy):
        notes.keep({"rest": 1})
