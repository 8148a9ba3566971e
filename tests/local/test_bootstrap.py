"""Set-up: when it is due, that it needs nothing but Python, and a whole one in a checkout without packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from portal import paths
from portal.local import bootstrap, locks

ROOT = paths.PACKAGE.parent
CLI = """
import sys
def main(prog_name):
    print(prog_name, sys.argv[1:], sys.prefix)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with both lock files, as empty as they can be."""
    (tmp_path / locks.RUN).write_text("# no packages\n")
    (tmp_path / locks.TEST).write_text("# no packages either\n")
    return tmp_path


@pytest.fixture
def record(tmp_path: Path) -> locks.Record:
    return locks.Record(tmp_path / "note")


def test_a_pin_is_cut_out_of_the_lock_with_its_hashes() -> None:
    blocks = {
        name: f"{name}==1 \\\n    --hash=sha256:{name}1 \\\n    --hash=sha256:{name}2\n" for name in ("a", "uv", "z")
    }
    text = "".join(blocks.values())
    assert {name: locks.pin(text, name) for name in blocks} == blocks
    assert locks.pin(text, "v") == ""


def test_the_installer_is_pinned_in_this_project() -> None:
    pin = locks.pin((ROOT / locks.TEST).read_text(), "uv")
    assert pin.startswith("uv==")
    assert "--hash=sha256:" in pin


def test_an_unknown_environment_satisfies_nothing(checkout: Path, record: locks.Record) -> None:
    assert not record.satisfies(checkout, locks.RUN)
    assert record.chosen(locks.RUN) == locks.RUN


def test_a_noted_lock_is_satisfied_until_it_changes(checkout: Path, record: locks.Record) -> None:
    record.write(checkout, locks.RUN)
    assert record.satisfies(checkout, locks.RUN)
    assert not record.satisfies(checkout, locks.TEST)
    (checkout / locks.RUN).write_text("# one more\n")
    assert not record.satisfies(checkout, locks.RUN)


def test_the_test_environment_also_runs_the_portal_and_stays_one(checkout: Path, record: locks.Record) -> None:
    record.write(checkout, locks.TEST)
    assert record.satisfies(checkout, locks.RUN)
    (checkout / locks.RUN).write_text("# one more\n")
    assert not record.satisfies(checkout, locks.RUN)
    assert record.chosen(locks.RUN) == locks.TEST


def test_an_interrupted_set_up_is_done_again(checkout: Path, record: locks.Record) -> None:
    record.write(checkout, locks.TEST)
    record.begin(locks.TEST)
    assert not record.satisfies(checkout, locks.RUN)
    assert record.chosen(locks.RUN) == locks.TEST


def test_a_moved_checkout_is_set_up_again(checkout: Path, record: locks.Record, tmp_path: Path) -> None:
    record.write(checkout, locks.RUN)
    moved = tmp_path / "moved"
    moved.mkdir()
    shutil.copy(checkout / locks.RUN, moved)
    assert not record.satisfies(moved, locks.RUN)


def test_an_installed_wheel_sets_nothing_up(tmp_path: Path) -> None:
    bootstrap.prepare(["test"], root=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_marker_of_a_finished_set_up_is_used_once(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(bootstrap.MARKER, str(checkout))
    bootstrap.prepare(["run"], root=checkout)
    assert bootstrap.MARKER not in os.environ
    assert not (checkout / ".venv").exists()


def test_set_up_needs_the_standard_library_alone() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import portal.__main__; print(portal.__main__.bootstrap.ROOT)"
    )
    bare = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert bare.stdout.strip() == str(ROOT)


def test_a_fresh_checkout_sets_itself_up_once(checkout: Path) -> None:
    (checkout / "portal").mkdir()
    for name in ("__init__.py", "__main__.py"):
        shutil.copy(paths.PACKAGE / name, checkout / "portal")
    shutil.copytree(paths.PACKAGE / "local", checkout / "portal" / "local")
    (checkout / "portal" / "cli.py").write_text(CLI)
    first, second = (start(checkout) for _ in range(2))
    assert first.stdout == f"python3 -m portal ['run', '--port', '8010'] {checkout / '.venv'}\n"
    assert "Setting up .venv from requirements.lock" in first.stderr
    assert (second.stdout, second.stderr) == (first.stdout, "")


def start(checkout: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "portal", "run", "--port", "8010"]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=True)
