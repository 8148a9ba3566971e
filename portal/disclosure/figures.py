"""The figures of a ledger: shares, tier, moon phases, badges and the codes other bodies ask for.

Everything is an integer. A share is first held in seconds x 10,000, so that a slider's percent and a time-code's
seconds add up exactly in an omnibus, and divided once at the end. Floors decide claims ("fully AI"), ceilings decide
warnings ("mostly AI"). Nothing here is text for people; see `label`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from portal.disclosure import source_types
from portal.disclosure.codes import (
    CAPTURED,
    CONTENT,
    FULL,
    HAND_MADE,
    REPLICAS,
    SLIDER_MARGIN,
    Base,
    ConsentStatus,
    Degree,
    PerformerKind,
    Scope,
    ShareMethod,
    highest,
)
from portal.disclosure.ledger import Ledger, Part, Performer, Share


class Tier(IntEnum):
    """The five tiers of the public label."""

    L0 = 0
    L1 = 1
    L2 = 2
    L3 = 3
    L4 = 4


class Craft(StrEnum):
    """The five crafts the public reads about."""

    SCRIPT = "script"
    PICTURE = "picture"
    VOICE = "voice"
    MUSIC = "music"
    EDITING = "editing"


CRAFTS: Mapping[Craft, tuple[Scope, ...]] = {
    Craft.SCRIPT: (Scope.SCR,),
    Craft.PICTURE: (Scope.IMG, Scope.VID),
    Craft.VOICE: (Scope.VOI,),
    Craft.MUSIC: (Scope.MUS, Scope.SFX),
    Craft.EDITING: (Scope.EDT, Scope.LOC),
}
PHASES: Mapping[Degree, int] = {Degree.N: 0, Degree.P: 1, Degree.E: 1, Degree.M: 2, Degree.G: 3}


class Badge(StrEnum):
    """Facts the public is told whatever the tier."""

    REPLICA_CONSENTED = "REPLICA_CONSENTED"
    REPLICA_ESTATE = "REPLICA_ESTATE"
    SYN_PERFORMER = "SYN_PERFORMER"
    SYN_VOICE = "SYN_VOICE"
    SYN_MUSIC = "SYN_MUSIC"
    AI_SCRIPT = "AI_SCRIPT"
    REALISTIC = "REALISTIC"


class EuIcon(StrEnum):
    """The icon of the EU Code of Practice; "Fully AI-Generated" excludes a directed film and is never chosen."""

    NONE = "none"
    MODIFIED = "Partially AI-Modified"
    BASIC = "basic AI"
    BASIC_TEXT = "basic AI + text"


class Provenance(StrEnum):
    """The tiers of Human Provenance in Film."""

    NO_AI = "No AI Used"
    ASSISTIVE = "Assistive AI"
    GENERATIVE = "Generative AI"


class Band(StrEnum):
    """How much of a performer's screen time is synthetic, as told in public."""

    MOST = ">90 %"
    MORE_THAN_HALF = "more than half"
    SOME = "part"


@dataclass(frozen=True, slots=True)
class Interval:
    """A share in basis points that lies between `lo` and `hi`."""

    lo: int
    hi: int


