"""The uploader in a real browser: a film goes up in pieces, a reload carries on, and the review copy plays."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect
from sqlalchemy.orm import Session

from portal.entries.models import Entry
from portal.lifecycles import AssetState
from portal.media.models import Asset
from tests.media.conftest import arrived
from workers import media

pytestmark = pytest.mark.browser


def test_a_film_goes_up_and_its_review_copy_plays(
    window: Callable[..., Page], film_entry: Entry, session: Session, film: Callable[[str], Path]
) -> None:
    page = window(film_entry.owner_id, locale="ko-KR")
    page.goto(f"/ko/entries/{film_entry.number}/film")
    page.locator("#film-up-file").set_input_files(film("plain.mp4"))
    expect(page.locator("#dock-up progress")).to_have_attribute("value", "100", timeout=20_000)
    asset = received(session)
    media.examine(asset.id)
    media.transcode(asset.id)
    page.goto(f"/ko/entries/{film_entry.number}/film")
    length = page.locator("video").evaluate(
        "video => new Promise(done => { video.muted = true; video.onloadedmetadata = () => done(video.duration);"
        " if (video.readyState) done(video.duration); video.preload = 'metadata'; video.load(); })"
    )
    assert length == pytest.approx(2.0, abs=0.1)


def received(session: Session) -> Asset:
    for _ in range(200):
        if session.query(Asset).count() and arrived(session).state == AssetState.RECEIVED:
            return arrived(session)
        session.rollback()
        time.sleep(0.05)
    raise AssertionError("the film did not arrive")


def test_of_two_pictures_at_once_both_are_shown(
    window: Callable[..., Page], film_entry: Entry, tmp_path: Path, address: str
) -> None:
    page = window(film_entry.owner_id, locale="en-GB")
    page.goto(f"/en/entries/{film_entry.number}/images")
    answers = []

    def hold(route: Route) -> None:
        """Answers what is asked first only after the second picture has arrived, too."""
        answers.append(route.fetch())
        if len(answers) == 1:
            page.locator("#still-up-file").set_input_files(picture(tmp_path / "second.png", "navy"))
            expect(page.locator("#dock-up [data-state=arrived]")).to_have_count(2)
        route.fulfill(response=answers[-1])

    page.route(f"{address}/en/entries/{film_entry.number}/images", hold)
    page.locator("#still-up-file").set_input_files(picture(tmp_path / "first.png", "tomato"))
    expect(page.get_by_label("What the picture shows, in English")).to_have_count(2)


def test_a_chooser_that_is_open_outlives_what_arrives_meanwhile(
    window: Callable[..., Page], film_entry: Entry, tmp_path: Path, address: str
) -> None:
    page = window(film_entry.owner_id, locale="en-GB")
    page.goto(f"/en/entries/{film_entry.number}/images")
    page.locator("#pictures").evaluate("old => { old.dataset.old = 1; }")
    with page.expect_file_chooser() as opened:
        page.locator("#still-up-file").evaluate("input => input.click()")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('arrived'))")
    expect(page.locator("#pictures[data-old]")).to_have_count(0)
    opened.value.set_files(picture(tmp_path / "still.png", "navy"))
    expect(page.get_by_label("What the picture shows, in English")).to_have_count(1)


def picture(path: Path, colour: str) -> Path:
    Image.new("RGB", (900, 600), colour).save(path)
    return path
