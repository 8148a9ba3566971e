"""The commands of entries: start, edit, work as a team, hand in, sign off, withdraw."""

from portal.entries.service.drafts import edit, hold_for, open_for, require_editable, start_draft
from portal.entries.service.editing import (
    credit_lines,
    credits_stamp,
    describe_picture,
    rights_of,
    rights_restamp,
    rights_stamp,
    save_credits,
    save_rights,
    tell_watched,
)
from portal.entries.service.locking import hold
from portal.entries.service.mentoring import approve, send_back
from portal.entries.service.replacing import (
    REPLACEABLE,
    ask_replacement,
    decline_replacement,
    grant_replacement,
    withdraw_replacement,
)
from portal.entries.service.submission import hand_over, reopen, submit, withdraw
from portal.entries.service.team import dismiss, invite, join

__all__ = [
    "REPLACEABLE",
    "approve",
    "ask_replacement",
    "credit_lines",
    "credits_stamp",
    "decline_replacement",
    "describe_picture",
    "dismiss",
    "edit",
    "grant_replacement",
    "hand_over",
    "hold",
    "hold_for",
    "invite",
    "join",
    "open_for",
    "reopen",
    "require_editable",
    "rights_of",
    "rights_restamp",
    "rights_stamp",
    "save_credits",
    "save_rights",
    "send_back",
    "start_draft",
    "submit",
    "tell_watched",
    "withdraw",
    "withdraw_replacement",
]