@dataclass(frozen=True, slots=True)
class Appearance:
    """A performer with the synthetic ratio of the screen time, None where no screen time is given."""

    performer: Performer
    ratio_bp: int | None
    band: Band | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What follows from a ledger, for the whole work or for one part of it."""

    title: str
    picture_s: int
    base: frozenset[Base]
    degrees: Mapping[Scope, Degree]
    method: ShareMethod | None
    generated: Interval
    altered: Interval
    visible: Interval
    tier: Tier
    badges: tuple[Badge, ...]
    appearances: tuple[Appearance, ...]
    parts: tuple[Figures, ...] = ()
    title_en: str = ""

    @property
    def phases(self) -> dict[Craft, int]:
        """The moon phase of each craft, 0 (human) to 3 (AI-generated)."""
        return {craft: PHASES[highest(self.degrees[s] for s in scopes)] for craft, scopes in CRAFTS.items()}

    @property
    def eu_icon(self) -> EuIcon:
        """The icon to show beside the words."""
        if self.tier <= Tier.L1:
            return EuIcon.NONE
        if self.tier >= Tier.L3:
            return EuIcon.BASIC_TEXT
        return EuIcon.MODIFIED if self.base & CAPTURED else EuIcon.BASIC

    @property
    def hpf(self) -> Provenance:
        """The tier of Human Provenance in Film; generated subtitles count there although they are not picture."""
        if self.tier is Tier.L0:
            return Provenance.NO_AI
        assistive = self.tier is Tier.L1 and not self.degrees[Scope.LOC].generative
        return Provenance.ASSISTIVE if assistive else Provenance.GENERATIVE

    @property
    def dst(self) -> str:
        """The IPTC digital source type of the work, as a code of the vocabulary."""
        if self.tier is Tier.L0:
            return source_types.of_base(self.base)
        if self.tier is Tier.L1:
            return source_types.of_assistance(self.degrees.values())
        if self.tier is Tier.L4:
            return source_types.GENERATED
        return source_types.of_mixture(self.base, mostly_generated=self.tier is Tier.L3)


def tier_of(degrees: Mapping[Scope, Degree], generated: Interval, visible: Interval, base: frozenset[Base]) -> Tier:
    """The tier: "fully" is claimed only from the floor, "mostly" is disclosed from the ceiling."""
    if all(degree is Degree.N for degree in degrees.values()):
        return Tier.L0
    if not any(degrees[scope].generative for scope in CONTENT):
        return Tier.L1
    if generated.lo >= 9500 and not base & HAND_MADE:
        return Tier.L4
    return Tier.L3 if visible.hi > 5000 else Tier.L2


def measure(ledger: Ledger) -> Figures:
    """The figures of the whole work, with those of each part; seconds are summed before any share is taken."""
    parts = tuple(_measure_part(part, ledger.realistic) for part in ledger.parts)
    whole = _measure_parts(ledger.parts, ledger.title, ledger.realistic)
    return replace(whole, parts=parts)


def _measure_part(part: Part, realistic: bool | None) -> Figures:
    return replace(_measure_parts((part,), part.title, realistic and part.is_generative), title_en=part.title_en)


def _measure_parts(parts: Sequence[Part], title: str, realistic: bool | None) -> Figures:
    generated = _bp_interval(parts, (Degree.G,))
    visible = _bp_interval(parts, (Degree.G, Degree.M))
    degrees = {scope: highest(part.degrees[scope] for part in parts) for scope in Scope}
    base = _union(parts)
    performers = [performer for part in parts for performer in part.performers]
    return Figures(
        title=title,
        picture_s=sum(part.picture_s or 0 for part in parts),
        base=base,
        degrees=degrees,
        method=_method([part.share for part in parts if part.share]),
        generated=generated,
        altered=_bp_interval(parts, (Degree.M,)),
        visible=visible,
        tier=tier_of(degrees, generated, visible, base),
        badges=tuple(_badges(degrees, performers, realistic)),
        appearances=tuple(_appearance(performer) for performer in performers),
    )


def _union(parts: Sequence[Part]) -> frozenset[Base]:
    """What the parts are made of together: NONE is only left where no part has anything else."""
    bases = frozenset(base for part in parts for base in part.base)
    return bases & HAND_MADE or bases


def _method(shares: Sequence[Share]) -> ShareMethod | None:
    """How the figures of the whole were arrived at: never better than its worst part."""
    methods = {share.method for share in shares}
    if len(methods) == 1:
        return methods.pop()
    if not methods:
        return None
    return ShareMethod.SLIDER if ShareMethod.SLIDER in methods else ShareMethod.TIMECODES


def _bp_interval(parts: Sequence[Part], degrees: tuple[Degree, ...]) -> Interval:
    """The share of `degrees` in the picture of `parts`. A part of unknown length weighs a second, so that a draft with
    a slider already has its label."""
    length = sum(part.picture_s or 1 for part in parts) or 1
    spans = [_span(part, degree) for part in parts for degree in degrees]
    least, most = sum(lo for lo, _ in spans), sum(hi for _, hi in spans)
    return Interval(min(FULL, least // length), min(FULL, most // length))


def _span(part: Part, degree: Degree) -> tuple[int, int]:
    """The least and the most of `degree` in the part, in seconds x 10,000."""
    share = part.share
    if share is None:
        return 0, 0
    if not share.is_estimate:
        exact = share.seconds(degree) * FULL
        return exact, exact
    percent, unit = share.percent(degree), (part.picture_s or 1) * (FULL // 100)
    if percent in (0, 100):
        return percent * unit, percent * unit
    return max(0, percent - SLIDER_MARGIN) * unit, min(100, percent + SLIDER_MARGIN) * unit


def _appearance(performer: Performer) -> Appearance:
    ratio = ratio_bp(performer)
    return Appearance(performer, ratio, None if ratio is None else band_of(ratio))


def ratio_bp(performer: Performer) -> int | None:
    """The synthetic part of the performer's screen time in basis points."""
    if not performer.appear_s or performer.appear_s < 0 or performer.synth_s is None:
        return None
    return performer.synth_s * FULL // performer.appear_s


def band_of(ratio: int) -> Band:
    """The band in which a ratio is told in public."""
    if ratio > 9000:
        return Band.MOST
    return Band.MORE_THAN_HALF if ratio > 5000 else Band.SOME


CONSENTED = frozenset({ConsentStatus.DOC, ConsentStatus.VERIFIED, ConsentStatus.ESTATE})


def _badges(
    degrees: Mapping[Scope, Degree], performers: Sequence[Performer], realistic: bool | None
) -> Iterator[Badge]:
    replicas = [performer for performer in performers if performer.kind in REPLICAS]
    living = [replica for replica in replicas if not replica.is_deceased]
    dead = [replica for replica in replicas if replica.is_deceased]
    facts = {
        Badge.REPLICA_CONSENTED: bool(living) and all(replica.consent in CONSENTED for replica in living),
        Badge.REPLICA_ESTATE: bool(dead) and all(replica.consent in CONSENTED for replica in dead),
        Badge.SYN_PERFORMER: any(performer.kind is PerformerKind.SYN for performer in performers),
        Badge.SYN_VOICE: degrees[Scope.VOI] is Degree.G,
        Badge.SYN_MUSIC: degrees[Scope.MUS] is Degree.G,
        Badge.AI_SCRIPT: degrees[Scope.SCR].generative,
        Badge.REALISTIC: bool(realistic),
    }
    return (badge for badge, holds in facts.items() if holds)
