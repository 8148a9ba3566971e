"""The wheel carries everything the portal needs beside its modules, and runs without a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from portal import __version__, paths

ROOT = paths.PACKAGE.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from this checkout, with no network and no isolation."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def relative(folder: Path, pattern: str, below: Path) -> set[str]:
    return {str(path.relative_to(below)) for path in folder.rglob(pattern) if path.is_file()}


def test_holds_templates_migrations_static_files_and_translations(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"portal/{name}" for name in relative(paths.TEMPLATES, "*", ROOT) | relative(paths.MIGRATIONS, "*.py", ROOT)
    }
    wanted |= relative(paths.STATIC, "*", ROOT) | relative(paths.LOCALE, "*.po", ROOT) | {"portal/Procfile"}
    assert wanted - held == set()
    assert not [name for name in held if name.startswith(("tests/", "benchmarks/", "var/"))]


def test_runs_where_there_is_no_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PORTAL_DATA": str(tmp_path / "data")}
    environment.pop("PORTAL_DATABASE_URL", None)

    def portal(*arguments: str) -> str:
        command = [sys.executable, "-m", "portal", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout

    assert portal("--version") == f"PAN Portal, version {__version__}\n"
    portal("db", "upgrade")
    assert (tmp_path / "data" / "portal.sqlite3").stat().st_size > 0
    assert not (tmp_path / ".venv").exists()
