"""The dock: what the server knows of an entry's uploads, whatever page of the entry one is at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries import queries
from portal.entries.models import Entry
from portal.entries.views.blueprint import bp
from portal.entries.views.files import box, label_of, status_of
from portal.lifecycles import AssetState
from portal.media import queries as media
from portal.media.models import Asset, Slot, Upload
from portal.web import current
from portal.web.access import guard
from portal.web.pages import wants_fragment

# A verdict stands in the dock a little while, so that whoever writes on another page sees it.
SHOWN_FOR = timedelta(minutes=2)
_PAGES = {
    Slot.FILM: "entries.film",
    Slot.SUBTITLE: "entries.film",
    Slot.TRAILER: "entries.film",
    Slot.POSTER: "entries.images",
    Slot.STILL: "entries.images",
    Slot.REPLACEMENT: "entries.replacement",
    Slot.CONSENT: "entries.consents",
    Slot.EVIDENCE: "entries.clips",
}


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload of this person that has not arrived whole."""

    name: str
    label: str
    percent: int
    accept: str
    ghost: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that is being checked, or just was."""

    slot: str
    name: str
    label: str
    look: str
    title: str
    percent: int | None
    href: str | None


@bp.get("/entries/<number>/dock")
@guard(policies.own_entry, load=queries.entry_by_number)
def dock(entry: Entry) -> ResponseReturnValue:
    """Uploads to carry on with, and files that are being checked; a part of pages, never one of its own."""
    if not wants_fragment():
        return redirect(url_for("entries.show", number=entry.number))
    session = current.session()
    begun = [one for one in media.running_uploads(session, entry.id) if one.person_id == current.actor().person_id]
    since = current.arrived_at() - SHOWN_FOR
    moving = [one for one in media.in_motion(session, entry.id, settled_after=since) if _worth_telling(one)]
    return Response(
        render_template(
            "entries/dock.html",
            entry=entry,
            begun=[_begun(entry, upload) for upload in begun],
            checked=[_checked(entry, asset) for asset in moving],
            busy=any(not media.standing(asset).settled for asset in moving),
        )
    )


def _worth_telling(asset: Asset) -> bool:
    """Whether somebody on another page wants to know: a verdict on a film, or anything that did not work."""
    return asset.slot in (Slot.FILM, Slot.REPLACEMENT) or asset.state != AssetState.PLAYABLE


def _begun(entry: Entry, upload: Upload) -> Begun:
    asset = upload.asset
    found = box(entry, asset.slot)
    ghost: dict[str, str | int] = {
        "data-ghost": "",
        "data-upload": url_for("uploads.create"),
        "data-url": url_for("uploads.append", code=upload.code),
        "data-slot": asset.slot.value,
        "data-entry": entry.number,
        "data-label": found.label,
        "data-ticket": found.ticket,
        "data-name": asset.file_name,
        "data-size": upload.length,
    }
    return Begun(asset.file_name, found.label, 100 * upload.received // upload.length, found.accept, ghost)


def _checked(entry: Entry, asset: Asset) -> Checked:
    status = status_of(asset)
    page = _PAGES.get(asset.slot)
    href = url_for(page, number=entry.number) if page else None
    return Checked(
        asset.slot.value, asset.file_name, label_of(asset.slot), status.look, status.title, status.percent, href
    )
