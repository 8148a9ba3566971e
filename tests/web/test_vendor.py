"""What is shipped with the look is what was looked at: scripts, fonts, licences."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from portal import paths

TEST_VENDOR = Path(__file__).resolve().parents[1] / "vendor"


def _vendored() -> list[tuple[Path, dict[str, str]]]:
    found = []
    for folder in (paths.STATIC / "vendor", TEST_VENDOR):
        entries = tomllib.loads((folder / "VENDOR.toml").read_text(encoding="utf-8"))
        found += [(folder, entry) for entry in entries["file"]]
    return found


@pytest.mark.parametrize(
    ("folder", "entry"), _vendored(), ids=lambda value: value["name"] if isinstance(value, dict) else ""
)
def test_vendored_files_are_the_ones_we_looked_at(folder: Path, entry: dict[str, str]) -> None:
    digest = hashlib.sha384((folder / entry["path"]).read_bytes()).digest()
    assert "sha384-" + base64.b64encode(digest).decode() == entry["sha384"]
    assert (folder / entry["licence_file"]).stat().st_size > 300


def test_every_vendored_script_is_listed() -> None:
    listed = {entry["path"] for folder, entry in _vendored() if folder != TEST_VENDOR}
    assert {path.name for path in (paths.STATIC / "vendor").glob("*.js")} == listed


def test_fonts_are_named_by_their_content_and_carry_licences() -> None:
    css = (paths.STATIC / "css/fonts.css").read_text(encoding="utf-8")
    named = dict(re.findall(r"fonts/([\w-]+\.woff2)\?v=([0-9a-f]{12})", css))
    shipped = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in (paths.STATIC / "fonts").glob("*.woff2")
    }
    assert named == shipped
    licences = [path.read_text(encoding="utf-8") for path in (paths.STATIC / "fonts/LICENSES").iterdir()]
    assert len(licences) == 3
    assert all("SIL Open Font License" in text or "SIL OPEN FONT LICENSE" in text for text in licences)


def test_scripts_hold_no_sentences_of_their_own() -> None:
    speaking = [
        path.name
        for path in (paths.STATIC / "js").glob("*.js")
        if re.search(r"[가-힣]", path.read_text(encoding="utf-8"))
        or re.search(r"textContent = ['\"`][A-Za-z]{3}", path.read_text(encoding="utf-8"))
    ]
    assert speaking == []
