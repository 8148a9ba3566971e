"""Faults and a juror's word on a film in words."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.jury.scoring.models import FaultKind

_FAULTS = {
    FaultKind.PICTURE: N_("Picture"),
    FaultKind.SOUND: N_("Sound"),
    FaultKind.CAPTIONS: N_("Captions"),
    FaultKind.STALLS: N_("It stops or does not load"),
    FaultKind.OTHER: N_("Something else"),
}


def fault_kind(kind: str) -> str:
    """A kind of fault in a word."""
    return translate(_FAULTS[FaultKind(kind)])


def fault_kinds() -> list[tuple[str, str]]:
    """Every kind with its word, for a field to choose from."""
    return [(str(kind), translate(text)) for kind, text in _FAULTS.items()]
