"""The local volume: a directory of random names, never a client's, which the portal's own user alone may read."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from portal import clock
from portal.media import keys
from portal.media.contract import Busy, Kept, Notes, Source
from portal.media.pouring import PIECE, pour

RESERVE = 256 * 1024**2


class Volume:
    """A directory of `<2 letters>/<random id>.bin` files, readable by the portal's own user only."""

    def __init__(self, root: Path, *, reserve: int = RESERVE) -> None:
        self.root = root
        self.jobs = root / "jobs"
        self._reserve = reserve

    def new_upload(self) -> str:
        """Makes an empty file and gives its key."""
        key = keys.new()
        path = self.path(key)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        return key

    def path(self, key: str) -> Path:
        """Where the bytes of `key` are; only a key this volume could have made has a place."""
        return self.root / "files" / keys.genuine(key)[:2] / f"{key}.bin"

    def size(self, key: str, kept: Kept | None = None) -> int:
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
    def writing(self, key: str, notes: Notes | None = None, *, proof: str | None = None) -> Iterator[VolumeWriting]:
        """Holds the upload for one writer; raises Busy when it has one. With a `proof` to come it counts once settled.

        The lock is the file's own: it reaches as far as the file system does and ends with the process that held it.
        """
        with self.path(key).open("r+b", buffering=0) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Busy(key) from error
            offset = self.size(key)
            if file.seek(0, os.SEEK_END) > offset:
                file.truncate(offset)
            file.seek(offset)
            if proof:
                self._doubt(key).write_text(str(offset))
            else:
                self._doubt(key).unlink(missing_ok=True)
            yield VolumeWriting(file.fileno(), self._doubt(key), proof)

    def delete(self, key: str) -> None:
        """Frees the bytes; deleting what is gone is no error."""
        self.path(key).unlink(missing_ok=True)
        self._doubt(key).unlink(missing_ok=True)

    def seal(self, key: str, kept: Kept | None = None) -> None:
        """Makes a whole upload survive a power cut."""
        fsync(self.path(key))
        fsync(self.path(key).parent)

    @contextmanager
    def fetched(self, key: str, folder: Path) -> Iterator[Path]:
        """The file itself: it is on this machine already."""
        yield self.path(key)

    def adopt(self, made: Path) -> str:
        """Takes a file made in a job's directory, and gives its key."""
        key = keys.new()
        target = self.path(key)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.chmod(0o600)
        made.rename(target)
        fsync(target.parent)
        return key

    def again(self, key: str) -> str:
        """A second name for the same bytes: a hard link, so that a film of many gigabytes lies here once.

        Both names look new, or the tidying would take the second one before its row is there.
        """
        made = keys.new()
        target = self.path(made)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.link(self.path(key), target)
        os.utime(target)
        fsync(target.parent)
        return made

    def keys(self, *, unchanged_for: timedelta) -> Iterator[str]:
        """The keys of all files that nobody has written to for that long."""
        newest = clock.now().timestamp() - unchanged_for.total_seconds()
        for path in (self.root / "files").glob("*/*.bin"):
            if path.stat().st_mtime <= newest:
                yield path.stem

    def address(self, key: str, *, content_type: str, name: str, save: bool) -> str | None:
        """None: the portal itself, or the web server before it, gives a volume's files out."""
        return None

    def head(self, key: str, size: int = 256) -> bytes:
        """The first bytes of a file."""
        with self.path(key).open("rb") as file:
            return file.read(size)

    def _doubt(self, key: str) -> Path:
        return self.path(key).with_suffix(".doubt")


class VolumeWriting:
    """One writer's hold on one upload."""

    def __init__(self, fd: int, doubt: Path, proof: str | None) -> None:
        self.fd = fd
        self._doubt, self._proof, self._start = doubt, proof, self.offset

    @property
    def offset(self) -> int:
        """Where the next byte goes."""
        return os.lseek(self.fd, 0, os.SEEK_CUR)

    def append(self, source: Source, length: int) -> int:
        """Writes up to `length` bytes in pieces of a megabyte; fewer when the source ends or breaks off early."""
        return pour(source, self.fd, length)

    def digest(self) -> bytes:
        """The digest of everything this writing appended, read back from the file itself."""
        digest = hashlib.new(self._proof or "", usedforsecurity=False)
        offset, end = self._start, self.offset
        while offset < end:
            piece = os.pread(self.fd, min(PIECE, end - offset), offset)
            digest.update(piece)
            offset += len(piece)
        return digest.digest()

    def settle(self) -> None:
        """Everything written so far is true."""
        self._doubt.unlink(missing_ok=True)

    def cut_back(self) -> None:
        """Forgets everything this writing appended."""
        os.ftruncate(self.fd, self._start)
        os.lseek(self.fd, self._start, os.SEEK_SET)
        self.settle()


def fsync(path: Path) -> None:
    """Makes a file, or a directory's entries, survive a power cut."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
