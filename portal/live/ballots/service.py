"""Commands on ballot boxes: opened and closed by the moderator, voted in by seats, announced by the organizers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.errors import Invalid, PortalError, Stale
from portal.i18n import N_
from portal.lifecycles import BallotState, advance
from portal.live import keys
from portal.live.ballots import queries, terms
from portal.live.ballots.counting import FEWEST, Result
from portal.live.models import AudienceVote, BallotBox
from portal.policies import SYSTEM, Actor
from portal.programme.models import Screening


class BallotClosed(PortalError):
    """The box takes no ballots now."""

    status = 409


class TooManyChanges(PortalError):
    """A ballot, or a network address, writes faster than people do."""

    status = 429


# ── the desk ───────────────────────────────────────────────────────────


def open_box(session: Session, screening: Screening, *, minutes: int | None, by: Actor) -> BallotBox:
    """Take ballots from now on, for some minutes or until it is closed by hand; opening an open box changes nothing.

    A closed box is opened again while it rests. Raises Invalid before the films run and after the rest.
    """
    if screening.state not in terms.VOTED_IN:
        raise Invalid("main", N_("The ballot opens once the screening has begun."))
    closes_at = _closing(minutes)
    box = _locked(session, screening)
    now = clock.now()
    if terms.is_open(box, now):
        return box
    if box.state != BallotState.PLANNED and not terms.may_reopen(box, now):
        raise Invalid("main", N_("This ballot is closed for good: its stars can be read."))
    _settle(session, box, now)
    advance(session, box, BallotState.OPEN, by=by, closes_at=closes_at)
    box.opened_at, box.closes_at, box.closed_at = box.opened_at or now, closes_at, None
    session.flush()
    return box


def set_clock(session: Session, screening: Screening, *, minutes: int | None, rev: int, by: Actor) -> None:
    """Close an open box in so many minutes, or by hand; raises Stale when somebody changed it first."""
    closes_at = _closing(minutes)
    box = _locked(session, screening)
    if box.rev != rev:
        raise Stale
    if not terms.is_open(box, clock.now()):
        raise Invalid("main", N_("This ballot is not open."))
    box.closes_at = closes_at
    audit.record(session, by, "ballot.clock", box, closes_at=closes_at)
    session.flush()


def _closing(minutes: int | None) -> datetime | None:
    if minutes is None:
        return None
    if minutes not in terms.MINUTES:
        raise Invalid("minutes", N_("Choose when the ballot closes."))
    return clock.now() + timedelta(minutes=minutes)


def close(session: Session, screening: Screening, *, by: Actor) -> None:
    """Take no more ballots; a closed box stays as it is."""
    box = _locked(session, screening)
    now = clock.now()
    _settle(session, box, now)
    if box.state == BallotState.OPEN:
        advance(session, box, BallotState.CLOSED, by=by)
        box.closed_at = now
        session.flush()


def close_by_clock(session: Session, box_id: int) -> None:
    """Note that a box's time has run out; for the workers, as ballots are refused by the clock alone."""
    query = sa.select(BallotBox).where(BallotBox.id == box_id).with_for_update()
    box = session.scalar(query.execution_options(populate_existing=True))
    if box is not None:
        _settle(session, box, clock.now())
        session.flush()


def publish(session: Session, screening: Screening, *, rev: int, by: Actor) -> Result:
    """Announce the result; it stays announced. Raises Stale for another box than the one that was looked at."""
    box = _locked(session, screening)
    now = clock.now()
    if box.state == BallotState.PUBLISHED:
        return _counted(session, box, screening)
    if box.rev != rev:
        raise Stale
    if not terms.is_readable(box, now):
        raise Invalid("main", N_("The result can be announced once the ballot is closed and has rested."))
    found = _counted(session, box, screening)
    if found.is_thin:
        raise Invalid("main", N_("Fewer than {n} ballots are too few to announce anything."), n=FEWEST)
    _settle(session, box, now)
    box.published_at = now
    front = [film.entry_id for film in found.front]
    advance(session, box, BallotState.PUBLISHED, by=by, ballots=found.ballots, front=front)
    session.flush()
    return found


def _counted(session: Session, box: BallotBox, screening: Screening) -> Result:
    return queries.counted(session, box, queries.films(session, screening, public=False))


def _settle(session: Session, box: BallotBox, now: datetime) -> None:
    """Bring the row to where its clock already is."""
    ended = terms.ended_at(box, now)
    if box.state == BallotState.OPEN and ended is not None:
        advance(session, box, BallotState.CLOSED, by=SYSTEM)
        box.closed_at = ended


