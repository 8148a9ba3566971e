"""The desk's view of an entry's films: the one that is judged, new cuts asked for, films alike, rules overridden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import i18n, policies
from portal.entries import queries, service, stages
from portal.entries.models import Entry, Receipt, Replacement
from portal.entries.views.blueprint import bp
from portal.entries.views.desk import desk_page
from portal.entries.views.files import Status, status_of
from portal.errors import Invalid
from portal.i18n import translate
from portal.lifecycles import AssetState
from portal.media import queries as media
from portal.media import reel
from portal.media import service as files
from portal.media.models import Asset, Slot
from portal.media.reel import Reel
from portal.web import current
from portal.web.access import guard, require
from portal.web.forms import tidy
from portal.web.pages import page

_ = translate


@dataclass(frozen=True, slots=True)
class Cut:
    """A film or cut of an entry: how it stands, whether it is judged, and what was asked and answered about it."""

    asset: Asset
    status: Status
    judged: bool
    facts: list[tuple[str, str]]
    request: Replacement | None
    reel: Reel | None
    may_override: bool


@bp.get("/ops/entries/cuts")
@guard(policies.enter_office)
def cuts_asked() -> Response:
    """New cuts that wait for an answer, and films whose makers were told to change them."""
    return _waiting_page()


def _waiting_page(*, status: int = 200, problem: tuple[str, str] | None = None) -> Response:
    session, actor = current.session(), current.actor()
    return page(
        "entries/desk_cuts.html",
        status=status,
        problem=problem,
        asked=queries.open_replacements(session, actor),
        alike=queries.alike_pairs(session, actor),
        refused=[(row, status_of(row.Asset)) for row in queries.refused_films(session, actor)],
    )


@bp.get("/ops/entries/<number>/films")
@guard(policies.desk_entry, load=queries.entry_by_number)
def desk_films(entry: Entry) -> Response:
    """Every cut of one entry."""
    return _films_page(entry)


@bp.post("/ops/entries/<number>/cuts/<code>")
@guard(policies.check_eligibility, load=queries.entry_beside)
def settle_cut(entry: Entry) -> ResponseReturnValue:
    """Grant a new cut, or decline it with the reason."""
    session, actor = current.session(), current.actor()
    asked = _asked(session, entry)
    answer = tidy(request.form.get("answer"))
    try:
        if "grant" in request.form:
            service.grant_replacement(session, asked, answer, by=actor)
            flash(_("Granted. The new cut is judged from now on: {number}").format(number=entry.number), "success")
        else:
            service.decline_replacement(session, asked, answer, by=actor)
            flash(_("Declined: {number}").format(number=entry.number), "success")
    except Invalid as problem:
        return _films_page(entry, status=422, problem=("answer", problem.message))
    return redirect(url_for("entries.desk_films", number=entry.number))


@bp.post("/ops/entries/<number>/alike/<int:likeness_id>")
@guard(policies.check_eligibility, load=lambda session, number, likeness_id: queries.entry_by_number(session, number))
def dismiss_likeness(entry: Entry) -> ResponseReturnValue:
    """Somebody looked: nothing is wrong with these two films."""
    session, wanted = current.session(), (request.view_args or {})["likeness_id"]
    found = next((row.Likeness for row in queries.alike(session, entry.id) if row.Likeness.id == wanted), None)
    if found is not None:
        files.dismiss_likeness(session, found, by=current.actor())
        flash(_("Noted. The pair is not shown again."), "success")
    return redirect(url_for("entries.desk_films", number=entry.number))


@bp.post("/ops/films/<code>/override")
@guard(policies.override_film, load=queries.entry_of_film)
def override_film(entry: Entry) -> ResponseReturnValue:
    """Take a film in spite of its category's rule, with the reason on record."""
    session = current.session()
    film = media.asset(session, (request.view_args or {})["code"])
    assert film is not None
    try:
        files.override(session, film, reason=tidy(request.form.get("reason")), by=current.actor())
    except Invalid as problem:
        return _waiting_page(status=422, problem=(f"reason-{film.code}", problem.message))
    flash(_("Taken. The review copy is being made: {number}").format(number=entry.number), "success")
    return redirect(url_for("entries.cuts_asked"))


def _asked(session: Session, entry: Entry) -> Replacement:
    asked = queries.replacement_by_code(session, (request.view_args or {})["code"])
    require(asked is not None and asked.entry_id == entry.id)
    assert asked is not None
    return asked


def _films_page(entry: Entry, *, status: int = 200, problem: tuple[str, str] | None = None) -> Response:
    session = current.session()
    films, receipts = queries.films_of(session, entry.id), queries.receipts_of(session, entry.id)
    asked = {one.asset_id: one for one in queries.replacements(session, entry.id)}
    return desk_page(
        entry,
        "films",
        status=status,
        problem=problem,
        cuts=[_cut(session, film, receipts, asked.get(film.id)) for film in films],
        alike=queries.alike(session, entry.id),
        states=stages.STATES,
    )


def _cut(session: Session, film: Asset, receipts: Sequence[Receipt], asked: Replacement | None) -> Cut:
    judged = film.slot == Slot.FILM and film.superseded_at is None and film.state == AssetState.PLAYABLE
    plays = judged or (asked is not None and asked.state == "asked")
    status = status_of(film)
    may_override = film.state == AssetState.REFUSED and media.film_of(film) is not None
    shown = reel.of(session, film, viewer=current.actor()) if plays else None
    return Cut(film, status, judged, _facts(film, receipts), asked, shown, may_override)


def _facts(film: Asset, receipts: Sequence[Receipt]) -> list[tuple[str, str]]:
    named = [one.number for one in receipts if one.film_sha256 == film.sha256]
    length = i18n.duration(round(film.duration_ms / 1000)) if film.duration_ms else "—"
    return [
        (_("Received"), i18n.moment(film.received_at, year=True) if film.received_at else "—"),
        (_("Length"), length),
        (_("Picture"), f"{film.width}×{film.height}" if film.width else "—"),
        (_("Receipts"), " · ".join(named) or "—"),
        ("SHA-256", f"{(film.sha256 or '')[:16]}…"),
    ]
