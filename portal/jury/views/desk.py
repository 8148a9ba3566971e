"""The juror's queue: films in minutes left to watch, what is due when, and thanks at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal import clock, policies
from portal.i18n import pick
from portal.jury import queries
from portal.jury.conflicts import queries as conflicts
from portal.jury.decisions import discussions
from portal.jury.models import Hidden, Juror
from portal.jury.scoring import lateness
from portal.jury.tiebreak import queries as tiebreaks
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page

bp = Blueprint("jury", __name__, url_prefix="/jury")


@dataclass(frozen=True)
class Pace:
    """Where a juror stands: films done of all, minutes left to watch, the strip's states."""

    done: int
    total: int
    minutes: int
    states: list[str]


def pace_of(rows: Sequence[Any], now: str | None = None) -> Pace:
    """Counts and minutes of these films; `now` is the code of the one that is open."""
    left = sum(row.runtime_s for row in rows if not row.done)
    states = ["now" if row.code == now else "done" if row.done else "" for row in rows]
    return Pace(sum(row.done for row in rows), len(rows), -(-left // 60), states)


@bp.get("")
@guard(policies.enter_jury)
def home() -> ResponseReturnValue:
    """The juror's rounds; the newest one's queue, unfinished first or as filtered."""
    seats = queries.seats_of(current.session(), current.actor())
    if not seats:
        return page("jury/waiting.html", rounds=conflicts.seats_to_declare(current.session(), current.actor()))
    chosen = next((seat for seat in seats if seat.round.code == request.args.get("round")), seats[0])
    labels = Hidden.LABEL not in chosen.round.hidden
    rows = queries.queue(current.session(), chosen.id, labels=labels)
    order, category = request.args.get("order", ""), request.args.get("category", "")
    return page(
        "jury/queue.html",
        block="rows",
        seats=seats,
        seat=chosen,
        pace=pace_of(rows),
        rows=_ordered([row for row in rows if category in ("", row.category)], order),
        categories=_categories(rows),
        order=order,
        category=category,
        labels=labels,
        due=lateness.due(chosen.round.due_at, chosen.due_at, now=clock.now()),
        ballots=tiebreaks.asked(current.session(), current.actor()),
        talks=len(discussions.of_juror(current.session(), current.actor())),
    )


def _categories(rows: Sequence[queries.QueueRow]) -> dict[str, tuple[str, str]]:
    """Name and colour of every category among these films, in their order."""
    return {row.category: (pick(row.category_ko, row.category_en), row.gel) for row in rows}


def _ordered(rows: list[queries.QueueRow], order: str) -> list[queries.QueueRow]:
    if order == "undone":
        return [row for row in rows if not row.done]
    if order == "short":
        return sorted(rows, key=lambda row: (row.done, row.runtime_s))
    if order == "mine":
        return sorted(rows, key=lambda row: (row.total is None, -(row.total or 0)))
    return sorted(rows, key=lambda row: row.done)


@bp.get("/done/<code>")
@guard(policies.enter_jury)
def done(code: str) -> ResponseReturnValue:
    """Thanks, after the last film; sheets stay editable until the round closes."""
    seat = _seat(code)
    return page("jury/done.html", seat=seat, rows=queries.queue(current.session(), seat.id))


def _seat(round_code: str) -> Juror:
    seats = queries.seats_of(current.session(), current.actor())
    found = next((seat for seat in seats if seat.round.code == round_code), None)
    require(found is not None)
    assert found is not None
    return found
