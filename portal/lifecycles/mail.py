"""States and moves of mails, reminders and broadcasts."""

from __future__ import annotations

from enum import StrEnum

from portal.lifecycles.machine import Lifecycle, moves


class MailState(StrEnum):
    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    KEPT = "kept"


_M = MailState
MAIL = Lifecycle(
    "mail",
    moves(
        (_M.DRAFT, (_M.QUEUED, _M.SUPERSEDED, _M.CANCELLED, _M.KEPT, _M.FAILED)),
        (_M.QUEUED, (_M.SENDING, _M.FAILED, _M.SUPERSEDED, _M.CANCELLED)),
        (_M.SENDING, (_M.SENT, _M.QUEUED, _M.FAILED)),
        (_M.SENT, (_M.BOUNCED,)),
        (_M.FAILED, (_M.QUEUED, _M.SUPERSEDED, _M.CANCELLED)),
        (_M.BOUNCED, (_M.QUEUED, _M.CANCELLED)),
    ),
)


class ReminderState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    CANCELLED = "cancelled"


_R = ReminderState
# A reason that ended may come back, as when an entry that was handed in is taken back.
REMINDER = Lifecycle("reminder", moves((_R.PLANNED, (_R.SENT, _R.CANCELLED)), (_R.CANCELLED, (_R.PLANNED,))))


class BroadcastState(StrEnum):
    DRAFT = "draft"
    PREPARED = "prepared"
    SENT = "sent"
    CANCELLED = "cancelled"


_B = BroadcastState
BROADCAST = Lifecycle(
    "broadcast",
    moves(
        (_B.DRAFT, (_B.PREPARED, _B.CANCELLED)),
        (_B.PREPARED, (_B.DRAFT, _B.SENT, _B.CANCELLED)),
    ),
)
