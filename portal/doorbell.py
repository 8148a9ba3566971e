"""Rings Celery by task name once a transaction is durable. The row is the queue; this is only the bell.

A ring that cannot be delivered is dropped with a log line: the sweep finds the row and rings again.
"""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import event
from sqlalchemy.orm import Session

_PENDING = "doorbell.pending"
_QUIET_SECONDS = 5.0
# A broker that hangs costs a request at most three of these: on the line it had, on a new one, and once more.
_PATIENCE_SECONDS = 0.8
QUEUES = ("mail", "media", "probe", "jury", "audience", "sweep")
log = structlog.get_logger()
_quiet_until = 0.0


def queue_of(task_name: str) -> str:
    """The queue of a task: the part of its name before the dot."""
    return task_name.partition(".")[0]


@cache
def _bell(broker_url: str) -> Celery:
    bell = Celery("bell", broker=broker_url, set_as_current=False)
    bell.conf.update(
        broker_transport_options={
            "socket_connect_timeout": _PATIENCE_SECONDS,
            "socket_timeout": _PATIENCE_SECONDS,
        },
        broker_connection_timeout=_PATIENCE_SECONDS,
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0},
        task_ignore_result=True,
    )
    return bell


def prepare(broker_url: str) -> None:
    """Import now what the first ring would import, which takes half a second; connects to nothing."""
    if broker_url:
        bell = _bell(broker_url)
        bell.finalize()
        bell.connection_for_write().get_transport_cls()


def after_commit(session: Session, task_name: str, *ids: int) -> None:
    """Ring `task_name` with the ids once this unit of work is committed; the same ring is sent once."""
    rings: dict[tuple[str, tuple[int, ...]], None] = session.info.setdefault(_PENDING, {})
    rings[(task_name, ids)] = None


def ring(broker_url: str, task_name: str, *ids: int) -> bool:
    """Send one task by name now; False when the broker does not take it, and for five seconds after that."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return False
    try:
        _bell(broker_url).send_task(task_name, args=list(ids), queue=queue_of(task_name))
    except (OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + _QUIET_SECONDS
        log.warning("doorbell.unheard", task=task_name, ids=ids, error=str(error))
        return False
    return True


@event.listens_for(Session, "after_commit")
def _ring_all(session: Session) -> None:
    # SQLAlchemy also calls this when a savepoint is released; nothing is durable then.
    if session.in_nested_transaction():
        return
    rings = session.info.pop(_PENDING, {})
    broker_url = session.info["settings"].broker_url if rings else ""
    if not broker_url:
        return
    for task_name, ids in rings:
        if not ring(broker_url, task_name, *ids):
            return


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous_transaction: Any) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_PENDING, None)
