"""The commands of media: bring a file in, have it examined and made playable, take it away."""

from portal.media.service.assets import examine_again, freeze, override, remove
from portal.media.service.notes import notes_of
from portal.media.service.tidying import tidy_up
from portal.media.service.uploads import discard, expire, note_received, receive, start_upload
from portal.media.service.work import (
    claim_examination,
    claim_transcode,
    give_back,
    keep_alive,
    settle_examination,
    settle_transcode,
)

__all__ = [
    "claim_examination",
    "claim_transcode",
    "discard",
    "examine_again",
    "expire",
    "freeze",
    "give_back",
    "keep_alive",
    "note_received",
    "notes_of",
    "override",
    "receive",
    "remove",
    "settle_examination",
    "settle_transcode",
    "start_upload",
    "tidy_up",
]
