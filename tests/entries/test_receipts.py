"""A receipt's page: open to whoever has its number, and the document behind it to those who may see the entry."""

from __future__ import annotations

import io
import json

import pytest
from sqlalchemy.orm import Session

from tests import builders
from tests.entries import made


@pytest.fixture
def owner(session: Session):
    return builders.person(session)


@pytest.fixture
def receipt(session: Session, owner):
    _, found = made.submitted(session, builders.call(session, builders.edition(session)), owner)
    session.commit()
    return found


@pytest.mark.parametrize("language", ["ko", "en"])
def test_anybody_with_the_number_sees_digest_title_and_code(client, receipt, language: str) -> None:
    page = client.get(f"/{language}/receipts/{receipt.number}")
    assert page.status_code == 200
    assert receipt.digest in page.text
    assert receipt.film_sha256 in page.text
    assert "<svg" in page.text
    assert "receipts/" + receipt.number + ".json" not in page.text
    assert client.get(f"/{language}/receipts/{receipt.number[:-1]}").status_code != 200


def test_the_very_document_is_verified_pasted_or_uploaded_and_another_is_not(client, receipt) -> None:
    address = f"/en/receipts/{receipt.number}"
    pretty = json.dumps(json.loads(receipt.snapshot), indent=2, ensure_ascii=False)
    pasted = client.post(address, data={"text": pretty})
    sent = client.post(address, data={"document": (io.BytesIO(pretty.encode()), "r.json")})
    for answer in (pasted, sent):
        assert answer.status_code == 200
        assert "It is the document" in answer.text
    changed = client.post(address, data={"text": pretty.replace("drama", "comedy")})
    assert "It is not the document" in changed.text


@pytest.mark.parametrize("text", ["", "no json", "[]", "[" * 100_000])
def test_what_cannot_be_verified_is_said(client, receipt, text: str) -> None:
    answer = client.post(f"/en/receipts/{receipt.number}", data={"text": text})
    assert answer.status_code == 422
    assert 'id="errsum"' in answer.text


def test_the_document_is_for_those_who_may_see_the_entry(session, client, sign_in, owner, receipt) -> None:
    stranger = builders.person(session)
    session.commit()
    address = f"/ko/receipts/{receipt.number}.json"
    mine = sign_in(owner.id).get(address)
    assert (mine.status_code, mine.text) == (200, receipt.snapshot)
    assert "attachment" in mine.headers["Content-Disposition"]
    assert sign_in(stranger.id).get(address).status_code == 404
    assert client.get(address).status_code == 302