def _locked(session: Session, screening: Screening) -> BallotBox:
    """The screening's box, made if there is none yet, held until the end of the unit of work."""
    made = db.insert(session, BallotBox).values(screening_id=screening.id, state=BallotState.PLANNED, rev=1)
    session.execute(made.on_conflict_do_nothing(index_elements=["screening_id"]))
    query = sa.select(BallotBox).where(BallotBox.screening_id == screening.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


# ── the seats ──────────────────────────────────────────────────────────


def cast(
    session: Session,
    box: BallotBox,
    voter: queries.Voter,
    seat: int,
    stars: Mapping[int, int],
    *,
    at: datetime,
    address: str,
) -> None:
    """Keep one seat's stars by film, in place of what it gave before; films left out have none.

    `at` is when the request arrived, `address` where it came from. Raises BallotClosed, Invalid, TooManyChanges.
    """
    if seat not in voter.seats or not terms.may_vote(voter.booking.state, voter.booking.verified_at):
        raise BallotClosed
    _hold_open(session, box, at)
    _check(session, voter, stars)
    source = source_key(session, box, address)
    mine = sa.and_(
        AudienceVote.box_id == box.id, AudienceVote.booking_id == voter.booking.id, AudienceVote.seat == seat
    )
    _limit(session, box, mine, source, at)
    session.execute(sa.delete(AudienceVote).where(mine, AudienceVote.entry_id.not_in(stars)))
    rows = [
        {
            "box_id": box.id,
            "booking_id": voter.booking.id,
            "seat": seat,
            "entry_id": entry_id,
            "stars": given,
            "changes": 0,
            "source_key": source,
            "first_at": at,
            "changed_at": at,
        }
        for entry_id, given in sorted(stars.items())
    ]
    session.execute(_upsert(session), rows)


def _hold_open(session: Session, box: BallotBox, at: datetime) -> None:
    """Let nobody close the box until this ballot is kept; ballots do not wait for one another.

    Where its clock ran out, the moment of arrival decides, not whether a worker has noted the close before.
    """
    by_clock = sa.and_(BallotBox.state == BallotState.CLOSED, BallotBox.closed_at == BallotBox.closes_at)
    taking = sa.or_(BallotBox.state == BallotState.OPEN, by_clock)
    still = sa.or_(BallotBox.closes_at.is_(None), BallotBox.closes_at > at)
    query = sa.select(BallotBox.id).where(BallotBox.id == box.id, taking, still)
    if session.scalar(query.with_for_update(read=True)) is None:
        raise BallotClosed


def _check(session: Session, voter: queries.Voter, stars: Mapping[int, int]) -> None:
    if not stars:
        raise Invalid("main", N_("Give stars to at least one film."))
    shown = {film.entry_id for film in queries.films(session, voter.booking.screening, public=True)}
    if not stars.keys() <= shown or not all(1 <= given <= 5 for given in stars.values()):
        raise Invalid("main", N_("Give every film you saw one to five stars."))


def _limit(session: Session, box: BallotBox, mine: sa.ColumnElement[bool], source: str, at: datetime) -> None:
    changes = session.scalar(sa.select(sa.func.sum(AudienceVote.changes)).where(mine)) or 0
    lately = (AudienceVote.source_key == source, AudienceVote.changed_at > at - terms.WINDOW)
    from_one = session.scalar(sa.select(sa.func.count()).where(AudienceVote.box_id == box.id, *lately)) or 0
    if changes >= terms.MOST_CHANGES or from_one >= terms.MOST_FROM_ONE:
        raise TooManyChanges


def _upsert(session: Session) -> sa.Insert:
    new = db.insert(session, AudienceVote)
    statement: sa.Insert = new.on_conflict_do_update(
        index_elements=["box_id", "booking_id", "seat", "entry_id"],
        set_={
            "stars": new.excluded.stars,
            "changes": AudienceVote.changes + 1,
            "source_key": new.excluded.source_key,
            "changed_at": new.excluded.changed_at,
        },
        where=AudienceVote.stars != new.excluded.stars,
    )
    return statement


def source_key(session: Session, box: BallotBox, address: str) -> str:
    """A digest of where a ballot came from, salted with the secret and the box."""
    return keys.source(session.info["settings"].secret_key, f"ballot {box.id}", address)
