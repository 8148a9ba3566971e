"""What a round's set-up pages read: other rounds, its films, and what they ask of the jurors' hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from portal.entries.models import Entry
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Juror, Panel, Round, RoundFilm
from portal.lifecycles import EntryState


def other_rounds(session: Session, round_: Round) -> Sequence[Any]:
    """(id, code, call_id, name_ko, name_en, has_results, decided) of the edition's other rounds, newest first."""
    decided = sa.exists().where(Decision.round_id == Round.id, Decision.outcome == Outcome.SELECTED)
    has_results = Round.results_at.is_not(None).label("has_results")
    return session.execute(
        sa.select(
            Round.id, Round.code, Round.call_id, Round.name_ko, Round.name_en, has_results, decided.label("decided")
        )
        .where(Round.edition_id == round_.edition_id, Round.id != round_.id)
        .order_by(Round.position.desc(), Round.id.desc())
    ).all()


def scored_rounds(session: Session, edition_id: int) -> Sequence[Any]:
    """(id, name_ko, name_en) of the edition's rounds with results, newest first, to read variance shares of."""
    return session.execute(
        sa.select(Round.id, Round.name_ko, Round.name_en)
        .where(Round.edition_id == edition_id, Round.results_at.is_not(None))
        .order_by(Round.position.desc(), Round.id.desc())
    ).all()


def whole_round(session: Session, edition_id: int, code: str) -> Round | None:
    """Another round of the edition with panels and criteria, to copy from."""
    return session.scalar(
        sa.select(Round)
        .where(Round.code == code, Round.edition_id == edition_id)
        .options(selectinload(Round.panels).selectinload(Panel.criteria))
    )


def seats(session: Session, round_id: int) -> dict[int, int]:
    """How many jurors sit on each panel of a round that has any."""
    rows = session.execute(
        sa.select(Juror.panel_id, sa.func.count())
        .where(Juror.round_id == round_id, Juror.ended_at.is_(None))
        .group_by(Juror.panel_id)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class Burden:
    """What a round asks for: seconds of film, each time counted that somebody watches it, shared by its jurors."""

    films: int
    seconds: int
    watched_s: int
    jurors: int

    @property
    def minutes(self) -> int:
        """Minutes of film."""
        return round(self.seconds / 60)

    @property
    def hours(self) -> float:
        """Hours of watching, all jurors together."""
        return self.watched_s / 3600

    @property
    def hours_each(self) -> float | None:
        """Hours of watching for each juror; None while there is none."""
        return self.hours / self.jurors if self.jurors else None


def burden(session: Session, round_: Round) -> Burden:
    """The round's films as they stand now."""
    film = queries.judged_entries(round_).subquery()
    demand = sa.func.coalesce(RoundFilm.demand, round_.jurors_per_film)
    own = sa.and_(RoundFilm.entry_id == film.c.id, RoundFilm.round_id == round_.id)
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(film.c.runtime_s), 0),
            sa.func.coalesce(sa.func.sum(film.c.runtime_s * demand), 0),
        )
        .select_from(film)
        .outerjoin(RoundFilm, own)
    ).one()
    return Burden(row[0], int(row[1]), int(row[2]), sum(seats(session, round_.id).values()))


def burden_of_all(session: Session, round_: Round) -> Burden:
    """What every eligible film of the call would ask for, seen by the round's own number of jurors."""
    eligible = (Entry.call_id == round_.call_id, Entry.state == EntryState.ELIGIBLE)
    films, seconds = session.execute(sa.select(sa.func.count(), sa.func.sum(Entry.runtime_s)).where(*eligible)).one()
    return Burden(films, int(seconds or 0), int(seconds or 0) * round_.jurors_per_film, 0)


def listed(round_id: int) -> sa.Select[*tuple[Any, ...]]:
    """The round's own rows of films, by number; a film that is no longer eligible says so by its state."""
    return (
        sa.select(
            Entry.id, Entry.number, Entry.title_ko, Entry.title_en, Entry.runtime_s, Entry.state, RoundFilm.demand
        )
        .join(RoundFilm, RoundFilm.entry_id == Entry.id)
        .where(RoundFilm.round_id == round_id)
        .order_by(Entry.number)
    )


def seen_before(session: Session, round_: Round) -> set[tuple[int, int]]:
    """(entry id, juror id) of films that a juror of this round has judged in the rounds whose plan it goes on with.

    A further stage of a plan is for further jurors; any other round may show a film to the same ones again.
    """
    if "stage" not in round_.comparison or round_.source_id is None:
        return set()
    before, again = aliased(Juror), aliased(Juror)
    earlier = [round_.source_id]
    for _ in range(round_.comparison["stage"] - 1):
        source = sa.select(Round.source_id).where(Round.id == earlier[-1], Round.source_id.is_not(None))
        earlier += session.scalars(source)
    rows = session.execute(
        sa.select(Assignment.entry_id, again.id)
        .join(before, before.id == Assignment.juror_id)
        .join(again, again.person_id == before.person_id)
        .where(Assignment.round_id.in_(earlier), again.round_id == round_.id, Assignment.state.in_(queries.DONE))
    )
    return {(row[0], row[1]) for row in rows}
