"""What `portal disclosure label LEDGER.json --json` says about a ledger: codes and integers, nothing to translate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.disclosure.exports import shapes as exports
from portal.disclosure.figures import Appearance, Figures, Interval, measure
from portal.disclosure.ledger import Ledger
from portal.disclosure.revisions import proof
from portal.disclosure.rules.policies import evaluate
from portal.disclosure.rules.presets import PRESETS, preset
from portal.disclosure.serial import from_json
from portal.disclosure.validation import check
from portal.errors import Invalid
from portal.i18n import N_

LARGEST_FILE = 4_000_000


def label_file(path: Path) -> dict[str, Any]:
    """The report on a ledger in a file; raises Invalid when the file holds no ledger."""
    if path.stat().st_size > LARGEST_FILE:
        raise Invalid("ledger", N_("This file is too large for a ledger."))
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise Invalid("ledger", N_("This file is no JSON.")) from None
    return label_report(data)


def verify_chains(session: Session) -> dict[str, Any]:
    """Whether every chain of revisions holds, and the revisions of the last sealed day are those that were sealed."""
    broken = [{"entry_id": found.entry_id, "revision": found.revision} for found in proof.breaks(session)]
    seal, unsealed = proof.last_seal(session), proof.broken_seal(session)
    return {
        "holds": not broken and unsealed is None,
        "broken": broken,
        "sealed": seal["day"] if seal else None,
        "seal_holds": unsealed is None,
    }


def label_report(data: Any) -> dict[str, Any]:
    """The label, the policies and the violations of a decoded ledger; raises Invalid when it is not one."""
    ledger = from_json(data)
    figures = measure(ledger)
    return {
        "title": figures.title,
        **_measured(figures),
        "flags": exports.flags(figures),
        "parts": [_part(part) for part in figures.parts],
        "policies": _policies(ledger),
        "violations": sorted({problem.code for problem in check(ledger)}),
    }


def _measured(figures: Figures) -> dict[str, Any]:
    return {
        "tier": figures.tier.name,
        "generated_bp": _ends(figures.generated),
        "altered_bp": _ends(figures.altered),
        "visible_bp": _ends(figures.visible),
        "badges": [badge.value for badge in figures.badges],
        "phases": {craft.value: phase for craft, phase in figures.phases.items()},
        "eu_icon": figures.eu_icon.value,
        "hpf": figures.hpf.value,
        "dst": figures.dst,
    }


def _part(figures: Figures) -> dict[str, Any]:
    performers = [_performer(appearance) for appearance in figures.appearances]
    return {"title": figures.title, **_measured(figures), "performers": performers}


def _performer(appearance: Appearance) -> dict[str, Any]:
    performer = appearance.performer
    return {
        "kind": performer.kind.value,
        "name": performer.name,
        "consent": performer.consent.value if performer.consent else None,
        "ratio_bp": appearance.ratio_bp,
        "band": appearance.band.value if appearance.band else None,
    }


def _ends(share: Interval) -> list[int]:
    return [share.lo, share.hi]


def _policies(ledger: Ledger) -> dict[str, dict[str, str]]:
    return {name: {result.code: result.outcome.value for result in evaluate(preset(name), ledger)} for name in PRESETS}
