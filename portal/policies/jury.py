"""Seats, assignments, rounds and their results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.lifecycles import AssignmentState, RoundState
from portal.policies.actors import Actor, Role, Scope, works_on

if TYPE_CHECKING:
    from portal.jury.assigning.models import Assignment
    from portal.jury.models import Round


_TO_SCORE = (
    AssignmentState.PUBLISHED,
    AssignmentState.ACCEPTED,
    AssignmentState.IN_PROGRESS,
    AssignmentState.SCORED,
    AssignmentState.ABSTAINED,
)
_AT_WORK = (*_TO_SCORE, AssignmentState.LOCKED)


def enter_jury(actor: Actor, subject: object = None) -> bool:
    return bool(actor.places(Scope.EDITION, Role.JUROR))


def own_assignment(actor: Actor, assignment: Assignment) -> bool:
    """Published work of the juror's own; a recused film is gone at once."""
    juror = assignment.juror
    mine = actor.person_id is not None and juror.person_id == actor.person_id and juror.ended_at is None
    return mine and assignment.state in _AT_WORK


def score_assignment(actor: Actor, assignment: Assignment) -> bool:
    to_score = own_assignment(actor, assignment) and assignment.state in _TO_SCORE
    return to_score and assignment.round.state == RoundState.OPEN


def chair_round(actor: Actor, round: Round) -> bool:
    return works_on(actor, round.edition_id, Role.CHAIR, Role.ORGANIZER)


def release_decisions(actor: Actor, round: Round) -> bool:
    return works_on(actor, round.edition_id, Role.CHAIR, Role.ORGANIZER)
