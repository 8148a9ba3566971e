"""Gives files out: to one person by a playback ticket, or to everybody by the lasting address of a public picture."""

from __future__ import annotations

from flask import Blueprint, Response, send_file
from sqlalchemy.orm import Session

from portal import policies
from portal.media import queries, storage, tickets
from portal.media.models import Asset, Rendition
from portal.signing import BadToken
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import attach

bp = Blueprint("media", __name__)
# Uploaded bytes and what was made of them never run as a page, even when they are opened as one.
HARMLESS = "sandbox; default-src 'none'"
SUFFIXES = {"video/mp4": "mp4", "image/webp": "webp", "text/vtt; charset=utf-8": "vtt"}


def ticketed(session: Session, token: str) -> Rendition | Asset | None:
    """The file of a playback ticket, for the person it was issued to."""
    try:
        return queries.played(session, tickets.read_playback(current.settings().secret_key, token, current.actor()))
    except BadToken:
        return None


def public_picture(session: Session, token: str) -> Rendition | None:
    """The picture of a public address."""
    try:
        return queries.rendition(session, tickets.read_picture(current.settings().secret_key, token))
    except BadToken:
        return None


@bp.get("/media/<token>")
@guard(policies.subject_of, load=ticketed)
def play(file: Rendition | Asset) -> Response:
    """A file for one person, in ranges; nothing on the way may keep it."""
    if isinstance(file, Asset):
        response = _deliver(file.storage_key or "", "application/octet-stream", file.file_name or "film", save=True)
    else:
        response = _deliver(file.storage_key, file.content_type, f"{file.kind}.{SUFFIXES[file.content_type]}")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/pictures/<token>.webp")
@guard(policies.subject_of, load=public_picture)
def picture(rendition: Rendition) -> Response:
    """A picture that everybody may see; its address changes with its content, so it may be kept for good."""
    response = _deliver(rendition.storage_key, rendition.content_type, "picture.webp")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _deliver(key: str, content_type: str, name: str, *, save: bool = False) -> Response:
    path = storage.of(current.session()).path(key)
    require(path.is_file())
    if current.settings().accel_redirect:
        response = Response(content_type=content_type)
        response.headers["X-Accel-Redirect"] = f"{current.settings().accel_redirect}/{key[:2]}/{path.name}"
        if save:
            attach(response, name)
    else:
        response = send_file(path, mimetype=content_type, download_name=name, as_attachment=save, conditional=True)
    response.headers["Content-Security-Policy"] = HARMLESS
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
