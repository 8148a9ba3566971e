"""The evening as it goes: a screening begins, its films are over, it ends; from the seats or the run sheet."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.audience import service
from portal.audience.views.blueprint import bp
from portal.errors import IllegalMove, Invalid
from portal.i18n import _, ngettext
from portal.programme.models import Screening
from portal.programme.queries import screening_by_code
from portal.web import current
from portal.web.access import guard


def _begin(screening: Screening) -> str:
    service.begin(current.session(), screening, by=current.actor())
    return _("The screening has begun. Booking is closed.")


def _films_over(screening: Screening) -> str:
    service.films_over(current.session(), screening, by=current.actor())
    return _("The films are over. The talk can begin.")


def _films_go_on(screening: Screening) -> str:
    service.films_go_on(current.session(), screening, by=current.actor())
    return _("The films go on.")


def _end(screening: Screening) -> str:
    away = service.end(current.session(), screening, by=current.actor())
    return ngettext("Over. {n} party did not come.", "Over. {n} parties did not come.", away).format(n=away)


STEPS: dict[str, Callable[[Screening], str]] = {
    "begin": _begin,
    "films_over": _films_over,
    "films_go_on": _films_go_on,
    "end": _end,
}


@bp.post("/ops/seats/<code>")
@guard(policies.door_screening, load=screening_by_code)
def evening(screening: Screening) -> ResponseReturnValue:
    """Take the evening a step on or back; the pressed button says which, and where it was pressed."""
    step, code = STEPS.get(request.form.get("step", "")) or abort(404), screening.code
    try:
        flash(step(screening), "ok")
    except Invalid as problem:
        flash(problem.message, "bad")
    except IllegalMove:
        flash(_("That is not the next step now. This is how the evening stands."), "warn")
    there = "programme.run_sheet" if request.form.get("from") == "run" else "audience.seats"
    return redirect(url_for(there, code=code), 303)
