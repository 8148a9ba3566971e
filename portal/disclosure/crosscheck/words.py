"""The findings of the cross-check in words, the same for the office and for the creator, in the language in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal import i18n
from portal.disclosure.crosscheck.models import CrossFinding, Severity
from portal.disclosure.figures import Tier
from portal.disclosure.phrases import TIERS
from portal.i18n import N_, translate
from portal.lifecycles import FindingState

_ = translate

SEVERITIES: Mapping[Severity, tuple[str, str]] = {
    Severity.HIGH: (N_("Please answer"), "bad"),
    Severity.MEDIUM: (N_("Differs"), "warn"),
    Severity.LOW: (N_("Small difference"), "info"),
    Severity.INFO: (N_("For information"), ""),
    Severity.POSITIVE: (N_("Confirmed"), "ok"),
}
STATES: Mapping[FindingState, tuple[str, str]] = {
    FindingState.OPEN: (N_("Not answered"), "warn"),
    FindingState.ACCEPTED: (N_("The creator corrects the form"), "info"),
    FindingState.EXPLAINED: (N_("Explained by the creator"), "info"),
    FindingState.DISPUTED: (N_("Disputed by the creator"), "info"),
    FindingState.SETTLED: (N_("Settled"), "ok"),
}
FILE_STATES: Mapping[str, str] = {
    "NO_MANIFEST": N_("No credentials"),
    "REMOTE_ONLY": N_("Credentials kept elsewhere, not fetched"),
    "UNSUPPORTED": N_("This kind of file carries none"),
    "MALFORMED": N_("Credentials that can't be read"),
    "BROKEN": N_("Changed after signing"),
    "REVOKED": N_("Signature withdrawn"),
    "TRUSTED": N_("Signed and verified"),
    "EXPIRED_UNPROVEN": N_("Signature expired, moment not proven"),
    "UNTRUSTED_SIGNER": N_("Signed by somebody unknown"),
    "OTHER_FAILURE": N_("Signature could not be verified"),
    "ERROR": N_("Could not be examined"),
}
_SOURCES: Mapping[str, str] = {
    "trainedAlgorithmicMedia": N_("made by AI"),
    "compositeWithTrainedAlgorithmicMedia": N_("altered by AI"),
    "compositeSynthetic": N_("put together from AI-made parts"),
    "trainedAlgorithmicData": N_("data made by AI"),
    "composite": N_("put together from several parts"),
    "digitalArt": N_("digital art"),
    "virtualRecording": N_("recording of a virtual event"),
    "screenCapture": N_("recording of a screen"),
    "digitalCapture": N_("recorded by a camera"),
    "computationalCapture": N_("recorded by a camera in several frames"),
    "compositeCapture": N_("put together from recordings"),
}
_BOTH = N_("The file {file} says: {says} ({signature}). Your form says: {form}.")
_WITHOUT_FORM: Mapping[str, str] = {
    "X00": N_("{file}: nothing is embedded. That is normal; exporting takes credentials off."),
    "X07": N_("The file {file} says: changed after it was signed. Editing does this; tell us if it was not that."),
    "X08": N_("The file {file} says: changed after it was signed, or the signature was withdrawn."),
    "X09": N_("{file}: the credentials lie at another address. We never open it."),
    "X10": N_("{file}: there may be credentials, but we can't read them."),
}
_FORM: Mapping[str, str] = {
    "X05": N_("everything generated, no camera"),
    "X13": N_("no AI in voices and music"),
    "X14": N_("not for training; the festival reserves every film"),
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A finding as a page shows it."""

    row: CrossFinding
    sentence: str
    severity: tuple[str, str]
    state: tuple[str, str]


def spoken(row: CrossFinding) -> Spoken:
    """A finding in words."""
    severity, state = SEVERITIES[row.severity], STATES[row.state]
    sentence = sentence_of(row.kind, row.found, row.declared)
    return Spoken(row, sentence, (_(severity[0]), severity[1]), (_(state[0]), state[1]))


def source_in_words(code: str) -> str:
    """A digital source type; the code itself for one that says nothing about AI."""
    return _(_SOURCES[code]) if code in _SOURCES else code


def sentence_of(kind: str, found: Mapping[str, Any], declared: Mapping[str, Any]) -> str:
    """What the file says, who vouches for it, and what the form says instead."""
    if kind in _WITHOUT_FORM:
        return _(_WITHOUT_FORM[kind]).format(file=found["file"])
    said, form = _said(kind, found), _declared(kind, declared)
    return _(_BOTH).format(file=found["file"], says=said, signature=_signature(found), form=form)


def _signature(found: Mapping[str, Any]) -> str:
    if found.get("tag"):
        return _("an unsigned tag")
    if found.get("signer"):
        return _("signed by {name}, verified").format(name=found["signer"])
    return _("signature not verified")


def _said(kind: str, found: Mapping[str, Any]) -> str:
    if kind in ("X04", "X12"):
        return _tool(found)
    if kind == "X11":
        return _("signed on {day}").format(day=_day(datetime.fromisoformat(found["at"])))
    if kind == "X13":
        return _("this sound was made by AI")
    if kind == "X14":
        return _("AI may be trained with it")
    sources = [_(_SOURCES[code]) for code in found.get("sources", ()) if code in _SOURCES]
    return ", ".join([*sources, *found.get("systems", ())]) or _("made by AI")


def _tool(found: Mapping[str, Any]) -> str:
    if "vendor" in found:
        return _("made with AI of {vendor}, model unknown").format(vendor=found["vendor"])
    return _("made with {tool}").format(tool=found["tool"])


def _declared(kind: str, declared: Mapping[str, Any]) -> str:
    if kind in _FORM:
        return _(_FORM[kind])
    if "tier" in declared:
        return _(TIERS[Tier(declared["tier"])])
    if "tools" in declared:
        return ", ".join(declared["tools"]) or _("no tool")
    if "deadline" in declared:
        return _("deadline {day}").format(day=_day(datetime.fromisoformat(declared["deadline"])))
    day = i18n.day(date.fromisoformat(declared["released"]), year=True)
    return _("{tool}, first released on {day}").format(tool=declared["tool"], day=day)


def _day(moment: datetime) -> str:
    return i18n.day(moment.astimezone(i18n.zone()).date(), year=True)
