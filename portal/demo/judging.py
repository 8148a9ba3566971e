"""The demo's jury: a first round assigned by the real engine and scored to three fifths, an early selection."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.calls.models import Call
from portal.demo.cast import JUROR_LANGUAGES, Cast
from portal.demo.films import GENRES
from portal.entries.models import Entry
from portal.jury.assigning import service as assigning
from portal.jury.assigning import storing
from portal.jury.assigning.models import Assignment
from portal.jury.awards.models import Award
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations import terms
from portal.jury.invitations.models import FilmInvitation
from portal.jury.models import Criterion, Juror, Panel, Round
from portal.jury.results import service as results
from portal.jury.rounds import setup
from portal.jury.scoring.models import EventKind, Score, ScoreEvent, ScoreSheet
from portal.jury.scoring.service import weighted_total
from portal.lifecycles import AssignmentState, DecisionState, EntryState, InvitationState, RoundState, SheetState
from portal.policies import SYSTEM, Actor

SCORED = 0.61
EARLY = 24
UNANSWERED = 5
AWARDS_PER_CATEGORY = (
    ("대상", "Grand Prize"),
    ("최우수상", "First Prize"),
    ("우수상", "Second Prize"),
    ("장려상", "Honourable Mention"),
    ("관객상", "Audience Award"),
)


def fill(session: Session, rng: random.Random, call: Call, cast: Cast) -> list[int]:
    """Rounds, jurors, assignment, scores, results, awards; the ids of the films selected early."""
    chair = Actor("person", cast.staff["chair"])
    _awards(session, call)
    early = _early_selection(session, rng, call, cast)
    round_ = _first_round(session, call, chair)
    _seats(session, rng, round_, cast)
    _assign(session, round_, chair)
    _score(session, rng, round_)
    results.recompute(session, round_)
    return early


def _first_round(session: Session, call: Call, chair: Actor) -> Round:
    made = setup.make_round(
        session, call, name_ko="1차 심사", name_en="First round", due_at=clock.now() + timedelta(days=9), by=chair
    )
    session.flush()
    return session.scalars(
        sa.select(Round).where(Round.id == made.id).options(selectinload(Round.panels).selectinload(Panel.criteria))
    ).one()


def _seats(session: Session, rng: random.Random, round_: Round, cast: Cast) -> None:
    for n, person_id in enumerate(cast.jurors):
        setup.seat_juror(
            session,
            round_,
            round_.panels[(n + 1) % len(round_.panels)],
            person_id,
            languages=JUROR_LANGUAGES[n % len(JUROR_LANGUAGES)],
            genres=rng.sample(GENRES, 4),
            by=SYSTEM,
        )


def _assign(session: Session, round_: Round, chair: Actor) -> None:
    storing.make(session, assigning.request_assignment(session, round_, by=chair))
    assigning.publish(session, round_, by=chair)
    round_.opened_at = clock.now() - timedelta(days=14)
    session.flush()


def _score(session: Session, rng: random.Random, round_: Round) -> None:
    """Each juror has scored the first part of the own queue, more or less diligently."""
    criteria = {panel.id: panel.criteria for panel in round_.panels}
    quality: dict[int, float] = {}
    sheets: list[dict[str, Any]] = []
    given: list[dict[int, int]] = []
    for juror in session.scalars(sa.select(Juror).where(Juror.round_id == round_.id)):
        severity, pace = rng.gauss(0, 0.55), min(1.0, max(0.12, rng.gauss(SCORED, 0.2)))
        queue = session.execute(
            sa.select(Assignment.id, Assignment.entry_id)
            .where(Assignment.juror_id == juror.id)
            .order_by(Assignment.position)
        ).all()
        for assignment_id, entry_id in queue[: int(len(queue) * pace)]:
            taste = quality.setdefault(entry_id, rng.gauss(6.1, 1.1)) + severity + rng.gauss(0, 0.8)
            scores = _scores(rng, criteria[juror.panel_id], taste)
            given.append(scores)
            sheets.append(_sheet(rng, assignment_id, weighted_total(scores, criteria[juror.panel_id])))
    _write(session, round_, sheets, given)


def _scores(rng: random.Random, criteria: Sequence[Criterion], taste: float) -> dict[int, int]:
    return {one.id: max(1, min(10, round(taste + rng.gauss(0, 0.9)))) for one in criteria}


def _sheet(rng: random.Random, assignment_id: int, total: int | None) -> dict[str, Any]:
    at = clock.now() - timedelta(days=rng.random() * 8)
    return {
        "assignment_id": assignment_id,
        "state": SheetState.SUBMITTED,
        "total": total,
        "submitted_at": at,
        "updated_at": at,
    }


def _write(session: Session, round_: Round, sheets: list[dict[str, Any]], given: list[dict[int, int]]) -> None:
    ids = list(session.scalars(sa.insert(ScoreSheet).returning(ScoreSheet.id, sort_by_parameter_order=True), sheets))
    session.execute(
        sa.insert(Score),
        [
            {"sheet_id": sheet_id, "criterion_id": key, "value": value}
            for sheet_id, scores in zip(ids, given, strict=True)
            for key, value in scores.items()
        ],
    )
    session.execute(sa.insert(ScoreEvent), _events(round_, sheets, given))
    session.execute(
        sa.update(Assignment)
        .where(Assignment.id.in_([sheet["assignment_id"] for sheet in sheets]))
        .values(state=AssignmentState.SCORED, watched_s=_watched())
        .execution_options(synchronize_session=False)
    )


def _watched() -> sa.ColumnElement[int]:
    """The whole film, but for one in sixty, of which a third was seen."""
    length = sa.select(Entry.runtime_s).where(Entry.id == Assignment.entry_id).scalar_subquery()
    return sa.case((Assignment.id % 60 == 0, length // 3), else_=length)


def _events(round_: Round, sheets: list[dict[str, Any]], given: list[dict[int, int]]) -> list[dict[str, Any]]:
    codes = {one.id: one.code for panel in round_.panels for one in panel.criteria}
    return [
        {
            "round_id": round_.id,
            "assignment_id": sheet["assignment_id"],
            "kind": EventKind.SUBMITTED,
            "scores": {codes[key]: value for key, value in scores.items()},
            "total": sheet["total"],
            "at": sheet["submitted_at"],
        }
        for sheet, scores in zip(sheets, given, strict=True)
    ]


def _early_selection(session: Session, rng: random.Random, call: Call, cast: Cast) -> list[int]:
    """Films invited before the competition: decided by one organizer, released by the other."""
    chosen = session.scalars(
        sa.select(Entry.id).where(Entry.call_id == call.id, Entry.state == EntryState.ELIGIBLE).order_by(Entry.id)
    ).all()
    picked = rng.sample(list(chosen), EARLY)
    round_ = Round(
        edition_id=call.edition_id,
        call_id=call.id,
        name_ko="조기 선정",
        name_en="Early selection",
        state=RoundState.ANNOUNCED,
        due_at=clock.now() - timedelta(days=10),
        position=0,
        listed_at=clock.now() - timedelta(days=5),
    )
    session.add(round_)
    session.flush()
    at = clock.now() - timedelta(days=6)
    session.execute(
        sa.insert(Decision),
        [
            {
                "round_id": round_.id,
                "entry_id": entry_id,
                "state": DecisionState.ANNOUNCED,
                "outcome": Outcome.SELECTED,
                "decided_by_id": cast.staff["organizer"],
                "decided_at": at - timedelta(days=1),
                "released_by_id": cast.staff["organizer2"],
                "announced_at": at,
            }
            for entry_id in picked
        ],
    )
    _invite(session, round_.id, at)
    return picked


def _invite(session: Session, round_id: int, at: datetime) -> None:
    """Most of the invited have confirmed; the last ones still have some days."""
    announced = session.execute(
        sa.select(Decision.id, Decision.entry_id, Entry.owner_id)
        .join(Entry, Entry.id == Decision.entry_id)
        .where(Decision.round_id == round_id)
        .order_by(Decision.id)
    ).all()
    confirmed = {"state": InvitationState.CONFIRMED, "answered_at": at + timedelta(days=2)}
    waiting = {"state": InvitationState.INVITED, "answered_at": None, "answered_by_id": None}
    session.execute(
        sa.insert(FilmInvitation),
        [
            {
                "decision_id": row.id,
                "entry_id": row.entry_id,
                "invited_at": at,
                "answer_by": terms.usual(at),
                **({**confirmed, "answered_by_id": row.owner_id} if n < EARLY - UNANSWERED else waiting),
            }
            for n, row in enumerate(announced)
        ],
    )


def _awards(session: Session, call: Call) -> None:
    rows = [
        {"category_id": category.id, "name_ko": f"{category.name_ko} {ko}", "name_en": f"{en}, {category.name_en}"}
        for category in call.categories
        for ko, en in AWARDS_PER_CATEGORY
    ]
    rows.append({"category_id": None, "name_ko": "판 특별상", "name_en": "P.A.N Special Award"})
    session.execute(
        sa.insert(Award), [{**row, "edition_id": call.edition_id, "position": n} for n, row in enumerate(rows)]
    )
