"""The label of a public film for machines and for the credits, and the reservation against mining."""

from __future__ import annotations

import json
import re
from io import BytesIO
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from portal.disclosure import queries, service
from portal.disclosure.codes import ConsentStatus
from portal.disclosure.exports.files import PUBLIC_KINDS
from portal.disclosure.models import Performer
from portal.entries.models import Entry
from portal.organizer.exports import SHEETS
from portal.policies import SYSTEM
from tests.disclosure.seed import LEAD, SEED, part
from tests.public.conftest import Festival

HYBRID = part(
    share={"method": "TIMECODES", "segments": [{"in_s": 0, "out_s": 40, "degree": "G", "note": "</script>"}]},
    tools=[{"name": "=Kling", "version": "2.6", "scopes": ["VID"]}],
)


@pytest.fixture
def film(session: Session, festival: Festival) -> Entry:
    """A public film that was handed in with shots, a tool that would be a formula, and a scene that looks real."""
    made = festival.film("</script>편지")
    disclosure = service.of_entry(session, made.id)
    disclosure.ledger = {"realistic": True, "parts": [HYBRID]}
    disclosure.human_statement = "사람이 그렸어요."
    service.freeze(session, disclosure, by=SYSTEM, reason="SUBMITTED", title=made.title_ko)
    session.commit()
    return made


def test_the_page_tells_the_label_to_people_and_machines(client: FlaskClient, film: Entry) -> None:
    html = client.get(f"/en/films/{film.number}").text
    assert "40% of picture time generated, 0% altered (from time-codes)" in html
    assert "Some scenes look real and are not." in html
    assert "Shot map" in html
    (embedded,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    described = json.loads(embedded)
    assert (described["aid:generatedShareBp"], described["name"]) == (4000, "</script>편지")
    assert described["aid:sha256"]


@pytest.mark.parametrize("kind", PUBLIC_KINDS)
def test_every_file_is_of_its_kind(client: FlaskClient, film: Entry, kind: str) -> None:
    answer = client.get(f"/ko/films/{film.number}/label.{kind}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=30"
    reads = {
        "jsonld": lambda: json.loads(answer.data)["aid:tier"] == "aid:L2",
        "csv": lambda: "'=Kling 2.6" in answer.text and answer.data.startswith(b"\xef\xbb\xbf"),
        "xmp": lambda: ElementTree.fromstring(answer.data) is not None,
        "txt": lambda: "일부 AI" in answer.text and "Contains AI-made" in answer.text,
        "svg": lambda: "일부 AI" in "".join(ElementTree.fromstring(answer.data).itertext()),
        "png": lambda: Image.open(BytesIO(answer.data)).size == (1920, 1080),
    }
    assert reads[kind]()
    assert answer.content_type.startswith({"jsonld": "application/ld+json", "png": "image/png"}.get(kind, ""))


def test_a_film_that_is_held_gives_no_file(client: FlaskClient, session: Session, film: Entry) -> None:
    disclosure = queries.disclosure_of(session, film.id)
    assert disclosure is not None
    values = {key: LEAD[key] for key in ("kind", "name", "likeness", "appear_s", "synth_s")}
    disclosure.performers.append(Performer(code="HELDACTQR2", consent_status=ConsentStatus.REVOKED, **values))
    session.commit()
    assert client.get(f"/ko/films/{film.number}/label.jsonld").status_code == 410
    assert client.get("/ko/films/P1-NONE0/label.jsonld").status_code == 404
    assert client.get(f"/ko/films/{film.number}/label.annex.json").status_code == 404


def test_an_omnibus_shows_the_label_of_every_film(client: FlaskClient, session: Session, film: Entry) -> None:
    disclosure = queries.disclosure_of(session, film.id)
    assert disclosure is not None
    disclosure.ledger = {**SEED, "parts": [{**one, "performers": []} for one in SEED["parts"]]}
    service.freeze(session, disclosure, by=SYSTEM, reason="NEW_CUT")
    session.commit()
    html = client.get(f"/ko/films/{film.number}").text
    assert html.count('class="ail"') == 6
    assert "P5" in html
    assert len(client.get(f"/ko/films/{film.number}/label.csv").text.splitlines()) == 6


def test_the_catalogue_has_a_row_for_each_film_in_both_languages(
    session: Session, festival: Festival, film: Entry
) -> None:
    sheet = SHEETS["labels"]
    (row,) = [dict(zip(sheet.header, one, strict=True)) for one in sheet.rows(session, festival.edition.id)]
    assert (row["number"], row["tier"], row["generated_bp_lo"], row["yt_altered"]) == (film.number, "L2", "4000", True)
    assert row["label_ko"].startswith("일부 AI")
    assert row["label_en"].startswith("Contains AI-made")


def test_mining_is_reserved_everywhere(client: FlaskClient, film: Entry) -> None:
    told = client.get("/.well-known/tdmrep.json").json
    assert told == [{"location": "/", "tdm-reservation": 1, "tdm-policy": told[0]["tdm-policy"]}]
    headers = client.get(f"/ko/films/{film.number}").headers
    assert (headers["TDM-Reservation"], headers["TDM-Policy"]) == ("1", told[0]["tdm-policy"])
    assert "reserved" in client.get(told[0]["tdm-policy"].removeprefix("http://localhost")).text
