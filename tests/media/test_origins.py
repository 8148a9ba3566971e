"""The command line on provenance: one file, and what is kept looked at again when the trusted lists changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal import clock
from portal.cli import main
from portal.disclosure.crosscheck.models import CrossCheck
from portal.media import service, tickets
from portal.media.checks import Rule
from portal.media.models import Asset, Slot
from portal.settings import Settings
from tests import builders
from tests.media import signing
from workers import media


def test_one_file(film: Callable[[str], Path], tmp_path: Path) -> None:
    chain = signing.chain("A studio")
    signed = signing.sign(film("plain.mp4"), tmp_path / "signed.mp4", chain, generator="Kling", agent="Kling 2.6")
    (tmp_path / "list.pem").write_text(chain.root)
    answer = CliRunner().invoke(main, ["provenance", "inspect", str(signed), "--trust", str(tmp_path), "--json"])
    told = json.loads(answer.output)
    assert told.pop("tags")["keys"]["encoder"].startswith("Lavf")
    assert told == {
        "state": "TRUSTED",
        "signer": "A studio",
        "generator": "Kling",
        "source_types": [signing.GENERATED],
        "tools": ["Kling 2.6"],
        "requests": 0,
    }


def test_what_is_kept_is_looked_at_again(
    environment: Settings, session: Session, film: Callable[[str], Path], tmp_path: Path
) -> None:
    chain = signing.chain("A studio")
    asset = _received(session, signing.sign(film("plain.mp4"), tmp_path / "signed.mp4", chain))
    session.add(CrossCheck(entry_id=asset.entry_id, seen_until=clock.now()))
    session.commit()
    media.examine(asset.id)
    assert _origin(session, asset)["state"] == "UNTRUSTED_SIGNER"
    environment.trust_folder.mkdir()
    (environment.trust_folder / "list.pem").write_text(chain.root)
    runs = [CliRunner().invoke(main, ["provenance", "again"]).output for _ in range(2)]
    assert runs == [f"1 files, {n} of them say something else now\n" for n in (1, 0)]
    assert _origin(session, asset)["signer"] == "A studio"
    assert session.get_one(CrossCheck, asset.entry_id).seen_until is None


def _received(session: Session, path: Path) -> Asset:
    owner = builders.person(session)
    entry = builders.entry(session, builders.call(session, builders.edition(session)), owner)
    ticket = tickets.UploadTicket(owner.id, entry.id, Slot.EVIDENCE, Rule())
    with path.open("rb") as source:
        return service.receive(session, ticket, path.name, source, path.stat().st_size, by=builders.actor(owner))


def _origin(session: Session, asset: Asset) -> dict[str, Any]:
    session.refresh(asset)
    found: dict[str, Any] = asset.probe["provenance"]
    session.commit()
    return found
