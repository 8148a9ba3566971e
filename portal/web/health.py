"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify

from portal.policies import anyone
from portal.web import current
from portal.web.access import guard

bp = Blueprint("health", __name__)


@bp.get("/health")
@guard(anyone)
def alive() -> Response:
    """The process answers; says nothing about its surroundings."""
    return jsonify(status="ok")


@bp.get("/health/ready")
@guard(anyone)
def ready() -> Response:
    """The database answers too."""
    current.session().execute(sa.text("SELECT 1"))
    return jsonify(status="ready")
