"""A pytest plugin: which of our lines the tests run, with xdist or without; `-p tests.lines` turns it on.

Every line gets a probe that takes itself out when it was reached (SlipCover), so that measuring costs next to nothing;
a tracer made the tests half as slow again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from slipcover import Slipcover, merge_coverage
from slipcover.importer import FileMatcher, ImportManager

ROOT = Path(__file__).resolve().parent.parent
OURS = [str(ROOT / "portal"), str(ROOT / "workers")]
REPORT = ROOT / ".coverage.json"

_probes = Slipcover(immediate=True, exclude_also=["if TYPE_CHECKING:", "if __name__ == .__main__.:"])
ImportManager(_probes, FileMatcher(sources=OURS)).__enter__()


def pytest_configure(config: pytest.Config) -> None:
    """Gather where the reports of all workers come together."""
    config.pluginmanager.register(Lines(), "portal-lines")


class Lines:
    """The lines reached in this process, and in the controller those of all."""

    def __init__(self) -> None:
        self._found: list[dict[str, Any]] = []
        self.percent = 0.0

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Take what a worker found."""
        self._found.append(json.loads(node.workeroutput["lines"]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the controller, or write the report."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["lines"] = json.dumps(_probes.get_coverage())
            return
        _probes.source = OURS
        whole = _probes.get_coverage()
        for found in self._found:
            whole = merge_coverage(whole, found)
        self.percent = whole["summary"]["percent_covered"]
        REPORT.write_text(json.dumps(whole), encoding="utf-8")
