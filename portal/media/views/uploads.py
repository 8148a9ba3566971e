"""The tus 1.0 endpoint: bytes go straight to the storage in small pieces, whatever the size of the film.

Every request carries the signed ticket of the page that asked the policy, in a header no foreign page can send; that
and the session decide. No database transaction is open while a client's bytes are awaited.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.blueprints import BlueprintSetupState
from sqlalchemy.orm import Session
from werkzeug.exceptions import ClientDisconnected

from portal import policies
from portal.errors import Invalid
from portal.i18n import N_, translate
from portal.media import incoming, queries, service, storage, tickets, tus
from portal.media.contract import Away, Busy, StorageFull, Writing
from portal.media.models import Upload
from portal.signing import BadToken
from portal.web import current
from portal.web.access import guard, require

bp = Blueprint("uploads", __name__, url_prefix="/files")
TICKET = "X-Upload-Ticket"
MOST_BYTES = max(tickets.MOST_BYTES.values())
AWAY_SECONDS = 10
FULL = N_("There is no room left for this file. What arrived so far is kept; try again later.")


class Body:
    """The request's body; a client that goes away simply ends it."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes."""
        try:
            return request.stream.read(size)
        except ClientDisconnected:
            return b""


def own_upload(session: Session, code: str) -> Upload | None:
    """The upload behind an address, for the person and the ticket it was begun with; nobody else's exists."""
    ticket = _ticket(tickets.ENDS_WITHIN)
    found = queries.upload(session, code, current.actor().person_id)
    if ticket is None or found is None:
        return None
    same = (found.asset.entry_id, found.asset.slot) == (ticket.entry_id, ticket.slot)
    return found if same else None


@bp.route("/", methods=["OPTIONS"], provide_automatic_options=False)
@guard(policies.anyone)
def abilities() -> Response:
    """What this endpoint can do."""
    return Response(status=204, headers=tus.abilities(MOST_BYTES))


@bp.post("/")
@guard(policies.signed_in)
def create() -> Response:
    """A new upload; what comes along as its first bytes is taken too."""
    ticket = _ticket(tickets.STARTS_WITHIN)
    require(ticket is not None)
    assert ticket is not None
    wanted = tus.creation(dict(request.headers), MOST_BYTES)
    upload = service.start_upload(current.session(), ticket, wanted, by=current.actor())
    offset = _take(upload, tus.first_piece(dict(request.headers), 0, wanted.length)) if wanted.has_body else 0
    response = _standing(upload, offset, 201)
    response.headers["Location"] = url_for(".append", code=upload.code)
    return response


@bp.route("/<code>", methods=["HEAD"])
@guard(policies.subject_of, load=own_upload, writes=True)
def look(upload: Upload) -> Response:
    """How far the upload is. The storage tells; a last byte that arrived just before a crash is noted now."""
    if upload.finished_at:
        return _standing(upload, upload.length, 200)
    offset = queries.arrived(current.session(), upload)
    if offset == upload.length:
        service.note_received(current.session(), upload, offset, by=current.actor())
    return _standing(upload, offset, 200)


@bp.patch("/<code>")
@guard(policies.subject_of, load=own_upload)
def append(upload: Upload) -> Response:
    """More bytes behind those that are there."""
    piece = tus.piece(dict(request.headers), length=upload.length)
    require(upload.finished_at is None)
    return _standing(upload, _take(upload, piece), 204)


@bp.delete("/<code>")
@guard(policies.subject_of, load=own_upload)
def terminate(upload: Upload) -> Response:
    """The upload and its bytes are gone; a file that has arrived whole is removed on its entry's page instead."""
    tus.require_version(dict(request.headers))
    require(upload.finished_at is None)
    session, key = current.session(), upload.asset.storage_key or ""
    service.discard(session, upload)
    current.release_database()
    storage.of(session).delete(key)
    return Response(status=204)


def _ticket(within: timedelta) -> tickets.UploadTicket | None:
    try:
        ticket = tickets.read_upload(current.settings().secret_key, request.headers.get(TICKET, ""), within)
    except BadToken:
        return None
    return ticket if ticket.person_id == current.actor().person_id else None


def _take(upload: Upload, piece: tus.Piece) -> int:
    """Writes the piece and notes where the upload stands now."""
    session, key = current.session(), upload.asset.storage_key or ""
    current.release_database()
    proof = piece.checksum.algorithm if piece.checksum else None
    with storage.of(session).writing(key, service.notes_of(session, upload), proof=proof) as writing:
        tus.require_offset(piece.offset, writing.offset)
        writing.append(incoming.from_gunicorn(request.environ) or Body(), piece.length)
        _prove(writing, piece)
        offset = writing.offset
    service.note_received(session, upload, offset, by=current.actor())
    return offset


def _prove(writing: Writing, piece: tus.Piece) -> None:
    wanted = piece.checksum
    if wanted is None:
        return
    if writing.digest() != wanted.digest:
        writing.cut_back()
        raise tus.ProtocolError(tus.CHECKSUM_MISMATCH, "the bytes do not match their checksum")
    writing.settle()


def _standing(upload: Upload, offset: int, status: int) -> Response:
    return Response(status=status, headers=tus.standing(offset, upload.length, upload.expires_at))


@bp.url_value_preprocessor
def _any_length(endpoint: str | None, values: dict[str, Any] | None) -> None:
    # The limit that guards forms must not stop a film: here every byte goes to the storage, none stays in memory.
    # None would mean that limit again.
    request.max_content_length = MOST_BYTES


@bp.record_once
def _without_form_token(state: BlueprintSetupState) -> None:
    # The ticket header does what a form's token does: a foreign page can neither know it nor send it.
    state.app.extensions["csrf"].exempt(bp)


@bp.after_request
def _speak_tus(response: Response) -> Response:
    response.headers["Tus-Resumable"] = tus.VERSION
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.errorhandler(tus.ProtocolError)
def _protocol(error: tus.ProtocolError) -> Response:
    response = Response(error.reason, error.status, mimetype="text/plain")
    if error.status == 412:
        response.headers["Tus-Version"] = tus.VERSION
    return response


@bp.errorhandler(Busy)
def _busy(error: Busy) -> Response:
    return Response("another request is writing to this upload", 423, mimetype="text/plain")


@bp.errorhandler(FileNotFoundError)
def _gone(error: FileNotFoundError) -> Response:
    return Response("the bytes of this upload are gone", 410, mimetype="text/plain")


@bp.errorhandler(StorageFull)
def _full(error: StorageFull) -> Response:
    return Response(translate(FULL), 507, mimetype="text/plain")


@bp.errorhandler(Away)
def _away(error: Away) -> Response:
    headers = {"Retry-After": str(AWAY_SECONDS)}
    return Response("the storage does not answer; try again soon", 503, headers, mimetype="text/plain")


@bp.errorhandler(Invalid)
def _invalid(error: Invalid) -> Response:
    return Response(error.message, error.status, mimetype="text/plain")
