"""The codes of the disclosure: stored, exported and hashed, so they may be added to but never renamed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

FULL = 10_000
SLIDER_MARGIN = 5


class Scope(StrEnum):
    """The eight places where AI can have worked on a film."""

    SCR = "SCR"
    IMG = "IMG"
    VID = "VID"
    VOI = "VOI"
    MUS = "MUS"
    SFX = "SFX"
    EDT = "EDT"
    LOC = "LOC"


CONTENT = frozenset({Scope.SCR, Scope.IMG, Scope.VID, Scope.VOI, Scope.MUS, Scope.SFX})
PICTURE = frozenset({Scope.IMG, Scope.VID})


class Degree(StrEnum):
    """How far AI went in one scope, ordered none < process < enhanced < modified < generated."""

    N = "N"
    P = "P"
    E = "E"
    M = "M"
    G = "G"

    @property
    def rank(self) -> int:
        """The place in the order, 0 to 4 (the codes themselves do not sort)."""
        return _DEGREE_ORDER.index(self)

    @property
    def generative(self) -> bool:
        """Whether generated material is in the film."""
        return self in (Degree.M, Degree.G)


_DEGREE_ORDER = tuple(Degree)


def highest(degrees: Iterable[Degree]) -> Degree:
    """The degree that went furthest; none at all counts as N."""
    return max(degrees, key=lambda degree: degree.rank, default=Degree.N)


class Base(StrEnum):
    """What the picture is made of before any AI."""

    LIVE = "LIVE"
    ANIM = "ANIM"
    ARCH = "ARCH"
    NONE = "NONE"


HAND_MADE = frozenset({Base.LIVE, Base.ANIM, Base.ARCH})
CAPTURED = frozenset({Base.LIVE, Base.ARCH})


class ShareMethod(StrEnum):
    """How the creator arrived at the picture share."""

    TIMECODES = "TIMECODES"
    SHOTLIST = "SHOTLIST"
    SLIDER = "SLIDER"


class PerformerKind(StrEnum):
    """What was made of, or instead of, a performer (the terms of the SAG-AFTRA agreements)."""

    REP_EMP = "REP_EMP"
    REP_IND = "REP_IND"
    REP_DEC = "REP_DEC"
    REP_BG = "REP_BG"
    ALTER = "ALTER"
    SYN = "SYN"


REPLICAS = frozenset({PerformerKind.REP_EMP, PerformerKind.REP_IND, PerformerKind.REP_DEC, PerformerKind.REP_BG})


class Likeness(StrEnum):
    """Which part of a person was used."""

    FACE = "FACE"
    BODY = "BODY"
    VOICE = "VOICE"
    MOTION = "MOTION"


class ConsentStatus(StrEnum):
    """How far a performer's consent is known."""

    NOT_REQ = "NOT_REQ"
    PENDING = "PENDING"
    DECLARED = "DECLARED"
    DOC = "DOC"
    VERIFIED = "VERIFIED"
    ESTATE = "ESTATE"
    NONE = "NONE"
    REVOKED = "REVOKED"


class Channel(StrEnum):
    """How a consent reached us."""

    LINK = "LINK"
    PAPER = "PAPER"


class HoldCause(StrEnum):
    """Why a film was taken out of public view: a person's word, or the office's."""

    REFUSED = "REFUSED"
    REVOKED = "REVOKED"
    OFFICE = "OFFICE"


class SignerCapacity(StrEnum):
    """In what capacity the consent was signed."""

    SELF = "SELF"
    GUARDIAN = "GUARDIAN"
    AGENT = "AGENT"
    ESTATE = "ESTATE"
    LICENSEE = "LICENSEE"


class Medium(StrEnum):
    """A use that a consent can cover."""

    FESTIVAL = "FESTIVAL"
    CINEMA = "CINEMA"
    ONLINE = "ONLINE"
    BROADCAST = "BROADCAST"
    TRAILER = "TRAILER"
    ADVERT = "ADVERT"


class SourceKind(StrEnum):
    """What kind of existing work or data the film builds on."""

    SCREENPLAY = "SCREENPLAY"
    BOOK = "BOOK"
    CHARACTER = "CHARACTER"
    FOOTAGE = "FOOTAGE"
    IMAGE = "IMAGE"
    MUSIC = "MUSIC"
    VOICE = "VOICE"
    TRAINING_SET = "TRAINING_SET"
    LOGO = "LOGO"


class Basis(StrEnum):
    """By what right a source is used."""

    ORIGINAL = "ORIGINAL"
    LICENSED = "LICENSED"
    PUBLIC_DOMAIN = "PUBLIC_DOMAIN"
    CC = "CC"
    QUOTATION_PARODY = "QUOTATION_PARODY"
    UNKNOWN = "UNKNOWN"


class Contribution(StrEnum):
    """What a human gave to a scope (after the Korean copyright guide of 2025)."""

    INPUT_WORK = "INPUT_WORK"
    REWORK = "REWORK"
    SELECT_ARRANGE = "SELECT_ARRANGE"
    DIRECT_PERFORM = "DIRECT_PERFORM"
    COMPOSE = "COMPOSE"
    PROMPT_ONLY = "PROMPT_ONLY"
