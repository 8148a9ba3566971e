"""The command behind `python3 -m portal test`: every step runs, and the figures are those of what really ran."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from portal import paths
from tests import run

SUITE = """
    import pytest

    @pytest.mark.sqlite
    def test_on_sqlite(): pass

    @pytest.mark.postgres
    @pytest.mark.redis
    def test_on_both(): assert False

    @pytest.mark.parametrize("page", range(3))
    @pytest.mark.browser
    def test_in_the_browser(page):
        if page == 2: pytest.skip("no third page")

    def test_of_a_rule(): pass
"""


def totals(folder: Path, suite: str, *options: str) -> tuple[int, str]:
    """Exit status and output of a suite of its own, run on two workers with the plugin."""
    (folder / "test_suite.py").write_text(textwrap.dedent(suite))
    command = [sys.executable, "-m", "pytest", "-p", "tests.totals", "-p", "no:valkey", "-n", "2", "-q", *options]
    environment = {**os.environ, "PYTHONPATH": str(paths.PACKAGE.parent)}
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_counts_what_ran_on_each_service_over_all_workers(tmp_path: Path) -> None:
    _, shown = totals(tmp_path, SUITE)
    assert "5 tests ran: 1 on SQLite, 1 on PostgreSQL, 1 on Redis, 2 in the browser" in shown
    assert "1 tests did not run" in shown


def test_the_whole_proof_fails_when_a_service_saw_no_test(tmp_path: Path) -> None:
    status, shown = totals(tmp_path, "def test_of_a_rule(): pass", "--everything")
    assert status == 1
    assert "No test ran on PostgreSQL" in shown
    assert totals(tmp_path, "def test_of_a_rule(): pass")[0] == 0


def test_every_step_runs_and_one_failure_is_enough(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "_CHECKS", {"lint": ["portal.errors"], "types": ["no.such.module"]})
    monkeypatch.setattr(run, "_PYTEST", ["portal.clock"])
    assert run.main([]) == 1
    shown = capfd.readouterr().out
    assert [line for line in shown.splitlines() if line.startswith("== ")] == ["== lint", "== types", "== tests"]
    assert shown.splitlines()[-1] == "FAILED: types"


def test_tests_alone_skip_the_checks(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(run, "_PYTEST", ["portal.clock"])
    assert run.main(["--only-tests", "tests/jury"]) == 0
    assert capfd.readouterr().out == "== tests\n"
