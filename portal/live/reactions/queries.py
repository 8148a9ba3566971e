"""Reads of the reactions report: one screening in a fixed number of statements, and all of an edition in a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audience.models import Booking, Group, Scan, ScanOutcome
from portal.lifecycles import QuestionState, ScreeningState, SeatState
from portal.live.ballots import anomalies, terms
from portal.live.ballots import queries as ballots
from portal.live.ballots.anomalies import Anomaly
from portal.live.ballots.counting import Result, result
from portal.live.ballots.queries import Film
from portal.live.models import BallotBox, Question, Theme
from portal.live.reactions import attendance
from portal.live.reactions.attendance import Counted, Line
from portal.programme.models import Hall, Package, Screening

EXAMPLES = 3
_ANSWERED = (QuestionState.ANSWERED, QuestionState.WRITTEN)
# What the moderators let through; the others are counted, and their words stay on the moderators' desk.
_SHOWN = (QuestionState.APPROVED, QuestionState.QUEUED, QuestionState.ON_STAGE, QuestionState.SKIPPED, *_ANSWERED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the report quotes it."""

    text: str
    language: str
    votes: int
    state: QuestionState


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """Questions about one thing: how many, how many were answered, and the most wanted ones."""

    theme: Theme | None
    asked: int
    answered: int
    examples: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class FilmLine:
    """One film: its stars, where they may be read, and the questions to it."""

    film: Film
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class Reactions:
    """The whole report on one screening; `result` is None while the ballot may not be read."""

    lines: tuple[Line, ...]
    arrivals: tuple[tuple[datetime, int], ...]
    scans: dict[ScanOutcome, int]
    box: BallotBox | None
    ballots: int
    result: Result | None
    anomalies: tuple[Anomaly, ...]
    films: tuple[FilmLine, ...]
    themes: tuple[ThemeLine, ...]
    states: dict[QuestionState, int]

    @property
    def total(self) -> Line:
        """All seats together."""
        return attendance.total(self.lines)


def reactions(session: Session, screening: Screening, *, at: datetime) -> Reactions:
    """The report as it stands at this moment."""
    box = ballots.box_of(session, screening.id)
    films = ballots.films(session, screening, public=False)
    found, odd = _ballot(session, box, films, at)
    asked = _questions(session, screening.id)
    return Reactions(
        lines=tuple(attendance.lines(_parties(session, screening.id))),
        arrivals=tuple(attendance.arrivals(_entered(session, screening.id))),
        scans=_scans(session, screening.id),
        box=box,
        ballots=ballots.ballots_in(session, box.id) if box is not None else 0,
        result=found,
        anomalies=odd,
        films=tuple(_film_line(film, asked) for film in films),
        themes=tuple(_themes(asked)),
        states=_states(asked),
    )


def _ballot(
    session: Session, box: BallotBox | None, films: Sequence[Film], at: datetime
) -> tuple[Result | None, tuple[Anomaly, ...]]:
    if box is None or not terms.is_readable(box, at):
        return None, ()
    cast, entry_ids = ballots.votes(session, box.id), [film.entry_id for film in films]
    whole = result(cast, entry_ids)
    closed_at = terms.ended_at(box, at)
    assert closed_at is not None
    return whole, anomalies.report(cast, entry_ids, closed_at=closed_at, whole=whole)


def _parties(session: Session, screening_id: int) -> list[Counted]:
    group = (Group.code, Group.name_ko, Group.name_en)
    sums = (sa.func.sum(Booking.party), sa.func.sum(Booking.outside))
    query = (
        sa.select(*group, Booking.origin, Booking.state, *sums)
        .outerjoin(Group, Group.id == Booking.group_id)
        .where(Booking.screening_id == screening_id)
        .group_by(*group, Group.position, Booking.origin, Booking.state)
        .order_by(Group.position, Group.code, Booking.origin)
    )
    return [Counted(*row) for row in session.execute(query)]


def _entered(session: Session, screening_id: int) -> list[tuple[datetime, int]]:
    query = sa.select(Booking.checked_in_at, Booking.inside).where(
        Booking.screening_id == screening_id, Booking.state == SeatState.CHECKED_IN, Booking.checked_in_at.is_not(None)
    )
    return [(moment, inside) for moment, inside in session.execute(query) if moment is not None]


def _scans(session: Session, screening_id: int) -> dict[ScanOutcome, int]:
    query = sa.select(Scan.outcome, sa.func.count()).where(Scan.screening_id == screening_id).group_by(Scan.outcome)
    found = {row[0]: row[1] for row in session.execute(query)}
    return {outcome: found[outcome] for outcome in ScanOutcome if outcome in found}


