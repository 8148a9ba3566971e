"""Keeps a row's lease while its job runs, and tells how far the job is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from portal.media import queries, service
from portal.media.contract import Away, StorageFull
from portal.media.pipeline import Job
from portal.media.pouring import full_as_such
from workers.context import work

# Far more often than the lease asks for: the page that shows the progress reads it from the row.
EVERY_SECONDS = 5.0


class Lost(Exception):
    """Another worker holds the row now; this one stops."""


@contextmanager
def kept(job: Job, every: float = EVERY_SECONDS, *, fraction: float = 0.0) -> Iterator[Callable[[float], None]]:
    """Renews the lease until the block ends, and gives the function that notes progress from 0 to 1.

    A job that fails gives its row back with the error, and the sweep has it tried again; one that found no room, or
    no storage, waits.
    """
    keeper = _Keeper(job, every, fraction)
    keeper.start()
    try:
        with full_as_such():
            yield keeper.note
    except StorageFull:
        with work() as session:
            service.put_off(session, job, queries.NO_ROOM)
        raise
    except Away as error:
        with work() as session:
            service.put_off(session, job, repr(error))
        raise
    except Exception as error:
        with work() as session:
            service.give_back(session, job, repr(error))
        raise
    finally:
        keeper.stop()


class _Keeper(threading.Thread):
    def __init__(self, job: Job, every: float, fraction: float) -> None:
        super().__init__(name=f"keeper-{job.asset_id}", daemon=True)
        self._job, self._every = job, every
        self._fraction, self._lost, self._ended = fraction, False, threading.Event()

    def note(self, fraction: float) -> None:
        self._fraction = fraction
        if self._lost:
            raise Lost(self._job)

    def run(self) -> None:
        while not self._ended.wait(self._every):
            try:
                with work() as session:
                    self._lost = not service.keep_alive(session, self._job, self._fraction)
            except OperationalError:
                # The database is away for a moment; the lease outlives several renewals.
                continue

    def stop(self) -> None:
        self._ended.set()
        self.join()
