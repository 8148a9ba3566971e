"""The label for machines: JSON-LD with schema.org's words where there are any, and our own `aid:` vocabulary beside.

The context is inline, so that expanding it fetches nothing. A person's name appears only with public credit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.disclosure import source_types
from portal.disclosure.figures import Appearance, Figures, Interval
from portal.disclosure.ledger import Ledger, Part, Use

TYPES = ["Movie", "VideoObject"]


@dataclass(frozen=True, slots=True)
class Page:
    """Where the film is published: its address, the portal's origin, the mining policy, and the revision stated."""

    url: str
    origin: str
    tdm_policy: str
    revision: int
    sha256: str


def describe(ledger: Ledger, figures: Figures, page: Page) -> dict[str, Any]:
    """The JSON-LD document of a film or an omnibus."""
    document = {
        "@context": context(page.origin),
        "@type": TYPES,
        "@id": page.url,
        **_measured(figures),
        "aid:revision": page.revision,
        "aid:sha256": page.sha256,
        "tdm:reservation": 1,
        "tdm:policy": page.tdm_policy,
    }
    if not ledger.is_omnibus:
        return document | (_detail(ledger.parts[0], figures) if ledger.parts else {})
    pairs = zip(ledger.parts, figures.parts, strict=True)
    return document | {"hasPart": [_part(part, own, page, n) for n, (part, own) in enumerate(pairs, start=1)]}


def context(origin: str) -> dict[str, Any]:
    """The context of the document: every prefix, and which values are names rather than text."""
    identifiers = ("digitalSourceType", "aid:dst", "tdm:policy")
    words = ("aid:tier", "aid:degree", "aid:scope", "aid:kind", "aid:consent")
    return {
        "@vocab": source_types.SCHEMA,
        "aid": f"{origin}/ns/ai-disclosure/1#",
        "dst": source_types.IPTC,
        "iptcExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "tdm": "http://www.w3.org/ns/tdmrep#",
        **{term: {"@type": "@id"} for term in identifiers},
        **{term: {"@type": "@vocab"} for term in words},
    }


def script_text(document: dict[str, Any]) -> str:
    """The document for a script element of a page: no character of it can end the element."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _measured(figures: Figures) -> dict[str, Any]:
    return {
        "name": figures.title,
        "duration": iso_duration(figures.picture_s),
        "digitalSourceType": source_types.schema_uri(figures.dst),
        "aid:dst": f"dst:{figures.dst}",
        "aid:tier": f"aid:{figures.tier.name}",
        "aid:badges": [badge.value for badge in figures.badges],
        **_share("generated", figures.generated),
        **_share("altered", figures.altered),
        **({"aid:shareMethod": figures.method.value} if figures.method else {}),
    }


def _share(name: str, share: Interval) -> dict[str, int]:
    """The share at its most; where it is an estimate its least, too."""
    least = {} if share.lo == share.hi else {f"aid:{name}ShareLeastBp": share.lo}
    return {f"aid:{name}ShareBp": share.hi} | least


def _part(part: Part, figures: Figures, page: Page, number: int) -> dict[str, Any]:
    return {"@type": TYPES, "@id": f"{page.url}/p{number}"} | _measured(figures) | _detail(part, figures)


def _detail(part: Part, figures: Figures) -> dict[str, Any]:
    uses = [entry for use in part.uses if use.degree.rank for entry in _uses(part, use)]
    actors = [_actor(appearance) for appearance in figures.appearances]
    return ({"aid:use": uses} if uses else {}) | (
        {"actor": actors[0] if len(actors) == 1 else actors} if actors else {}
    )


def _uses(part: Part, use: Use) -> Iterator[dict[str, str]]:
    """One entry for each tool of a scope, or one without a tool."""
    entry = {"aid:scope": f"aid:{use.scope}", "aid:degree": f"aid:{use.degree}"}
    if use.degree in source_types.OF_DEGREE:
        entry["aid:dst"] = f"dst:{source_types.OF_DEGREE[use.degree]}"
    tools = [tool for tool in part.tools if use.scope in tool.scopes]
    for tool in tools:
        version = {"iptcExt:AISystemVersionUsed": tool.version} if tool.version else {}
        yield entry | {"iptcExt:AISystemUsed": tool.name} | version
    if not tools:
        yield entry


def _actor(appearance: Appearance) -> dict[str, Any]:
    performer = appearance.performer
    role: dict[str, Any] = {"@type": "PerformanceRole", "aid:kind": f"aid:{performer.kind}"}
    if performer.role:
        role["characterName"] = performer.role
    if performer.public_credit and performer.name:
        role["actor"] = {"@type": "Person", "name": performer.name}
    if appearance.ratio_bp is not None:
        role["aid:syntheticAppearanceBp"] = appearance.ratio_bp
    if performer.consent:
        role["aid:consent"] = f"aid:{performer.consent}"
    return role


def iso_duration(seconds: int) -> str:
    """Seconds as an ISO 8601 duration, `PT56M25S`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = "".join(f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if value)
    return f"PT{text or '0S'}"
