"""Begins to write to the disk what a file has just taken, so that the last byte need not wait for the whole film.

A wish, not a promise: nothing is waited for, and what failed is told by the fsync that seals the file. The kernel's
own write-back begins after half a minute, or when a tenth of the memory is unwritten: for most films too late.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

_BEGIN_WRITING = 2  # SYNC_FILE_RANGE_WRITE in <linux/fs.h>


def begin(fd: int, offset: int, length: int) -> None:
    """Lets the disk begin with these bytes of an open file; without effect where the system cannot."""
    if length and (call := _sync_file_range()):
        call(fd, offset, length, _BEGIN_WRITING)


@cache
def _sync_file_range() -> Callable[[int, int, int, int], int] | None:
    # posix_fadvise begins it too, but also drops what is written, which the film's examination is about to read.
    call = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if call is not None:
        call.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint]
    return call
