"""One contract, two places: what holds of the local volume holds of a bucket, down to the last byte."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from portal.media import s3
from portal.media.bucket import Bucket
from portal.media.contract import Away, Notes, Storage, StorageFull
from portal.media.models import Upload
from portal.media.parts import PART
from portal.media.service.notes import FirstNotes
from portal.media.volume import Volume
from tests.media.conftest import digest_of
from tests.media.s3 import Switched

MIB = 1024**2
FILM = os.urandom(2 * PART + PART // 2)
SIZES = [1, PART - 1, PART, PART + 1, 2 * PART, len(FILM)]


@dataclass
class Place:
    """A storage, how to fill it up, and how many bytes lie in it."""

    store: Storage
    full: Callable[[], AbstractContextManager[None]]
    held: Callable[[], int]


@dataclass
class Draft:
    """An upload under way in a storage."""

    store: Storage
    key: str
    upload: Upload

    @property
    def notes(self) -> Notes:
        return FirstNotes(self.upload)

    @property
    def size(self) -> int:
        return self.store.size(self.key, self.upload.parts)

    def append(self, piece: bytes) -> int:
        with self.store.writing(self.key, self.notes) as writing:
            return writing.append(io.BytesIO(piece), len(piece))

    def seal(self) -> None:
        self.store.seal(self.key, self.upload.parts)


class Broken(io.BytesIO):
    """A client whose connection breaks after a few bytes."""

    def read(self, size: int | None = -1, /) -> bytes:
        if piece := super().read(size):
            return piece
        raise OSError("connection reset")


@contextmanager
def small_files() -> Iterator[None]:
    """No file of this process grows beyond one part and ten bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (PART + 10, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def local(folder: Path) -> Place:
    volume = Volume(folder / "media", reserve=0)
    return Place(volume, small_files, lambda: sum(path.stat().st_size for path in volume.root.rglob("*.*")))


def remote(server: Switched, folder: Path) -> Place:
    there = s3.place(server.url)

    def held() -> int:
        parts = 0
        for row in there.pages("list_multipart_uploads", "Uploads"):
            listed = there.pages("list_parts", "Parts", Key=row["Key"], UploadId=row["UploadId"])
            parts += sum(part["Size"] for part in listed)
        return parts + sum(row["Size"] for row in there.pages("list_objects_v2", "Contents"))

    return Place(Bucket(there, folder / "jobs"), lambda: server.refusing("403 Forbidden", "QuotaExceeded"), held)


@pytest.fixture(params=["volume", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "volume":
        return local(tmp_path)
    return remote(request.getfixturevalue("bucket"), tmp_path)


@pytest.fixture
def store(place: Place) -> Storage:
    return place.store


@pytest.fixture
def draft(store: Storage) -> Draft:
    return Draft(store, store.new_upload(), Upload(code="code", parts={}))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [5 * MIB + 1, PART, len(FILM)])
def test_pieces_of_any_size_become_the_same_file(draft: Draft, place: Place, size: int, step: int) -> None:
    for offset in range(0, size, step):
        assert draft.size == offset
        draft.append(FILM[offset : min(size, offset + step)])
    draft.seal()
    assert digest_of(draft.store, draft.key) == hashlib.sha256(FILM[:size]).hexdigest()
    assert draft.store.head(draft.key, 10) == FILM[: min(size, 10)]
    assert place.held() == size


def test_sealing_twice_is_no_error(draft: Draft) -> None:
    draft.append(FILM)
    draft.seal()
    draft.seal()
    assert digest_of(draft.store, draft.key) == hashlib.sha256(FILM).hexdigest()


@pytest.mark.parametrize("came", [5, PART + 5], ids=["below a part", "beyond a part"])
def test_a_broken_connection_keeps_what_came(draft: Draft, came: int) -> None:
    with draft.store.writing(draft.key, draft.notes) as writing:
        assert writing.append(Broken(FILM[:came]), len(FILM)) == came
    assert draft.size == came
    draft.append(FILM[came:])
    draft.seal()
    assert digest_of(draft.store, draft.key) == hashlib.sha256(FILM).hexdigest()


@pytest.mark.parametrize("came", [100, PART + 100], ids=["below a part", "beyond a part"])
def test_a_piece_without_its_proof_does_not_count(draft: Draft, came: int) -> None:
    draft.append(b"true")
    with draft.store.writing(draft.key, draft.notes, proof="sha256") as writing:
        writing.append(Broken(FILM[:came]), len(FILM))
    assert draft.size == 4
    with draft.store.writing(draft.key, draft.notes, proof="sha1") as writing:
        assert writing.offset == 4
        writing.append(io.BytesIO(FILM), len(FILM))
        assert writing.digest() == hashlib.sha1(FILM).digest()
        writing.settle()
    draft.seal()
    assert digest_of(draft.store, draft.key) == hashlib.sha256(b"true" + FILM).hexdigest()


def test_a_wrong_piece_is_cut_back(draft: Draft) -> None:
    draft.append(FILM[:7])
    with draft.store.writing(draft.key, draft.notes, proof="md5") as writing:
        writing.append(io.BytesIO(FILM), len(FILM))
        writing.cut_back()
        assert writing.offset == 7
    assert draft.size == 7
    draft.append(FILM[7:])
    draft.seal()
    assert digest_of(draft.store, draft.key) == hashlib.sha256(FILM).hexdigest()


def test_a_full_place_keeps_the_offset_true(draft: Draft, place: Place) -> None:
    draft.append(FILM[:100])
    with place.full(), pytest.raises(StorageFull):
        draft.append(FILM[100:])
    safe = draft.size
    assert 100 <= safe < len(FILM)
    draft.append(FILM[safe:])
    draft.seal()
    assert digest_of(draft.store, draft.key) == hashlib.sha256(FILM).hexdigest()


def test_an_upload_taken_back_leaves_nothing(draft: Draft, place: Place) -> None:
    draft.append(FILM)
    draft.store.delete(draft.key)
    draft.store.delete(draft.key)
    assert place.held() == 0


def test_a_job_reads_a_file_and_gives_one_back(draft: Draft, place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    draft.append(FILM)
    draft.seal()
    with draft.store.fetched(draft.key, folder) as original:
        made = folder / "made.mp4"
        made.write_bytes(original.read_bytes()[::-1])
    assert list(folder.iterdir()) == [made]
    key = draft.store.adopt(made)
    assert list(folder.iterdir()) == []
    with draft.store.fetched(key, folder) as copy:
        assert copy.read_bytes() == FILM[::-1]
    draft.store.delete(key)
    assert place.held() == len(FILM)


@pytest.mark.parametrize("key", ["0" * 32, "", "../../etc/passwd", "A" * 32])
def test_what_is_not_there_is_told_alike(store: Storage, key: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.head(key)
    with pytest.raises(FileNotFoundError), store.fetched(key, tmp_path) as path:
        path.read_bytes()


def test_every_key_is_listed_once_it_has_been_left_alone(draft: Draft, store: Storage) -> None:
    draft.append(FILM[:10])
    sealed = Draft(store, store.new_upload(), Upload(code="sealed", parts={}))
    sealed.append(FILM[:1])
    sealed.seal()
    assert set(store.keys(unchanged_for=timedelta(0))) == {draft.key, sealed.key}
    assert list(store.keys(unchanged_for=timedelta(hours=1))) == []


def test_parts_without_a_rest_are_listed_too(draft: Draft, store: Storage) -> None:
    draft.append(FILM[:PART])
    assert list(store.keys(unchanged_for=timedelta(0))) == [draft.key]


def test_a_bucket_that_does_not_answer_is_away(bucket: Switched, tmp_path: Path) -> None:
    place = remote(bucket, tmp_path)
    draft = Draft(place.store, place.store.new_upload(), Upload(code="code", parts={}))
    draft.append(FILM[:10])
    with bucket.refusing("503 Service Unavailable", "SlowDown"), pytest.raises(Away):
        draft.append(FILM[10:])
    assert draft.size == 10


def test_an_upload_the_bucket_gave_up_is_gone(bucket: Switched, tmp_path: Path) -> None:
    place = remote(bucket, tmp_path)
    draft = Draft(place.store, place.store.new_upload(), Upload(code="code", parts={}))
    draft.append(FILM[:PART])
    with bucket.refusing("404 Not Found", "NoSuchUpload"), pytest.raises(FileNotFoundError):
        draft.append(FILM[PART:])


def test_a_second_key_outlives_the_first_and_looks_new(store: Storage, tmp_path: Path) -> None:
    store.jobs.mkdir(parents=True, exist_ok=True)
    made = store.jobs / "made"
    made.write_bytes(FILM[:1000])
    os.utime(made, (0, 0))
    key = store.adopt(made)
    other = store.again(key)
    store.delete(key)
    assert store.head(other, 1000) == FILM[:1000]
    assert other not in store.keys(unchanged_for=timedelta(minutes=5))
    with pytest.raises(FileNotFoundError):
        store.again(key)
