"""IPTC digital source types: which code a picture, a degree or a whole work has, and its names on the web.

Vocabulary http://cv.iptc.org/newscodes/digitalsourcetype/ (state 2024-09-17); the base is an identifier, hence http.
schema.org has a member for most codes; where it has none, the IPTC address stands in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portal.disclosure.codes import CAPTURED, HAND_MADE, Base, Degree

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SCHEMA = "https://schema.org/"

GENERATED = "trainedAlgorithmicMedia"
MODIFIED = "compositeWithTrainedAlgorithmicMedia"
SYNTHETIC = "compositeSynthetic"
ENHANCED = "algorithmicallyEnhanced"
EDITED = "humanEdits"
CREATED = "digitalCreation"
CAPTURES = "compositeCapture"

OF_DEGREE: Mapping[Degree, str] = {Degree.E: ENHANCED, Degree.M: MODIFIED, Degree.G: GENERATED}
_OF_SINGLE_BASE: Mapping[Base, str] = {Base.LIVE: "digitalCapture", Base.ANIM: CREATED, Base.ARCH: "positiveFilm"}
_SCHEMA_MEMBERS: Mapping[str, str] = {
    GENERATED: "TrainedAlgorithmicMediaDigitalSource",
    MODIFIED: "CompositeWithTrainedAlgorithmicMediaDigitalSource",
    SYNTHETIC: "CompositeSyntheticDigitalSource",
    ENHANCED: "AlgorithmicallyEnhancedDigitalSource",
    CAPTURES: "CompositeCaptureDigitalSource",
    "digitalCapture": "DigitalCaptureDigitalSource",
    "positiveFilm": "PositiveFilmDigitalSource",
}


def of_base(base: frozenset[Base]) -> str:
    """The type of a picture without AI; a mixture of drawn and filmed material is an edit by people."""
    kinds = base & HAND_MADE
    if len(kinds) == 1:
        return _OF_SINGLE_BASE[next(iter(kinds))]
    if kinds == CAPTURED:
        return CAPTURES
    return EDITED if kinds else CREATED


def of_assistance(degrees: Iterable[Degree]) -> str:
    """The type of a work in which AI only assisted: enhanced where the result was touched, else edited by people."""
    return ENHANCED if any(degree.rank >= Degree.E.rank for degree in degrees) else EDITED


def of_mixture(base: frozenset[Base], *, mostly_generated: bool) -> str:
    """The type of a hybrid work; with most of it generated and nothing captured it is synthetic."""
    return SYNTHETIC if mostly_generated and not base & CAPTURED else MODIFIED


def iptc_uri(code: str) -> str:
    """The IPTC address of a code."""
    return IPTC + code


def schema_uri(code: str) -> str:
    """The value for schema.org's `digitalSourceType`."""
    member = _SCHEMA_MEMBERS.get(code)
    return SCHEMA + member if member else iptc_uri(code)
