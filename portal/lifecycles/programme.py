"""States and moves of screenings, talks, guests, materials, plans, seats, questions and ballots."""

from __future__ import annotations

from enum import StrEnum

from portal.lifecycles.machine import Lifecycle, moves


class ScreeningState(StrEnum):
    PLANNED = "planned"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    BOOKING = "booking"
    CLOSED = "closed"
    RUNNING = "running"
    Q_AND_A = "q_and_a"
    HELD = "held"
    CANCELLED = "cancelled"


class TalkState(StrEnum):
    PLANNED = "planned"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    COLLECTING = "collecting"
    LIVE = "live"
    CLOSED = "closed"
    PUBLISHED = "published"


class GuestState(StrEnum):
    INVITED = "invited"
    ACCEPTED = "accepted"
    REMOTE = "remote"
    DECLINED = "declined"
    PRESENT = "present"
    ABSENT = "absent"


class MaterialState(StrEnum):
    AWAITED = "awaited"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WAIVED = "waived"


class PlacingState(StrEnum):
    WANTED = "wanted"
    SOLVED = "solved"
    FAILED = "failed"
    APPLIED = "applied"
    DROPPED = "dropped"


class SeatState(StrEnum):
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class QuestionState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    MERGED = "merged"
    DECLINED = "declined"
    QUEUED = "queued"
    ON_STAGE = "on_stage"
    ANSWERED = "answered"
    SKIPPED = "skipped"
    WRITTEN = "written"


class BallotState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"


_G = ScreeningState
SCREENING = Lifecycle(
    "screening",
    moves(
        (_G.PLANNED, (_G.CONFIRMED, _G.CANCELLED)),
        (_G.CONFIRMED, (_G.PLANNED, _G.RELEASED, _G.CANCELLED)),
        (_G.RELEASED, (_G.BOOKING, _G.CLOSED, _G.CONFIRMED, _G.CANCELLED)),
        (_G.BOOKING, (_G.CLOSED, _G.CANCELLED)),
        (_G.CLOSED, (_G.BOOKING, _G.RUNNING, _G.CANCELLED)),
        (_G.RUNNING, (_G.Q_AND_A, _G.HELD)),
        (_G.Q_AND_A, (_G.RUNNING, _G.HELD)),
    ),
)
_K = TalkState
TALK = Lifecycle(
    "talk",
    moves(
        (_K.PLANNED, (_K.INVITED, _K.CONFIRMED)),
        (_K.INVITED, (_K.PLANNED, _K.CONFIRMED)),
        (_K.CONFIRMED, (_K.INVITED, _K.COLLECTING, _K.LIVE)),
        (_K.COLLECTING, (_K.CONFIRMED, _K.LIVE)),
        (_K.LIVE, (_K.COLLECTING, _K.CLOSED)),
        (_K.CLOSED, (_K.LIVE, _K.PUBLISHED)),
        (_K.PUBLISHED, (_K.CLOSED,)),
    ),
)
_U = GuestState
GUEST = Lifecycle(
    "guest",
    moves(
        (_U.INVITED, (_U.ACCEPTED, _U.REMOTE, _U.DECLINED, _U.PRESENT, _U.ABSENT)),
        (_U.ACCEPTED, (_U.REMOTE, _U.DECLINED, _U.PRESENT, _U.ABSENT)),
        (_U.REMOTE, (_U.ACCEPTED, _U.DECLINED, _U.PRESENT, _U.ABSENT)),
        (_U.DECLINED, (_U.ACCEPTED, _U.REMOTE, _U.INVITED, _U.PRESENT)),
        (_U.PRESENT, (_U.ABSENT,)),
        (_U.ABSENT, (_U.PRESENT,)),
    ),
)
_M = MaterialState
MATERIAL = Lifecycle(
    "material",
    moves(
        (_M.AWAITED, (_M.RECEIVED, _M.WAIVED)),
        (_M.RECEIVED, (_M.RECEIVED, _M.ACCEPTED, _M.REFUSED, _M.WAIVED, _M.AWAITED)),
        (_M.REFUSED, (_M.RECEIVED, _M.WAIVED)),
        (_M.ACCEPTED, (_M.RECEIVED, _M.AWAITED)),
        (_M.WAIVED, (_M.AWAITED,)),
    ),
)
_P = PlacingState
PLACING = Lifecycle(
    "placing",
    moves(
        (_P.WANTED, (_P.SOLVED, _P.FAILED, _P.DROPPED)),
        (_P.SOLVED, (_P.APPLIED, _P.DROPPED)),
    ),
)
_B = SeatState
SEAT = Lifecycle(
    "seat",
    moves(
        (_B.WAITLISTED, (_B.OFFERED, _B.CONFIRMED, _B.CANCELLED)),
        (_B.OFFERED, (_B.CONFIRMED, _B.EXPIRED, _B.CANCELLED)),
        (_B.CONFIRMED, (_B.CHECKED_IN, _B.NO_SHOW, _B.CANCELLED, _B.EXPIRED)),
        (_B.CHECKED_IN, (_B.CONFIRMED, _B.NO_SHOW)),
        (_B.NO_SHOW, (_B.CHECKED_IN,)),
    ),
)
_Q = QuestionState
QUESTION = Lifecycle(
    "question",
    moves(
        (_Q.PENDING, (_Q.APPROVED, _Q.MERGED, _Q.DECLINED)),
        (_Q.APPROVED, (_Q.PENDING, _Q.MERGED, _Q.DECLINED, _Q.QUEUED, _Q.ON_STAGE, _Q.WRITTEN)),
        (_Q.MERGED, (_Q.PENDING, _Q.APPROVED)),
        (_Q.DECLINED, (_Q.PENDING, _Q.APPROVED)),
        (_Q.QUEUED, (_Q.APPROVED, _Q.MERGED, _Q.DECLINED, _Q.ON_STAGE, _Q.WRITTEN)),
        (_Q.ON_STAGE, (_Q.APPROVED, _Q.QUEUED, _Q.ANSWERED, _Q.SKIPPED)),
        (_Q.ANSWERED, (_Q.ON_STAGE, _Q.WRITTEN)),
        (_Q.SKIPPED, (_Q.ON_STAGE, _Q.QUEUED, _Q.WRITTEN)),
        (_Q.WRITTEN, (_Q.APPROVED, _Q.SKIPPED, _Q.ANSWERED)),
    ),
)
_O = BallotState
BALLOT = Lifecycle(
    "ballot",
    moves(
        (_O.PLANNED, (_O.OPEN,)),
        (_O.OPEN, (_O.CLOSED,)),
        (_O.CLOSED, (_O.OPEN, _O.PUBLISHED)),
        (_O.PUBLISHED, ()),
    ),
)
