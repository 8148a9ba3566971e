"""The protocol's rules, one by one."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.media import tus

OURS = {"Tus-Resumable": "1.0.0"}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def status(call: Callable[[], object]) -> int:
    with pytest.raises(tus.ProtocolError) as refused:
        call()
    return refused.value.status


def test_creation() -> None:
    said = f"filename {encoded('나의 여름.mp4')},sha256 {encoded('AB')},flag"
    wanted = tus.creation({**OURS, "Upload-Length": "12", "Upload-Metadata": said}, most=12)
    assert wanted == tus.Creation(12, "나의 여름.mp4", "ab", has_body=False)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Upload-Length": "1"}, 412),
        ({**OURS}, 400),
        ({**OURS, "Upload-Length": "-1"}, 400),
        ({**OURS, "Upload-Length": "١"}, 400),
        ({**OURS, "Upload-Length": "13"}, 413),
        ({**OURS, "Upload-Defer-Length": "1"}, 400),
        ({**OURS, "Upload-Length": "1", "Upload-Metadata": "filename ///"}, 400),
        ({**OURS, "Upload-Length": "1", "Upload-Metadata": "a Zm9v,a Zm9v"}, 400),
        ({**OURS, "Upload-Length": "1", "Upload-Metadata": "a " + "A" * 5000}, 400),
    ],
)
def test_creation_refused(headers: dict[str, str], expected: int) -> None:
    assert status(lambda: tus.creation(headers, most=12)) == expected


def test_piece() -> None:
    digest = hashlib.sha256(b"x").digest()
    headers = {**OURS, "Content-Type": tus.OFFSET_BYTES, "Upload-Offset": "4", "Content-Length": "5"}
    assert tus.piece(headers, length=12) == tus.Piece(4, 5, None)
    sent = {**headers, "Upload-Checksum": f"sha256 {base64.b64encode(digest).decode()}"}
    assert tus.piece(sent, length=12).checksum == tus.Checksum("sha256", digest)
    del headers["Content-Length"]
    assert tus.piece(headers, length=12).length == 8


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Upload-Offset": "x"}, 400),
        ({"Upload-Offset": "13"}, 409),
        ({"Content-Length": "9"}, 413),
        ({"Upload-Checksum": "crc32 AAAA"}, 400),
        ({"Upload-Checksum": "sha256 !"}, 400),
        ({"Tus-Resumable": "0.2.2"}, 412),
    ],
)
def test_piece_refused(changed: dict[str, str], expected: int) -> None:
    headers = {**OURS, "Content-Type": tus.OFFSET_BYTES, "Upload-Offset": "4", "Content-Length": "5", **changed}
    assert status(lambda: tus.piece(headers, length=12)) == expected


def test_offsets_must_agree() -> None:
    tus.require_offset(5, 5)
    assert status(lambda: tus.require_offset(5, 6)) == 409


def test_an_unfinished_upload_tells_when_it_ends() -> None:
    moment = datetime(2027, 2, 19, 6, 30, tzinfo=UTC)
    assert tus.standing(1, 2, moment)["Upload-Expires"] == "Fri, 19 Feb 2027 06:30:00 GMT"
    assert "Upload-Expires" not in tus.standing(2, 2, moment)


@given(st.text())
def test_a_file_name_is_safe_to_show(said: str) -> None:
    shown = tus.file_name(said)
    assert len(shown) <= 200
    assert not set("/\\\r\n\0\u202e") & set(shown)
    assert tus.file_name(shown) == shown


def test_decomposed_hangul_is_composed() -> None:
    assert tus.file_name("나의 여름.mp4") == "나의 여름.mp4"


def test_corpus_names(corpus: Callable[[str], Path]) -> None:
    for line in corpus("evil_filenames.jsonl").read_text().splitlines():
        shown = tus.file_name(json.loads(line))
        assert not set("/\\\r\n\0\u202e") & set(shown)
