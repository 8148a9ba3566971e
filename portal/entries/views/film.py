"""The task of the film: its upload, what becomes of it, and the makers' own look at the review copy."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import i18n, policies
from portal.entries import queries, service
from portal.entries.checklist import Task
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.errors import Invalid
from portal.i18n import translate
from portal.lifecycles import AssetState
from portal.media import queries as media
from portal.media import service as files
from portal.media import storage, tickets, tus
from portal.media.checks import Rule
from portal.media.models import Asset, RenditionKind, Slot, Upload
from portal.media.tickets import UploadTicket
from portal.web import current
from portal.web.access import guard

_ = translate
MOST_PLAIN_BYTES = 500_000_000
_PLAYBACK_MINUTES = 180
_LOOKS = {
    AssetState.AWAITED: "queued",
    AssetState.UPLOADING: "queued",
    AssetState.RECEIVED: "queued",
    AssetState.PROBING: "checking",
    AssetState.TRANSCODING: "making",
    AssetState.PLAYABLE: "ready",
    AssetState.REFUSED: "refused",
}


@dataclass(frozen=True, slots=True)
class Status:
    """Where a film stands, for the page and for the fragment that htmx asks for again."""

    look: str
    title: str
    percent: int | None
    sentences: list[str]
    settled: bool


@bp.url_value_preprocessor
def _room_for_files(endpoint: str | None, values: dict[str, Any] | None) -> None:
    # Without JavaScript a file comes in its form; the general limit for forms would refuse it before any view.
    if endpoint in ("entries.send_film", "entries.send_picture") and request.method == "POST":
        request.max_content_length = MOST_PLAIN_BYTES


@bp.get("/entries/<number>/film")
@guard(policies.own_entry, load=queries.entry_by_number)
def film(entry: Entry) -> Response:
    """The uploader, the state of the film, and the player once there is something to play."""
    return _film_page(entry)


@bp.get("/entries/<number>/film/status")
@guard(policies.own_entry, load=queries.entry_by_number)
def film_status(entry: Entry) -> ResponseReturnValue:
    """The state alone; once it is settled the page loads itself anew."""
    latest = media.latest_asset(current.session(), entry.id, Slot.FILM)
    if latest is not None and media.standing(latest).settled:
        return "", 200, {"HX-Refresh": "true"}
    return _film_page(entry, block="filmstatus")


@bp.post("/entries/<number>/film")
@guard(policies.own_entry, load=queries.entry_by_number)
def send_film(entry: Entry) -> ResponseReturnValue:
    """A film that came in its form, from browsers without JavaScript."""
    try:
        receive_file(entry, Task.FILM, Slot.FILM, "film")
    except Invalid as problem:
        return _film_page(entry, status=422, problem=problem.message)
    return redirect(url_for("entries.film", number=entry.number))


@bp.post("/entries/<number>/film/cancel")
@guard(policies.own_entry, load=queries.entry_by_number)
def cancel_upload(entry: Entry) -> ResponseReturnValue:
    """Forget an upload that will not be finished."""
    session = current.session()
    service.hold_for(session, entry, Task.FILM, at=current.arrived_at())
    for upload in media.running_uploads(session, entry.id):
        if upload.asset.slot == Slot.FILM:
            files.discard(session, upload)
    flash(_("The upload was cancelled."), "success")
    return redirect(url_for("entries.film", number=entry.number))


@bp.post("/entries/<number>/film/watched")
@guard(policies.own_entry, load=queries.entry_by_number)
def watched(entry: Entry) -> ResponseReturnValue:
    """The makers say that the review copy plays and is right."""
    digest = request.form.get("sha256", "")
    try:
        service.tell_watched(current.session(), entry, digest, by=current.actor(), at=current.arrived_at())
    except Invalid as problem:
        return _film_page(entry, status=422, problem=problem.message)
    return frame.onward(entry, Task.FILM, later=False)


def receive_file(entry: Entry, task: Task, slot: Slot, name: str) -> Asset:
    """Take a file from a plain form, by the same rules as an upload in pieces."""
    service.hold_for(current.session(), entry, task, at=current.arrived_at())
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        raise Invalid("file", i18n.N_("Choose a file."))
    # A large file lies on the disk twice until the form's own copy is closed.
    with closing(sent):
        length = sent.stream.seek(0, 2)
        sent.stream.seek(0)
        name = tus.file_name(sent.filename)
        ticket = ticket_for(entry, slot)
        return files.receive(current.session(), ticket, name, sent.stream, length, by=current.actor())


def ticket_for(entry: Entry, slot: Slot) -> UploadTicket:
    """The permission to bring one file, with the rule of the entry's category for films."""
    person_id = current.actor().person_id
    assert person_id is not None
    category = entry.category
    rule = Rule(category.max_seconds, category.min_seconds, category.min_height) if slot == Slot.FILM else Rule()
    return UploadTicket(person_id, entry.id, slot, rule)


def signed_ticket(entry: Entry, slot: Slot) -> str:
    """The same as the uploader sends it."""
    return tickets.issue_upload(current.settings().secret_key, ticket_for(entry, slot))


def status_of(asset: Asset) -> Status:
    """An asset's state in words."""
    found = media.standing(asset)
    percent = None if found.fraction is None else round(100 * found.fraction)
    sentences = [finding.sentence for finding in found.findings]
    return Status(_LOOKS[found.state], found.sentence, percent, sentences, found.settled)


def playback(asset: Asset, *kinds: RenditionKind) -> str | None:
    """The address of a rendition for the person at this page."""
    rendition = media.made_of(asset, *kinds)
    if rendition is None:
        return None
    secret = current.settings().secret_key
    return tickets.playback_path(secret, rendition, viewer=current.actor(), minutes=_PLAYBACK_MINUTES)


def _playable(entry: Entry, latest: Asset | None) -> Asset | None:
    """The film that can be played: the newest one, or the one before while a newer is on its way or was refused."""
    if latest is None or latest.state == AssetState.PLAYABLE:
        return latest
    shown = media.current_asset(current.session(), entry.id, Slot.FILM)
    return shown if shown is not None and shown.state == AssetState.PLAYABLE else None


def _running(entry: Entry, latest: Asset | None) -> Upload | None:
    if latest is None or latest.state not in (AssetState.AWAITED, AssetState.UPLOADING):
        return None
    uploads = media.running_uploads(current.session(), entry.id)
    return next((one for one in uploads if one.asset.slot == Slot.FILM), None)


def _film_page(entry: Entry, *, status: int = 200, block: str | None = None, problem: str | None = None) -> Response:
    session = current.session()
    latest = media.latest_asset(session, entry.id, Slot.FILM)
    playable, running = _playable(entry, latest), _running(entry, latest)
    received = storage.of(session).size(running.asset.storage_key or "") if running else 0
    return frame.task_page(
        entry,
        Task.FILM,
        status=status,
        block=block,
        problem=problem,
        latest=latest,
        standing=status_of(latest) if latest else None,
        film=playable,
        src=playback(playable, RenditionKind.SCREENER) if playable else None,
        poster=playback(playable, RenditionKind.FRAME) if playable else None,
        running=running,
        received=received,
        ticket=signed_ticket(entry, Slot.FILM),
        limit=UploadTicket(0, 0, Slot.FILM).most_bytes,
        plain_limit=MOST_PLAIN_BYTES,
    )
