"""The blueprint of the calls' desk."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("calls", __name__)
