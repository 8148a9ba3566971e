"""Gives files out: to one person by a playback ticket, or to everybody by the lasting address of a public picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from flask import Blueprint, Response, abort, request, send_file
from sqlalchemy.orm import Session

from portal import policies
from portal.media import admission, queries, storage, tickets
from portal.media import stream as hls
from portal.media.contract import Away, Storage
from portal.media.models import Asset, Rendition
from portal.signing import BadToken
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import HARMLESS, attach

bp = Blueprint("media", __name__)
File = TypeVar("File", bound=Rendition | Asset)
SUFFIXES = {
    "video/mp4": "mp4",
    "image/webp": "webp",
    "text/vtt; charset=utf-8": "vtt",
    "application/vnd.apple.mpegurl": "m3u8",
}
AWAY_SECONDS = 10
# A film that is held must be gone everywhere within a minute.
PICTURE_SECONDS = 60


def ticketed(session: Session, token: str) -> Rendition | Asset | None:
    """The file of a playback ticket, for the person it was issued to."""
    try:
        ticket = tickets.read_playback(current.settings().secret_key, token, current.actor())
    except BadToken:
        return None
    return _admitted(session, queries.played(session, ticket), ticket)


def public_picture(session: Session, token: str) -> Rendition | None:
    """The picture of a public address."""
    try:
        found = queries.rendition(session, tickets.read_picture(current.settings().secret_key, token))
    except BadToken:
        return None
    return found if found is not None and admission.open_to_all(session, found) else None


def streamed(session: Session, token: str, name: str) -> Rendition | None:
    """One file of the stream a playback ticket speaks of."""
    try:
        ticket = tickets.read_playback(current.settings().secret_key, token, current.actor())
    except BadToken:
        return None
    return _admitted(session, queries.streamed(session, ticket, name), ticket)


def _admitted(session: Session, found: File | None, ticket: tickets.PlaybackTicket) -> File | None:
    may = found is not None and admission.open_to(session, found, current.actor(), under=ticket.under)
    return found if may else None


@bp.get("/media/<token>")
@guard(policies.subject_of, load=ticketed)
def play(file: Rendition | Asset) -> Response:
    """A file for one person, in ranges; nothing on the way may keep it."""
    if isinstance(file, Asset):
        name = file.file_name or "film"
        return _private(_File(file.storage_key or "", file.size, "application/octet-stream", name, save=True))
    name = f"{file.kind}.{SUFFIXES[file.content_type]}"
    return _private(_File(file.storage_key, file.size, file.content_type, name))


def master_of(session: Session, token: str) -> Rendition | None:
    """The master playlist of the stream a playback ticket speaks of."""
    return streamed(session, token, hls.MASTER)


@bp.get("/media/<token>/<name>")
@guard(policies.subject_of, load=streamed)
def stream(file: Rendition) -> Response:
    """A rung of a stream or its playlist: the names inside a playlist stand beside it."""
    return _private(_File(file.storage_key, file.size, file.content_type, file.name))


@bp.get(f"/media/<token>/{hls.MASTER}")
@guard(policies.subject_of, load=master_of)
def master(file: Rendition) -> Response:
    """The master playlist, with the captions the entry has at this moment."""
    try:
        told = storage.of(current.session()).head(file.storage_key, file.size).decode()
    except FileNotFoundError:
        abort(404)
    if queries.captions_beside(current.session(), file):
        told = hls.with_captions(told)
    return _words(told, hls.PLAYLIST_TYPE)


@bp.get(f"/media/<token>/{hls.CAPTIONS}")
@guard(policies.subject_of, load=master_of)
def captions_playlist(file: Rendition) -> Response:
    """The playlist of the captions: one piece as long as the film."""
    require(queries.captions_beside(current.session(), file) is not None)
    film = current.session().get_one(Asset, file.asset_id)
    return _words(hls.captions_playlist((film.duration_ms or 0) / 1000), hls.PLAYLIST_TYPE)


@bp.get(f"/media/<token>/{hls.CAPTIONS_TEXT}")
@guard(policies.subject_of, load=master_of)
def captions(file: Rendition) -> Response:
    """The captions themselves."""
    found = queries.captions_beside(current.session(), file)
    if found is None:
        abort(404)
    return _private(_File(found.storage_key, found.size, found.content_type, hls.CAPTIONS_TEXT))


@bp.get("/pictures/<token>.webp")
@guard(policies.subject_of, load=public_picture)
def picture(rendition: Rendition) -> Response:
    """A picture that everybody may see; kept for a minute at most, for a person in it may withdraw."""
    response = _deliver(_File(rendition.storage_key, rendition.size, rendition.content_type, "picture.webp"))
    response.headers["Cache-Control"] = f"public, max-age={PICTURE_SECONDS}, must-revalidate"
    if response.get_etag() == (None, None):
        response.set_etag(rendition.storage_key)
        response.make_conditional(request)
    return response


@bp.errorhandler(Away)
def _away(error: Away) -> Response:
    headers = {"Retry-After": str(AWAY_SECONDS)}
    return Response("the storage does not answer; try again soon", 503, headers, mimetype="text/plain")


@dataclass(frozen=True, slots=True)
class _File:
    """What is given out: which bytes, as what, under which name, and whether it is saved rather than shown."""

    key: str
    size: int
    content_type: str
    name: str
    save: bool = False


def _words(text: str, content_type: str) -> Response:
    response = Response(text, content_type=content_type, headers={"Cache-Control": "private, no-store"})
    response.headers["Content-Security-Policy"] = HARMLESS
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _private(file: _File) -> Response:
    response = _deliver(file)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _deliver(file: _File) -> Response:
    require(file.key != "")
    store = storage.of(current.session())
    elsewhere = store.address(file.key, content_type=file.content_type, name=file.name, save=file.save)
    if elsewhere is None:
        response = _from_here(file, store.path(file.key))
    elif file.save or file.content_type.startswith("video/"):
        response = Response(status=302, headers={"Location": elsewhere})
    else:
        response = _passed_on(file, store)
    response.headers["Content-Security-Policy"] = HARMLESS
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _from_here(file: _File, path: Path) -> Response:
    require(path.is_file())
    front = current.settings().accel_redirect
    if not front:
        response = send_file(path, download_name=file.name, as_attachment=file.save, conditional=True)
        # Set here, for Flask adds a second charset to a text's type.
        response.content_type = file.content_type
        return response
    response = Response(content_type=file.content_type)
    response.headers["X-Accel-Redirect"] = f"{front}/{file.key[:2]}/{path.name}"
    return attach(response, file.name) if file.save else response


def _passed_on(file: _File, store: Storage) -> Response:
    """Playlists, captions and pictures, all of them small, come from the portal wherever they lie.

    What a playlist names is looked for beside it, and a picture that all may keep cannot stand at a passing address.
    """
    try:
        content = store.head(file.key, file.size)
    except FileNotFoundError:
        abort(404)
    response = Response(content, content_type=file.content_type)
    response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return response
