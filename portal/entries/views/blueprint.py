"""The blueprint all views of entries hang on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("entries", __name__)
