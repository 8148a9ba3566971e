"""The portal needs nothing but what requirements.lock installs: the tools of the tests hide what is missing there."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

from tests import architecture
from tests.test_locks import LOCKS, pins

IMPORT_ALL = """
import importlib, sys
hidden, names = (argument.split(",") for argument in sys.argv[1:])

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}: only the tests install it", name=name)

sys.meta_path.insert(0, Absent())
for name in names:
    importlib.import_module(name)
"""
# What is imported by name only when a connection is made.
LATE = ("kombu.transport.redis", "sqlalchemy.dialects.postgresql.psycopg", "gunicorn.workers.gthread")


def only_for_tests() -> set[str]:
    """Top-level modules of the packages that the test lock adds."""
    added = pins(LOCKS[1]).keys() - pins(LOCKS[0]).keys()
    return {
        module
        for module, packages in importlib.metadata.packages_distributions().items()
        if {package.lower().replace("_", "-") for package in packages} <= added
    }


def imported(names: list[str], hidden: set[str], data: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PORTAL_DATA": str(data), "PYTHONPATH": str(architecture.ROOT)}
    command = [sys.executable, "-c", IMPORT_ALL, ",".join(sorted(hidden)), ",".join(names)]
    return subprocess.run(command, env=environment, cwd=data, capture_output=True, text=True, check=False)


def test_every_module_works_without_the_tools_of_the_tests(tmp_path: Path) -> None:
    names = [name for name in architecture.modules() if not name.endswith("__main__")]
    assert imported([*LATE, *names], only_for_tests(), tmp_path).stderr == ""


def test_a_missing_package_would_be_seen(tmp_path: Path) -> None:
    assert "pytest" in only_for_tests()
    assert "only the tests install it" in imported(["portal.i18n"], {"babel"}, tmp_path).stderr
