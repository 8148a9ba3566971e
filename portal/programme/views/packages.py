"""Packages at the desk: titles, films in order, and what keeps a film from the public."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.accounts.addresses import own_path
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import _
from portal.programme import queries, service
from portal.programme.agenda import RATINGS, SECTIONS
from portal.programme.forms import PackageForm
from portal.programme.length import total_seconds
from portal.programme.models import Package
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/ops/packages")
@guard(policies.programme_edition, load=current_edition)
def packages(edition: Edition) -> ResponseReturnValue:
    """Every package with its length and how often it is shown."""
    return _packages(edition, PackageForm())


def _packages(edition: Edition, form: PackageForm, status: int = 200) -> ResponseReturnValue:
    listed = queries.packages(current.session(), edition.id)
    return page("programme/packages.html", packages=listed, form=form, status=status, **_choices())


def _choices() -> dict[str, Any]:
    return {
        "gels": [(gel, _(text)) for gel, text in SECTIONS.items()],
        "ratings": [(str(rating), _(text)) for rating, text in RATINGS.items()],
    }


@bp.post("/ops/packages")
@guard(policies.programme_edition, load=current_edition)
def create_package(edition: Edition) -> ResponseReturnValue:
    """A new package."""
    form = PackageForm()
    if not form.sent_and_valid():
        return _packages(edition, form, 422)
    made = service.create_package(current.session(), edition, form.draft(), by=current.actor())
    return redirect(url_for("programme.package", code=made.code), 303)


@bp.get("/ops/packages/<code>")
@guard(policies.programme_package, load=queries.package_by_code)
def package(found: Package) -> ResponseReturnValue:
    """One package: its words and its films."""
    return _package(found, PackageForm(obj=found, data={"gel": found.gel.value, "rating": str(found.rating)}))


def _package(found: Package, form: PackageForm, status: int = 200) -> ResponseReturnValue:
    session = current.session()
    return page(
        "programme/package.html",
        package=found,
        form=form,
        gaps=queries.gaps(session, [film.entry_id for film in found.films]),
        gap_text=queries.gap_text,
        seconds=total_seconds([film.entry.runtime_s for film in found.films], found.bumper_s),
        selectable=queries.selectable_films(session, found),
        status=status,
        **_choices(),
    )


@bp.post("/ops/packages/<code>")
@guard(policies.programme_package, load=queries.package_by_code)
def edit_package(found: Package) -> ResponseReturnValue:
    """Change titles, rating and bumpers."""
    form = PackageForm()
    if not form.sent_and_valid():
        return _package(found, form, 422)
    service.edit_package(current.session(), found, form.draft(), rev=form.rev.data or 0, by=current.actor())
    flash(_("Saved."), "ok")
    return redirect(url_for("programme.package", code=found.code), 303)


@bp.post("/ops/packages/<code>/films")
@guard(policies.programme_package, load=queries.package_by_code)
def change_films(found: Package) -> ResponseReturnValue:
    """Add a film, take one out, move one up or down; the pressed button says which."""
    try:
        _change_films(found)
    except Invalid as problem:
        form = PackageForm(formdata=None, obj=found, data={"gel": found.gel.value, "rating": str(found.rating)})
        form.blame(problem)
        return _package(found, form, 422)
    here = url_for("programme.package", code=found.code, _anchor="films")
    return redirect(own_path(request.form.get("next")) or here, 303)


def _change_films(found: Package) -> None:
    session, by = current.session(), current.actor()
    rev = request.form.get("rev", 0, type=int)
    pressed = {name: request.form.get(name, type=int) for name in ("add", "remove", "up", "down")}
    if pressed["add"]:
        entry = session.get(Entry, pressed["add"]) or abort(404)
        service.add_film(session, found, entry, by=by)
    elif pressed["remove"]:
        service.remove_film(session, found, pressed["remove"], rev=rev, by=by)
    elif pressed["up"] or pressed["down"]:
        places = -1 if pressed["up"] else 1
        service.shift_film(session, found, pressed["up"] or pressed["down"] or 0, by_places=places, rev=rev, by=by)
