"""Whose stars a browser shows: the person's rows, or a signed cookie that becomes rows at sign-in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from flask import Response, after_this_request, g, request, url_for

from portal import signing
from portal.programme import queries, service
from portal.programme.listing import Slot
from portal.programme.my_plan import MOST
from portal.programme.views.blueprint import bp
from portal.web import cookies, current

_PURPOSE = "plan-cookie"
_LASTS = timedelta(days=400)


def _name() -> str:
    return "pan-plan" if current.settings().local else "__Host-pan-plan"


def codes() -> frozenset[str]:
    """The starred screenings of whoever asks; one statement for somebody signed in, none for a visitor."""
    me = current.me()
    return queries.starred(current.session(), me.person_id) if me else frozenset(_kept())


@bp.app_template_global("in_my_plan")
def in_my_plan(code: str) -> bool:
    """Whether a screening is starred, for pages of other features; asked once for a page."""
    if "starred" not in g:
        g.starred = codes()
    return code in g.starred


@bp.app_template_filter("with_star")
def with_star(slot: Slot) -> Slot:
    """The line of a screening with its star."""
    return replace(slot, starred=in_my_plan(slot.code), star_action=url_for("programme.star", code=slot.code))


def _kept() -> list[str]:
    """The codes in the visitor's cookie; none in one that we did not sign."""
    try:
        found = signing.stamped(current.settings().secret_key, _PURPOSE, request.cookies.get(_name(), ""))
    except signing.BadToken:
        return []
    return [code for code in found if isinstance(code, str)][:MOST] if isinstance(found, list) else []


def has_room(code: str) -> bool:
    """Whether a visitor's cookie takes another screening."""
    return len(set(_kept()) | {code}) <= MOST


def keep(code: str, *, starred: bool) -> None:
    """Add the screening to the visitor's cookie, or take it out."""
    others = [one for one in _kept() if one != code]
    _write([*others, code] if starred else others)


def _write(found: Iterable[str]) -> None:
    kept = sorted(found)

    @after_this_request
    def set_cookie(response: Response) -> Response:
        how = {"httponly": True, "secure": not current.settings().local, "samesite": "Lax", "path": "/"}
        if not kept:
            response.delete_cookie(_name(), **how)  # type: ignore[arg-type]
            return response
        text = signing.stamp(current.settings().secret_key, _PURPOSE, kept)
        response.set_cookie(_name(), text, max_age=_LASTS, **how)  # type: ignore[arg-type]
        return response


def merge() -> None:
    """At sign-in: what was starred before becomes the person's, and the cookie ends."""
    me, kept = current.me(), _kept()
    if me is not None and kept:
        service.merge_stars(current.session(), me.person_id, kept)
        _write([])


cookies.at_sign_in(merge)
