"""The local volume: a directory of random names, never a client's, which the portal's own user alone may read."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from portal import clock
from portal.media.contract import Busy, DirectSource, Source, StorageFull

PIECE = 1024**2
RESERVE = 256 * 1024**2


class Volume:
    """A directory of `<2 letters>/<random id>.bin` files, readable by the portal's own user only."""

    def __init__(self, root: Path, *, reserve: int = RESERVE) -> None:
        self.root = root
        self.jobs = root / "jobs"
        self._reserve = reserve

    def new_upload(self) -> str:
        """Makes an empty file and gives its key."""
        key = secrets.token_hex(16)
        path = self.path(key)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        return key

    def path(self, key: str) -> Path:
        """Where the bytes of `key` are; only a key this volume could have made has a place."""
        if len(key) != 32 or not set(key) <= set("0123456789abcdef"):
            raise FileNotFoundError(key)
        return self.root / "files" / key[:2] / f"{key}.bin"

    def size(self, key: str) -> int:
        """The bytes that are there and true: a piece that still waits for its checksum does not count."""
        there = self.path(key).stat().st_size
        try:
            return min(there, int(self._doubt(key).read_text()))
        except (FileNotFoundError, ValueError):
            return there

    def room_for(self, size: int) -> bool:
        """Whether `size` more bytes fit, leaving a reserve for the database and the workers."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return shutil.disk_usage(self.root).free - self._reserve >= size

    @contextmanager
    def writing(self, key: str, *, doubtful: bool = False) -> Iterator[VolumeWriting]:
        """Holds the upload for one writer; raises Busy when it has one. A doubtful piece counts once it is settled."""
        with self.path(key).open("r+b", buffering=0) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Busy(key) from error
            offset = self.size(key)
            file.truncate(offset)
            file.seek(offset)
            if doubtful:
                self._doubt(key).write_text(str(offset))
            else:
                self._doubt(key).unlink(missing_ok=True)
            yield VolumeWriting(file.fileno(), self._doubt(key))

    def delete(self, key: str) -> None:
        """Frees the bytes; deleting what is gone is no error."""
        self.path(key).unlink(missing_ok=True)
        self._doubt(key).unlink(missing_ok=True)

    def seal(self, key: str) -> None:
        """Makes a whole upload survive a power cut."""
        fsync(self.path(key))
        fsync(self.path(key).parent)

    @contextmanager
    def fetched(self, key: str, folder: Path) -> Iterator[Path]:
        """The file itself: it is on this machine already."""
        yield self.path(key)

    def adopt(self, made: Path) -> str:
        """Takes a file made in a job's directory, and gives its key."""
        key = secrets.token_hex(16)
        target = self.path(key)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.chmod(0o600)
        made.rename(target)
        fsync(target.parent)
        return key

    def keys(self, *, unchanged_for: timedelta) -> Iterator[str]:
        """The keys of all files that nobody has written to for that long."""
        newest = clock.now().timestamp() - unchanged_for.total_seconds()
        for path in (self.root / "files").glob("*/*.bin"):
            if path.stat().st_mtime <= newest:
                yield path.stem

    def head(self, key: str, size: int = 256) -> bytes:
        """The first bytes of a file."""
        with self.path(key).open("rb") as file:
            return file.read(size)

    def sha256(self, key: str) -> str:
        """The digest of a whole file, in hex."""
        with self.path(key).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _doubt(self, key: str) -> Path:
        return self.path(key).with_suffix(".doubt")


class VolumeWriting:
    """One writer's hold on one upload."""

    def __init__(self, fd: int, doubt: Path) -> None:
        self.fd = fd
        self._doubt = doubt

    @property
    def offset(self) -> int:
        """Where the next byte goes."""
        return os.lseek(self.fd, 0, os.SEEK_CUR)

    def append(self, source: Source, length: int) -> int:
        """Writes up to `length` bytes in pieces of a megabyte; fewer when the source ends or breaks off early."""
        if isinstance(source, DirectSource):
            return source.pour(self.fd, length)
        written = 0
        while written < length:
            try:
                piece = source.read(min(PIECE, length - written))
            except (OSError, ValueError):
                # The client went away; what came is kept and the next HEAD tells how much that is.
                break
            if not piece:
                break
            with full_as_such():
                write_all(self.fd, piece)
            written += len(piece)
        return written

    def digest_from(self, offset: int, algorithm: str) -> bytes:
        """The digest of everything from `offset` on, read back from the file itself."""
        digest = hashlib.new(algorithm, usedforsecurity=False)
        end = self.offset
        while offset < end:
            piece = os.pread(self.fd, min(PIECE, end - offset), offset)
            digest.update(piece)
            offset += len(piece)
        return digest.digest()

    def settle(self) -> None:
        """Everything written so far is true."""
        self._doubt.unlink(missing_ok=True)

    def cut_back(self, offset: int) -> None:
        """Forgets everything from `offset` on."""
        os.ftruncate(self.fd, offset)
        os.lseek(self.fd, offset, os.SEEK_SET)
        self.settle()


def write_all(fd: int, piece: bytes) -> None:
    """Writes the whole piece; what fitted stays when the rest does not."""
    view = memoryview(piece)
    while view:
        view = view[os.write(fd, view) :]


@contextmanager
def full_as_such() -> Iterator[None]:
    """Turns the system's ways of saying "no room" into StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull from error
        raise


def fsync(path: Path) -> None:
    """Makes a file, or a directory's entries, survive a power cut."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
