"""What files say of where they came from: the states of the shared fixtures, and no address is ever followed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.media import child, provenance
from tests.media.conftest import CORPUS

FIXTURES = CORPUS.parent / "provenance"


@pytest.fixture(scope="session")
def signed() -> Callable[[str], Path]:
    """A shared fixture by the beginning of its name; skipped where the fixtures are not beside the checkout."""

    def find(name: str) -> Path:
        found = next(FIXTURES.glob(f"{name}*"), None)
        if found is None:
            pytest.skip("the shared provenance fixtures are not beside this checkout")
        return found

    return find


def probe(path: Path, job: Path) -> dict[str, object]:
    return provenance.probe(path, path.read_bytes()[:64], job)


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("03", "EXPIRED_UNPROVEN"),
        ("05", "UNTRUSTED_SIGNER"),
        ("06", "BROKEN"),
        ("08", "BROKEN"),
        ("09", "REMOTE_ONLY"),
    ],
)
def test_shared_fixtures(signed: Callable[[str], Path], job: Path, name: str, state: str) -> None:
    assert probe(signed(name), job)["state"] == state


def test_the_claims_of_the_whole_chain_are_kept_without_a_signer(signed: Callable[[str], Path], job: Path) -> None:
    told = probe(signed("01"), job)
    assert told["claims"] == [
        {
            "generator": "Sora",
            "actions": [{"action": "c2pa.created", "source": "trainedAlgorithmicMedia", "agent": "Sora"}],
        }
    ]


def test_a_trusted_signer_is_named(signed: Callable[[str], Path], tmp_path: Path) -> None:
    film, interim = signed("01"), signed("trust/interim")
    anchors = tmp_path / "anchors.pem"
    anchors.write_text(provenance.ANCHORS.read_text() + interim.read_text())
    command = child.script("provenance", str(film), "video/mp4", str(anchors))
    told = provenance.told(subprocess.run(command, capture_output=True, check=True).stdout)
    assert (told["state"], told["claims"][0]["signer"]) == ("TRUSTED", "OpenAI")


def test_an_ordinary_film_says_nothing(film: Callable[[str], Path], job: Path) -> None:
    assert probe(film("plain.mp4"), job) == {"state": "NO_MANIFEST"}
    assert probe(film("surround.mkv"), job) == {"state": "UNSUPPORTED"}


def test_damage_is_told_and_raises_nothing(job: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.bin"
    broken.write_bytes(b"\xff\xd8\xff\xe0" + bytes(200))
    assert probe(broken, job)["state"] in ("MALFORMED", "NO_MANIFEST")


def test_the_reader_follows_no_address() -> None:
    assert provenance.fetches_nothing()


@pytest.mark.parametrize(
    "manifest",
    [
        {"assertions": [{"label": "c2pa.actions", "data": {"actions": {"0": 1}}}]},
        {"assertions": ["c2pa.actions"]},
        {"assertions": [{"label": "c2pa.actions", "data": [1]}]},
        {"claim_generator_info": "me", "signature_info": 5},
    ],
)
def test_a_manifest_of_any_shape_stops_no_film(manifest: object) -> None:
    report = {"found": True, "validity": "Valid", "codes": [], "active": "a", "manifests": {"a": manifest}}
    assert provenance.told(json.dumps(report).encode())["state"] in ("ERROR", "OTHER_FAILURE")
