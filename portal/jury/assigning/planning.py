"""From a round's rows to an instance of the engine.

Nothing is written here. This module brings numpy along; what pages need is in portal.jury.assigning.reading.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.calls.models import Category
from portal.jury import queries
from portal.jury.allocation.affinity import affinity
from portal.jury.allocation.model import Film, FilmTraits, Instance, JurorTraits, Pair
from portal.jury.allocation.model import Juror as Seat
from portal.jury.assigning import rules
from portal.jury.assigning.models import Assignment
from portal.jury.assigning.moving import MOVABLE, UNFINISHED
from portal.jury.assigning.rules import FilmNeed, PanelShare, Seating
from portal.jury.assigning.wishes import Wish
from portal.jury.conflicts import names, reach
from portal.jury.models import Juror, Panel, Round, RoundFilm
from portal.jury.rounds import queries as earlier
from portal.lifecycles import AssignmentState, RoundState

RUNNING = (RoundState.OPEN, RoundState.PAUSED)
DIGITS = 6
"""Affinities are rounded to this, so that what is stored is exactly what was solved."""

NO_WISH = Wish()


@dataclass(frozen=True, eq=False)
class Sheet:
    """The films and jurors of a round in the order of the instance's indices; `taken` counts the unfinished films of
    the juror whose films go to others."""

    films: Sequence[Any]
    jurors: Sequence[Juror]
    instance: Instance
    traits: dict[str, list[dict[str, Any]]]
    repair: bool = False
    taken: int = 0

    def ids(self, pairs: Iterable[Pair]) -> set[tuple[int, int]]:
        """(entry id, juror id) of these positions."""
        return {(self.films[film].id, self.jurors[juror].id) for film, juror in pairs}


@dataclass(frozen=True)
class _Standing:
    """What is on the jurors' lists already, as (entry id, juror id).

    Set by hand or begun (`fixed`), shown and neither (`kept`), handed in (`done`), given up (`gone`).
    """

    fixed: frozenset[tuple[int, int]]
    kept: frozenset[tuple[int, int]]
    gone: frozenset[tuple[int, int]]
    done: frozenset[tuple[int, int]]
    shown: frozenset[tuple[int, int]]
    taken: frozenset[tuple[int, int]]


def instance_of(session: Session, round_: Round, *, wish: Wish = NO_WISH, kappa_bp: int | None = None) -> Sheet:
    """The round as an instance: minutes, languages, tastes, conflicts, panels, and what is on the lists already."""
    repair = round_.state in RUNNING
    films, jurors = _films(session, round_), _jurors(session, round_)
    barred = reach.pairs(session, round_)
    standing = _standing(session, round_, wish, barred)
    seats = _seatings(films, jurors, standing, wish)
    panels = _panels(session, round_)
    needs = _needs(session, round_, films, jurors, standing)
    pair = _Positions(films, jurors)
    seen = earlier.seen_before(session, round_)
    conflicts = pair.placed(((barred | seen) - standing.shown) | standing.gone | wish.out)
    fixed = pair.placed(standing.fixed | standing.done)
    film_traits, juror_traits = [_film_traits(film) for film in films], [_juror_traits(one) for one in jurors]
    instance = Instance(
        films=tuple(
            Film(film.number, film.runtime_s / 60, demand, film.spoken_language, film.code)
            for film, demand in zip(films, rules.demands(needs, panels), strict=True)
        ),
        jurors=tuple(
            Seat(juror.label, low, high, tuple(juror.languages))
            for juror, (low, high) in zip(
                jurors,
                rules.bands(needs, seats, panels, band=round_.band_bp / 10_000, repair=repair, wish=wish),
                strict=True,
            )
        ),
        affinity=np.round(affinity(film_traits, juror_traits).total, DIGITS),
        conflicts=(conflicts | _resting(films, jurors, wish)) - fixed,
        kept=pair.placed(standing.kept),
        fixed=fixed,
        groups=rules.group_rules(needs, seats, panels, wish.dropped),
        floor=0.0 if rules.FLOOR in wish.dropped else round_.floor_bp / 10_000,
        kappa=(round_.kappa_bp if kappa_bp is None else kappa_bp) / 10_000,
        seed=round_.seed,
    )
    return Sheet(
        films,
        jurors,
        instance,
        {"films": _plain(film_traits), "jurors": _plain(juror_traits)},
        repair,
        len(standing.taken),
    )


class _Positions:
    """Where films and jurors are in the instance."""

    def __init__(self, films: Sequence[Any], jurors: Sequence[Juror]) -> None:
        self._film = {film.id: index for index, film in enumerate(films)}
        self._juror = {juror.id: index for index, juror in enumerate(jurors)}

    def placed(self, pairs: Iterable[tuple[int, int]]) -> frozenset[Pair]:
        return frozenset(
            (self._film[entry_id], self._juror[juror_id])
            for entry_id, juror_id in pairs
            if entry_id in self._film and juror_id in self._juror
        )


def _films(session: Session, round_: Round) -> Sequence[Any]:
    entry = queries.judged_entries(round_).subquery()
    columns = (entry.c.id, entry.c.number, entry.c.runtime_s, entry.c.spoken_language, entry.c.genre, Category.code)
    return session.execute(
        sa.select(*columns, RoundFilm.demand)
        .join(Category, Category.id == entry.c.category_id)
        .outerjoin(RoundFilm, sa.and_(RoundFilm.entry_id == entry.c.id, RoundFilm.round_id == round_.id))
        .where(entry.c.runtime_s > 0)
        .order_by(entry.c.id)
    ).all()


def _jurors(session: Session, round_: Round) -> Sequence[Juror]:
    return session.scalars(
        sa.select(Juror)
        .where(Juror.round_id == round_.id, Juror.ended_at.is_(None))
        .options(selectinload(Juror.panel))
        .order_by(Juror.id)
    ).all()


def _panels(session: Session, round_: Round) -> dict[int, PanelShare]:
    rows = session.execute(sa.select(Panel.id, Panel.code, Panel.demand).where(Panel.round_id == round_.id))
    return {row.id: PanelShare(row.code, row.demand) for row in rows}


def _standing(session: Session, round_: Round, wish: Wish, barred: set[tuple[int, int]]) -> _Standing:
    rows = session.execute(
        sa.select(Assignment.entry_id, Assignment.juror_id, Assignment.state, Assignment.fixed).where(
            Assignment.round_id == round_.id
        )
    ).all()
    sorts: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for row in rows:
        pair = (row.entry_id, row.juror_id)
        sorts["gone" if _clashes(row, barred) else _sort(row, wish)].add(pair)
        if row.state in queries.AT_WORK:
            sorts["shown"].add(pair)
        if row.juror_id == wish.without and row.state in UNFINISHED:
            sorts["taken"].add(pair)
    return _Standing(*(frozenset(sorts[name]) for name in ("fixed", "kept", "gone", "done", "shown", "taken")))


def _clashes(row: Any, barred: set[tuple[int, int]]) -> bool:
    """A conflict that came to light takes a pair out of a plan; what was shown goes only once it is confirmed."""
    return row.state == AssignmentState.PROPOSED and (row.entry_id, row.juror_id) in barred


def _sort(row: Any, wish: Wish) -> str:
    if row.state == AssignmentState.PROPOSED:
        return "fixed" if row.fixed else ""
    if row.state in queries.DONE:
        return "done"
    if row.state not in UNFINISHED or row.juror_id == wish.without:
        return "gone"
    return "kept" if row.state in MOVABLE and not row.fixed else "fixed"


def _resting(films: Sequence[Any], jurors: Sequence[Juror], wish: Wish) -> frozenset[Pair]:
    """Every film with the juror who takes no new ones."""
    return frozenset(
        (film, index) for index, juror in enumerate(jurors) if juror.id == wish.without for film in range(len(films))
    )


def _seatings(films: Sequence[Any], jurors: Sequence[Juror], standing: _Standing, wish: Wish) -> list[Seating]:
    minutes = {film.id: film.runtime_s / 60 for film in films}
    load: dict[int, float] = defaultdict(float)
    begun: dict[int, float] = defaultdict(float)
    for entry_id, juror_id in sorted(standing.fixed | standing.kept | standing.done):
        load[juror_id] += minutes.get(entry_id, 0.0)
        if (entry_id, juror_id) not in standing.kept:
            begun[juror_id] += minutes.get(entry_id, 0.0)
    return [
        Seating(
            juror.label,
            juror.panel_id,
            tuple(juror.languages),
            names.company(juror.employer),
            most=begun[juror.id] if juror.id == wish.without else juror.max_minutes or None,
            load=load[juror.id],
            begun=begun[juror.id],
        )
        for juror in jurors
    ]


def _needs(
    session: Session, round_: Round, films: Sequence[Any], jurors: Sequence[Juror], standing: _Standing
) -> list[FilmNeed]:
    """What each film still needs; those who handed in and have left the round count as well."""
    former = {one.id: one for one in session.scalars(sa.select(Juror).where(Juror.round_id == round_.id))}
    present = {one.id for one in jurors}
    held: dict[int, Counter[int]] = defaultdict(Counter)
    served: dict[int, Counter[int]] = defaultdict(Counter)
    tongues: dict[int, set[str]] = defaultdict(set)
    for entry_id, juror_id in standing.fixed | standing.done:
        seat = former[juror_id]
        if juror_id in present:
            held[entry_id][seat.panel_id] += 1
        elif (entry_id, juror_id) in standing.done:
            served[entry_id][seat.panel_id] += 1
            tongues[entry_id] |= set(seat.languages)
    return [
        FilmNeed(
            film.number,
            film.runtime_s / 60,
            film.spoken_language,
            film.demand or round_.jurors_per_film,
            served[film.id],
            held[film.id],
            film.spoken_language in tongues[film.id],
        )
        for film in films
    ]


def _film_traits(film: Any) -> FilmTraits:
    return FilmTraits(film.number, {film.genre: 1.0} if film.genre else {}, film.spoken_language, film.code)


def _juror_traits(juror: Juror) -> JurorTraits:
    return JurorTraits(
        juror.label,
        genres=dict.fromkeys(juror.genres, 1.0),
        languages=dict.fromkeys(juror.languages, 1.0),
        categories=dict.fromkeys(juror.categories, 1.0),
    )


def _plain(traits: Iterable[FilmTraits | JurorTraits]) -> list[dict[str, Any]]:
    return [asdict(one) for one in traits]
