"""Pages of words: the label, accessibility, privacy."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from portal import policies
from portal.public.views.blueprint import bp
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/label")
@guard(policies.anyone)
def label() -> ResponseReturnValue:
    """What the moons mean, who says so, and how it is checked."""
    return page("public/label.html")


@bp.get("/access")
@guard(policies.anyone)
def access() -> ResponseReturnValue:
    """The accessibility statement."""
    return page("public/access.html")


@bp.get("/privacy")
@guard(policies.anyone)
def privacy() -> ResponseReturnValue:
    """Which personal data there is, for what, for how long."""
    return page("public/privacy.html")
