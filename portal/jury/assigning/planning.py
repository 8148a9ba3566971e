"""The worker's side of an assignment: from a round's rows to an instance of the engine, and from its plan to rows.

The plan is stored in one transaction, so that a killed worker leaves the round as it was: asked for, and found again
by the sweep. This module brings numpy and the solver along; what pages need is in portal.jury.assigning.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.calls.models import Category
from portal.jury import queries
from portal.jury.allocation import engine
from portal.jury.allocation.affinity import affinity
from portal.jury.allocation.model import ENGINE, Film, FilmTraits, GroupRule, Instance, JurorTraits, Pair, Plan
from portal.jury.allocation.model import Juror as Seat
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts import reach
from portal.jury.models import Juror, Panel, Round
from portal.lifecycles import AssignmentState, RoundState, advance
from portal.policies import SYSTEM

SETTLED = queries.AT_WORK


@dataclass(frozen=True)
class Sheet:
    """The films and jurors of a round in the order of the instance's indices."""

    films: Sequence[Any]
    jurors: Sequence[Juror]
    instance: Instance


def instance_of(session: Session, round_: Round) -> Sheet:
    """The round as an instance: minutes, languages, tastes, conflicts, and one juror of each panel for every film."""
    films = _films(session, round_)
    jurors = _jurors(session, round_)
    film_at = {film.id: index for index, film in enumerate(films)}
    juror_at = {juror.id: index for index, juror in enumerate(jurors)}
    conflicts, fixed = _pairs(session, round_, film_at, juror_at)
    instance = Instance(
        films=tuple(_film(film, round_.jurors_per_film) for film in films),
        jurors=tuple(_seats(round_, films, jurors)),
        affinity=affinity([_film_traits(film) for film in films], [_juror_traits(one) for one in jurors]).total,
        conflicts=conflicts,
        fixed=fixed,
        groups=tuple(_panel_rules(round_, jurors, len(films))),
        floor=round_.floor_bp / 10_000,
        seed=round_.seed,
    )
    return Sheet(films, jurors, instance)


