"""What the portal asks of a place for files; the local volume and an S3 bucket both answer it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

Kept: TypeAlias = dict[str, Any]
"""What a storage had written down about an unfinished upload, as JSON."""


class StorageFull(Exception):
    """There is no room left; what was written before stays true."""


class Busy(Exception):
    """Another request is writing to this file."""


class Away(Exception):
    """The storage does not answer at the moment; nothing is known to be lost."""


class Source(Protocol):
    """Bytes on their way in; `read` gives at most `size` of them and b"" at the end."""

    def read(self, size: int, /) -> bytes: ...


@runtime_checkable
class DirectSource(Protocol):
    """Bytes that the kernel can hand to an open file without passing through Python."""

    def pour(self, fd: int, length: int, /) -> int:
        """Moves up to `length` bytes behind the position of `fd`; tells how many came."""
        ...


class Writing(Protocol):
    """An upload held open by one request."""

    @property
    def offset(self) -> int:
        """Where the next byte goes."""
        ...

    def append(self, source: Source, length: int) -> int:
        """Writes up to `length` bytes from the source behind what is there; tells how many came."""
        ...

    def digest(self) -> bytes:
        """The digest of everything this writing appended, by the algorithm of its proof."""
        ...

    def settle(self) -> None:
        """Declares everything this writing appended as true."""
        ...

    def cut_back(self) -> None:
        """Forgets everything this writing appended."""
        ...


class Notes(Protocol):
    """A storage's memory of one unfinished upload, the same on every machine, and the hold of its one writer."""

    def take(self) -> Kept:
        """Becomes the upload's writer and gives what was kept; raises Busy while there is another."""
        ...

    def keep(self, kept: Kept) -> None:
        """Writes down what is safe, and stays the writer; raises Busy once another has taken over."""
        ...

    def let_go(self) -> None:
        """Lets the next writer in."""
        ...


class Storage(Protocol):
    """A place for files under random keys that mean nothing."""

    @property
    def jobs(self) -> Path:
        """Where this machine keeps the directories of running jobs."""
        ...

    def new_upload(self) -> str:
        """Makes an empty file and gives its key."""
        ...

    def writing(self, key: str, notes: Notes, *, proof: str | None = None) -> AbstractContextManager[Writing]:
        """Holds the upload for one writer; raises Busy when it has one.

        Where a proof is to come, the name of its digest, what is written counts only once it is settled.
        """
        ...

    def size(self, key: str, kept: Kept) -> int:
        """The bytes of an unfinished upload that are there and true."""
        ...

    def head(self, key: str, size: int = 256) -> bytes:
        """The first bytes of a file."""
        ...

    def keys(self, *, unchanged_for: timedelta) -> Iterator[str]:
        """The keys of all files that nobody has written to for that long."""
        ...

    def fetched(self, key: str, folder: Path) -> AbstractContextManager[Path]:
        """The whole file on this machine, for reading: itself, or a copy in the job's `folder` until the block ends."""
        ...

    def address(self, key: str, *, content_type: str, name: str, save: bool) -> str | None:
        """Where the storage itself gives the file out for some minutes; None where `path` has it."""
        ...

    def path(self, key: str) -> Path:
        """Where the file lies on this machine; raises FileNotFoundError where it lies elsewhere."""
        ...

    def room_for(self, size: int) -> bool:
        """Whether `size` more bytes fit."""
        ...

    def seal(self, key: str, kept: Kept) -> None:
        """Makes a whole upload a file that survives a power cut; sealing what is sealed is no error."""
        ...

    def adopt(self, made: Path) -> str:
        """Takes a file made in a job's directory, and gives its key."""
        ...

    def again(self, key: str) -> str:
        """A second key for the bytes of a finished file; each of the two is deleted by itself."""
        ...

    def delete(self, key: str) -> None:
        """Frees the bytes; deleting what is gone is no error."""
        ...
