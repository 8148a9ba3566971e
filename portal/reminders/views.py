"""Reminders at the organizers' desk: what is planned, what was sent, what was not needed, and why."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.i18n import _
from portal.lifecycles import ReminderState
from portal.reminders import phrases, queries, service
from portal.reminders.kinds import KINDS
from portal.reminders.models import Reminder
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page
from portal.web.pagination import paged, wanted

bp = Blueprint("reminders", __name__)


@bp.get("/ops/reminders")
@guard(policies.enter_office)
def index() -> ResponseReturnValue:
    """Every kind with its rule and what comes next, and the reminders of one's editions."""
    actor, chosen = current.actor(), _filters()
    rows = paged(current.session(), queries.rows(actor, **chosen), number=wanted(request.args.get("page")))
    return page(
        "reminders/index.html",
        block="rows",
        reminders=rows,
        names=queries.names(current.session(), rows.rows),
        standings=queries.standings(current.session(), actor),
        chosen=chosen,
        states=[(state, phrases.state_name(state)) for state in ReminderState],
        address=_address,
        phrases=phrases,
    )


@bp.post("/ops/reminders/<int:reminder_id>/cancel")
@guard(policies.cancel_reminder, load=queries.reminder)
def cancel(reminder: Reminder) -> ResponseReturnValue:
    """Keep one from being sent."""
    service.cancel(current.session(), reminder, by=current.actor())
    flash(_("The reminder is cancelled."), "ok")
    return redirect(_address(), 303)


@bp.post("/ops/reminders/<int:reminder_id>/plan")
@guard(policies.cancel_reminder, load=queries.reminder)
def plan_again(reminder: Reminder) -> ResponseReturnValue:
    """Take a cancellation back."""
    service.plan_again(current.session(), reminder, by=current.actor())
    flash(_("The reminder is planned again."), "ok")
    return redirect(_address(), 303)


def _filters() -> dict[str, Any]:
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    return {
        "state": ReminderState(state) if state in set(ReminderState) else ReminderState.PLANNED,
        "kind": kind if kind in KINDS else "",
    }


def _address(**changed: Any) -> str:
    """This list with other filters; whatever is empty leaves the address."""
    chosen = {**_filters(), **changed}
    return url_for("reminders.index", **{name: value for name, value in chosen.items() if value})
