"""States and moves of entries, their files and new cuts."""

from __future__ import annotations

from enum import StrEnum

from portal.lifecycles.machine import Lifecycle, moves


class EntryState(StrEnum):
    DRAFT = "draft"
    MENTOR_REVIEW = "mentor_review"
    SUBMITTED = "submitted"
    NEEDS_FIX = "needs_fix"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    WITHDRAWN = "withdrawn"
    DISQUALIFIED = "disqualified"


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


_E = EntryState
ENTRY = Lifecycle(
    "entry",
    moves(
        (_E.DRAFT, (_E.MENTOR_REVIEW, _E.SUBMITTED, _E.WITHDRAWN)),
        (_E.MENTOR_REVIEW, (_E.DRAFT, _E.SUBMITTED, _E.WITHDRAWN)),
        (_E.SUBMITTED, (_E.ELIGIBLE, _E.NEEDS_FIX, _E.INELIGIBLE, _E.WITHDRAWN, _E.DISQUALIFIED)),
        (_E.NEEDS_FIX, (_E.SUBMITTED, _E.INELIGIBLE, _E.WITHDRAWN, _E.DISQUALIFIED)),
        (_E.ELIGIBLE, (_E.NEEDS_FIX, _E.INELIGIBLE, _E.WITHDRAWN, _E.DISQUALIFIED)),
        (_E.INELIGIBLE, (_E.ELIGIBLE, _E.NEEDS_FIX)),
        (_E.WITHDRAWN, (_E.DRAFT,)),
    ),
)
_A = AssetState
ASSET = Lifecycle(
    "asset",
    moves(
        (_A.AWAITED, (_A.UPLOADING, _A.RECEIVED)),
        (_A.UPLOADING, (_A.RECEIVED, _A.REFUSED)),
        (_A.RECEIVED, (_A.PROBING, _A.PLAYABLE, _A.REFUSED)),
        (_A.PROBING, (_A.TRANSCODING, _A.PLAYABLE, _A.REFUSED)),
        (_A.TRANSCODING, (_A.PLAYABLE, _A.REFUSED)),
        (_A.REFUSED, (_A.PROBING, _A.TRANSCODING)),
    ),
)
_N = ReplacementState
REPLACEMENT = Lifecycle("replacement", moves((_N.ASKED, (_N.GRANTED, _N.DECLINED, _N.WITHDRAWN))))
