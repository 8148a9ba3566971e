"""Seats, assignments, rounds and their results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.lifecycles import AssignmentState, RoundState, TieBreakState
from portal.policies.actors import Actor, Role, Scope, works_on

if TYPE_CHECKING:
    from portal.jury.assigning.models import Assignment
    from portal.jury.awards.models import Award, AwardGrant, Objection
    from portal.jury.awards.queries import Stake
    from portal.jury.decisions.discussions import Thread
    from portal.jury.models import Juror, Round
    from portal.jury.results.judged import JudgedFilm
    from portal.jury.tiebreak.models import Ballot


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


_DECLARING = (RoundState.SETUP, RoundState.ASSIGNING, RoundState.PROPOSED, RoundState.OPEN, RoundState.PAUSED)


def declare_conflicts(actor: Actor, juror: Juror) -> bool:
    """The own seat, before and while the round is judged."""
    mine = actor.person_id is not None and juror.person_id == actor.person_id and juror.ended_at is None
    return mine and enter_jury(actor) and juror.round.state in _DECLARING


def answer_seat(actor: Actor, juror: Juror) -> bool:
    """The own seat of a round that goes on: accept the list, step down."""
    mine = actor.person_id is not None and juror.person_id == actor.person_id and juror.ended_at is None
    return mine and juror.round.state in (RoundState.OPEN, RoundState.PAUSED)


def answer_assignment(actor: Actor, assignment: Assignment) -> bool:
    """Give back a film that is not handed in, while the round goes on."""
    unfinished = assignment.state in _TO_SCORE[:3] and assignment.round.state in (RoundState.OPEN, RoundState.PAUSED)
    return own_assignment(actor, assignment) and unfinished


def chair_round(actor: Actor, round: Round) -> bool:
    return works_on(actor, round.edition_id, Role.CHAIR, Role.ORGANIZER)


def order_ballot(actor: Actor, ballot: Ballot) -> bool:
    """A tie-break's ballot is the juror's own, as long as the seat is held; a vote that was called off is gone."""
    juror = ballot.juror
    mine = actor.person_id is not None and juror.person_id == actor.person_id and juror.ended_at is None
    return mine and ballot.tiebreak.state != TieBreakState.DROPPED


def release_decisions(actor: Actor, round: Round) -> bool:
    return works_on(actor, round.edition_id, Role.CHAIR, Role.ORGANIZER)


def see_film_scores(actor: Actor, film: JudgedFilm) -> bool:
    """One film's scores are for the chair, unless the chair stepped back from that film as a juror."""
    return actor.person_id not in film.barred and chair_round(actor, film.round)


_HANDED_IN = (AssignmentState.SCORED, AssignmentState.LOCKED)
_NO_MORE_SCORES = (RoundState.CLOSED, RoundState.DECIDED, RoundState.ANNOUNCED)


def see_discussion(actor: Actor, thread: Thread) -> bool:
    """The chair, and the jurors who judged the film; whoever stepped back or has a conflict is out at once.

    A juror comes in with the own sheet handed in, and where scores are never shown only once the round takes none;
    where they always are, any juror of the film.
    """
    if actor.person_id is None or actor.person_id in thread.barred:
        return False
    return chair_round(actor, thread.round) or _in_discussion(actor, thread)


def _in_discussion(actor: Actor, thread: Thread) -> bool:
    state = thread.states.get(actor.person_id or 0)
    if state is None or not works_on(actor, thread.round.edition_id, Role.JUROR):
        return False
    if thread.round.visibility == "always":
        return state in _AT_WORK
    return state in _HANDED_IN and (thread.round.visibility == "after_own" or thread.round.state in _NO_MORE_SCORES)


def speak_in_discussion(actor: Actor, thread: Thread) -> bool:
    going_on = thread.closed_at is None and thread.round.state != RoundState.ANNOUNCED
    return going_on and see_discussion(actor, thread)


def run_discussion(actor: Actor, thread: Thread) -> bool:
    return chair_round(actor, thread.round) and see_discussion(actor, thread)


def give_award(actor: Actor, award: Award) -> bool:
    """Edit a prize, give it for now."""
    return works_on(actor, award.edition_id, Role.CHAIR, Role.ORGANIZER)


def settle_award(actor: Actor, grant: AwardGrant) -> bool:
    """Announce, make final or revoke; that it is another person than who gave it says the service, in words."""
    return works_on(actor, grant.award.edition_id, Role.CHAIR, Role.ORGANIZER)


def answer_objection(actor: Actor, objection: Objection) -> bool:
    """The office answers."""
    return works_on(actor, objection.grant.award.edition_id, Role.ORGANIZER)


def object_to_award(actor: Actor, stake: Stake) -> bool:
    """Makers of films that are in the running of the edition, once the award was announced."""
    return stake.grant.announced_at is not None and actor.person_id is not None and actor.person_id in stake.makers
