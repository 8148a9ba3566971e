"""The ledger of AI use in a film, as the creator declares it.

Times are whole seconds of picture (credits and black excluded), shares are seconds or percent points; nothing is a
float. A ledger may be an unfinished draft: what is unanswered is None or empty, and `validation` says what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.disclosure.codes import (
    Base,
    Basis,
    ConsentStatus,
    Contribution,
    Degree,
    Likeness,
    Medium,
    PerformerKind,
    Scope,
    ShareMethod,
    SignerCapacity,
    SourceKind,
)


@dataclass(frozen=True, slots=True)
class Use:
    """The degree of AI in one scope, with an optional note."""

    scope: Scope
    degree: Degree
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as the creator names it; `terms_ok` is "my plan allows this use"."""

    name: str
    version: str = ""
    scopes: frozenset[Scope] = frozenset()
    terms_ok: bool | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of picture and the degree of AI in it."""

    in_s: int
    out_s: int
    degree: Degree
    note: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the picture is generated and how much altered: seconds, or percent when read off a slider."""

    method: ShareMethod
    generated_s: int | None = None
    altered_s: int | None = None
    generated_pct: int | None = None
    altered_pct: int | None = None
    segments: tuple[Segment, ...] = ()

    @property
    def is_estimate(self) -> bool:
        """Whether the figures are known to five points only."""
        return self.method is ShareMethod.SLIDER

    def seconds(self, degree: Degree) -> int:
        """Seconds of G or M as declared exactly; where segments are listed they decide."""
        if self.segments:
            return sum(s.out_s - s.in_s for s in self.segments if s.degree is degree)
        return (self.generated_s if degree is Degree.G else self.altered_s) or 0

    def percent(self, degree: Degree) -> int:
        """Percent of G or M as set on the slider."""
        return (self.generated_pct if degree is Degree.G else self.altered_pct) or 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a consent allows: who signed, for which media, where and how long."""

    signer_name: str = ""
    signer_capacity: SignerCapacity | None = None
    scope_text: str = ""
    media: frozenset[Medium] = frozenset()
    territory: frozenset[str] = frozenset()
    starts: date | None = None
    ends: date | None = None
    counsel_or_union: bool | None = None
    training_allowed: bool | None = None


@dataclass(frozen=True, slots=True)
class Performer:
    """A person recognisable in AI-made material, or a synthetic performer nobody can be recognised in."""

    kind: PerformerKind
    name: str = ""
    role: str = ""
    likeness: frozenset[Likeness] = frozenset()
    appear_s: int | None = None
    synth_s: int | None = None
    minor: bool = False
    deceased: bool = False
    consent: ConsentStatus | None = None
    terms: Terms | None = None
    public_credit: bool = False

    @property
    def is_real(self) -> bool:
        """Whether a real person can be recognised."""
        return self.kind is not PerformerKind.SYN

    @property
    def is_deceased(self) -> bool:
        """Whether somebody else has to speak for the person."""
        return self.deceased or self.kind is PerformerKind.REP_DEC


@dataclass(frozen=True, slots=True)
class Source:
    """An existing work or body of data that the film builds on."""

    kind: SourceKind
    title: str = ""
    holder: str = ""
    licence: str = ""
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Authorship:
    """What humans contributed to a scope."""

    scope: Scope
    contributions: frozenset[Contribution] = frozenset()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A film, or one film of an omnibus, which has a code to be found by, titles and directors of its own."""

    title: str = ""
    code: str = ""
    title_en: str = ""
    directors: tuple[str, ...] = ()
    picture_s: int | None = None
    base: frozenset[Base] = frozenset()
    uses: tuple[Use, ...] = ()
    share: Share | None = None
    tools: tuple[Tool, ...] = ()
    performers: tuple[Performer, ...] = ()
    sources: tuple[Source, ...] = ()
    authorship: tuple[Authorship, ...] = ()

    @property
    def degrees(self) -> Mapping[Scope, Degree]:
        """The degree in each of the eight scopes; unanswered is N, as the form shows it."""
        return dict.fromkeys(Scope, Degree.N) | {use.scope: use.degree for use in self.uses}

    @property
    def is_generative(self) -> bool:
        """Whether generated material is in this part, in any scope."""
        return any(use.degree.generative for use in self.uses)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The declaration for a whole work: one part for a film, several for an omnibus.

    `picture_s` is the length of the whole where it is known apart from its parts; every other figure of the whole is
    computed. `realistic` answers whether anything could be taken for real that is not; None is unanswered.
    `attestation` names the version of the sentence the creator signed.
    """

    title: str = ""
    parts: tuple[Part, ...] = ()
    realistic: bool | None = None
    picture_s: int | None = None
    audience_disclosure: str = ""
    attestation: str = ""

    @property
    def is_omnibus(self) -> bool:
        """Whether the work consists of several films."""
        return len(self.parts) > 1

    @property
    def is_generative(self) -> bool:
        """Whether generated material is anywhere in the work."""
        return any(part.is_generative for part in self.parts)

    @property
    def is_complete(self) -> bool:
        """Whether every scope of every part has its answer, so that a label can be made of it."""
        return bool(self.parts) and all({use.scope for use in part.uses} == set(Scope) for part in self.parts)

    @property
    def performers(self) -> tuple[Performer, ...]:
        """The performers of all parts."""
        return tuple(performer for part in self.parts for performer in part.performers)
