"""Finds the Chromium that the browser tests drive; standard library only, the bootstrap uses it."""

from __future__ import annotations

import os
import shutil

VARIABLE = "PORTAL_TEST_CHROMIUM"
PACKAGE = "chromium-headless-shell"
_NAMES = (PACKAGE, "chromium", "google-chrome-stable", "google-chrome", "chromium-browser")


def find() -> str | None:
    """Path of the browser named by PORTAL_TEST_CHROMIUM, else of the first known one on PATH."""
    return os.environ.get(VARIABLE) or next(filter(None, map(shutil.which, _NAMES)), None)
