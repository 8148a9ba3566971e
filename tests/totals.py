"""A pytest plugin: counts the tests that really ran on each service and prints the figures, with xdist or without.

`--everything` is for the whole proof: a service that no test ran on fails the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

SERVICES = {"sqlite": "SQLite", "postgres": "PostgreSQL", "redis": "Redis", "browser": "browser"}
_PROPERTY = "services"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--everything`."""
    parser.addoption("--everything", action="store_true", help="fail when a service saw no test")


def pytest_configure(config: pytest.Config) -> None:
    """Count where the reports of all workers come together."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Totals(config.getoption("everything")), "portal-totals")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Let every report say which services its test uses; reports travel from the xdist workers, markers do not."""
    for item in items:
        item.user_properties.append((_PROPERTY, sorted(set(SERVICES) & {mark.name for mark in item.iter_markers()})))


class Totals:
    """The count of one run."""

    def __init__(self, everything: bool) -> None:
        self._everything = everything
        self._ran: Counter[str] = Counter()
        self._skipped = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test once, by the phase in which it did its work."""
        self._skipped += report.skipped and not hasattr(report, "wasxfail")
        if report.when == "call" and not report.skipped:
            self._ran.update(["tests", *dict(report.user_properties).get(_PROPERTY, ())])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """No proof may pass by not running."""
        if self._gaps() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """Print the figures."""
        terminalreporter.section("totals")
        shares = ", ".join(f"{self._ran[name]} on {title}" for name, title in SERVICES.items() if name != "browser")
        terminalreporter.line(f"{self._ran['tests']} tests ran: {shares}, {self._ran['browser']} in the browser")
        lines = config.pluginmanager.getplugin("portal-lines")
        if lines is not None:
            terminalreporter.line(f"Coverage: {lines.percent:.1f} %")
        if self._skipped:
            terminalreporter.line(f"{self._skipped} tests did not run; their reasons are above", yellow=True)
        for gap in self._gaps():
            terminalreporter.line(gap, red=True)

    def _gaps(self) -> list[str]:
        missing = [title for name, title in SERVICES.items() if not self._ran[name]]
        return [f"No test ran on {title}" for title in missing] if self._everything else []
