"""The Celery application. The database row is the queue; a lost message costs at most one sweep."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import setup_logging, worker_process_init
from kombu.entity import Queue

from portal import leash, logs, schema
from portal.doorbell import QUEUES
from portal.settings import Settings
from workers.schedule import BEAT

settings = Settings.from_env()
logs.configure(local=settings.local)
assert schema.metadata.tables

app = Celery(
    "portal",
    broker=settings.broker_url or "memory://",
    include=[
        "workers.sweep",
        "workers.mail",
        "workers.outbox",
        "workers.notices",
        "workers.media",
        "workers.jury",
        "workers.audience",
        "workers.ballots",
        "workers.questions",
        "workers.disclosure",
        "workers.papers",
        "workers.crosscheck",
        "workers.materials",
        "workers.programme",
        "workers.reminders",
    ],
)
app.conf.update(
    task_queues=[Queue(name) for name in QUEUES],
    # a task belongs to the queue its name begins with, as the doorbell has it
    task_routes=lambda name, *_, **__: {"queue": name.partition(".")[0]},
    # rows carry results; a result back end would only be one more thing to lose
    task_ignore_result=True,
    # a worker that dies gives its message back, and the row's lease decides who goes on
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # JSON only: a message holds a task name and integers
    task_serializer="json",
    accept_content=["json"],
    # one day: no task is longer, so nothing is redelivered while it still runs
    broker_transport_options={
        "visibility_timeout": 86_400,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "socket_timeout": 30,
    },
    broker_connection_retry_on_startup=True,
    # deadlines are rows compared by the server's clock; beat in a zone with summer time falls silent for an hour
    enable_utc=True,
    timezone="UTC",
    beat_schedule=BEAT,
)


@setup_logging.connect
def log_like_the_rest(**_: object) -> None:
    """Celery's own lines in the portal's format; with a receiver here, Celery leaves logging alone."""
    logs.configure_libraries(local=settings.local)


@worker_process_init.connect
def end_with_the_worker(**_: object) -> None:
    """A pool process must not go on with its film when the worker above it is killed: somebody else takes the row."""
    leash.tie(os.getppid())
