"""The lock files: complete, agreeing with each other, and free of any address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
ADDRESS = re.compile(r"://|index[-_]url|find[-_]links")


def pins(lock: str) -> dict[str, set[str]]:
    """Versions by package; a package has several when it differs by Python version."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower() for requirement in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_on_the_network(lock: str) -> None:
    assert [line for line in (ROOT / lock).read_text().splitlines() if ADDRESS.search(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_carries_hashes(lock: str) -> None:
    blocks = re.split(r"^(?=[a-z0-9])", (ROOT / lock).read_text(), flags=re.MULTILINE)
    assert [block.splitlines()[0] for block in blocks if block.strip() and "--hash=sha256:" not in block] == []


def test_everything_asked_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert names(project["project"]["dependencies"]) - pins(LOCKS[0]).keys() == set()
    assert names(project["dependency-groups"]["dev"]) - pins(LOCKS[1]).keys() == set()


def test_tests_run_on_the_very_versions_that_production_gets() -> None:
    development = pins(LOCKS[1])
    assert {name: versions for name, versions in pins(LOCKS[0]).items() if development.get(name) != versions} == {}
