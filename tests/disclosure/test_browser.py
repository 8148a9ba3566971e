"""A creator finishes a hybrid film with one replica in a real browser: keyboard only, shots pasted, the map drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from portal.accounts import service as accounts
from portal.disclosure.codes import Contribution, Degree, Likeness, PerformerKind, Scope
from portal.disclosure.ledger import Segment
from portal.disclosure.rows import answers_of
from portal.lifecycles import AssetState
from portal.media.models import Asset, Rendition, RenditionKind, Slot
from tests.disclosure.declared import STATEMENT, Desk, desk, stored

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]
AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
LOOK = "axe.run(document, ['wcag2a', 'wcag2aa']).then(found => found.violations.map(one => one.id + one.nodes[0].html))"
SHOTS = "in,out,degree,note\n00:00:00,00:05:00,G,scenes 2-9\n0:06:00,0:07:00,altered"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application answering on a port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mine(session: Session) -> Desk:
    """A maker with a draft."""
    made = desk(session, title_en="The Letter Machine")
    session.commit()
    return made


@pytest.fixture
def film(session: Session, mine: Desk) -> Asset:
    """Its film of fourteen minutes at 25 frames a second, with a review copy."""
    asset = Asset(
        entry_id=mine.entry.id, slot=Slot.FILM, state=AssetState.PLAYABLE, file_name="film.mp4", sha256="ab" * 32
    )
    asset.duration_ms, asset.fps_num, asset.fps_den = 840_000, 25, 1
    copy = Rendition(kind=RenditionKind.SCREENER, storage_key="nowhere", content_type="video/mp4", size=1)
    asset.renditions = [copy]
    session.add(asset)
    session.commit()
    return asset


@pytest.fixture
def form(browser: Browser, app: Flask, session: Session, address: str, mine: Desk) -> Iterator[Page]:
    """The maker at the disclosure's form."""
    token = accounts.start_session(session, mine.owner.id)
    session.commit()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, bypass_csp=True)
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": "pan", "value": str(signer.dumps({"t": token})), "url": address}])
    page = context.new_page()
    page.goto(f"{address}/en/entries/{mine.entry.number}/ai")
    yield page
    context.close()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def reach(page: Page, name: str) -> None:
    """Walk on with Tab until the control of this id or name has the focus."""
    here = f"[document.activeElement.id, document.activeElement.name].includes('{name}')"
    for _step in range(80):
        if page.evaluate(here):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {name} by keyboard")


def test_a_hybrid_film_with_a_replica_by_keyboard(session: Session, form: Page, mine: Desk) -> None:
    the_picture_and_the_grid(form)
    the_tool_and_the_share(form)
    the_person(form)
    what_people_did(form)
    found = answers_of(stored(session, mine))
    assert found.degrees == dict.fromkeys(Scope, Degree.N) | {Scope.VID: Degree.G}
    assert found.tools[0].scopes == (Scope.IMG, Scope.VID)
    assert found.share.shots == (Segment(0, 300, Degree.G, "scenes 2-9"), Segment(360, 420, Degree.M))
    assert [(one.kind, one.name, one.likeness) for one in found.performers] == [
        (PerformerKind.REP_EMP, "김순례", (Likeness.FACE,))
    ]
    assert found.authorship[0].contributions == (Contribution.DIRECT_PERFORM,)
    assert found.attested


def the_picture_and_the_grid(page: Page) -> None:
    reach(page, "base-LIVE")
    press(page, "Space")
    reach(page, "length")
    page.keyboard.type("14:00")
    page.locator("#degree-VID-N").focus()
    press(page, "ArrowLeft")
    expect(page.locator("#degree-VID-G")).to_be_checked()
    reach(page, "rest")
    press(page, "Enter")
    expect(page.locator("#degree-SCR-N")).to_be_checked()
    expect(page.locator("#pv-label")).to_contain_text("Contains AI-made or AI-altered parts")


def the_tool_and_the_share(page: Page) -> None:
    reach(page, "tools-0-name")
    page.keyboard.type("Kling")
    press(page, "Tab")
    expect(page.locator("#tools-0-scopes-VID")).to_be_checked()
    reach(page, "method-SLIDER")
    page.locator("#generated_pct").focus()
    press(page, "ArrowRight", "ArrowRight", "End")
    expect(page.locator("output[for=generated_pct]")).to_have_text("100%")
    page.locator("#method-SLIDER").focus()
    press(page, "ArrowDown")
    reach(page, "shots")
    page.keyboard.insert_text(SHOTS)
    press(page, "Tab")
    expect(page.locator("#pv-shots .shots__key")).to_contain_text("Generated by AI 5 min")
    expect(page.locator("#pv-label")).to_contain_text("36% of picture time generated, 7% altered (from time-codes)")


def the_person(page: Page) -> None:
    reach(page, "add_person")
    press(page, "Enter")
    page.locator("#performers-0-kind").focus()
    page.keyboard.type("Digital replica of a performer")
    reach(page, "performers-0-name")
    page.keyboard.insert_text("김순례")
    reach(page, "performers-0-likeness-FACE")
    press(page, "Space")
    reach(page, "performers-0-appear")
    page.keyboard.type("6:50")
    reach(page, "performers-0-synth")
    page.keyboard.type("6:21")
    assert page.evaluate(AXE + ";" + LOOK) == []


def what_people_did(page: Page) -> None:
    reach(page, "authorship-VID_by-DIRECT_PERFORM")
    press(page, "Space")
    page.locator("#realistic-yes").focus()
    press(page, "Space", "ArrowRight")
    reach(page, "human_statement")
    page.keyboard.insert_text(STATEMENT)
    reach(page, "attested")
    press(page, "Space")
    reach(page, "next")
    press(page, "Enter")
    page.wait_for_url("**/consents")


def test_a_list_that_cannot_be_read_is_told_line_by_line(form: Page) -> None:
    form.locator("#method-TIMECODES").check()
    form.locator("#shots").fill("0:00,0:10,G\n0:05,0:12,X\n0:09,0:20,M")
    form.get_by_role("button", name="Save and continue").click()
    told = form.locator("#e-shots")
    expect(told).to_contain_text("Line 2: “X” is no degree.")
    expect(told).to_contain_text("Line 3: It starts before line 1 ends.")
    expect(form.locator("#shots")).to_have_value("0:00,0:10,G\n0:05,0:12,X\n0:09,0:20,M")


def test_the_map_leads_to_its_moments(film: Asset, form: Page) -> None:
    form.locator("#method-TIMECODES").check()
    form.locator("#shots").fill("01:03:30:00,01:07:00:12,G\n01:08:00:00,01:09:00:00,M,sky")
    form.locator("#length").focus()
    line = form.locator("#pv-shots svg[data-seeks]")
    expect(line).to_be_visible()
    form.get_by_text("Watch the film").click()
    at = "() => document.querySelector('video').currentTime"
    box = line.bounding_box()
    assert box is not None
    line.click(position={"x": box["width"] / 4, "y": box["height"] / 2})
    assert abs(form.evaluate(at) - 210) < 5
    form.get_by_text("Show as a table").click()
    form.get_by_role("link", name="8:00", exact=True).click()
    assert form.evaluate(at) == 480


def test_a_file_is_read_into_the_list(form: Page, tmp_path: Path) -> None:
    listed = tmp_path / "shots.csv"
    listed.write_text(SHOTS, encoding="utf-8")
    form.locator("#method-TIMECODES").check()
    form.locator("#shots_file").set_input_files(listed)
    expect(form.locator("#shots")).to_have_value(SHOTS)
    expect(form.locator("#pv-shots svg").first).to_be_visible()
