"""The moderator's moves. One question is on stage at a time; each move can be taken back as long as nothing came after.

Moves of one screening wait for one another at the talk's row, so two moderators never bring two questions on stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.errors import Invalid, Stale, require_at_most
from portal.i18n import N_
from portal.lifecycles import QuestionState, advance
from portal.live.models import Question, Theme
from portal.live.questions import counting, phases, picking
from portal.live.questions.queries import candidates, films_asked
from portal.policies import SYSTEM, Actor
from portal.programme.models import PickRule, QASession, Screening

_Q = QuestionState
LONGEST_REASON = 200
_OFF = (_Q.ANSWERED, _Q.SKIPPED)


@dataclass(frozen=True, slots=True)
class Step:
    """How a question stood before a move, and the `rev` it had after: what taking the move back needs."""

    id: int
    rev: int
    state: str
    place: int | None
    theme: str | None
    reason: str
    by_rule: bool | None
    merged_into_id: int | None

    def told(self) -> dict[str, Any]:
        """Plain values for a signed token."""
        return asdict(self)


def approve(session: Session, question: Question, *, rev: int, by: Actor) -> list[Step]:
    """Put it on the list that the hall votes on; a question lined up goes back there."""
    return [_move(session, question, rev, _Q.APPROVED, by, place=None)]


def line_up(session: Session, question: Question, *, rev: int, by: Actor) -> list[Step]:
    """Behind those that are lined up already."""
    _hold(session, question.screening_id)
    last = sa.select(sa.func.max(Question.place)).where(Question.screening_id == question.screening_id)
    return [_move(session, question, rev, _Q.QUEUED, by, place=(session.scalar(last) or 0) + 1)]


def decline(session: Session, question: Question, *, reason: str, rev: int, by: Actor) -> list[Step]:
    """Do not take it up; who asked reads the reason. Raises Invalid without one."""
    if not reason:
        raise Invalid("reason", N_("Write a reason. Whoever asked reads it."))
    require_at_most(LONGEST_REASON, "reason", reason)
    return [_move(session, question, rev, _Q.DECLINED, by, place=None, reason=reason)]


def bring_on_stage(session: Session, question: Question, *, rev: int, seen: str | None = None, by: Actor) -> list[Step]:
    """Pin it on the wall; the one before it is answered by that. `seen` is the code of the one the moderator saw there.

    Raises Invalid while the films are shown, Stale when the wall shows another one than the moderator saw.
    """
    talk = _hold(session, question.screening_id)
    _require_over(session, talk)
    before = _staged(session, question.screening_id)
    if seen is not None and seen != (before.code if before else ""):
        raise Stale
    if before is not None and before.id == question.id:
        return []
    asked = films_asked(session, talk.screening_id)
    chosen = picking.by_rule(candidates(session, talk.screening_id), asked, talk.pick_rule)
    as_ruled = chosen is not None and chosen.id == question.id
    steps = [_move(session, before, before.rev, _Q.ANSWERED, by)] if before else []
    steps.append(_move(session, question, rev, _Q.ON_STAGE, by, by_rule=as_ruled, place=None))
    return steps


def finish(session: Session, question: Question, *, answered: bool, rev: int, by: Actor) -> list[Step]:
    """Off the stage: answered, or passed over so that it can be answered in writing."""
    return [_move(session, question, rev, _Q.ANSWERED if answered else _Q.SKIPPED, by)]


def merge(session: Session, question: Question, into: Question, *, rev: int, by: Actor) -> list[Step]:
    """Let one question stand for two: its voters are those of both, once each; who asked the other one reads so.

    Raises Invalid for questions that cannot be merged.
    """
    _hold(session, question.screening_id)
    if into.screening_id != question.screening_id or into.id == question.id:
        raise Invalid("into", N_("Choose another question of this screening."))
    for one in sorted((question, into), key=lambda one: one.id):
        counting.locked(session, one.id)
    if into.state not in (_Q.PENDING, *phases.SHOWN):
        raise Invalid("into", N_("That question is no longer open. Choose another one."))
    return [_move(session, question, rev, _Q.MERGED, by, place=None, merged_into_id=into.id)]


def file_under(session: Session, question: Question, theme: Theme | None, *, rev: int, by: Actor) -> list[Step]:
    """Say what it is about; the same theme again takes it off."""
    _check_rev(session, question, rev)
    before = _snapshot(question)
    question.theme = None if question.theme == theme else theme
    session.flush()
    audit.record(session, by, "question.filed", question, before=before["theme"], after=question.theme)
    return [Step(rev=question.rev, **before)]


def undo(session: Session, screening: Screening, steps: Sequence[Step], *, by: Actor) -> None:
    """Take moves back, the last first; raises Stale when something came after, with this question or in its place."""
    _hold(session, screening.id)
    for step in reversed(steps):
        question = counting.locked(session, step.id)
        if question.screening_id != screening.id or question.rev != step.rev or _in_the_way(session, step):
            raise Stale
        theme = Theme(step.theme) if step.theme else None
        given = {"reason": step.reason, "by_rule": step.by_rule, "merged_into_id": step.merged_into_id, "theme": theme}
        _go(session, question, QuestionState(step.state), by, place=step.place, undo=True, **given)


def _in_the_way(session: Session, step: Step) -> bool:
    """Whether another question is on stage meanwhile, or what it was merged into has been merged into it."""
    if step.state == _Q.ON_STAGE:
        question = session.get_one(Question, step.id)
        staged = _staged(session, question.screening_id)
        return staged is not None and staged.id != step.id
    return step.id in counting.standing(session, step.merged_into_id)


def choose_rule(session: Session, talk: QASession, rule: PickRule, *, by: Actor) -> None:
    """Set the rule by which questions come on stage; the hall reads it at once."""
    if talk.pick_rule != rule:
        before, talk.pick_rule = talk.pick_rule, rule
        session.flush()
        audit.record(session, by, "talk.rule", talk, before=before, after=rule)


def clear_stage(session: Session, screening: Screening, *, by: Actor) -> None:
    """The talk is over: what is on stage was answered."""
    _hold(session, screening.id)
    _clear(session, screening.id, by)


def clear_after(session: Session, screening_id: int, *, by: Actor = SYSTEM) -> None:
    """The same for a talk that was ended elsewhere, as on the run sheet; a talk that goes on again keeps its question.

    Twice is once.
    """
    talk = _hold(session, screening_id)
    if talk.state in phases.ENDED:
        _clear(session, screening_id, by)


def _clear(session: Session, screening_id: int, by: Actor) -> None:
    staged = _staged(session, screening_id)
    if staged is not None:
        _go(session, staged, _Q.ANSWERED, by)


def _move(session: Session, question: Question, rev: int, to: QuestionState, by: Actor, **fields: Any) -> Step:
    _hold(session, question.screening_id)
    _check_rev(session, question, rev)
    before = _snapshot(question)
    if question.state != to:
        _go(session, question, to, by, **fields)
    return Step(rev=question.rev, **before)


def _go(
    session: Session, question: Question, to: QuestionState, by: Actor, *, undo: bool = False, **fields: Any
) -> None:
    """Follow the states to `to`, through the list where there is no way of its own, and set what goes with it."""
    detail: dict[str, Any] = {"undo": True} if undo else {}
    if to == _Q.ON_STAGE:
        detail |= {"by_rule": fields.get("by_rule", question.by_rule)}
    for state in _way(question.state, to):
        advance(session, question, state, by=by, screening=question.screening_id, **detail)
    fields.setdefault("merged_into_id", None)
    before = question.merged_into_id
    for name, value in fields.items():
        setattr(question, name, value)
    now = clock.now()
    question.staged_at = (question.staged_at or now) if to in (_Q.ON_STAGE, *_OFF) else None
    question.done_at = now if to in _OFF else None
    session.flush()
    if question.merged_into_id != before:
        tops = {*counting.standing(session, question.id), *counting.standing(session, before)}
        for one in sorted(tops):
            counting.recount(session, counting.locked(session, one))


def _way(before: QuestionState, to: QuestionState) -> tuple[QuestionState, ...]:
    if before == to:
        return ()
    allows = Question.lifecycle.allows
    direct = allows(before, to) or not (allows(before, _Q.APPROVED) and allows(_Q.APPROVED, to))
    return (to,) if direct else (_Q.APPROVED, to)


def _snapshot(question: Question) -> dict[str, Any]:
    names = ("id", "place", "reason", "by_rule", "merged_into_id")
    theme = question.theme.value if question.theme else None
    return {**{name: getattr(question, name) for name in names}, "state": question.state.value, "theme": theme}


def _check_rev(session: Session, question: Question, rev: int) -> None:
    now = session.scalar(sa.select(Question.rev).where(Question.id == question.id))
    if not rev == now == question.rev:
        raise Stale


def _hold(session: Session, screening_id: int) -> QASession:
    query = sa.select(QASession).where(QASession.screening_id == screening_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _staged(session: Session, screening_id: int) -> Question | None:
    query = sa.select(Question).where(Question.screening_id == screening_id, Question.state == _Q.ON_STAGE)
    return session.scalar(query.execution_options(populate_existing=True))


def _require_over(session: Session, talk: QASession) -> None:
    screening = session.get_one(Screening, talk.screening_id)
    if not phases.unlocked(talk.state, screening.state, screening.ends_at, clock.now()):
        raise Invalid("main", N_("The films are not over yet, so no question may be shown in the hall."))
