"""States and moves of rounds, plans, assignments, score sheets, tie-breaks, decisions and awards."""

from __future__ import annotations

from enum import StrEnum

from portal.lifecycles.machine import Lifecycle, moves


class RoundState(StrEnum):
    SETUP = "setup"
    ASSIGNING = "assigning"
    PROPOSED = "proposed"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    DECIDED = "decided"
    ANNOUNCED = "announced"


class RunState(StrEnum):
    WANTED = "wanted"
    PROPOSED = "proposed"
    INFEASIBLE = "infeasible"
    FAILED = "failed"
    PUBLISHED = "published"
    DROPPED = "dropped"


class AssignmentState(StrEnum):
    PROPOSED = "proposed"
    PUBLISHED = "published"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    SCORED = "scored"
    ABSTAINED = "abstained"
    LOCKED = "locked"
    DECLINED = "declined"
    RECUSED = "recused"
    REASSIGNED = "reassigned"


class SheetState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    LOCKED = "locked"
    VOIDED = "voided"


class TieBreakState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    DROPPED = "dropped"


class DecisionState(StrEnum):
    UNDECIDED = "undecided"
    PENDING = "pending"
    ANNOUNCED = "announced"


class AwardState(StrEnum):
    PROVISIONAL = "provisional"
    FINAL = "final"
    REVOKED = "revoked"


_R = RoundState
ROUND = Lifecycle(
    "round",
    moves(
        (_R.SETUP, (_R.ASSIGNING,)),
        (_R.ASSIGNING, (_R.PROPOSED, _R.SETUP)),
        (_R.PROPOSED, (_R.ASSIGNING, _R.OPEN, _R.SETUP)),
        (_R.OPEN, (_R.PAUSED, _R.CLOSED)),
        (_R.PAUSED, (_R.OPEN, _R.CLOSED)),
        (_R.CLOSED, (_R.OPEN, _R.DECIDED)),
        (_R.DECIDED, (_R.CLOSED, _R.ANNOUNCED)),
    ),
)
_N = RunState
RUN = Lifecycle(
    "run",
    moves(
        (_N.WANTED, (_N.PROPOSED, _N.INFEASIBLE, _N.FAILED, _N.DROPPED)),
        (_N.PROPOSED, (_N.PUBLISHED, _N.DROPPED)),
    ),
)
_S = AssignmentState
_WORK = (_S.IN_PROGRESS, _S.SCORED, _S.ABSTAINED)
_LEFT = (_S.DECLINED, _S.RECUSED, _S.REASSIGNED)
ASSIGNMENT = Lifecycle(
    "assignment",
    moves(
        (_S.PROPOSED, (_S.PUBLISHED, _S.REASSIGNED)),
        (_S.PUBLISHED, (_S.ACCEPTED, *_WORK, *_LEFT)),
        (_S.ACCEPTED, (*_WORK, *_LEFT)),
        (_S.IN_PROGRESS, (_S.SCORED, _S.ABSTAINED, *_LEFT)),
        (_S.SCORED, (_S.IN_PROGRESS, _S.ABSTAINED, _S.LOCKED, _S.RECUSED)),
        (_S.ABSTAINED, (_S.IN_PROGRESS, _S.SCORED, _S.LOCKED, _S.RECUSED)),
    ),
)
_T = SheetState
SHEET = Lifecycle(
    "sheet",
    moves(
        (_T.DRAFT, (_T.SUBMITTED, _T.VOIDED)),
        (_T.SUBMITTED, (_T.DRAFT, _T.LOCKED, _T.VOIDED)),
        (_T.LOCKED, (_T.VOIDED,)),
    ),
)
_K = TieBreakState
TIEBREAK = Lifecycle("tiebreak", moves((_K.OPEN, (_K.CLOSED, _K.DROPPED)), (_K.CLOSED, (_K.OPEN,))))
_D = DecisionState
DECISION = Lifecycle(
    "decision",
    moves(
        (_D.UNDECIDED, (_D.PENDING,)),
        (_D.PENDING, (_D.UNDECIDED, _D.PENDING, _D.ANNOUNCED)),
        (_D.ANNOUNCED, (_D.PENDING,)),
    ),
)
_W = AwardState
AWARD = Lifecycle("award", moves((_W.PROVISIONAL, (_W.FINAL, _W.REVOKED)), (_W.FINAL, (_W.REVOKED,))))


class InvitationState(StrEnum):
    """A selected film's own answer to the festival."""

    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LAPSED = "lapsed"


_I = InvitationState
INVITATION = Lifecycle(
    "film_invitation",
    moves(
        (_I.INVITED, (_I.INVITED, _I.CONFIRMED, _I.DECLINED, _I.LAPSED)),
        (_I.CONFIRMED, (_I.DECLINED,)),
        (_I.LAPSED, (_I.INVITED, _I.CONFIRMED)),
    ),
)
