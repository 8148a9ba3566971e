"""The audience's ballot on a phone: stars for the films, a ballot for each seat, changed until it closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import links, policies
from portal.errors import Invalid
from portal.i18n import _, clock_time
from portal.lifecycles import BallotState
from portal.live.ballots import queries, service, terms, words
from portal.live.ballots.queries import Film, Voter
from portal.live.models import BallotBox
from portal.live.views import voices
from portal.live.views.blueprint import bp
from portal.programme.models import Screening
from portal.programme.queries import screening_by_code, showing_of
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page


@bp.get("/vote/<token>")
@guard(policies.subject_of, load=queries.voter_behind)
def own_ballot(voter: Voter) -> ResponseReturnValue:
    """The ballot of one seat: open, not open yet, or closed with thanks."""
    return _vote(voter)


def _vote(
    voter: Voter, *, sent: Mapping[int, int] | None = None, error: Invalid | None = None, late: bool = False,
    status: int = 200,
) -> ResponseReturnValue:  # fmt: skip
    session, booking = current.session(), voter.booking
    box, seat = queries.box_of(session, booking.screening_id), _seat(voter)
    own = queries.own_stars(session, box, booking.id, seat) if box is not None else {}
    at = current.arrived_at()
    return page(
        "live/vote.html",
        status=status,
        booking=booking,
        showing=showing_of(session, booking.screening),
        films=queries.films(session, booking.screening, public=True),
        stars=own if sent is None else sent,
        kept=bool(own),
        seat=seat,
        seats=voter.seats,
        token=(request.view_args or {})["token"],
        shared=_shared(voter, seat),
        is_open=terms.is_open(box, at),
        is_over=box is not None and terms.ended_at(box, at) is not None,
        is_announced=box is not None and box.state == BallotState.PUBLISHED,
        votes=terms.may_vote(booking.state, booking.verified_at),
        closes_at=box.closes_at if box is not None else None,
        words=words,
        error=error,
        late=late,
    )


def _seat(voter: Voter) -> int:
    """The seat asked for; the first of the ticket where none was."""
    asked = request.args.get("seat", "")
    seat = int(asked) if asked.isdecimal() and len(asked) < 3 else voter.seats[0]
    require(seat in voter.seats)
    return seat


def _shared(voter: Voter, seat: int) -> str | None:
    """An address that opens this seat's ballot alone, for whoever sits there; the ticket's own opens all."""
    if len(voter.seats) < 2:
        return None
    return current.links().seat_ballot(voter.booking.code, seat)


@bp.post("/vote/<token>")
@guard(policies.subject_of, load=queries.voter_behind)
def cast(voter: Voter) -> ResponseReturnValue:
    """Keep the stars of one seat; what arrives after the close does not count, and is told so."""
    session, seat = current.session(), _seat(voter)
    box = queries.box_of(session, voter.booking.screening_id)
    stars = _given(queries.films(session, voter.booking.screening, public=True))
    try:
        if box is None:
            raise service.BallotClosed
        address = request.remote_addr or ""
        service.cast(session, box, voter, seat, stars, at=current.arrived_at(), address=address)
    except service.BallotClosed:
        return _vote(voter, late=True, status=409)
    except Invalid as problem:
        return _vote(voter, sent=stars, error=problem, status=422)
    flash(_kept(box), "ok")
    return redirect(url_for("live.own_ballot", token=(request.view_args or {})["token"], seat=seat), 303)


def _given(films: Sequence[Film]) -> dict[int, int]:
    """The stars of the form by film; a film that was not seen has none, and what is no number is not one to five."""
    sent = ((film.entry_id, request.form.get(f"stars-{film.number}", "0")) for film in films)
    return {entry_id: _number(text) for entry_id, text in sent if text not in ("", "0")}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) == 1 else -1


def _kept(box: BallotBox) -> str:
    if box.closes_at is None:
        return _("Your stars are kept. You can change them until the ballot closes.")
    return _("Your stars are kept. You can change them until {time}.").format(time=clock_time(box.closes_at))


@bp.get("/live/<code>/ballot")
@guard(policies.see_screening, load=screening_by_code)
def ballot_here(screening: Screening) -> ResponseReturnValue:
    """From the hall's page to the ballot of the ticket it was opened with."""
    ticket = voices.ticket(screening.code)
    if ticket is None:
        flash(_("Open the ballot from your ticket: its link is in the mail with your seats."), "warn")
        return redirect(url_for("audience.screening", code=screening.code), 303)
    return redirect(url_for("live.own_ballot", token=current.links().token(links.TICKET, ticket)), 303)


@bp.get("/screenings/<code>/result")
@guard(policies.see_screening, load=screening_by_code)
def result(screening: Screening) -> ResponseReturnValue:
    """The audience's favourite of a screening, once it was announced; the screening's page takes it as a part."""
    session = current.session()
    box = queries.box_of(session, screening.id)
    films = {film.entry_id: film for film in queries.films(session, screening, public=True)}
    found = None
    if box is not None and box.state == BallotState.PUBLISHED:
        found = queries.counted(session, box, queries.films(session, screening, public=False))
    return page(
        "live/result.html",
        block="award",
        showing=showing_of(session, screening),
        code=screening.code,
        result=found if found is not None and any(row.entry_id in films for row in found.front) else None,
        films=films,
    )
