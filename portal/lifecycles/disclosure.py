"""States and moves of disclosures, amendments, consents and findings."""

from __future__ import annotations

from enum import StrEnum

from portal.lifecycles.machine import Lifecycle, moves


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


_L = DisclosureState
DISCLOSURE = Lifecycle(
    "disclosure",
    moves(
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
    moves((_P.OPEN, (_P.PROPOSED, _P.APPLIED, _P.DROPPED)), (_P.PROPOSED, (_P.OPEN, _P.APPLIED, _P.DROPPED))),
)
_C = ConsentState
CONSENT = Lifecycle(
    "consent",
    moves(
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
    moves(*((before, (*_ANSWERS, _F.SETTLED)) for before in (_F.OPEN, *_ANSWERS)), (_F.SETTLED, (_F.OPEN,))),
)
