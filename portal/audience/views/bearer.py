"""Whoever comes by a ticket's link: the booking it stands for, the way back to it, and steps that lead there."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import links
from portal.audience import queries
from portal.audience.models import Booking
from portal.errors import Invalid


def by_token(session: Session, token: str) -> Booking | None:
    """The booking behind a ticket's link."""
    return queries.booking_behind(session, links.TICKET, token)


def token() -> str:
    """The token in this page's address."""
    return str((request.view_args or {})["token"])


def back_to_ticket(step: Callable[[], None], done: str) -> ResponseReturnValue:
    """Take a step and say on the ticket that it is done, or why it is not."""
    try:
        step()
        flash(done, "ok")
    except Invalid as problem:
        flash(problem.message, "bad")
    return redirect(url_for("audience.ticket", token=token()), 303)
