"""Invented disclosures, computed by the portal's own rules so that every label is true to its ledger."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from portal import clock
from portal.audit import canonical_json
from portal.disclosure import serial
from portal.disclosure.codes import ConsentStatus, PerformerKind
from portal.disclosure.figures import measure

# degrees of SCR IMG VID VOI MUS SFX EDT LOC, base, generated and altered percent, how often
PROFILES = (
    ("NNNNNNNN", ["LIVE"], 0, 0, 6),
    ("PNNNNNEE", ["LIVE"], 0, 0, 10),
    ("PMMNNNNE", ["LIVE"], 0, 30, 12),
    ("NGGMGNNN", ["LIVE"], 45, 20, 20),
    ("PGGNGGPE", ["ANIM"], 70, 10, 22),
    ("NGGGGGNN", ["NONE"], 100, 0, 30),
)
TOOLS = (("영상 생성 모델", "2.6", ["VID", "IMG"]), ("음악 생성 모델", "4", ["MUS"]), ("음성 합성", "1.2", ["VOI"]))
SCENES = 6
SCOPES = ("SCR", "IMG", "VID", "VOI", "MUS", "SFX", "EDT", "LOC")
HUMAN = (
    "콘티를 먼저 손으로 그리고 장면마다 구도를 정했어요. 나온 컷 가운데 스물에 하나만 골라 다시 자르고 소리를 붙였어요."
)


@dataclass(frozen=True)
class Invented:
    """Columns of a Disclosure row and its performers' rows."""

    columns: dict[str, Any]
    performers: list[dict[str, Any]]


def invent(rng: random.Random, title: str, seconds: int) -> Invented:
    """A plausible ledger for a film of this length."""
    degrees, base, generated, altered, _ = rng.choices(PROFILES, [profile[4] for profile in PROFILES])[0]
    part: dict[str, Any] = {
        "title": title,
        "picture_s": seconds,
        "base": base,
        "degrees": dict(zip(SCOPES, degrees, strict=True)),
        "share": _share(seconds, generated, altered),
        "tools": _tools(degrees),
    }
    performers = _performers(rng, degrees, seconds)
    draft = {"title": title, "realistic": generated > 40, "parts": [part]}
    whole = {**draft, "parts": [{**part, "performers": [_as_ledger(row) for row in performers]}]}
    figures = measure(serial.from_json(whole))
    columns = {
        "ledger": draft,
        "tier": int(figures.tier),
        "phases": dict(figures.phases),
        "badges": [str(badge) for badge in figures.badges],
        "generated_bp": figures.generated.hi,
        "altered_bp": figures.altered.hi,
        "human_statement": HUMAN,
        "updated_at": clock.now(),
    }
    return Invented(columns, performers)


def _share(seconds: int, generated: int, altered: int) -> dict[str, Any]:
    """An estimate where all or nothing is AI's, else a list of shots spread over the film."""
    if generated in (0, 100) and not altered:
        return {"method": "SLIDER", "generated_pct": generated, "altered_pct": altered}
    segments = []
    for scene in range(SCENES):
        start, end = scene * seconds // SCENES, (scene + 1) * seconds // SCENES
        cuts = (start, start + (end - start) * generated // 100, start + (end - start) * (generated + altered) // 100)
        stretches = zip(pairwise(cuts), ("G", "M"), strict=True)
        segments += [{"in_s": a, "out_s": b, "degree": degree} for (a, b), degree in stretches if a < b]
    return {"method": "TIMECODES", "segments": segments}


def _tools(degrees: str) -> list[dict[str, Any]]:
    used = {scope for scope, degree in zip(SCOPES, degrees, strict=True) if degree in "MG"}
    return [
        {"name": name, "version": version, "scopes": sorted(used & set(scopes))}
        for name, version, scopes in TOOLS
        if used & set(scopes)
    ]


def _performers(rng: random.Random, degrees: str, seconds: int) -> list[dict[str, Any]]:
    if degrees[2] != "G" or rng.random() > 0.12:
        return []
    appear = seconds // 2
    return [
        {
            "kind": PerformerKind.SYN,
            "name": "",
            "part": "주인공",
            "likeness": [],
            "appear_s": appear,
            "synth_s": appear,
            "consent_status": ConsentStatus.NOT_REQ,
        }
    ]


def _as_ledger(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": str(row["kind"]),
        "role": row["part"],
        "appear_s": row["appear_s"],
        "synth_s": row["synth_s"],
        "consent": str(row["consent_status"]),
    }


def receipt(number: str, title: str, film_sha256: str) -> str:
    """A short frozen document for a film of the demo."""
    return canonical_json({"format": "pan-receipt-demo", "entry": number, "title": title, "film_sha256": film_sha256})
