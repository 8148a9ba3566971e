"""A film in a bucket, in a real browser: up through the portal, down from the bucket, under the pages' own policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from portal.entries.models import Entry
from portal.lifecycles import AssetState
from portal.media.models import Asset
from portal.media.s3 import place as bucket_at
from portal.settings import Settings
from tests.media import s3
from tests.media.conftest import wait_until
from workers import media

pytestmark = pytest.mark.browser


@pytest.fixture
def settings(settings: Settings, bucket: s3.Switched) -> Settings:
    return replace(settings, s3_url=bucket.url)


@pytest.fixture
def environment(environment: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PORTAL_S3_URL", environment.s3_url)
    return environment


def test_a_film_goes_into_the_bucket_and_plays_out_of_it(
    window: Callable[..., Page],
    address: str,
    film_entry: Entry,
    session: Session,
    film: Callable[[str], Path],
    settings: Settings,
) -> None:
    let_pages_read(settings.s3_url, address)
    page, place = window(film_entry.owner_id, locale="ko-KR"), f"/ko/entries/{film_entry.number}/film"
    page.goto(place)
    page.locator("[data-upload] input[type=file]").first.set_input_files(film("plain.mp4"))
    wait_until(lambda: state(session) == AssetState.RECEIVED)
    asset_id = session.query(Asset.id).scalar()
    session.rollback()
    media.examine(asset_id)
    media.transcode(asset_id)

    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(place)
    with page.expect_response(lambda found: found.url.startswith(settings.files_origin)) as given:
        page.locator("video").evaluate("video => { video.muted = true; return video.play(); }")
    assert given.value.status in (200, 206)
    expect(page.locator("video")).to_have_js_property("error", None)
    page.locator("video").evaluate(
        "video => new Promise(done => { video.ontimeupdate = () => video.currentTime > 0.5 && done(); })"
    )
    assert complaints == []


def let_pages_read(url: str, origin: str) -> None:
    """The rule that the operator's page asks for."""
    rule = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["Range"],
        "ExposeHeaders": ["Content-Range", "Content-Length", "ETag"],
    }
    bucket_at(url).ask("put_bucket_cors", CORSConfiguration={"CORSRules": [rule]})


def state(session: Session) -> AssetState | None:
    session.rollback()
    found = session.query(Asset.state).scalar()
    session.rollback()
    return found
