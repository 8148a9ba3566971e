"""A gigabyte goes up in a real browser although everything breaks; the verdict comes by itself, the copy plays."""

from __future__ import annotations

import hashlib
import random
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect

import portal.schema
from portal import db
from portal.accounts import service as accounts
from portal.media import ffmpeg
from portal.media.models import Asset, Upload, Viewing
from tests import builders
from tests.journeys.installation import Installation, running

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.timeout(300)]

GIGABYTE, BLOCK = 1_000_000_000, 1 << 20
WORKER_TAKES = 120_000
WORDS = "편지를 쓰는 기계"
SUBTITLES = f"1\n00:00:00,200 --> 00:00:11,500\n{WORDS}\n"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Installation]:
    """A portal with nothing but its own parts; a gigabyte is not left lying about."""
    folder = tmp_path / "data"
    with running(folder, {}) as found:
        yield found
        db.engine_for(found.settings.database_url).dispose()
    shutil.rmtree(folder)


@pytest.fixture
def film(tmp_path: Path) -> Iterator[Path]:
    """Twelve seconds of film in a file of a gigabyte: behind it lies a box of noise that players skip."""
    path = tmp_path / "나의 여름 (최종).mp4"
    picture = ("-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=24", "-f", "lavfi", "-i", "sine=frequency=220")
    coded = ("-t", "12", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
    subprocess.run([ffmpeg.binary(), "-loglevel", "error", *picture, *coded, str(path)], check=True)
    noise, left = random.Random(27), GIGABYTE - path.stat().st_size
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", left, b"free"))
        left -= 8
        while left > 0:
            file.write(noise.randbytes(min(BLOCK, left)))
            left -= BLOCK
    yield path
    path.unlink()


class Maker:
    """The owner of a draft at their browser; tabs come and go."""

    def __init__(self, portal: Installation, browser: Browser) -> None:
        self.portal = portal
        self.sessions = db.sessions(portal.settings)
        with db.unit_of_work(self.sessions) as session:
            owner = builders.person(session, language="en")
            made = builders.entry(session, builders.call(session, builders.edition(session)), owner)
            self.number = made.number
            link = accounts.one_time_link(session, owner)
        self.context = self._context(browser)
        self.page = self.context.new_page()
        self.page.goto(link)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/entries")

    def _context(self, browser: Browser) -> BrowserContext:
        context = browser.new_context(base_url=self.portal.address, locale="en-GB", timezone_id="Asia/Seoul")
        context.set_default_timeout(30_000)
        return context

    def open(self, task: str) -> Page:
        """A page of the entry in this tab."""
        self.page.goto(f"/en/entries/{self.number}/{task}")
        return self.page

    def another_tab(self) -> None:
        """The old tab is gone with everything it knew."""
        self.page.close(run_before_unload=False)
        self.page = self.context.new_page()

    def percent(self) -> int:
        """How far the dock says the upload is."""
        return int(self.page.locator("#dock-up progress").first.get_attribute("value") or 0)

    def wait_for_percent(self, least: int) -> None:
        """Until this much has gone up."""
        self.page.wait_for_function(
            f"() => document.querySelector('#dock-up progress')?.value >= {least}", timeout=90_000
        )

    def lose_the_network(self) -> None:
        """A cut in the middle of a piece, and back again."""
        self.context.set_offline(True)
        expect(self.page.locator("#dock-up")).to_contain_text("The connection broke", timeout=20_000)
        self.context.set_offline(False)


@pytest.fixture
def maker(portal: Installation, browser: Browser) -> Iterator[Maker]:
    found = Maker(portal, browser)
    yield found
    found.context.close()


def test_a_gigabyte_survives_two_cuts_and_a_closed_tab(maker: Maker, film: Path, tmp_path: Path) -> None:
    it_goes_up_through_two_cuts(maker, film)
    another_tab_carries_on_with_the_same_file(maker, film)
    the_verdict_comes_without_a_reload(maker)
    what_arrived_is_what_was_sent(maker, film)
    captions_are_added(maker, tmp_path)
    the_review_copy_plays_seeks_and_shows_captions(maker)


def it_goes_up_through_two_cuts(maker: Maker, film: Path) -> None:
    maker.open("film").locator("#film-up-file").set_input_files(film)
    maker.wait_for_percent(8)
    maker.lose_the_network()
    maker.wait_for_percent(25)
    maker.page.locator(".rail").get_by_role("link", name="About the film").click()
    expect(maker.page.get_by_role("heading", level=1)).to_have_text("What is your film about?")
    assert maker.percent() >= 25, "the upload outlives its page"
    maker.lose_the_network()
    maker.wait_for_percent(50)


def another_tab_carries_on_with_the_same_file(maker: Maker, film: Path) -> None:
    maker.another_tab()
    page = maker.open("info")
    ghost = page.locator("#dock-now [data-ghost]")
    expect(ghost).to_contain_text("Choose the same file to carry on from")
    kept = int(re.findall(r"from (\d+)%", ghost.inner_text())[0])
    assert kept >= 45
    ghost.locator("input[type=file]").set_input_files(film)
    page.wait_for_function("() => document.querySelector('#dock-up progress')?.value > 0")
    assert maker.percent() >= kept - 1, "nothing goes up twice"


def the_verdict_comes_without_a_reload(maker: Maker) -> None:
    page = maker.page
    page.evaluate("window.sameDocument = true")
    page.locator(".rail").get_by_role("link", name="Upload the film").click()
    expect(page.locator("#film-status")).to_contain_text("The file is fine", timeout=WORKER_TAKES)
    expect(page.get_by_role("heading", name="This is what the jury will see")).to_be_visible(timeout=WORKER_TAKES)
    expect(page.locator("#tasks-now")).to_contain_text("1 left")
    assert page.evaluate("window.sameDocument") is True


def what_arrived_is_what_was_sent(maker: Maker, film: Path) -> None:
    with maker.sessions() as session:
        asset = session.scalars(sa.select(Asset)).one()
        upload = session.scalars(sa.select(Upload)).one()
        assert (asset.size, upload.received) == (GIGABYTE, GIGABYTE)
        assert asset.file_name == film.name
        with film.open("rb") as sent:
            assert asset.sha256 == hashlib.file_digest(sent, "sha256").hexdigest()


def captions_are_added(maker: Maker, tmp_path: Path) -> None:
    path = tmp_path / "summer.srt"
    path.write_text(SUBTITLES, encoding="utf-8")
    maker.page.locator("#subtitle-up-file").set_input_files(path)
    expect(maker.page.locator("#extras .filed")).to_contain_text("Ready to play", timeout=WORKER_TAKES)


def the_review_copy_plays_seeks_and_shows_captions(maker: Maker) -> None:
    page = maker.open("film")
    video = page.locator("video")
    video.evaluate("video => { video.muted = true; }")
    page.get_by_role("button", name="Play (Space)").click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 1")
    assert video.evaluate("video => video.currentSrc").startswith("blob:"), "the ladder plays, not the one MP4"
    shown = "video => [...video.textTracks[0].activeCues].map(cue => cue.text)"
    assert video.evaluate(shown) == [WORDS]
    page.locator("[data-scrub]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('video').currentTime > 6.5")
    with page.expect_response(re.compile("/viewings/")):
        page.get_by_role("button", name="Pause (Space)").click()
    assert 1 <= seconds_seen(maker) < 12, "what was skipped was not seen"
    again = maker.open("film")
    expect(again.get_by_text("You stopped at")).to_be_visible()


def seconds_seen(maker: Maker) -> int:
    with maker.sessions() as session:
        return session.scalars(sa.select(Viewing.watched_s)).one()
