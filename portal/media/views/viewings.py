"""Where players tell what was played; the address names one film for one person."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import policies
from portal.media import admission, viewing
from portal.media.models import Asset
from portal.signing import BadToken
from portal.web import current
from portal.web.access import guard

bp = Blueprint("viewings", __name__, url_prefix="/viewings")


def watched_film(session: Session, token: str) -> Asset | None:
    """The film behind an address, for the person it was made for."""
    try:
        film_id, under = viewing.film_of(current.settings().secret_key, token, viewer=current.actor())
    except BadToken:
        return None
    return None if under and admission.ended(session, under) else session.get(Asset, film_id)


@bp.post("/<token>")
@guard(policies.subject_of, load=watched_film)
def note(film: Asset) -> ResponseReturnValue:
    """A few more seconds were played."""
    viewing.note(current.session(), film, seen_now(), by=current.actor())
    return "", 204


def seen_now() -> viewing.Seen:
    """What the player told with this request."""
    return viewing.read_seen(request.form.get("spans", ""), request.form.get("position", ""))
