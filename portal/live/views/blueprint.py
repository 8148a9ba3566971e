"""The blueprint every page of this feature hangs on, and the plain door that people type from the wall."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("live", __name__)
wall_door = Blueprint("wall", __name__)
