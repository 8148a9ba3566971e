"""The commands of media: bring a file in, have it examined and made playable, take it away."""

from portal.media.service.assets import examine_again, freeze, hold, mark_credits, override, remove
from portal.media.service.carrying import carry
from portal.media.service.comparing import (
    claim_comparison,
    dismiss_likeness,
    others,
    prints_of,
    settle_comparison,
)
from portal.media.service.notes import notes_of
from portal.media.service.origins import keep_origin, look, with_origin
from portal.media.service.tidying import tidy_up
from portal.media.service.uploads import discard, expire, note_received, receive, start_upload
from portal.media.service.work import (
    claim_examination,
    claim_transcode,
    give_back,
    keep_alive,
    put_off,
    settle_examination,
    settle_transcode,
)

__all__ = [
    "carry",
    "claim_comparison",
    "claim_examination",
    "claim_transcode",
    "discard",
    "dismiss_likeness",
    "examine_again",
    "expire",
    "freeze",
    "give_back",
    "hold",
    "keep_alive",
    "keep_origin",
    "look",
    "mark_credits",
    "note_received",
    "notes_of",
    "others",
    "override",
    "prints_of",
    "put_off",
    "receive",
    "remove",
    "settle_comparison",
    "settle_examination",
    "settle_transcode",
    "start_upload",
    "tidy_up",
    "with_origin",
]
