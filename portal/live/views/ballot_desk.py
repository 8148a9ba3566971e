"""The ballot at the desk: opened and closed by the moderator, looked over and announced by the organizers."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.errors import Invalid
from portal.i18n import _
from portal.lifecycles import BallotState
from portal.live.ballots import anomalies, counting, queries, service, terms, words
from portal.live.models import BallotBox
from portal.live.views.blueprint import bp
from portal.programme.models import Screening
from portal.programme.queries import screening_by_code, showing_of
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page


@bp.get("/ops/ballots/<code>")
@guard(policies.moderate_screening, load=screening_by_code)
def ballot(screening: Screening) -> ResponseReturnValue:
    """Where the ballot stands: how many came in, never what they say."""
    return _ballot(screening)


def _ballot(screening: Screening, *, error: Invalid | None = None, status: int = 200) -> ResponseReturnValue:
    session, at = current.session(), current.arrived_at()
    box = queries.box_of(session, screening.id)
    ended = terms.ended_at(box, at) if box is not None else None
    return page(
        "live/ballot_desk.html",
        block="state",
        status=status,
        screening=screening,
        showing=showing_of(session, screening),
        box=box,
        state=_state(box, ended is not None),
        ballots=queries.ballots_in(session, box.id) if box is not None else 0,
        ended=ended,
        rests_until=ended + terms.REST if ended is not None else None,
        is_open=terms.is_open(box, at),
        may_open=screening.state in terms.VOTED_IN and (ended is None or box is None or terms.may_reopen(box, at)),
        is_readable=terms.is_readable(box, at),
        reads=policies.read_reactions(current.actor(), screening),
        choices=[("", _("By hand")), *((str(n), _("In {n} minutes").format(n=n)) for n in terms.MINUTES)],
        words=words,
        error=error,
    )


def _state(box: BallotBox | None, ended: bool) -> BallotState:
    """The state as the clock has it: a box whose time ran out is closed before a worker says so."""
    if box is None:
        return BallotState.PLANNED
    return BallotState.CLOSED if ended and box.state == BallotState.OPEN else box.state


@bp.post("/ops/ballots/<code>")
@guard(policies.moderate_screening, load=screening_by_code)
def ballot_move(screening: Screening) -> ResponseReturnValue:
    """Open, set the clock, or close; the pressed button says which."""
    session, by = current.session(), current.actor()
    move = request.form.get("move", "")
    require(move in ("open", "clock", "close"))
    try:
        if move == "open":
            service.open_box(session, screening, minutes=_minutes(), by=by)
            flash(_("The ballot is open."), "ok")
        elif move == "clock":
            service.set_clock(session, screening, minutes=_minutes(), rev=_rev(), by=by)
            flash(_("The ballot's clock is set."), "ok")
        else:
            service.close(session, screening, by=by)
            flash(_("The ballot is closed."), "ok")
    except Invalid as problem:
        return _ballot(screening, error=problem, status=422)
    return redirect(url_for("live.ballot", code=screening.code), 303)


def _minutes() -> int | None:
    sent = request.form.get("minutes", "")
    if not sent:
        return None
    return int(sent) if sent.isdecimal() and len(sent) < 4 else 0


def _rev() -> int:
    sent = request.form.get("rev", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


@bp.get("/ops/ballots/<code>/result")
@guard(policies.read_reactions, load=screening_by_code)
def count(screening: Screening) -> ResponseReturnValue:
    """The result, what is odd about it, and the second look before it is announced."""
    return _count(screening)


def _count(screening: Screening, *, error: Invalid | None = None, status: int = 200) -> ResponseReturnValue:
    session, at = current.session(), current.arrived_at()
    box = queries.box_of(session, screening.id)
    require(box is not None and terms.is_readable(box, at))
    assert box is not None
    films = queries.films(session, screening, public=False)
    cast, entry_ids = queries.votes(session, box.id), [film.entry_id for film in films]
    whole, closed_at = counting.result(cast, entry_ids), terms.ended_at(box, at)
    assert closed_at is not None
    return page(
        "live/ballot_count.html",
        status=status,
        screening=screening,
        showing=showing_of(session, screening),
        box=box,
        state=_state(box, ended=True),
        result=whole,
        votes=len(cast),
        anomalies=anomalies.report(cast, entry_ids, closed_at=closed_at, whole=whole),
        films={film.entry_id: film for film in films},
        words=words,
        error=error,
    )


@bp.post("/ops/ballots/<code>/result")
@guard(policies.read_reactions, load=screening_by_code)
def announce(screening: Screening) -> ResponseReturnValue:
    """Announce the result to everybody."""
    try:
        service.publish(current.session(), screening, rev=_rev(), by=current.actor())
    except Invalid as problem:
        return _count(screening, error=problem, status=422)
    flash(_("The result is announced on the screening's page."), "ok")
    return redirect(url_for("live.count", code=screening.code), 303)
