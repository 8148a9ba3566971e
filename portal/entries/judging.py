"""How entries fare before the rules of their category: by the version they were handed in under, with what lies
beside the ledger (evidence, credentials, today) and the waivers of the office."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from portal.disclosure.ledger import Ledger
from portal.disclosure.models import Disclosure
from portal.disclosure.rows import ledger_from
from portal.disclosure.rules import versions as rule_versions
from portal.disclosure.rules import waivers
from portal.disclosure.rules.checks import Evidence
from portal.disclosure.rules.policies import PolicyResult, evaluate
from portal.entries.models import Entry
from portal.entries.queries.known import Known, today
from portal.entries.queries.material import film_of
from portal.lifecycles import AssetState
from portal.media.models import Asset, Slot


def results(
    session: Session,
    entry: Entry,
    disclosure: Disclosure | None,
    ledger: Ledger,
    assets: Sequence[Asset],
    *,
    changing: bool = False,
) -> list[PolicyResult]:
    """The outcome of each policy for an entry, in the language in use; `changing` judges the day of a change too."""
    rules = rule_versions.rules_of(session, entry.category, entry.rules_version)
    if not rules:
        return []
    granted = waivers.of_disclosure(session, disclosure.id) if disclosure else ()
    beside = replace(evidence_of(assets), today=today() if changing else None)
    return evaluate(rules, ledger, beside, granted)


def before_handing_in(session: Session, entry: Entry, known: Known) -> list[PolicyResult]:
    """The same for a draft, by the rules it is about to be handed in under."""
    if known.disclosure is None:
        return []
    ledger = ledger_from(known.disclosure.ledger, known.disclosure.performers)
    return results(session, entry, known.disclosure, ledger, known.assets, changing=True)


def evidence_of(assets: Iterable[Asset]) -> Evidence:
    """What the files of an entry prove: clips that were received and found sound, and the film's credentials."""
    held = list(assets)
    film = film_of(held)
    clips = sum(one.slot == Slot.EVIDENCE and one.state == AssetState.PLAYABLE for one in held)
    return Evidence(clips=clips, provenance_state=state_of(film.probe) if film else None)


def state_of(probe: Mapping[str, Any]) -> str | None:
    """The state of the credentials a probe found; None where it did not look."""
    found = probe.get("provenance")
    state = found.get("state") if isinstance(found, dict) else None
    return state if isinstance(state, str) else None
