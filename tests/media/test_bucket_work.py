"""The media worker on a bucket: films come to it, what it made goes back, and nothing stays on its disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.lifecycles import AssetState
from portal.media import service, storage, tickets
from portal.media.contract import Away
from portal.media.models import Asset, RenditionKind, Slot
from portal.settings import Settings
from tests import builders
from tests.media import s3
from workers import media


@pytest.fixture
def settings(settings: Settings, bucket: s3.Switched) -> Settings:
    return replace(settings, s3_url=bucket.url)


@pytest.fixture(autouse=True)
def worker(environment: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's tasks read the same bucket from the environment."""
    monkeypatch.setenv("PORTAL_S3_URL", environment.s3_url)


@pytest.fixture
def asset_id(session: Session, film: Callable[[str], Path]) -> int:
    """A film that has just arrived in the bucket."""
    person = builders.person(session)
    entry = builders.entry(session, builders.call(session, builders.edition(session)), person)
    path = film("plain.mp4")
    ticket = tickets.UploadTicket(person.id, entry.id, Slot.FILM)
    with path.open("rb") as source:
        size = path.stat().st_size
        asset = service.receive(session, ticket, "film.mp4", source, size, by=builders.actor(person))
    session.commit()
    return asset.id


def seen(session: Session, asset_id: int) -> Asset:
    session.rollback()
    return session.get_one(Asset, asset_id, options=[joinedload(Asset.renditions)], populate_existing=True)


def test_a_film_is_made_playable_and_leaves_no_copy_behind(session: Session, asset_id: int, settings: Settings) -> None:
    session.rollback()
    media.examine(asset_id)
    media.transcode(asset_id)
    asset, store = seen(session, asset_id), storage.of(session)
    assert asset.state == AssetState.PLAYABLE
    assert {RenditionKind.SCREENER, RenditionKind.FRAME, RenditionKind.STREAM} <= {one.kind for one in asset.renditions}
    assert all(len(store.head(one.storage_key, one.size)) == one.size for one in asset.renditions)
    assert list((settings.data / "media").rglob("*.*")) == []


def test_a_silent_bucket_is_no_try_of_the_films(session: Session, asset_id: int, bucket: s3.Switched) -> None:
    session.rollback()
    with bucket.refusing("503 Service Unavailable", "SlowDown", ("GET", "HEAD")), pytest.raises(Away):
        media.examine(asset_id)
    asset = seen(session, asset_id)
    assert (asset.state, asset.attempts) == (AssetState.PROBING, 0)
    asset.lease_until = clock.now() - timedelta(seconds=1)
    session.commit()
    media.examine(asset_id)
    assert seen(session, asset_id).state == AssetState.TRANSCODING
