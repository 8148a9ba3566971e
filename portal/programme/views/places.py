"""Venues and halls at the desk."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.errors import Invalid
from portal.i18n import _
from portal.programme import queries, seat_plan, service
from portal.programme.days import hours_text
from portal.programme.forms import HallForm, VenueForm
from portal.programme.models import Hall, Venue
from portal.programme.views.blueprint import bp
from portal.programme.views.seat_drawing import drawing
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/ops/venues")
@guard(policies.programme_edition, load=current_edition)
def venues(edition: Edition) -> ResponseReturnValue:
    """Every venue with its halls, each open to change."""
    return _venues(edition)


def _venues(
    edition: Edition, *, form: VenueForm | HallForm | None = None, about: str = "", status: int = 200
) -> ResponseReturnValue:
    """The page; `about` says which of its forms was refused."""
    return page(
        "programme/venues.html",
        edition=edition,
        venues=queries.venues(current.session(), edition.id),
        form=form,
        about=about,
        hours=hours_text,
        plan_text=seat_plan.text,
        plan_told=seat_plan.told,
        drawing=drawing,
        status=status,
    )


@bp.post("/ops/venues")
@guard(policies.programme_edition, load=current_edition)
def add_venue(edition: Edition) -> ResponseReturnValue:
    """Add a venue."""
    form = VenueForm()
    if not form.sent_and_valid():
        return _venues(edition, form=form, about="venue-new", status=422)
    venue = service.add_venue(current.session(), edition, form.draft(), by=current.actor())
    flash(_("Venue added. Now add its halls."), "ok")
    return redirect(url_for("programme.venues", _anchor=f"venue-{venue.id}"), 303)


@bp.post("/ops/venues/change")
@guard(policies.programme_edition, load=current_edition)
def edit_venue(edition: Edition) -> ResponseReturnValue:
    """Change a venue."""
    venue = _venue(edition)
    form = VenueForm()
    if not form.sent_and_valid():
        return _venues(edition, form=form, about=f"venue-{venue.id}", status=422)
    service.edit_venue(current.session(), venue, form.draft(), by=current.actor())
    flash(_("Saved."), "ok")
    return redirect(url_for("programme.venues", _anchor=f"venue-{venue.id}"), 303)


@bp.post("/ops/halls")
@guard(policies.programme_edition, load=current_edition)
def add_hall(edition: Edition) -> ResponseReturnValue:
    """Add a hall to a venue."""
    venue = _venue(edition)
    form = HallForm()
    try:
        if form.sent_and_valid():
            service.add_hall(current.session(), venue, form.draft(), by=current.actor())
            flash(_("Hall added."), "ok")
            return redirect(url_for("programme.venues", _anchor=f"venue-{venue.id}"), 303)
    except Invalid as problem:
        form.blame(problem)
    return _venues(edition, form=form, about=f"hall-new-{venue.id}", status=422)


@bp.post("/ops/halls/change")
@guard(policies.programme_edition, load=current_edition)
def edit_hall(edition: Edition) -> ResponseReturnValue:
    """Change a hall."""
    hall = _hall(edition)
    form = HallForm()
    try:
        if form.sent_and_valid():
            service.edit_hall(current.session(), hall, form.draft(), follow=form.follow.data, by=current.actor())
            flash(_("Saved."), "ok")
            return redirect(url_for("programme.venues", _anchor=f"venue-{hall.venue_id}"), 303)
    except Invalid as problem:
        current.session().rollback()
        form.blame(problem)
    return _venues(edition, form=form, about=f"hall-{hall.id}", status=422)


def _venue(edition: Edition) -> Venue:
    wanted = request.form.get("venue", type=int)
    listed = queries.venues(current.session(), edition.id)
    return next((venue for venue in listed if venue.id == wanted), None) or abort(404)


def _hall(edition: Edition) -> Hall:
    wanted = request.form.get("hall", type=int)
    listed = queries.hall_choices(current.session(), edition.id)
    return next((hall for hall in listed if hall.id == wanted), None) or abort(404)
