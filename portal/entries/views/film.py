"""The task of the film: its upload, what becomes of it, and the makers' own look at the review copy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries import queries, service
from portal.entries.checklist import Task
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.entries.views.files import Pile, box, label_of, own_file, receive_file, remove, size_in_words, status_of
from portal.errors import Invalid
from portal.i18n import N_, translate
from portal.lifecycles import AssetState
from portal.media import queries as media
from portal.media import reel
from portal.media import service as files
from portal.media.models import Asset, Slot
from portal.web import current
from portal.web.access import guard

_ = translate
MOST_PLAIN_BYTES = 500_000_000
_EXTRAS = (Slot.SUBTITLE, Slot.TRAILER)
_SETTLED = (AssetState.PLAYABLE, AssetState.REFUSED)
_TIME_CODE = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)")


@bp.url_value_preprocessor
def _room_for_files(endpoint: str | None, values: dict[str, Any] | None) -> None:
    # Without JavaScript a file comes in its form; the general limit for forms would refuse it before any view.
    taking = (
        "entries.send_film",
        "entries.send_extra",
        "entries.send_picture",
        "entries.send_cut",
        "entries.send_clip",
        "entries.bring_paper",
        "entries.change_pack_files",
    )
    if endpoint in taking and request.method == "POST":
        request.max_content_length = MOST_PLAIN_BYTES


@bp.get("/entries/<number>/film")
@guard(policies.own_entry, load=queries.entry_by_number)
def film(entry: Entry) -> Response:
    """The uploader, the state of the film, and the player once there is something to play."""
    return _film_page(entry)


@bp.get("/entries/<number>/film/status")
@guard(policies.own_entry, load=queries.entry_by_number)
def film_status(entry: Entry) -> ResponseReturnValue:
    """The state alone; once it is settled, the player with it."""
    latest = media.latest_asset(current.session(), entry.id, Slot.FILM)
    if latest is None or latest.state not in _SETTLED:
        return _film_page(entry, block="filmstatus")
    answer = _film_page(entry, block="filmbox")
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#film-box", "outerHTML"
    return answer


@bp.get("/entries/<number>/film/extras")
@guard(policies.own_entry, load=queries.entry_by_number)
def film_extras(entry: Entry) -> ResponseReturnValue:
    """Subtitles and trailer alone."""
    return _film_page(entry, block="extras")


@bp.post("/entries/<number>/film")
@guard(policies.own_entry, load=queries.entry_by_number)
def send_film(entry: Entry) -> ResponseReturnValue:
    """A film that came in its form, from browsers without JavaScript."""
    try:
        receive_file(entry, Task.FILM, Slot.FILM, "film")
    except Invalid as problem:
        return _film_page(entry, status=422, problem=("film", problem.message))
    return redirect(url_for("entries.film", number=entry.number))


@bp.post("/entries/<number>/film/extras")
@guard(policies.own_entry, load=queries.entry_by_number)
def send_extra(entry: Entry) -> ResponseReturnValue:
    """Subtitles or a trailer that came in their form, or one of them taken away."""
    slot = Slot.TRAILER if request.form.get("slot") == Slot.TRAILER else Slot.SUBTITLE
    if code := request.form.get("remove"):
        remove(entry, own_file(entry, code, _EXTRAS), Task.FILM)
        return redirect(url_for("entries.film", number=entry.number))
    try:
        receive_file(entry, Task.FILM, slot, slot.value)
    except Invalid as problem:
        return _film_page(entry, status=422, problem=(slot.value, problem.message))
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
        return _film_page(entry, status=422, problem=("film", problem.message))
    return frame.onward(entry, Task.FILM, later=False)


@bp.post("/entries/<number>/film/credits")
@guard(policies.own_entry, load=queries.entry_by_number)
def mark_credits(entry: Entry) -> ResponseReturnValue:
    """Where the closing credits begin: the length of the category counts without them."""
    session, text = current.session(), request.form.get("credits_from", "").strip()
    service.hold_for(session, entry, Task.FILM, at=current.arrived_at())
    latest = media.latest_asset(session, entry.id, Slot.FILM)
    try:
        if latest is None:
            raise Invalid("credits", N_("Upload the film first."))
        files.mark_credits(session, latest, _milliseconds(text), by=current.actor())
    except Invalid as problem:
        return _film_page(entry, status=422, problem=("credits", problem.message))
    flash(_("Saved."), "success")
    return redirect(url_for("entries.film", number=entry.number))


def _milliseconds(text: str) -> int | None:
    if not text:
        return None
    found = _TIME_CODE.fullmatch(text)
    if found is None:
        raise Invalid("credits", N_("Write minutes and seconds, like 18:40."))
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return 1000 * (3600 * hours + 60 * minutes + seconds)


def _time_code(milliseconds: int | None) -> str:
    return "" if milliseconds is None else "{:02}:{:02}".format(*divmod(milliseconds // 1000, 60))


def _newest(assets: Sequence[Asset], slot: Slot, *, playable: bool = False) -> Asset | None:
    """The newest file of a slot, or the newest that plays: an older one, while a newer is on its way."""
    wanted = (one for one in reversed(assets) if one.slot == slot)
    return next((one for one in wanted if not playable or one.state == AssetState.PLAYABLE), None)


def _film_page(
    entry: Entry, *, status: int = 200, block: str | None = None, problem: tuple[str, str] | None = None
) -> Response:
    assets = media.living(current.session(), entry.id, Slot.FILM, *_EXTRAS)
    latest, playable = _newest(assets, Slot.FILM), _newest(assets, Slot.FILM, playable=True)
    captions = _newest(assets, Slot.SUBTITLE, playable=True)
    extras = [_extra(entry, slot, _newest(assets, slot)) for slot in _EXTRAS]
    on_its_way = latest is not None and latest.state in (AssetState.AWAITED, AssetState.UPLOADING)
    return frame.task_page(
        entry,
        Task.FILM,
        status=status,
        block=block,
        problem=problem,
        latest=latest,
        standing=status_of(latest) if latest and not on_its_way else None,
        steps=_steps(entry, latest) if latest else [],
        credits_from=_time_code(latest.credits_from_ms if latest else None),
        fragment=block is not None,
        on_its_way=latest if on_its_way else None,
        film=playable,
        reel=reel.of(current.session(), playable, captions, viewer=current.actor()) if playable else None,
        box=box(entry, Slot.FILM),
        extras=extras,
        busy=any(pile.busy for pile in extras),
        limit=size_in_words(Slot.FILM),
        plain_limit=MOST_PLAIN_BYTES,
    )


def _extra(entry: Entry, slot: Slot, asset: Asset | None) -> Pile:
    shown = [(asset, status_of(asset), None)] if asset else []
    return Pile(slot.value, label_of(slot), box(entry, slot), shown, frame.may_edit(entry, Task.FILM))


def _steps(entry: Entry, film: Asset) -> list[tuple[str, str, str]]:
    """The film's way from the last byte to the makers' own word, with the step it is at."""
    refused, ready = film.state == AssetState.REFUSED, film.state == AssetState.PLAYABLE
    judged = film.judged_at is not None or refused or ready
    watched = film.sha256 is not None and film.sha256 == entry.watched_sha256
    done = [film.received_at is not None or judged, judged and not refused, ready, ready and watched]
    names = [_("Received"), _("Checked"), _("Review copy"), _("Played by you")]
    now = done.index(False) if False in done else len(done)
    return [(name, "done" if n < now else "now" if n == now else "next", "") for n, name in enumerate(names)]
