"""Security headers on every answer, errors and files included."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

from portal.web import current

_PATHS_CACHED = "static"
# The only pages that other sites may show in a frame: no script, no form, nothing of whoever looks at them.
EMBEDDABLE = frozenset({"programme.embed", "programme.embed_day"})
_FRAMED = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors *"
)
_FRAMED_FRESH = "public, max-age=60"


def nonce() -> str:
    """The nonce of this answer's one style element."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(12)
    found: str = g.nonce
    return found


def _policy() -> str:
    style = f"'self' 'nonce-{g.nonce}'" if "nonce" in g else "'self'"
    films = f"'self' {origin}" if (origin := current.settings().files_origin) else "'self'"
    return (
        f"default-src 'self'; script-src 'self'; style-src {style}; img-src 'self' data:; media-src {films} blob:; "
        f"font-src 'self'; connect-src {films}; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def tdm_policy() -> str:
    """Where it is written on what terms machines may read the portal (TDM Reservation Protocol)."""
    return f"{current.settings().base_url}/en/mining"


def add_headers(response: Response) -> Response:
    """Add what is not set already."""
    headers = response.headers
    if request.endpoint in EMBEDDABLE and response.status_code < 400:
        headers.setdefault("Content-Security-Policy", _FRAMED)
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    headers.setdefault("TDM-Reservation", "1")
    headers.setdefault("TDM-Policy", tdm_policy())
    if not current.settings().local:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint == _PATHS_CACHED:
        return _cached(response)
    if request.endpoint in EMBEDDABLE:
        headers.setdefault("Cache-Control", _FRAMED_FRESH)
        return response
    response.vary.add("Cookie")
    headers.setdefault("Cache-Control", "no-store" if _personal() else "no-cache")
    return response


def _personal() -> bool:
    return "identity" in g and g.identity.actor.signed_in


def _cached(response: Response) -> Response:
    if "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def init_app(app: Flask) -> None:
    """Register the headers."""
    app.after_request(add_headers)
