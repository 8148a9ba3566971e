"""The blueprint every page of this feature hangs on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("live", __name__)
