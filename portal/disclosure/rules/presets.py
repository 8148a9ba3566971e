"""Sets of policies to start a category from: the usual kinds of competition, and the five categories of P.A.N."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.disclosure.rules.policies import Policy, read_policies
from portal.i18n import N_, translate

_ANY_AI: dict[str, Any] = {"code": "P03", "scopes": ["SCR", "IMG", "VID", "VOI", "MUS", "SFX"]}
_CONFIRMED: dict[str, Any] = {"code": "P07", "least": "VERIFIED"}
_EVIDENCE: dict[str, Any] = {"code": "P13", "clips": 1, "severity": "NEEDS_REVIEW"}

PRESETS: Mapping[str, list[dict[str, Any]]] = {
    "AI_SECTION": [_ANY_AI, _EVIDENCE, _CONFIRMED],
    "AI_MAJORITY": [{"code": "P01", "min_bp": 5001, "on": "V"}],
    "HYBRID": [
        {"code": "P05", "required": ["LIVE"]},
        {"code": "P01", "min_bp": 1000, "on": "V"},
        {"code": "P02", "bp": 9000},
    ],
    "TRADITIONAL": [{"code": "P06", "tiers": ["L0", "L1"]}],
    "CANNES_LIKE": [{"code": "P10"}, {"code": "P11", "max_bp": 5000}, {"code": "P02", "bp": 5000}],
    "AWARDS_SAFE": [{"code": "P10"}, {"code": "P11", "max_bp": 0}],
    "SCHOOL_U18": [
        {"code": "P08", "kinds": ["REP_IND"]},
        {"code": "P09"},
        {"code": "P07", "least": "VERIFIED", "guardian": True},
    ],
    "PAN_SHORT_FILM": [_ANY_AI, _CONFIRMED, {"code": "P12", "severity": "WARN"}, _EVIDENCE],
    "PAN_SHORT_FORM": [
        _ANY_AI,
        {"code": "P07", "least": "DOC"},
        {"code": "P09"},
        {"code": "P12", "severity": "WARN"},
    ],
    "PAN_ADVERT": [
        _ANY_AI,
        _CONFIRMED,
        {"code": "P08", "kinds": ["REP_DEC"]},
        {"code": "P09"},
        {"code": "P12"},
        {"code": "P14"},
    ],
    "PAN_ACTOR_IP": [
        {"code": "P03", "scopes": ["IMG", "VID", "VOI"]},
        _CONFIRMED,
        {"code": "P08", "kinds": ["REP_DEC"]},
        {"code": "P09"},
        {"code": "P12"},
        _EVIDENCE,
    ],
    "PAN_GROUP_IP": [_ANY_AI, _CONFIRMED, {"code": "P12"}, _EVIDENCE],
}

_NAMES: Mapping[str, str] = {
    "AI_SECTION": N_("AI section"),
    "AI_MAJORITY": N_("Mostly AI picture"),
    "HYBRID": N_("Filmed and AI"),
    "TRADITIONAL": N_("Made without generative AI"),
    "CANNES_LIKE": N_("AI not in the lead"),
    "AWARDS_SAFE": N_("Human script and acting"),
    "SCHOOL_U18": N_("School, under 18"),
    "PAN_SHORT_FILM": N_("P.A.N short film"),
    "PAN_SHORT_FORM": N_("P.A.N short-form"),
    "PAN_ADVERT": N_("P.A.N advertisement"),
    "PAN_ACTOR_IP": N_("P.A.N actor IP"),
    "PAN_GROUP_IP": N_("P.A.N group media IP"),
}


def preset(name: str) -> tuple[Policy, ...]:
    """The policies of a preset; KeyError when there is no such preset."""
    return read_policies(PRESETS[name])


def name_of_preset(name: str) -> str:
    """What organizers read, in the language in use."""
    return translate(_NAMES[name])