def _films(session: Session, round_: Round) -> Sequence[Any]:
    entry = queries.judged_entries(round_).subquery()
    return session.execute(
        sa.select(entry.c.id, entry.c.number, entry.c.runtime_s, entry.c.spoken_language, entry.c.genre, Category.code)
        .join(Category, Category.id == entry.c.category_id)
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


def _film(film: Any, demand: int) -> Film:
    return Film(film.number, film.runtime_s / 60, demand, film.spoken_language, film.code)


def _film_traits(film: Any) -> FilmTraits:
    genres = {film.genre: 1.0} if film.genre else {}
    return FilmTraits(film.number, genres, film.spoken_language, film.code)


def _juror_traits(juror: Juror) -> JurorTraits:
    return JurorTraits(
        juror.label,
        genres=dict.fromkeys(juror.genres, 1.0),
        languages=dict.fromkeys(juror.languages, 1.0),
        categories={},
    )


def _seats(round_: Round, films: Sequence[Any], jurors: Sequence[Juror]) -> list[Seat]:
    """Each panel sees every film equally often, so a juror's band lies around the panel's own mean."""
    minutes = sum(film.runtime_s for film in films) / 60
    sizes: dict[int, int] = defaultdict(int)
    for juror in jurors:
        sizes[juror.panel_id] += 1
    share = round_.jurors_per_film / max(1, len(sizes))
    band = round_.band_bp / 10_000
    seats = []
    for juror in jurors:
        mean = minutes * share / sizes[juror.panel_id]
        most = mean * (1 + band)
        own = min(most, juror.max_minutes) if juror.max_minutes else most
        seats.append(Seat(juror.label, min(mean * (1 - band), own), own, tuple(juror.languages)))
    return seats


def _panel_rules(round_: Round, jurors: Sequence[Juror], films: int) -> list[GroupRule]:
    members: dict[int, list[int]] = defaultdict(list)
    names: dict[int, Panel] = {}
    for index, juror in enumerate(jurors):
        members[juror.panel_id].append(index)
        names[juror.panel_id] = juror.panel
    each, rest = divmod(round_.jurors_per_film, max(1, len(members)))
    most = each + (1 if rest else 0)
    everything = tuple(range(films))
    return [
        GroupRule(names[panel_id].code, tuple(seats), everything, at_least=each, at_most=most)
        for panel_id, seats in sorted(members.items())
    ]


def _pairs(
    session: Session, round_: Round, film_at: dict[int, int], juror_at: dict[int, int]
) -> tuple[frozenset[Pair], frozenset[Pair]]:
    rows = session.execute(
        sa.select(Assignment.entry_id, Assignment.juror_id, Assignment.state, Assignment.fixed).where(
            Assignment.round_id == round_.id
        )
    ).all()
    left = [row for row in rows if row.state not in (*SETTLED, AssignmentState.PROPOSED)]
    kept = [row for row in rows if row.state in SETTLED or (row.fixed and row.state == AssignmentState.PROPOSED)]

    def placed(pairs: Iterable[tuple[int, int]]) -> frozenset[Pair]:
        return frozenset(
            (film_at[entry_id], juror_at[juror_id])
            for entry_id, juror_id in pairs
            if entry_id in film_at and juror_id in juror_at
        )

    gone = {(row.entry_id, row.juror_id) for row in left}
    conflicts = placed(reach.pairs(session, round_) | gone)
    return conflicts, placed((row.entry_id, row.juror_id) for row in kept) - conflicts


def solve(sheet: Sheet) -> Plan:
    """The engine's plan with its proof; pure, seconds long, holds no transaction."""
    return engine.assign(sheet.instance)


def store(session: Session, round_: Round, sheet: Sheet, plan: Plan) -> None:
    """Replace what was proposed by the new plan; an infeasible one sends the round back with its certificate."""
    if round_.state != RoundState.ASSIGNING:
        return
    round_.plan = report(sheet, plan)
    if plan.status == "infeasible":
        advance(session, round_, RoundState.SETUP, by=SYSTEM, certificate=round_.plan["certificate"])
        return
    _replace_proposed(session, round_, sheet, plan)
    advance(session, round_, RoundState.PROPOSED, by=SYSTEM, pairs=len(plan.pairs), gap=round_.plan["gap"])


def _replace_proposed(session: Session, round_: Round, sheet: Sheet, plan: Plan) -> None:
    session.execute(
        sa.delete(Assignment).where(
            Assignment.round_id == round_.id, Assignment.state == AssignmentState.PROPOSED, ~Assignment.fixed
        )
    )
    standing = set(
        session.execute(sa.select(Assignment.juror_id, Assignment.entry_id).where(Assignment.round_id == round_.id))
    )
    rows = [
        _proposed(round_, sheet, film, juror)
        for film, juror in plan.pairs
        if (sheet.jurors[juror].id, sheet.films[film].id) not in standing
    ]
    if rows:
        session.execute(sa.insert(Assignment), rows)


def _proposed(round_: Round, sheet: Sheet, film: int, juror: int) -> dict[str, Any]:
    entry_id, juror_id = sheet.films[film].id, sheet.jurors[juror].id
    return {
        "round_id": round_.id,
        "juror_id": juror_id,
        "entry_id": entry_id,
        "state": AssignmentState.PROPOSED,
        "position": neutral_position(round_.seed, juror_id, entry_id),
        "reasons": {"affinity": round(float(sheet.instance.affinity[film, juror]), 4)},
    }


def neutral_position(seed: int, juror_id: int, entry_id: int) -> int:
    """A juror's own order of films, the same whenever it is computed, which tells nothing of the entries."""
    content = hashlib.sha256(f"{seed}:{juror_id}:{entry_id}".encode()).digest()
    return int.from_bytes(content[:4], "big") >> 1


def report(sheet: Sheet, plan: Plan) -> dict[str, Any]:
    """What the chair reads before publishing: status, proof, minutes of each juror, the worst-off film."""
    certificate = asdict(plan.certificate) | {"rule": plan.certificate.rule} if plan.certificate else None
    return {
        "engine": ENGINE,
        "status": plan.status,
        "films": len(sheet.films),
        "pairs": len(plan.pairs),
        "objective": round(plan.objective, 4),
        "bound": round(plan.bound, 4),
        "gap": round(plan.gap, 6),
        "worst_ratio": round(plan.worst_ratio, 4),
        "cpu_seconds": round(plan.cpu_seconds, 3),
        "conflicts": len(sheet.instance.conflicts),
        "load": [
            {
                "label": juror.label,
                "minutes": round(minutes, 1),
                "least": round(seat.min_minutes, 1),
                "most": round(seat.max_minutes, 1),
            }
            for juror, seat, minutes in zip(sheet.jurors, sheet.instance.jurors, plan.load_minutes, strict=False)
        ],
        "certificate": certificate,
        "at": clock.now().isoformat(timespec="seconds"),
    }
