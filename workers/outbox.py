"""Tasks of the outbox desk: batches whose hour has come, letters to many that have left."""

from __future__ import annotations

from portal.broadcasts import service as broadcasts
from portal.mail import releasing
from workers.app import app
from workers.context import work


@app.task(name="mail.release")
def release(word_id: int) -> None:
    """Let the batch go that somebody's word stands on."""
    with work() as session:
        releasing.release_due(session, word_id)


@app.task(name="mail.settle_broadcast")
def settle_broadcast(broadcast_id: int) -> None:
    """Note that a letter to many has left."""
    with work() as session:
        broadcasts.settle(session, broadcast_id)