def _questions(session: Session, screening_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    columns = (Question.text, Question.language, Question.votes, Question.state, Question.theme, Question.entry_id)
    query = sa.select(*columns).where(Question.screening_id == screening_id)
    return session.execute(query.order_by(Question.votes.desc(), Question.id)).all()


def _film_line(film: Film, asked: Sequence[Any]) -> FilmLine:
    mine = [row for row in asked if row.entry_id == film.entry_id and row.state != QuestionState.MERGED]
    return FilmLine(film, len(mine), sum(row.state in _ANSWERED for row in mine))


def _themes(asked: Sequence[Any]) -> list[ThemeLine]:
    """Each theme anybody asked about, the one with most questions first; those without a theme last."""
    found = []
    for theme in (*Theme, None):
        mine = [row for row in asked if row.theme == theme and row.state != QuestionState.MERGED]
        if mine:
            shown = [Asked(row.text, row.language, row.votes, row.state) for row in mine if row.state in _SHOWN]
            answered = sum(row.state in _ANSWERED for row in mine)
            found.append(ThemeLine(theme, len(mine), answered, tuple(shown[:EXAMPLES])))
    return sorted(found, key=lambda line: (line.theme is None, -line.asked))


def _states(asked: Sequence[Any]) -> dict[QuestionState, int]:
    counted = {state: sum(row.state == state for row in asked) for state in QuestionState}
    return {state: count for state, count in counted.items() if count}


# ── all of an edition ──────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Held:
    """A screening that has begun, with its key figures."""

    code: str
    title_ko: str
    title_en: str
    hall_ko: str
    hall_en: str
    starts_at: datetime
    state: ScreeningState
    seats: int
    booked: int
    came: int
    ballots: int
    asked: int
    answered: int
    box: BallotBox | None


def held(session: Session, edition_id: int) -> list[Held]:
    """Every screening that has begun, the last one first; four statements."""
    columns = (Screening.id, Screening.code, Screening.starts_at, Screening.state, Screening.seats)
    names = (Package.title_ko, Package.title_en, Hall.name_ko.label("hall_ko"), Hall.name_en.label("hall_en"))
    query = (
        sa.select(*columns, *names)
        .join(Package, Package.id == Screening.package_id)
        .join(Hall, Hall.id == Screening.hall_id)
        .where(Screening.edition_id == edition_id, Screening.state.in_(terms.VOTED_IN))
        .order_by(Screening.starts_at.desc(), Screening.id)
    )
    rows = session.execute(query).all()
    ids = [row.id for row in rows]
    seats, asked = _seats(session, ids), _asked(session, ids)
    boxes = {
        box.screening_id: box for box in session.scalars(sa.select(BallotBox).where(BallotBox.screening_id.in_(ids)))
    }
    counts = ballots.ballots_of(session, [box.id for box in boxes.values()])
    return [_held(row, seats, asked, boxes.get(row.id), counts) for row in rows]


def _held(
    row: Any,
    seats: dict[int, tuple[int, int]],
    asked: dict[int, tuple[int, int]],
    box: BallotBox | None,
    counts: dict[int, int],
) -> Held:
    facts = (row.code, row.title_ko, row.title_en, row.hall_ko, row.hall_en, row.starts_at, row.state, row.seats)
    cast = counts.get(box.id, 0) if box is not None else 0
    return Held(*facts, *seats.get(row.id, (0, 0)), cast, *asked.get(row.id, (0, 0)), box)


def _seats(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Seats booked and seats used, by screening."""
    kept = Booking.state.in_((SeatState.CONFIRMED, SeatState.CHECKED_IN, SeatState.NO_SHOW))
    came = sa.func.sum(sa.case((Booking.state == SeatState.CHECKED_IN, Booking.inside), else_=0))
    query = sa.select(Booking.screening_id, sa.func.sum(Booking.party), came)
    rows = session.execute(query.where(Booking.screening_id.in_(ids), kept).group_by(Booking.screening_id))
    return {screening_id: (int(booked), int(used)) for screening_id, booked, used in rows}


def _asked(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Questions asked and answered, by screening."""
    answered = sa.func.sum(sa.case((Question.state.in_(_ANSWERED), 1), else_=0))
    query = sa.select(Question.screening_id, sa.func.count(), answered)
    counted = query.where(Question.screening_id.in_(ids), Question.state != QuestionState.MERGED)
    return {row[0]: (row[1], int(row[2])) for row in session.execute(counted.group_by(Question.screening_id))}
