"""Consent papers and clips that show how the film was made: for the entry's own people and the desk alone."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries import queries
from portal.entries.checklist import Task
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.entries.views.files import Pile, box, label_of, original, own_file, receive_file, remove, status_of
from portal.errors import Invalid
from portal.media import queries as media
from portal.media.models import Asset, Slot
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

_TASKS = {Slot.CONSENT: Task.CONSENTS, Slot.EVIDENCE: Task.AI}


@bp.get("/entries/<number>/papers")
@guard(policies.own_entry, load=queries.entry_by_number)
def papers(entry: Entry) -> Response:
    """The papers and clips there are, and the boxes for more."""
    return _page(entry, block="piles")


@bp.post("/entries/<number>/papers")
@guard(policies.own_entry, load=queries.entry_by_number)
def send_paper(entry: Entry) -> ResponseReturnValue:
    """One that came in its form, or one taken away."""
    slot = Slot.EVIDENCE if request.form.get("slot") == Slot.EVIDENCE else Slot.CONSENT
    if code := request.form.get("remove"):
        asset = own_file(entry, code, _TASKS)
        remove(entry, asset, _TASKS[asset.slot])
        return redirect(url_for("entries.papers", number=entry.number))
    try:
        receive_file(entry, _TASKS[slot], slot, slot.value)
    except Invalid as problem:
        return _page(entry, status=422, problem=(slot.value, problem.message))
    return redirect(url_for("entries.papers", number=entry.number))


def _page(
    entry: Entry, *, status: int = 200, block: str | None = None, problem: tuple[str, str] | None = None
) -> Response:
    held = media.living(current.session(), entry.id, *_TASKS)
    piles = [_pile(entry, slot, held) for slot in _TASKS]
    return page(
        "entries/papers.html",
        block=block,
        status=status,
        entry=entry,
        rail=frame.rail(entry, frame.items_of(entry), None),
        problem=problem,
        piles=piles,
        busy=any(pile.busy for pile in piles),
    )


def _pile(entry: Entry, slot: Slot, held: Sequence[Asset]) -> Pile:
    arrived = [one for one in held if one.slot == slot and one.received_at is not None]
    # A consent paper is for the owner's eyes; the team sees that it is there.
    opens = slot != Slot.CONSENT or policies.lead_entry(current.actor(), entry)
    shown = [(one, status_of(one), original(one) if opens else None) for one in arrived]
    return Pile(slot.value, label_of(slot), box(entry, slot), shown, frame.may_edit(entry, _TASKS[slot]))
