"""Finds templates, migrations and the Procfile beside the package (checkout) or inside it (wheel)."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _beside_or_inside(name: str) -> Path:
    inside = PACKAGE / name
    return inside if inside.exists() else PACKAGE.parent / name


TEMPLATES = _beside_or_inside("templates")
MIGRATIONS = _beside_or_inside("migrations")
PROCFILE = _beside_or_inside("Procfile")
STATIC = PACKAGE / "static"
LOCALE = PACKAGE / "locale"
