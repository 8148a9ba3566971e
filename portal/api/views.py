"""The machine-readable programme: frozen JSON with a strong ETag, so that asking again costs next to nothing."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, make_response, request
from flask.typing import ResponseReturnValue

from portal import policies
from portal.api.openapi import DESCRIPTION
from portal.audit import canonical_json
from portal.programme import frozen, queries
from portal.web import current
from portal.web.access import guard

bp = Blueprint("api", __name__, url_prefix="/api/v1")
_FRESH = "public, max-age=30"


def _json(text: str, etag: str) -> Response:
    response = make_response(text)
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    return _open(response, etag)


def _open(response: Response, etag: str) -> Response:
    """Anybody may read it from any page, and keep it for half a minute."""
    response.headers["Cache-Control"] = _FRESH
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.set_etag(etag)
    return response


@bp.get("/schedule.json")
@guard(policies.anyone)
def schedule() -> ResponseReturnValue:
    """The newest public programme; 404 before the first."""
    return _programme(lambda body: body)


@bp.get("/schedule/<day>.json")
@guard(policies.anyone)
def schedule_day(day: str) -> ResponseReturnValue:
    """One day of it, in Korean time; 404 for a day without screenings."""
    return _programme(lambda body: frozen.of_day(body, day))


def _programme(part: Callable[[frozen.Body], frozen.Body]) -> ResponseReturnValue:
    session = current.session()
    found = queries.published(session)
    if found is None or found.released_at is None:
        abort(404)
    held = queries.held_now(session, found.release_id, found.digest)
    etag = "-".join((found.digest, str(found.version), *sorted(held)))
    if request.if_none_match.contains(etag):
        return _open(Response(status=304), etag)
    body = part(queries.public_body(session, found.release_id, held))
    if request.view_args and not body["screenings"]:
        abort(404)
    content = {"version": found.version, "released_at": found.released_at.isoformat(), "digest": found.digest}
    return _json(canonical_json({**content, **body}), etag)


@bp.get("/openapi.json")
@guard(policies.anyone)
def description() -> ResponseReturnValue:
    """What this interface offers, in OpenAPI 3.1."""
    text = canonical_json(DESCRIPTION)
    response = _json(text, f"openapi-{DESCRIPTION['info']['version']}")
    response.make_conditional(request)
    return response
