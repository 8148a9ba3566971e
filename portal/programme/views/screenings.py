"""What becomes of one screening: confirmed, opened, closed, cancelled, its seats."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid
from portal.i18n import N_, _
from portal.programme import queries, service
from portal.programme.days import day_of
from portal.programme.models import Screening
from portal.programme.views.blueprint import bp
from portal.programme.views.schedule import wants_json
from portal.web import current
from portal.web.access import guard, require

Step = Callable[[Screening], None]


def _confirm(screening: Screening) -> None:
    service.confirm(current.session(), screening, by=current.actor())


def _unconfirm(screening: Screening) -> None:
    service.unconfirm(current.session(), screening, by=current.actor())


def _unplace(screening: Screening) -> None:
    service.unplace(current.session(), screening, by=current.actor())


def _open(screening: Screening) -> None:
    service.set_booking(current.session(), screening, is_open=True, by=current.actor())


def _close(screening: Screening) -> None:
    service.set_booking(current.session(), screening, is_open=False, by=current.actor())


def _reason() -> str:
    return request.form.get("reason", "").strip()


def _cancel(screening: Screening) -> None:
    service.cancel(current.session(), screening, reason=_reason(), by=current.actor())


def _ask(screening: Screening) -> None:
    service.ask_cancellation(current.session(), screening, reason=_reason(), by=current.actor())


def _second(screening: Screening) -> None:
    require(policies.confirm_cancellation(current.actor(), screening))
    service.confirm_cancellation(current.session(), screening, by=current.actor())


def _keep(screening: Screening) -> None:
    service.take_back_cancellation(current.session(), screening, by=current.actor())


def _seats(screening: Screening) -> None:
    wanted = request.form.get("seats", 0, type=int)
    service.set_seats(current.session(), screening, wanted, by=current.actor())


def _slot(screening: Screening) -> None:
    text = request.form.get("slot_min", "").strip()
    if text and not text.isdecimal():
        raise Invalid("slot_min", N_("Write whole minutes, or nothing for as long as films and talk are."))
    service.set_slot(current.session(), screening, int(text[:6]) if text else None, by=current.actor())


STEPS: dict[str, tuple[Step, str]] = {
    "confirm": (_confirm, N_("Confirmed. It becomes public with the next release.")),
    "unconfirm": (_unconfirm, N_("The confirmation is taken back.")),
    "unplace": (_unplace, N_("Back in the tray.")),
    "open": (_open, N_("Booking is open.")),
    "close": (_close, N_("Booking is closed.")),
    "cancel": (_cancel, N_("Cancelled. Guests hear of it at once.")),
    "ask": (_ask, N_("Asked. Somebody else has to confirm it.")),
    "second": (_second, N_("Cancelled. Guests and seat holders hear of it with the next release.")),
    "keep": (_keep, N_("It is shown after all.")),
    "seats": (_seats, N_("Saved.")),
    "slot": (_slot, N_("Saved.")),
}


@bp.post("/ops/screenings/<code>")
@guard(policies.programme_screening, load=queries.screening_by_code)
def change_screening(screening: Screening) -> ResponseReturnValue:
    """Take one step with a screening; the pressed button says which."""
    step, done = STEPS.get(request.form.get("step", "")) or abort(404)
    day, code = day_of(screening.starts_at), screening.code
    try:
        step(screening)
    except Invalid as problem:
        if wants_json():
            return jsonify(message=problem.message), 422
        flash(problem.message, "bad")
    else:
        if wants_json():
            return jsonify(code=code)
        flash(_(done), "ok")
    return redirect(url_for("programme.desk_day", day=day, s=code), 303)
