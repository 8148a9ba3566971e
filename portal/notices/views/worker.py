"""The service worker that shows what a device is told; its scope is every page, of which it fetches none."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response

from portal import policies
from portal.web.access import guard

bp = Blueprint("push_worker", __name__)


@bp.get("/push-worker.js")
@guard(policies.anyone)
def script() -> Response:
    """The script."""
    response = make_response(current_app.send_static_file("js/push-worker.js"))
    response.headers["Cache-Control"] = "no-cache"
    return response
