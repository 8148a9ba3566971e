"""Films and pictures: examined as soon as they arrive, made playable one at a time."""

from __future__ import annotations

from typing import Any

import structlog
from celery.signals import worker_ready

from portal.media import child, likeness, pipeline, provenance, service, storage, trust
from portal.policies import SYSTEM
from portal.settings import Settings
from workers.app import app
from workers.context import glance, work
from workers.keeping import kept

log = structlog.get_logger()


@worker_ready.connect
def tell_fences(**_: Any) -> None:
    """Say in the log what this host keeps away from the children that read strangers' files."""
    log.info("media.fences", **child.fences(), credentials=provenance.fetches_nothing())


def _configured() -> dict[str, str]:
    settings = Settings.from_env()
    return {"configured": settings.ffmpeg, "anchors": trust.anchors(settings.trust_folder)}


@app.task(name="probe.asset")
def examine(asset_id: int) -> None:
    """Give the verdict on a received file."""
    with work() as session:
        job, store = service.claim_examination(session, asset_id), storage.of(session)
    if job is None:
        return
    with kept(job):
        result = pipeline.examine(job, store, **_configured())
    with work() as session:
        service.settle_examination(session, job, result)


@app.task(name="media.transcode")
def transcode(asset_id: int) -> None:
    """Make the review copy of an examined film."""
    with work() as session:
        job, store = service.claim_transcode(session, asset_id), storage.of(session)
    if job is None:
        return
    with kept(job) as note:
        result = pipeline.make_playable(job, store, **_configured(), on_progress=note)
    with work() as session:
        service.settle_transcode(session, job, result)


@app.task(name="probe.compare")
def compare(asset_id: int) -> None:
    """Hold a playable film against all others."""
    with work() as session:
        job = service.claim_comparison(session, asset_id)
    if job is None:
        return
    with kept(job, fraction=1.0), glance() as session:
        found = likeness.among(service.prints_of(session, asset_id), service.others(session, asset_id))
    with work() as session:
        service.settle_comparison(session, job, found)


@app.task(name="sweep.tidy_media")
def tidy() -> None:
    """End old uploads and free files that no row names any more."""
    with work() as session:
        service.tidy_up(session, by=SYSTEM)
