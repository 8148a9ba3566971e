"""Packages at the desk: titles, films and what stands between them in order, and what keeps a film from the public."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal import policies
from portal.accounts.addresses import own_path
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import _, pick
from portal.programme import queries, running_order, service
from portal.programme.agenda import RATINGS, SECTIONS
from portal.programme.forms import InsertForm, PackageForm
from portal.programme.length import total_seconds
from portal.programme.models import Package
from portal.programme.queries.films import FilmFacts, film_facts
from portal.programme.queries.readiness import Gap
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.forms import row_id
from portal.web.pages import page

# The desk page that mends each gap.
_MENDED_AT = {
    Gap.GONE: "entries.desk_entry",
    Gap.DECLINED: "entries.desk_entry",
    Gap.NOT_ANNOUNCED: "entries.desk_entry",
    Gap.UNCONFIRMED: "entries.desk_entry",
    Gap.CONSENT: "entries.desk_holds",
    Gap.GUARDIAN: "entries.desk_holds",
    Gap.LABEL: "entries.desk_disclosure",
    Gap.SCREENER: "entries.desk_films",
}


@bp.get("/ops/packages")
@guard(policies.programme_edition, load=current_edition)
def packages(edition: Edition) -> ResponseReturnValue:
    """Every package with its length and how often it is shown."""
    return _packages(edition, PackageForm())


def _packages(edition: Edition, form: PackageForm, status: int = 200) -> ResponseReturnValue:
    session = current.session()
    return page(
        "programme/packages.html",
        packages=queries.packages(session, edition.id),
        selectable=queries.unpackaged_films(session, edition.id),
        ticked=set(request.form.getlist("film", type=row_id)),
        form=form,
        status=status,
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    return {
        "gels": [(gel, _(text)) for gel, text in SECTIONS.items()],
        "ratings": [(str(rating), _(text)) for rating, text in RATINGS.items()],
    }


@bp.post("/ops/packages")
@guard(policies.programme_edition, load=current_edition)
def create_package(edition: Edition) -> ResponseReturnValue:
    """A new package, of the ticked films if any."""
    session, form = current.session(), PackageForm()
    try:
        if form.sent_and_valid():
            films = _ticked(edition.id)
            made = service.create_package(session, edition, form.draft(), films, by=current.actor())
            return redirect(url_for("programme.package", code=made.code), 303)
    except Invalid as problem:
        form.blame(problem)
    session.rollback()
    return _packages(edition, form, 422)


def _ticked(edition_id: int) -> Sequence[Entry]:
    return queries.entries_of(current.session(), edition_id, request.form.getlist("film", type=row_id))


@bp.get("/ops/packages/<code>")
@guard(policies.programme_package, load=queries.package_by_code)
def package(found: Package) -> ResponseReturnValue:
    """One package: its words and its films."""
    return _package(found, _filled(found))


def _filled(found: Package) -> PackageForm:
    data = {"gel": found.gel.value, "least_rating": str(found.least_rating)}
    return PackageForm(formdata=None, obj=found, data=data)


def _package(
    found: Package, form: PackageForm, insert_form: InsertForm | None = None, *, status: int = 200
) -> ResponseReturnValue:
    session = current.session()
    ids = [film.entry_id for film in found.films]
    facts = film_facts(session, ids)
    return page(
        "programme/package.html",
        package=found,
        form=form,
        insert_form=insert_form or InsertForm(formdata=None, data={"before": len(ids)}),
        items=running_order.order(found.films, found.inserts, found.bumper_s),
        facts=facts,
        strict=_strict(found, facts),
        gaps=queries.gaps(session, ids),
        gap_text=queries.gap_text,
        mended_at=_MENDED_AT,
        kinds=[(kind, running_order.kind_text(kind)) for kind in running_order.KINDS],
        seconds=_seconds(found),
        selectable=queries.selectable_films(session, found),
        status=status,
        **_choices(),
    )


def _seconds(found: Package) -> int:
    runtimes = [film.entry.runtime_s for film in found.films]
    return total_seconds(runtimes, found.bumper_s, sum(insert.seconds for insert in found.inserts))


def _strict(found: Package, facts: dict[int, FilmFacts]) -> list[str]:
    """The films that make the rating stricter than was asked for."""
    if found.rating == found.least_rating:
        return []
    strictest = [film.entry for film in found.films if facts[film.entry_id].rating == found.rating]
    return [pick(entry.title_ko, entry.title_en) for entry in strictest]


@bp.post("/ops/packages/<code>")
@guard(policies.programme_package, load=queries.package_by_code)
def edit_package(found: Package) -> ResponseReturnValue:
    """Change titles, rating and bumpers."""
    form = PackageForm()
    try:
        if form.sent_and_valid():
            service.edit_package(current.session(), found, form.draft(), rev=form.rev.data or 0, by=current.actor())
            flash(_("Saved."), "ok")
            return redirect(url_for("programme.package", code=found.code), 303)
    except Invalid as problem:
        form.blame(problem)
    return _package(found, form, status=422)


@bp.post("/ops/packages/<code>/films")
@guard(policies.programme_package, load=queries.package_by_code)
def change_films(found: Package) -> ResponseReturnValue:
    """Add the ticked films, keep the order that was written, move one thing, take one out; the button says which."""
    session = current.session()
    try:
        _change_films(found)
    except Invalid as problem:
        session.rollback()
        again = queries.package_by_code(session, found.code) or abort(404)
        form = _filled(again)
        form.blame(problem)
        return _package(again, form, status=422)
    here = url_for("programme.package", code=found.code, _anchor="films")
    return redirect(own_path(request.form.get("next")) or here, 303)


def _change_films(found: Package) -> None:
    session, by, sent = current.session(), current.actor(), request.form
    rev = sent.get("rev", 0, type=int)
    if "add" in sent:
        service.add_films(session, found, _added(found, sent), by=by)
        return
    keys = _written_order(sent)
    if keys:
        service.arrange(session, found, keys, rev=rev, by=by)
        rev = found.rev
    for name, places in (("up", -1), ("down", 1)):
        if name in sent:
            service.shift(session, found, _key(sent[name]), by_places=places, rev=rev, by=by)
    gone = _key(sent.get("remove", ""))
    if gone.startswith("f"):
        service.remove_film(session, found, int(gone[1:]), rev=rev, by=by)
    elif gone:
        service.remove_insert(session, found, int(gone[1:]), rev=rev, by=by)


def _added(found: Package, sent: MultiDict[str, str]) -> Sequence[Entry]:
    wanted = sent.getlist("film", type=row_id) or sent.getlist("add", type=row_id)
    films = queries.entries_of(current.session(), found.edition_id, wanted)
    if wanted and not films:
        abort(404)
    return films


def _key(text: str) -> str:
    """A key of the order (see running_order); a number alone is a film. Empty for anything else."""
    kind, number = (text[:1], text[1:]) if text[:1] in "fi" else ("f", text)
    return f"{kind}{number}" if number.isdecimal() and len(number) < 10 else ""


def _written_order(sent: MultiDict[str, str]) -> list[str]:
    """The keys by the places that were written beside them; a place that is no number stays where it stood."""
    written = [(name.removeprefix("place-"), value) for name, value in sent.items() if name.startswith("place-")]
    placed = []
    for at, (key, value) in enumerate(written, start=1):
        wanted = int(value) if value.strip().isdecimal() and len(value) < 5 else at
        placed.append((wanted, wanted > at, at, _key(key)))
    return [key for *_rank, key in sorted(placed) if key]


@bp.post("/ops/packages/<code>/inserts")
@guard(policies.programme_package, load=queries.package_by_code)
def add_insert(found: Package) -> ResponseReturnValue:
    """Put a trailer, a bumper, a speech, an intermission or credits between the films."""
    form = InsertForm()
    try:
        if form.sent_and_valid():
            service.add_insert(current.session(), found, form.draft(), by=current.actor())
            return redirect(url_for("programme.package", code=found.code, _anchor="films"), 303)
    except Invalid as problem:
        form.blame(problem)
    return _package(found, _filled(found), form, status=422)


@bp.post("/ops/packages/<code>/inserts/<int:insert_id>")
@guard(policies.programme_package, load=lambda session, code, insert_id: queries.package_by_code(session, code))
def edit_insert(found: Package) -> ResponseReturnValue:
    """Change how long something between films takes."""
    form, insert_id = InsertForm(), int((request.view_args or {})["insert_id"])
    try:
        if form.sent_and_valid():
            service.edit_insert(
                current.session(),
                found,
                insert_id,
                seconds=form.length,
                note=form.note.data,
                rev=form.rev.data or 0,
                by=current.actor(),
            )
            flash(_("Saved."), "ok")
            return redirect(url_for("programme.package", code=found.code, _anchor="films"), 303)
    except Invalid as problem:
        form.blame(problem)
    return _package(found, _filled(found), form, status=422)
