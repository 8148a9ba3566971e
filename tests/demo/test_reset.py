"""Starting the demo over: never under a portal that runs on the same data."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import main
from portal.local import plan


def test_a_running_portal_keeps_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_DATA", str(tmp_path))
    kept = tmp_path / "media" / "film.bin"
    kept.parent.mkdir()
    kept.write_bytes(b"film")
    with plan.only_one(tmp_path):
        answer = CliRunner().invoke(main, ["demo", "reset", "--yes"])
    assert answer.exit_code == 1
    assert "another portal is running" in answer.output
    assert kept.read_bytes() == b"film"
