"""Files follow rows: bytes that no row names any more are freed, whoever died before freeing them."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from sqlalchemy.orm import Session

from portal.media import child, queries, storage
from portal.media.service.uploads import expire
from portal.policies import Actor

# A file is made before the row that names it is committed; an hour is far longer than that takes.
UNCHANGED_FOR = timedelta(hours=1)


def tidy_up(session: Session, *, by: Actor) -> int:
    """Ends old uploads, clears what killed workers left behind and frees nameless files; tells how many files."""
    expire(session, by=by)
    store = storage.of(session)
    child.sweep_jobs(store.jobs)
    freed = 0
    old = store.keys(unchanged_for=UNCHANGED_FOR)
    while keys := list(islice(old, 500)):
        for key in set(keys) - queries.keys_in_use(session, keys):
            store.delete(key)
            freed += 1
    return freed
