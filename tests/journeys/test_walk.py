"""The main job in one piece, in a real browser against real processes: from a mailed link to a guest on the stage.

Every step is what one person does at one sitting. With PORTAL_WALK=1 each leaves its picture in docs/walk/.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal.calls.models import Edition
from tests.journeys.conftest import Material
from tests.journeys.installation import Installation
from tests.journeys.steps import ask_for_link, carrying, link_in, play_to_the_end, press, reload_until
from tests.local.test_supervisor import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "walk"
CREATOR, VISITOR = "seoyun@letters.example", "visitor@seats.example"
TITLE, TITLE_KO = "The Machines That Write Letters", "편지를 쓰는 기계들"
MADE_BY_PEOPLE = "We wrote the letters, chose every image, cut it by hand and mixed the sound in a week of nights."
SCORES = {
    "craft": {"control": 9, "coherence": 8, "reason": 9},
    "story": {"story": 9, "direction": 8, "finish": 8, "original": 10},
    "market": {"ip": 7, "audience": 8, "growth": 8},
}
PANELS = {"craft": "AI craft", "story": "Story and art", "market": "IP and market"}
WORKER_TAKES = 90_000


class Walk:
    """The people of one journey, each in a browser of their own, and the pictures on the way."""

    def __init__(self, installation: Installation, browser: Browser) -> None:
        self.portal = installation
        self.browser = browser
        self.taken = 0

    def enter(self, email: str, path: str = "/en/") -> Page:
        """Sign in by a mailed link and open a page."""
        page = self.stranger("/en/login")
        ask_for_link(page, email)
        page.goto(link_in(self.portal.letter(email, "sign-in").text, "/login/"))
        press(page.get_by_role("button", name="Sign in"))
        page.goto(path)
        return page

    def stranger(self, path: str) -> Page:
        """A browser that nobody has signed in with."""
        context = self._context()
        page = context.new_page()
        page.goto(path)
        return page

    def picture(self, page: Page, name: str) -> None:
        """Keep what the person sees now."""
        self.taken += 1
        if os.environ.get("PORTAL_WALK"):
            page.screenshot(path=PICTURES / f"{self.taken:02d}-{name}.png", animations="disabled")

    def _context(self) -> BrowserContext:
        context = self.browser.new_context(
            base_url=self.portal.address,
            locale="en-GB",
            timezone_id="Asia/Seoul",
            viewport={"width": 1440, "height": 900},
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        return context


@pytest.fixture
def walk(installation: Installation, edition: Edition, browser: Browser) -> Walk:
    return Walk(installation, browser)


def test_a_film_travels_from_upload_to_stage(walk: Walk, material: Material) -> None:
    creator = a_newcomer_signs_in(walk)
    number = they_start_a_draft(walk, creator)
    they_write_about_the_film(walk, creator, number)
    they_name_the_makers(creator, number)
    they_upload_and_play_the_film(walk, creator, number, material)
    they_add_pictures(creator, number, material)
    they_disclose_the_use_of_ai(walk, creator, number)
    they_clear_the_rights(creator, number)
    they_submit_and_get_a_receipt(walk, creator, number)
    an_organizer_finds_it_eligible(walk, number)
    chair = a_chair_seats_three_jurors(walk)
    the_worker_assigns_and_the_chair_publishes(walk, chair)
    for seat in PANELS:
        a_juror_watches_and_scores(walk, seat)
    the_chair_decides(walk, chair, number)
    a_second_organizer_releases(walk, chair.url)
    the_creator_hears_of_it(walk, creator)
    programmer = a_programmer_builds_hall_and_package(walk)
    they_place_and_confirm_the_screening(walk, programmer)
    they_invite_the_director(walk, programmer)
    they_release_the_schedule(walk, programmer)
    a_visitor_books_a_seat(walk)
    the_guest_says_yes(walk, creator)
    assert {"web", "worker", "media", "beat"} <= walk.portal.services
    assert ("broker" in walk.portal.services) == ("PORTAL_BROKER_URL" not in walk.portal.given)


# ── the creator ────────────────────────────────────────────────────────


def a_newcomer_signs_in(walk: Walk) -> Page:
    page = walk.stranger("/en/submit")
    page.get_by_role("link", name="Start an entry").first.click()
    ask_for_link(page, CREATOR)
    walk.picture(page, "a-link-comes-by-mail")
    page.goto(link_in(walk.portal.letter(CREATOR, "sign-in").text, "/login/"))
    page.get_by_label("Name", exact=True).fill("한서윤")
    page.get_by_label("Family name").fill("Han")
    page.get_by_label("Given name").fill("Seo-yun")
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_role("heading", name="Which category is your film for?")).to_be_visible()
    return page


def they_start_a_draft(walk: Walk, page: Page) -> str:
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"/entries/PAN27-"))
    walk.picture(page, "a-draft-and-its-tasks")
    return page.url.rsplit("/", 1)[-1]


def they_write_about_the_film(walk: Walk, page: Page, number: str) -> None:
    page.goto(f"/en/entries/{number}/info")
    page.get_by_label("Title in Korean").fill(TITLE_KO)
    page.get_by_label("Title in English").fill(TITLE)
    page.get_by_label("Logline in Korean").fill("보내지 못한 편지를 기계가 대신 쓴다.")
    page.get_by_label("Logline in English").fill("Machines write the letters nobody dared to send.")
    page.get_by_label("Synopsis in Korean").fill("우체국의 기계들이 어느 밤 스스로 편지를 쓰기 시작한다.")
    page.get_by_label("Synopsis in English").fill("One night the machines of a post office begin to write.")
    page.get_by_label("Genre").select_option("drama")
    page.get_by_label("Country").select_option("KR")
    expect(page.locator("#saved")).to_contain_text("Saved ·")
    walk.picture(page, "saved-while-typing")
    page.reload()
    expect(page.get_by_label("Title in English")).to_have_value(TITLE)
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/credits")


def they_name_the_makers(page: Page, number: str) -> None:
    page.goto(f"/en/entries/{number}/credits")
    page.get_by_label("Part").first.select_option(label="Director")
    page.get_by_label("Name in its own script").first.fill("한서윤")
    page.get_by_label("Name in Latin letters").first.fill("HAN Seo-yun")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/film")


def they_upload_and_play_the_film(walk: Walk, page: Page, number: str, material: Material) -> None:
    page.goto(f"/en/entries/{number}/film")
    page.locator("#film-up-file").set_input_files(material.film)
    expect(page.get_by_text("Everything has arrived").first).to_be_attached()
    expect(page.locator("#film-status")).to_contain_text(material.film.name)
    walk.picture(page, "the-film-arrives")
    expect(page.get_by_role("heading", name="This is what the jury will see")).to_be_visible(timeout=WORKER_TAKES)
    play_to_the_end(page)
    walk.picture(page, "the-copy-for-the-jury")
    page.get_by_role("button", name="I played it, it is right").click()
    page.wait_for_url("**/images")


def they_add_pictures(page: Page, number: str, material: Material) -> None:
    page.goto(f"/en/entries/{number}/images")
    for slot, file in (("poster", material.poster), ("still", material.still)):
        shown = page.get_by_label("What the picture shows, in English").count()
        page.locator(f"#{slot}-up-file").set_input_files(file)
        expect(page.get_by_label("What the picture shows, in English")).to_have_count(shown + 1)
    for place, words in enumerate(("A fan of glowing letters", "Envelopes fall like snow")):
        with page.expect_response(carrying(words)):  # they save themselves
            page.get_by_label("What the picture shows, in Korean").nth(place).fill("빛나는 편지들")
            page.get_by_label("What the picture shows, in English").nth(place).fill(words)
    reload_until(page, page.locator("main .filetile img"), 2)


def they_disclose_the_use_of_ai(walk: Walk, page: Page, number: str) -> None:
    page.goto(f"/en/entries/{number}/ai")
    for scope, degree in (("SCR", "P"), ("IMG", "M"), ("VID", "G"), ("MUS", "E")):
        page.locator(f"#degree-{scope}-{degree}").check(force=True)
    page.get_by_role("button", name="Set the rest to no AI").click()
    page.locator("#base-ANIM").check(force=True)
    page.get_by_label("Length of the picture").fill("0:06")
    page.locator("#generated_pct").fill("60")
    page.locator("#altered_pct").fill("20")
    page.locator("#realistic-no").check(force=True)
    page.get_by_label("most important things you decided").fill(MADE_BY_PEOPLE)
    page.get_by_role("button", name="Add a tool").click()
    page.get_by_label("Tool", exact=True).fill("Wan 3.0")
    for scope in ("SCR", "IMG", "VID", "MUS"):
        page.locator(f"#tools-0-scopes-{scope}").check(force=True)
    page.get_by_label("My answers are complete and true").check()
    walk.picture(page, "ai-use-and-its-label")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url(re.compile(r"/(consents|rights)$"))


def they_clear_the_rights(page: Page, number: str) -> None:
    page.goto(f"/en/entries/{number}/rights")
    for name in ("music_cleared", "fonts_cleared"):
        page.locator(f"#{name}").check()
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/review")


def they_submit_and_get_a_receipt(walk: Walk, page: Page, number: str) -> None:
    expect(page.get_by_text("Everything is there.")).to_be_visible()
    for tick in page.locator("[name=declarations]").all():
        tick.check()
    walk.picture(page, "check-and-submit")
    page.get_by_role("button", name="Submit before").click()
    expect(page.get_by_role("heading", name="Receipt", exact=True)).to_be_visible()
    letter = walk.portal.letter(CREATOR, "Your entry has arrived")
    assert [kind for _, kind, _ in letter.attachments] == ["image/png"]  # the QR code
    page.goto(link_in(letter.text, "/receipts/"))
    expect(page.locator("main")).to_contain_text(TITLE)
    expect(page.get_by_role("img", name="Code of this page")).to_be_visible()
    walk.picture(page, "the-receipt")


def the_creator_hears_of_it(walk: Walk, page: Page) -> None:
    letter = walk.portal.letter(CREATOR, "Selected")
    assert "Your film has been selected" in letter.text
    page.goto(f"/mailbox/{letter.name}")
    walk.picture(page, "selected")


# ── the desk and the jury ──────────────────────────────────────────────


def an_organizer_finds_it_eligible(walk: Walk, number: str) -> None:
    page = walk.enter("organizer@pan.example", f"/en/ops/eligibility/{number}")
    expect(page.locator("main")).to_contain_text(TITLE)
    walk.picture(page, "eligibility")
    page.get_by_role("button", name="Eligible").click()
    walk.portal.letter(CREATOR, "Your entry takes part")


def a_chair_seats_three_jurors(walk: Walk) -> Page:
    page = walk.enter("chair@pan.example", "/en/ops/rounds")
    page.get_by_label("Name in Korean").fill("본심")
    page.get_by_label("Name in English").fill("Final round")
    page.get_by_label("Due date").fill("2030-02-01")
    page.get_by_role("button", name="Make the round").click()
    for local, panel in PANELS.items():
        page.get_by_label("E-mail of an invited juror").fill(f"{local}@pan.example")
        page.get_by_label("Panel").select_option(label=panel)
        page.get_by_role("button", name="Give a seat").click()
    expect(page.get_by_role("table", name="Jurors").locator("tbody tr")).to_have_count(3)
    return page


def the_worker_assigns_and_the_chair_publishes(walk: Walk, page: Page) -> None:
    page.locator("#assignment").get_by_role("link", name="Assignment").click()
    page.get_by_role("button", name="Assign jurors").click()
    publish = page.get_by_role("button", name="Publish to the jurors")
    expect(publish).to_be_visible(timeout=WORKER_TAKES)
    expect(page.locator("#plan")).to_contain_text("No plan can be better")
    walk.picture(page, "a-proven-plan")
    publish.click()
    expect(page.get_by_text("3 assignments published.")).to_be_visible()
    page.get_by_role("link", name="Final round").click()
    expect(page.get_by_role("button", name="Close the round")).to_be_visible()


def a_juror_watches_and_scores(walk: Walk, seat: str) -> None:
    email = f"{seat}@pan.example"
    page = walk.enter(email, link_in(walk.portal.letter(email, "Your films are ready").text, "/jury"))
    expect(page.locator("main")).not_to_contain_text("한서윤")  # blind
    page.get_by_role("link", name=TITLE, exact=True).click()
    play_to_the_end(page)
    criteria = SCORES[seat]
    if seat == "craft":
        page.locator(".player").click()
        page.keyboard.press("Escape")
    for place, (code, score) in enumerate(criteria.items()):
        if place == 0:
            page.keyboard.press(str(score % 10))
            expect(page.locator(f"#score-{code}-{score}")).to_be_checked()
        else:
            page.locator(f"#score-{code}-{score}").check(force=True)
    page.get_by_label("A word to the makers").fill("I kept hearing the last letter.")
    if seat == "story":
        walk.picture(page, "a-juror-scores")
    page.get_by_role("button", name="Hand in, next film").click()
    expect(page.get_by_role("heading", name="All handed in")).to_be_visible()


def the_chair_decides(walk: Walk, page: Page, number: str) -> None:
    page.reload()
    page.get_by_role("link", name="Results").last.click()
    reload_until(page, page.get_by_role("table", name="Films by corrected score").get_by_text(number), 1)
    page.get_by_role("link", name="Decide", exact=True).click()
    selected = page.get_by_role("form", name=f"Decision on {TITLE}").get_by_role("button", name="Selected").first
    selected.click()
    expect(selected).to_have_attribute("aria-pressed", "true")
    walk.picture(page, "results-and-a-decision")
    page.get_by_role("link", name="Review and release").click()
    expect(page.get_by_role("button", name="Announce 1 decision")).to_be_visible()


def a_second_organizer_releases(walk: Walk, review: str) -> None:
    assert walk.portal.letters(CREATOR, "Selected") == []
    page = walk.enter("second@pan.example", review)
    page.get_by_role("button", name="Announce 1 decision").click()
    walk.picture(page, "a-second-person-releases")
    expect(page.get_by_text("1 decision announced.")).to_be_visible()
    wait_for(lambda: _everybody_knows(page), 60)  # the list waits until the maker's mail has left
    page.get_by_role("button", name="Show the public list").click()
    expect(page.get_by_text("1 film is public now.")).to_be_visible()
    page.goto(review.replace("/release", "/select"))
    expect(page.get_by_role("table", name="Films by place")).to_contain_text("Selected")
    expect(page.get_by_role("form", name="Decision on")).to_have_count(0)  # announced: no longer anybody's to change


def _everybody_knows(page: Page) -> bool:
    page.reload()
    return page.get_by_role("heading", name="not told yet").count() == 0


# ── programme and audience ─────────────────────────────────────────────


def a_programmer_builds_hall_and_package(walk: Walk) -> Page:
    page = walk.enter("programmer@pan.example", "/en/ops/venues")
    venue = page.locator("form", has=page.get_by_role("button", name="Add the venue"))
    for label, text in (("Name in Korean", "판 극장"), ("Name in English", "Pan Theatre")):
        venue.get_by_label(label).fill(text)
    page.get_by_role("button", name="Add the venue").click()
    for label, text in (("Name in Korean", "1관"), ("Name in English", "Hall 1"), ("Seats", "300")):
        page.locator("form", has=page.get_by_role("button", name="Add the hall")).get_by_label(label).fill(text)
    page.get_by_role("button", name="Add the hall").click()
    expect(page.get_by_role("table", name="Pan Theatre")).to_contain_text("300")
    page.goto("/en/ops/packages")
    page.get_by_label("Title in Korean", exact=True).fill("첫날 밤 옴니버스")
    page.get_by_label("Title in English", exact=True).fill("Opening omnibus")
    page.get_by_label(TITLE).check()
    page.get_by_role("button", name="Make the package").click()
    expect(page.locator(".order")).to_contain_text(TITLE)
    return page


def they_place_and_confirm_the_screening(walk: Walk, page: Page) -> None:
    page.goto("/en/ops/schedule")
    page.get_by_role("link", name="Opening omnibus").click()
    page.get_by_label("Start").fill("19:00")
    page.get_by_role("button", name="Place").click()
    page.get_by_role("button", name="Confirm the screening").click()
    expect(page.get_by_role("button", name="Take the confirmation back")).to_be_visible()


def they_invite_the_director(walk: Walk, page: Page) -> None:
    page.get_by_role("link", name="Plan a talk").click()
    page.get_by_label("Length").fill("30")
    page.get_by_label("Moderator").fill("Choi Min-kyung")
    page.get_by_role("button", name="Plan the talk").click()
    page.get_by_role("button", name="Invite the ticked").click()
    expect(page.get_by_role("table", name="On stage")).to_contain_text(CREATOR)
    walk.picture(page, "a-talk-and-its-guest")


def they_release_the_schedule(walk: Walk, page: Page) -> None:
    page.goto("/en/ops/schedule")
    walk.picture(page, "the-timetable")
    page.goto("/en/ops/release")
    page.get_by_label("Open booking with it").check()
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.locator("main")).to_contain_text("Version 1 ·")


def a_visitor_books_a_seat(walk: Walk) -> None:
    page = walk.stranger("/en/schedule")
    expect(page.locator("main")).to_contain_text("Opening omnibus")
    walk.picture(page, "the-public-schedule")
    page.get_by_role("link", name="Opening omnibus").first.click()
    page.get_by_label("Name", exact=True).fill("Visitor Lim")
    page.get_by_label("E-mail address").fill(VISITOR)
    page.locator("#party-2").check(force=True)
    page.get_by_label("Keep my name and address").check()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Open your mail")
    page.goto(link_in(walk.portal.letter(VISITOR, "Confirm your seats").text, "/t/"))
    page.get_by_role("button", name="Confirm my seats").click()
    letter = walk.portal.letter(VISITOR, "Your ticket")
    assert ("ticket.png", "image/png") in [(name, kind) for name, kind, _ in letter.attachments]
    page.goto(link_in(letter.text, "/t/"))
    expect(page.locator(".pass__qr, .pass svg").first).to_be_visible()
    walk.picture(page, "a-ticket")


def the_guest_says_yes(walk: Walk, page: Page) -> None:
    page.goto(link_in(walk.portal.letter(CREATOR, "Invitation to the Q&A").text, "/guests/"))
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.locator("main")).to_contain_text("Thank you. We have your answer")
    walk.picture(page, "the-guest-confirms")
    walk.portal.letter(CREATOR, "Your answer")
    stranger = walk.stranger("/en/schedule")
    stranger.get_by_role("link", name="Opening omnibus").first.click()
    expect(stranger.locator("main")).to_contain_text("HAN Seo-yun")
