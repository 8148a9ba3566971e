"""The commands of entries: start, edit, work as a team, hand in, sign off, withdraw."""

from portal.entries.service.amending import (
    AMENDABLE,
    drop_amendment,
    hand_in_amendment,
    less_counts,
    require_disclosable,
    settle_amendment,
    start_amendment,
    take_back_amendment,
)
from portal.entries.service.crosschecking import add_tool, check, hold_clips, name_tool
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
from portal.entries.service.retention import shred_papers
from portal.entries.service.submission import hand_over, reopen, submit, withdraw
from portal.entries.service.team import dismiss, invite, join

__all__ = [
    "AMENDABLE",
    "REPLACEABLE",
    "add_tool",
    "approve",
    "ask_replacement",
    "check",
    "credit_lines",
    "credits_stamp",
    "decline_replacement",
    "describe_picture",
    "dismiss",
    "drop_amendment",
    "edit",
    "grant_replacement",
    "hand_in_amendment",
    "hand_over",
    "hold",
    "hold_clips",
    "hold_for",
    "invite",
    "join",
    "less_counts",
    "name_tool",
    "open_for",
    "reopen",
    "require_disclosable",
    "require_editable",
    "rights_of",
    "rights_restamp",
    "rights_stamp",
    "save_credits",
    "save_rights",
    "send_back",
    "settle_amendment",
    "shred_papers",
    "start_amendment",
    "start_draft",
    "submit",
    "take_back_amendment",
    "tell_watched",
    "withdraw",
    "withdraw_replacement",
]
