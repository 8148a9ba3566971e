"""A worker killed in the middle of a review copy: nothing goes on behind it, and the film is made once by the next."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.lifecycles import AssetState
from portal.media import ffmpeg, pipeline, service, storage, tickets
from portal.media.models import Asset, Rendition, RenditionKind, Slot
from tests import builders
from tests.resilience.crew import Crew, alive, descendants, program

FFMPEG = ("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=40", "-c:v", "libx264", "-preset", "ultrafast")
Count = Callable[..., int]
Lapse = Callable[[type[Asset]], int]


@pytest.fixture(scope="session")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty seconds of picture: some seconds of work."""
    path = tmp_path_factory.mktemp("films") / "long.mp4"
    subprocess.run([ffmpeg.binary(), "-loglevel", "error", *FFMPEG, str(path)], check=True)
    return path


@pytest.fixture
def examined(session: Session, long_film: Path) -> Asset:
    """The film, received and examined, waiting for its review copy."""
    owner = builders.person(session)
    entry = builders.entry(session, builders.call(session, builders.edition(session)), owner)
    session.commit()
    asset = received(session, long_film, entry.id)
    job = service.claim_examination(session, asset.id)
    assert job is not None
    service.settle_examination(session, job, pipeline.examine(job, storage.of(session)))
    session.commit()
    return asset


def received(session: Session, path: Path, entry_id: int) -> Asset:
    """A film as a form would send it."""
    person = builders.person(session)
    ticket = tickets.UploadTicket(person.id, entry_id, Slot.FILM)
    with path.open("rb") as source:
        size = path.stat().st_size
        asset = service.receive(session, ticket, path.name, source, size, by=builders.actor(person))
    session.commit()
    return asset


def test_first_its_child_is_killed_and_then_the_worker(
    examined: Asset, hands: Crew, session: Session, count: Count, let_leases_lapse: Lapse
) -> None:
    hands.start("worker", "media")
    hands.ring("media.transcode", examined.id)
    encoder = hands.until(lambda: next(iter(encoders(hands)), 0))
    pool_process = next(pid for pid in hands.below("media") if encoder in descendants(pid))
    os.kill(pool_process, signal.SIGKILL)
    hands.until(lambda: not alive(encoder))
    assert count(Asset, Asset.state == AssetState.TRANSCODING, Asset.attempts == 1) == 1
    let_leases_lapse(Asset)

    encoder = hands.until(lambda: next(iter(encoders(hands)), 0), sweeping=True)
    hands.kill("media")
    assert not alive(encoder)
    assert count(Asset, Asset.state == AssetState.TRANSCODING, Asset.attempts == 2) == 1
    let_leases_lapse(Asset)

    hands.start("media")
    hands.until(lambda: count(Asset, Asset.state == AssetState.PLAYABLE), sweeping=True)
    made_once(session)
    cleared_away(session, hands)


def made_once(session: Session) -> None:
    made = Counter((kind, name) for kind, name in session.execute(sa.select(Rendition.kind, Rendition.name)))
    assert set(made.values()) == {1}
    single = {RenditionKind.SCREENER, RenditionKind.FRAME, RenditionKind.SMALL, RenditionKind.STRIP}
    assert {kind for kind, _ in made} == single | {RenditionKind.STREAM}
    assert {name for kind, name in made if kind == RenditionKind.STREAM} == {"master.m3u8", "360.m3u8", "360.mp4"}
    store = storage.of(session)
    assert all(store.path(key).exists() for key in session.scalars(sa.select(Rendition.storage_key)))
    session.rollback()


def cleared_away(session: Session, hands: Crew) -> None:
    """No process works on, and the directories of the killed tries go with the next tidying."""
    assert encoders(hands) == []
    jobs = storage.of(session).jobs
    hands.until(lambda: hands.ring("sweep.tidy_media") or not any(jobs.iterdir()))


def encoders(hands: Crew) -> list[int]:
    return [pid for pid in hands.below("media") if program(pid).startswith("ffmpeg")]
