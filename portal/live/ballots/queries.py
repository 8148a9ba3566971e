"""Reads of ballot boxes. Nothing here tells stars while a box is open: `votes` is asked for readable ones alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import clock, links
from portal.audience.models import Booking
from portal.disclosure.consent.public_view import kept_back
from portal.entries.models import Entry
from portal.lifecycles import BallotState
from portal.live.ballots.counting import Result, Vote, result
from portal.live.models import AudienceVote, BallotBox
from portal.programme.models import PackageFilm, Screening
from portal.signing import BadToken


@dataclass(frozen=True, slots=True)
class Voter:
    """A ticket and the seats whose ballots its bearer may fill in: all of the party, or the one a link was made for."""

    booking: Booking
    seats: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Film:
    """A film of the package, as ballots and reports name it."""

    entry_id: int
    number: str
    title_ko: str
    title_en: str


def voter_behind(session: Session, token: str) -> Voter | None:
    """Who votes with a link: the ticket's own opens every seat of the party, a ballot's link one seat."""
    known = links.of(session)
    for purpose in (links.TICKET, links.BALLOT):
        try:
            code, _, seat = known.opened(purpose, token).partition(".")
        except BadToken:
            continue
        booking = session.scalar(sa.select(Booking).where(Booking.code == code).options(joinedload(Booking.screening)))
        if booking is not None:
            return Voter(booking, (int(seat),) if seat else tuple(range(1, booking.party + 1)))
    return None


def box_of(session: Session, screening_id: int) -> BallotBox | None:
    """The screening's box, if one was ever opened."""
    return session.scalar(sa.select(BallotBox).where(BallotBox.screening_id == screening_id))


def films(session: Session, screening: Screening, *, public: bool) -> list[Film]:
    """The films in the order they ran; for the `public` without those that are kept back."""
    query = (
        sa.select(Entry.id, Entry.number, Entry.title_ko, Entry.title_en)
        .join(PackageFilm, PackageFilm.entry_id == Entry.id)
        .where(PackageFilm.package_id == screening.package_id)
        .order_by(PackageFilm.position, PackageFilm.id)
    )
    if public:
        query = query.where(~kept_back(Entry.id))
    return [Film(*row) for row in session.execute(query)]


def own_stars(session: Session, box: BallotBox, booking_id: int, seat: int) -> dict[int, int]:
    """What one seat gave, by film."""
    mine = (AudienceVote.box_id == box.id, AudienceVote.booking_id == booking_id, AudienceVote.seat == seat)
    return {row.entry_id: row.stars for row in session.execute(sa.select(AudienceVote).where(*mine)).scalars()}


def ballots_in(session: Session, box_id: int) -> int:
    """How many seats have voted; nothing of what they gave."""
    seats = sa.select(AudienceVote.booking_id, AudienceVote.seat).where(AudienceVote.box_id == box_id).distinct()
    return session.scalar(sa.select(sa.func.count()).select_from(seats.subquery())) or 0


def votes(session: Session, box_id: int) -> list[Vote]:
    """Every vote of a box with what is known of its ticket; one statement."""
    query = (
        sa.select(
            AudienceVote.booking_id,
            AudienceVote.seat,
            AudienceVote.entry_id,
            AudienceVote.stars,
            AudienceVote.changes,
            AudienceVote.source_key,
            AudienceVote.first_at,
            AudienceVote.changed_at,
            Booking.checked_in_at.is_not(None),
            Booking.party,
        )
        .join(Booking, Booking.id == AudienceVote.booking_id)
        .where(AudienceVote.box_id == box_id)
        .order_by(AudienceVote.id)
    )
    rows: Iterable[Any] = session.execute(query)
    return [Vote(*row) for row in rows]


def counted(session: Session, box: BallotBox, listed: Sequence[Film]) -> Result:
    """The result of a box that may be read."""
    return result(votes(session, box.id), [film.entry_id for film in listed])


def ballots_of(session: Session, box_ids: Sequence[int]) -> dict[int, int]:
    """How many seats voted, by box; one statement."""
    seats = sa.select(AudienceVote.box_id, AudienceVote.booking_id, AudienceVote.seat).distinct()
    each = seats.where(AudienceVote.box_id.in_(box_ids)).subquery()
    counted = sa.select(each.c.box_id, sa.func.count()).group_by(each.c.box_id)
    return {row[0]: row[1] for row in session.execute(counted)}


def to_close(session: Session) -> Sequence[int]:
    """Open boxes whose clock has run out."""
    over = (BallotBox.state == BallotState.OPEN, BallotBox.closes_at <= clock.now())
    return session.scalars(sa.select(BallotBox.id).where(*over).order_by(BallotBox.id)).all()
