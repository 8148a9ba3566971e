"""Bytes into an open file, from whatever source, and what it means when they do not fit."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from portal.media.contract import DirectSource, Source, StorageFull

PIECE = 1024**2


def pour(source: Source, fd: int, length: int) -> int:
    """Writes up to `length` bytes behind the position of `fd`; fewer when the source ends or breaks off early."""
    if isinstance(source, DirectSource):
        return source.pour(fd, length)
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
            write_all(fd, piece)
        written += len(piece)
    return written


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
