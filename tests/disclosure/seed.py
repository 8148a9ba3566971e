"""The worked example of the specification (C.12) as a neutral ledger, and small ledgers to bend for one test."""

from __future__ import annotations

from typing import Any

from portal.disclosure.ledger import Ledger
from portal.disclosure.serial import from_json

SCOPES = ("SCR", "IMG", "VID", "VOI", "MUS", "SFX", "EDT", "LOC")
LEAD = {
    "kind": "REP_EMP",
    "name": "Actress A",
    "role": "Lead",
    "likeness": ["FACE", "BODY", "VOICE"],
    "appear_s": 410,
    "synth_s": 381,
    "minor": False,
    "deceased": False,
    "consent": "VERIFIED",
    "public_credit": True,
}


def grid(degrees: str) -> dict[str, str]:
    """`"P G G M N N N E"` as the degrees of the eight scopes."""
    return dict(zip(SCOPES, degrees.split(), strict=True))


def part(degrees: str = "N N G N N N N N", **changes: Any) -> dict[str, Any]:
    """A filmed part of 100 s, 40 s of it generated."""
    return {
        "title": "P1",
        "picture_s": 100,
        "base": ["LIVE"],
        "degrees": grid(degrees),
        "share": {"method": "TIMECODES", "generated_s": 40, "altered_s": 0},
        "tools": [{"name": "Kling", "version": "2.6", "scopes": ["VID"]}],
        **changes,
    }


def film(*parts: dict[str, Any], **changes: Any) -> Ledger:
    """A ledger of these parts, or of one ordinary part."""
    return from_json({"title": "Film", "realistic": False, "parts": list(parts) or [part()], **changes})


def seconds(generated: int, altered: int = 0) -> dict[str, Any]:
    """A share by time-codes."""
    return {"method": "TIMECODES", "generated_s": generated, "altered_s": altered}


def slider(generated: int, altered: int = 0) -> dict[str, Any]:
    """A share off the slider."""
    return {"method": "SLIDER", "generated_pct": generated, "altered_pct": altered}


def _seed_part(title: str, base: str, picture_s: int, share: tuple[int, int], degrees: str) -> dict[str, Any]:
    return part(degrees, title=title, base=[base], picture_s=picture_s, share=seconds(*share))


SEED: dict[str, Any] = {
    "title": "Seed omnibus",
    "realistic": True,
    "parts": [
        _seed_part("P1", "LIVE", 840, (430, 210), "P G G M N N N E") | {"performers": [LEAD]},
        _seed_part("P2", "NONE", 680, (680, 0), "N G G G G G N N") | {"performers": [{"kind": "SYN"}]},
        _seed_part("P3", "NONE", 585, (585, 0), "P G G N N N N N"),
        _seed_part("P4", "NONE", 750, (750, 0), "N G G G N G P E"),
        _seed_part("P5", "ANIM", 530, (488, 0), "N G G N G N N N"),
    ],
}
