"""Conflicts in words: where one comes from, how far it reaches, what speaks for it, and what was said about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.entries.fields import CREDIT_ROLES
from portal.i18n import N_, pick, translate
from portal.jury.conflicts.models import ConflictScope, ConflictSource, ConflictState

STATES = {
    ConflictState.HINTED: (N_("Hint"), "warn"),
    ConflictState.CONFIRMED: (N_("Confirmed"), "bad"),
    ConflictState.DISMISSED: (N_("Dismissed"), ""),
}
SOURCES = {
    ConflictSource.JUROR: N_("Told by the juror"),
    ConflictSource.ENTRANT: N_("Told by the makers"),
    ConflictSource.COMPUTED: N_("Found by the portal"),
    ConflictSource.IP_OWNER: N_("Owner of the material"),
    ConflictSource.MENTOR: N_("Mentor"),
}
SCOPES = {
    ConflictScope.FILM: N_("This film"),
    ConflictScope.TEAM: N_("Every film of this team"),
    ConflictScope.CATEGORY: N_("The whole category"),
    ConflictScope.IP: N_("Every film with this owner's material"),
}
OWN_SCOPES = {
    ConflictScope.FILM: N_("Only the films I ticked"),
    ConflictScope.TEAM: N_("I know somebody of the team: every film of theirs"),
    ConflictScope.CATEGORY: N_("The whole category of each film"),
    ConflictScope.IP: N_("The owner of the borrowed work or character: every film that uses it"),
}
_EVIDENCE = {
    "same_person": N_("The juror is on the film's team."),
    "same_name": N_("Somebody of the team has the same name: {name}."),
    "mail_domain": N_("{name} has an address of the same house: {domain}."),
    "credited": N_("The name stands in the credits: {name} ({role})."),
    "together": N_("Both are named on another film: {name}, “{title}” ({number})."),
    "classmates": N_("The same class as somebody of the team: {class}."),
    "mentor": N_("Mentor of the film's class: {class}."),
    "employer_domain": N_("The employer, {employer}, fits an address of the team: {domain}."),
    "employer_credited": N_("The employer, {employer}, stands in the credits: {name}."),
    "owner": N_("Works for {owner}, whose material the film uses."),
    "owner_employer": N_("The employer has the name of the owner of the material: {owner}."),
    "told_address": N_("The makers named this person by address: {name}."),
    "told_name": N_("The makers named somebody of this name: {name}."),
    "earlier": N_("Confirmed in another round: {round}."),
}
_SAID = {
    "conflict.declared": N_("Told"),
    "conflict.confirmed": N_("Confirmed"),
    "conflict.dismissed": N_("Dismissed"),
}


def conflict_state(state: str) -> tuple[str, str]:
    """(word, kind of tag) for a conflict."""
    word, kind = STATES[ConflictState(state)]
    return translate(word), kind


def source_name(source: str) -> str:
    """Where a conflict comes from."""
    return translate(SOURCES[ConflictSource(source)])


def scope_name(scope: str) -> str:
    """How far a conflict reaches."""
    return translate(SCOPES[ConflictScope(scope)])


def evidence(found: Mapping[str, Any]) -> str:
    """One piece of evidence as a sentence."""
    values = {key: str(value) for key, value in found.items()}
    for name in ("title", "class", "round"):
        values[name] = pick(values.get(f"{name}_ko", ""), values.get(f"{name}_en", ""))
    if "role" in values:
        values["role"] = next((translate(text) for role, text in CREDIT_ROLES.items() if role == values["role"]), "")
    sentence = _EVIDENCE.get(values.get("kind", ""))
    return translate(sentence).format(**values) if sentence else ""


def said(verb: str) -> str:
    """What the audit trail says of a conflict, in a word."""
    return translate(_SAID[verb]) if verb in _SAID else verb
