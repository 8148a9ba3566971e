"""The task of poster and stills, each with what it shows in words."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, i18n, policies
from portal.entries import queries, service
from portal.entries.checklist import Task
from portal.entries.forms import AltForm
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.entries.views.files import Status, box, own_file, playback, receive_file, remove, status_of
from portal.errors import Invalid
from portal.i18n import N_, translate
from portal.media import queries as media
from portal.media.models import Asset, RenditionKind, Slot
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page, wants_fragment

_ = translate
MOST_STILLS = 10


@dataclass(frozen=True, slots=True)
class Picture:
    """A poster or still as its tile shows it."""

    code: str
    name: str
    slot: str
    src: str | None
    alt_ko: str
    alt_en: str
    status: Status


@bp.get("/entries/<number>/images")
@guard(policies.own_entry, load=queries.entry_by_number)
def images(entry: Entry) -> Response:
    """The pictures there are, and the fields for more."""
    return _images_page(entry, block="pictures")


@bp.get("/entries/<number>/images/<code>")
@guard(policies.own_entry, load=queries.entry_beside)
def picture(entry: Entry) -> ResponseReturnValue:
    """One picture while it is being checked: the small view alone, so that nobody's typing is disturbed."""
    shown = _picture(_own(entry))
    if not wants_fragment():
        return redirect(url_for("entries.images", number=entry.number))
    return page("entries/thumb.html", entry=entry, picture=shown)


@bp.post("/entries/<number>/images")
@guard(policies.own_entry, load=queries.entry_by_number)
def send_picture(entry: Entry) -> ResponseReturnValue:
    """A poster, which takes the place of the old one, or one more still."""
    slot = Slot.POSTER if request.form.get("slot") == Slot.POSTER else Slot.STILL
    try:
        if slot == Slot.STILL and len(media.stills(current.session(), entry.id)) >= MOST_STILLS:
            raise Invalid("still", N_("An entry has at most {n} stills. Remove one first."), n=MOST_STILLS)
        receive_file(entry, Task.IMAGES, slot, "picture")
    except Invalid as problem:
        return _images_page(entry, status=422, problem=(slot.value, problem.message))
    flash(_("The picture has arrived. Say what it shows while we check it."), "success")
    return redirect(url_for("entries.images", number=entry.number))


@bp.post("/entries/<number>/images/<code>")
@guard(policies.own_entry, load=queries.entry_beside)
def change_picture(entry: Entry) -> ResponseReturnValue:
    """Describe a picture, or take it away."""
    asset = _own(entry)
    if "remove" in request.form:
        remove(entry, asset, Task.IMAGES)
        return redirect(url_for("entries.images", number=entry.number))
    return _describe(entry, asset)


def _own(entry: Entry) -> Asset:
    return own_file(entry, (request.view_args or {})["code"], (Slot.POSTER, Slot.STILL))


def _describe(entry: Entry, asset: Asset) -> ResponseReturnValue:
    """Keep the words, by autosave or by the button; words of a wrong shape stay in their field with a sentence."""
    form, autosave = AltForm(), "X-Autosave" in request.headers
    if not form.validate():
        wrong = {f"{name}-{asset.code}": sentence for name, sentence in form.problems()}
        return _autosaved(wrong) if autosave else _images_page(entry, status=422, problem=next(iter(wrong.items())))
    texts = {"korean": form.alt_ko.data or "", "english": form.alt_en.data or ""}
    try:
        service.describe_picture(current.session(), entry, asset, **texts, by=current.actor(), at=current.arrived_at())
    except Invalid as problem:
        return _images_page(entry, status=422, problem=("main", problem.message))
    if autosave:
        return _autosaved({})
    flash(_("Saved."), "success")
    return redirect(url_for("entries.images", number=entry.number))


def _autosaved(errors: dict[str, str]) -> ResponseReturnValue:
    return {"time": i18n.clock_time(clock.now()), "errors": errors}


def _images_page(
    entry: Entry, *, status: int = 200, block: str | None = None, problem: tuple[str, str] | None = None
) -> Response:
    session = current.session()
    poster = media.latest_asset(session, entry.id, Slot.POSTER)
    return frame.task_page(
        entry,
        Task.IMAGES,
        status=status,
        block=block,
        problem=problem,
        poster_box=box(entry, Slot.POSTER),
        still_box=box(entry, Slot.STILL),
        poster=_picture(poster) if poster else None,
        stills=[_picture(one) for one in media.stills(session, entry.id)],
        most=MOST_STILLS,
    )


def _picture(asset: Asset) -> Picture:
    src = playback(asset, RenditionKind.SMALL, RenditionKind.WIDE)
    return Picture(asset.code, asset.file_name, asset.slot, src, asset.alt_ko, asset.alt_en, status_of(asset))
