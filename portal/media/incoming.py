"""Bodies on their way in. Behind gunicorn the kernel itself moves them from the socket to the file (splice).

That costs a quarter of the CPU of copying through Python, and a client that sends nothing for a minute is given up, so
that it cannot hold a thread for ever. Behind another server, and with TLS in this process, bytes are read and written
in pieces under that server's own time limits.
"""

from __future__ import annotations

import fcntl
import os
import select
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from portal.media.contract import Source
from portal.media.pouring import PIECE, full_as_such, write_all

PATIENCE_SECONDS = 60.0


class SocketBody:
    """The body of one request of known length, still in gunicorn's socket."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self._reader = body.reader
        self._unreader = body.reader.unreader

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, as any other source gives them."""
        piece: bytes = self._body.read(size)
        return piece

    def pour(self, fd: int, length: int) -> int:
        """Moves up to `length` bytes behind the position of `fd`; fewer when the client stops. Raises StorageFull."""
        taken = self._what_was_read_ahead(length)
        with full_as_such():
            write_all(fd, taken)
        with _pipe() as (out, into):
            left = min(length - len(taken), self._reader.length)
            return len(taken) + self._splice(fd, left, out, into)

    def _what_was_read_ahead(self, length: int) -> bytes:
        held: bytes = self._unreader.take_buffered()
        mine = held[: min(length, self._reader.length)]
        self._unreader.unread(held[len(mine) :])
        self._reader.length -= len(mine)
        return mine

    def _splice(self, fd: int, left: int, out: int, into: int) -> int:
        client = self._unreader.sock.fileno()
        moved = 0
        while moved < left and _readable(client):
            came = os.splice(client, into, min(PIECE, left - moved))
            if not came:
                break
            self._reader.length -= came
            moved += came
            while came:
                with full_as_such():
                    came -= os.splice(out, fd, came)
        # A body that broke off leaves the connection at an unknown place; gunicorn then does not use it again.
        self._body.failed = moved < left
        return moved


def from_gunicorn(environ: Mapping[str, Any]) -> Source | None:
    """The request's body as a socket the kernel can pour from; None behind another server, TLS or chunked bodies."""
    body = environ.get("wsgi.input")
    reader = getattr(body, "reader", None)
    unreader = getattr(reader, "unreader", None)
    plain = type(getattr(unreader, "sock", None)) is socket.socket
    if plain and hasattr(os, "splice") and hasattr(reader, "length") and hasattr(unreader, "take_buffered"):
        return SocketBody(body)
    return None


def _readable(client: int) -> bool:
    poll = select.poll()
    poll.register(client, select.POLLIN)
    return bool(poll.poll(PATIENCE_SECONDS * 1000))


@contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    out, into = os.pipe()
    try:
        fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, PIECE)
        yield out, into
    finally:
        os.close(out)
        os.close(into)
