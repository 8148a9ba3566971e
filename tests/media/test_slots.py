"""Every slot at the door: its size, what its files begin with, and what becomes of the hostile corpus sent to it."""

from __future__ import annotations

import base64
import io
import unicodedata
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import policies
from portal.accounts.models import Person
from portal.lifecycles import AssetState
from portal.media import openings, queries, tickets
from portal.media.models import Asset, Slot, Upload
from portal.media.parts import PART
from portal.media.service import uploads
from portal.settings import Settings
from tests import builders
from tests.media.conftest import CORPUS

TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
FILMS = ("ok_", "odd_", "같은이름_", "출품작_", "leak_metadata", "bad_16k", "bad_header")
IMAGES = ("evil_html_polyglot.jpg", "leak_exif", "evil_bomb")
# What is worth a look for each slot; what a look then finds is the corpus test's matter.
LOOKED_AT: dict[Slot, tuple[str, ...]] = {
    Slot.FILM: FILMS,
    Slot.REPLACEMENT: FILMS,
    Slot.TRAILER: FILMS,
    Slot.EVIDENCE: (*FILMS, *IMAGES),
    Slot.POSTER: IMAGES,
    Slot.STILL: IMAGES,
    Slot.CONSENT: (*IMAGES, "evil_js_consent"),
    Slot.SUBTITLE: ("",),
}
REFUSALS = {"not_a_film", "not_an_image", "not_a_paper", "not_a_clip"}

Send = Callable[[Slot, str, bytes], int]


@pytest.fixture
def person_id(session: Session) -> int:
    found = builders.person(session)
    session.commit()
    return found.id


@pytest.fixture
def entry_id(session: Session, person_id: int) -> int:
    call = builders.call(session, builders.edition(session))
    entry = builders.entry(session, call, session.get_one(Person, person_id))
    session.commit()
    return entry.id


@pytest.fixture
def browser(person_id: int, sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    return sign_in(person_id)


@pytest.fixture
def send(browser: FlaskClient, person_id: int, entry_id: int, settings: Settings) -> Send:
    """Sends a whole file in its creation request; gives the answer's status."""

    def create(slot: Slot, name: str, content: bytes) -> int:
        ticket = tickets.issue_upload(settings.secret_key, tickets.UploadTicket(person_id, entry_id, slot))
        said = base64.b64encode(name.encode()).decode()
        headers = {**TUS, "X-Upload-Ticket": ticket, "Upload-Length": str(len(content))}
        sent = browser.post("/files/", headers={**headers, "Upload-Metadata": f"filename {said}"}, data=content)
        return sent.status_code

    return create


@pytest.mark.parametrize("slot", Slot)
def test_the_corpus_at_the_door_of_every_slot(
    slot: Slot, send: Send, session: Session, entry_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the shared media corpus is not beside this checkout")
    # The corpus is more files than an entry may have of this kind.
    monkeypatch.setattr(uploads, "MOST_FILES", {})
    for path in sorted(CORPUS.iterdir()):
        content, name = path.read_bytes(), unicodedata.normalize("NFC", path.name)
        before = session.query(Asset).count()
        session.rollback()
        status = send(slot, path.name, content)
        if not content:
            assert (status, session.query(Asset).count()) == (422, before)
            session.rollback()
            continue
        assert status == 201, name
        asset = session.query(Asset).order_by(Asset.id.desc()).first()
        assert asset is not None
        assert asset.file_name == name
        assert asset.state == (AssetState.RECEIVED if name.startswith(LOOKED_AT[slot]) else AssetState.REFUSED), name
        assert asset.state == AssetState.RECEIVED or asset.findings[0]["code"] in REFUSALS
        session.rollback()
    keys = [asset.storage_key for asset in queries.living_assets(session, entry_id)]
    assert len(set(keys)) == len(keys) == len(list(CORPUS.iterdir())) - 1


@pytest.mark.parametrize("slot", Slot)
def test_each_slot_has_a_largest_file_that_a_bucket_takes(slot: Slot) -> None:
    most = tickets.UploadTicket(1, 1, slot).most_bytes
    assert most <= 10_000 * PART
    assert most >= 1024**2


def test_every_slot_that_shows_something_knows_its_openings() -> None:
    garbage = b"MZ" + bytes(254)
    assert [slot for slot in Slot if openings.refusal(slot, garbage) is None] == [Slot.SUBTITLE]


def test_several_papers_go_up_side_by_side_but_one_film(
    browser: FlaskClient, person_id: int, entry_id: int, settings: Settings, session: Session
) -> None:
    for slot in (Slot.CONSENT, Slot.CONSENT, Slot.TRAILER, Slot.TRAILER):
        ticket = tickets.issue_upload(settings.secret_key, tickets.UploadTicket(person_id, entry_id, slot))
        browser.post("/files/", headers={**TUS, "X-Upload-Ticket": ticket, "Upload-Length": "100"}, data=io.BytesIO())
    slots = [row.slot for row in session.query(Asset)]
    assert sorted(slots) == [Slot.CONSENT, Slot.CONSENT, Slot.TRAILER]
    assert session.query(Upload).count() == 3


def test_no_ticket_opens_a_consent_paper(
    send: Send, browser: FlaskClient, session: Session, settings: Settings
) -> None:
    assert send(Slot.CONSENT, "동의서.pdf", b"%PDF-1.4\n") == 201
    asset = session.query(Asset).one()
    viewer = policies.Actor("person", asset.uploaded_by_id)
    answer = browser.get(tickets.playback_path(settings.secret_key, asset, viewer=viewer, minutes=5), buffered=True)
    assert (answer.status_code, b"%PDF" in answer.data) == (404, False)


def test_a_file_as_it_came_is_only_ever_saved(
    send: Send, browser: FlaskClient, session: Session, settings: Settings
) -> None:
    paper = b"%PDF-1.4\n1 0 obj << /OpenAction << /S /JavaScript >> >>"
    assert send(Slot.SUBTITLE, "자막.srt", paper) == 201
    asset = session.query(Asset).one()
    viewer = policies.Actor("person", asset.uploaded_by_id)
    answer = browser.get(tickets.playback_path(settings.secret_key, asset, viewer=viewer, minutes=5), buffered=True)
    assert answer.data == paper
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
