"""THE state machines: every state, every legal move, and `advance()`, the only writer of `.state`.

Who may ask for a move is said in portal.policies; that a state is one of its enum is also said by a CHECK in the
database; that two people do not move the same thing at once is settled by the row's `rev`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import sqlalchemy as sa

from portal import audit
from portal.errors import IllegalMove

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portal.policies import Actor


class EntryState(StrEnum):
    DRAFT = "draft"
    MENTOR_REVIEW = "mentor_review"
    SUBMITTED = "submitted"
    NEEDS_FIX = "needs_fix"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    WITHDRAWN = "withdrawn"
    DISQUALIFIED = "disqualified"


class DecisionState(StrEnum):
    UNDECIDED = "undecided"
    PENDING = "pending"
    ANNOUNCED = "announced"


class AssetState(StrEnum):
    AWAITED = "awaited"
    UPLOADING = "uploading"
    RECEIVED = "received"
    PROBING = "probing"
    TRANSCODING = "transcoding"
    PLAYABLE = "playable"
    REFUSED = "refused"


class ReplacementState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class DisclosureState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    QUERIED = "queried"
    CORRECTED = "corrected"
    ACCEPTED = "accepted"
    STALE = "stale"


class AmendmentState(StrEnum):
    OPEN = "open"
    PROPOSED = "proposed"
    APPLIED = "applied"
    DROPPED = "dropped"


class ConsentState(StrEnum):
    REQUESTED = "requested"
    OPENED = "opened"
    SIGNED = "signed"
    REFUSED = "refused"
    EXPIRED = "expired"
    REVOKED = "revoked"


class FindingState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    EXPLAINED = "explained"
    DISPUTED = "disputed"
    SETTLED = "settled"


class RoundState(StrEnum):
    SETUP = "setup"
    ASSIGNING = "assigning"
    PROPOSED = "proposed"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    DECIDED = "decided"
    ANNOUNCED = "announced"


class AssignmentState(StrEnum):
    PROPOSED = "proposed"
    PUBLISHED = "published"
    IN_PROGRESS = "in_progress"
    SCORED = "scored"
    LOCKED = "locked"
    DECLINED = "declined"
    RECUSED = "recused"
    REASSIGNED = "reassigned"


class SheetState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    LOCKED = "locked"
    VOIDED = "voided"


class ScreeningState(StrEnum):
    PLANNED = "planned"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    BOOKING = "booking"
    CLOSED = "closed"
    RUNNING = "running"
    HELD = "held"
    CANCELLED = "cancelled"


class GuestState(StrEnum):
    INVITED = "invited"
    ACCEPTED = "accepted"
    REMOTE = "remote"
    DECLINED = "declined"
    PRESENT = "present"
    ABSENT = "absent"


class SeatState(StrEnum):
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class MailState(StrEnum):
    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


class Stateful(Protocol):
    """A row with a lifecycle: its class names the machine, `state` holds where it stands."""

    lifecycle: ClassVar[Lifecycle]
    state: Any


@dataclass(frozen=True)
class Lifecycle:
    """A named machine: for each state the states that may follow."""

    name: str
    moves: dict[StrEnum, frozenset[StrEnum]]

    def allows(self, before: StrEnum, after: StrEnum) -> bool:
        """Whether `after` may follow `before`."""
        return after in self.moves.get(before, frozenset())


def _moves(*pairs: tuple[StrEnum, tuple[StrEnum, ...]]) -> dict[StrEnum, frozenset[StrEnum]]:
    return {before: frozenset(after) for before, after in pairs}


_E = EntryState
ENTRY = Lifecycle(
    "entry",
    _moves(
        (_E.DRAFT, (_E.MENTOR_REVIEW, _E.SUBMITTED, _E.WITHDRAWN)),
        (_E.MENTOR_REVIEW, (_E.DRAFT, _E.SUBMITTED, _E.WITHDRAWN)),
        (_E.SUBMITTED, (_E.ELIGIBLE, _E.NEEDS_FIX, _E.INELIGIBLE, _E.WITHDRAWN, _E.DISQUALIFIED)),
        (_E.NEEDS_FIX, (_E.SUBMITTED, _E.INELIGIBLE, _E.WITHDRAWN, _E.DISQUALIFIED)),
        (_E.ELIGIBLE, (_E.NEEDS_FIX, _E.INELIGIBLE, _E.WITHDRAWN, _E.DISQUALIFIED)),
        (_E.INELIGIBLE, (_E.ELIGIBLE, _E.NEEDS_FIX)),
        (_E.WITHDRAWN, (_E.DRAFT,)),
    ),
)
_D = DecisionState
DECISION = Lifecycle(
    "decision",
    _moves((_D.UNDECIDED, (_D.PENDING,)), (_D.PENDING, (_D.UNDECIDED, _D.PENDING, _D.ANNOUNCED))),
)
_A = AssetState
ASSET = Lifecycle(
    "asset",
    _moves(
        (_A.AWAITED, (_A.UPLOADING, _A.RECEIVED)),
        (_A.UPLOADING, (_A.RECEIVED, _A.REFUSED)),
        (_A.RECEIVED, (_A.PROBING, _A.PLAYABLE, _A.REFUSED)),
        (_A.PROBING, (_A.TRANSCODING, _A.PLAYABLE, _A.REFUSED)),
        (_A.TRANSCODING, (_A.PLAYABLE, _A.REFUSED)),
        (_A.REFUSED, (_A.PROBING, _A.TRANSCODING)),
    ),
)
_N = ReplacementState
REPLACEMENT = Lifecycle("replacement", _moves((_N.ASKED, (_N.GRANTED, _N.DECLINED, _N.WITHDRAWN))))
_L = DisclosureState
DISCLOSURE = Lifecycle(
    "disclosure",
    _moves(
        (_L.DRAFT, (_L.SUBMITTED,)),
        (_L.SUBMITTED, (_L.QUERIED, _L.ACCEPTED, _L.STALE, _L.DRAFT)),
        (_L.QUERIED, (_L.CORRECTED,)),
        (_L.CORRECTED, (_L.QUERIED, _L.ACCEPTED, _L.STALE)),
        (_L.ACCEPTED, (_L.QUERIED, _L.STALE)),
        (_L.STALE, (_L.SUBMITTED, _L.CORRECTED)),
    ),
)
_P = AmendmentState
AMENDMENT = Lifecycle(
    "amendment",
    _moves((_P.OPEN, (_P.PROPOSED, _P.APPLIED, _P.DROPPED)), (_P.PROPOSED, (_P.OPEN, _P.APPLIED, _P.DROPPED))),
)
_C = ConsentState
CONSENT = Lifecycle(
    "consent",
    _moves(
        (_C.REQUESTED, (_C.OPENED, _C.SIGNED, _C.REFUSED, _C.EXPIRED)),
        (_C.OPENED, (_C.SIGNED, _C.REFUSED, _C.EXPIRED)),
        (_C.SIGNED, (_C.REVOKED,)),
        (_C.REFUSED, (_C.REQUESTED,)),
        (_C.EXPIRED, (_C.REQUESTED,)),
        (_C.REVOKED, (_C.REQUESTED,)),
    ),
)
_F = FindingState
_ANSWERS = (_F.ACCEPTED, _F.EXPLAINED, _F.DISPUTED)
FINDING = Lifecycle(
    "finding",
    _moves(*((before, (*_ANSWERS, _F.SETTLED)) for before in (_F.OPEN, *_ANSWERS)), (_F.SETTLED, (_F.OPEN,))),
)
_R = RoundState
ROUND = Lifecycle(
    "round",
    _moves(
        (_R.SETUP, (_R.ASSIGNING,)),
        (_R.ASSIGNING, (_R.PROPOSED, _R.SETUP)),
        (_R.PROPOSED, (_R.ASSIGNING, _R.OPEN, _R.SETUP)),
        (_R.OPEN, (_R.PAUSED, _R.CLOSED)),
        (_R.PAUSED, (_R.OPEN, _R.CLOSED)),
        (_R.CLOSED, (_R.OPEN, _R.DECIDED)),
        (_R.DECIDED, (_R.CLOSED, _R.ANNOUNCED)),
    ),
)
_S = AssignmentState
_LEFT = (_S.DECLINED, _S.RECUSED, _S.REASSIGNED)
ASSIGNMENT = Lifecycle(
    "assignment",
    _moves(
        (_S.PROPOSED, (_S.PUBLISHED, _S.REASSIGNED)),
        (_S.PUBLISHED, (_S.IN_PROGRESS, _S.SCORED, *_LEFT)),
        (_S.IN_PROGRESS, (_S.SCORED, *_LEFT)),
        (_S.SCORED, (_S.IN_PROGRESS, _S.LOCKED, _S.RECUSED)),
    ),
)
_T = SheetState
SHEET = Lifecycle(
    "sheet",
    _moves(
        (_T.DRAFT, (_T.SUBMITTED, _T.VOIDED)),
        (_T.SUBMITTED, (_T.DRAFT, _T.LOCKED, _T.VOIDED)),
        (_T.LOCKED, (_T.VOIDED,)),
    ),
)
_G = ScreeningState
SCREENING = Lifecycle(
    "screening",
    _moves(
        (_G.PLANNED, (_G.CONFIRMED, _G.CANCELLED)),
        (_G.CONFIRMED, (_G.PLANNED, _G.RELEASED, _G.CANCELLED)),
        (_G.RELEASED, (_G.BOOKING, _G.CONFIRMED, _G.CANCELLED)),
        (_G.BOOKING, (_G.CLOSED, _G.CANCELLED)),
        (_G.CLOSED, (_G.BOOKING, _G.RUNNING, _G.CANCELLED)),
        (_G.RUNNING, (_G.HELD,)),
    ),
)
_U = GuestState
GUEST = Lifecycle(
    "guest",
    _moves(
        (_U.INVITED, (_U.ACCEPTED, _U.REMOTE, _U.DECLINED)),
        (_U.ACCEPTED, (_U.REMOTE, _U.DECLINED, _U.PRESENT, _U.ABSENT)),
        (_U.REMOTE, (_U.ACCEPTED, _U.DECLINED, _U.PRESENT, _U.ABSENT)),
        (_U.DECLINED, (_U.ACCEPTED, _U.REMOTE, _U.INVITED)),
    ),
)
_B = SeatState
SEAT = Lifecycle(
    "seat",
    _moves(
        (_B.WAITLISTED, (_B.OFFERED, _B.CONFIRMED, _B.CANCELLED)),
        (_B.OFFERED, (_B.CONFIRMED, _B.EXPIRED, _B.CANCELLED)),
        (_B.CONFIRMED, (_B.CHECKED_IN, _B.NO_SHOW, _B.CANCELLED)),
        (_B.CHECKED_IN, (_B.CONFIRMED,)),
    ),
)
_M = MailState
MAIL = Lifecycle(
    "mail",
    _moves(
        (_M.DRAFT, (_M.QUEUED, _M.SUPERSEDED, _M.CANCELLED)),
        (_M.QUEUED, (_M.SENDING, _M.SUPERSEDED, _M.CANCELLED)),
        (_M.SENDING, (_M.SENT, _M.QUEUED, _M.FAILED)),
        (_M.FAILED, (_M.QUEUED, _M.CANCELLED)),
    ),
)
LIFECYCLES = (
    ENTRY,
    DECISION,
    ASSET,
    REPLACEMENT,
    DISCLOSURE,
    AMENDMENT,
    CONSENT,
    FINDING,
    ROUND,
    ASSIGNMENT,
    SHEET,
    SCREENING,
    GUEST,
    SEAT,
    MAIL,
)


def advance(session: Session, subject: Stateful, to: StrEnum, *, by: Actor, **detail: Any) -> None:
    """Move `subject` to the state `to` and note who did it; raises IllegalMove when its table has no such move."""
    before = subject.state
    if not subject.lifecycle.allows(before, to):
        raise IllegalMove(subject.lifecycle.name, before, to)
    subject.state = to
    audit.record(session, by, f"{subject.lifecycle.name}.{to}", subject, before=str(before), **detail)


def advance_all(
    session: Session, model: Any, to: StrEnum, *conditions: sa.ColumnElement[bool], by: Actor, **detail: Any
) -> int:
    """Move every row that meets the conditions and may take the move, in one statement; how many moved."""
    befores = [before for before in model.lifecycle.moves if model.lifecycle.allows(before, to)]
    moved = session.execute(
        sa.update(model)
        .where(model.state.in_(befores), *conditions)
        .values(state=to, rev=model.rev + 1)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    for row in [row for row in session.identity_map.values() if isinstance(row, model)]:
        session.expire(row)
    audit.record(session, by, f"{model.lifecycle.name}.{to}.all", model.__tablename__, moved=moved, **detail)
    return int(moved)
