"""Where on the form a complaint belongs: from a path in the ledger's JSON to the id of a field."""

from __future__ import annotations

import re

from portal.disclosure.codes import Base, Degree, Likeness, Scope

_WHOLE = {
    "parts": "length",
    "parts.0": "length",
    "picture_s": "length",
    "realistic": "realistic",
    "attestation": "attested",
    "audience_disclosure": "audience_disclosure",
    "human_statement": "human_statement",
}
_OF_PART = {"picture_s": "length", "base": "base", "degrees": "degrees", "share": "share", "tools": "tools"}
_OF_PERSON = {"role": "part", "appear_s": "appear", "synth_s": "synth", "consent": "name", "terms": "name"}
_ROW = re.compile(r"parts\.0\.(tools|performers)\.(\d+)(?:\.(\w+))?")
_PART = re.compile(r"parts\.0\.(\w+)(?:\.(\w+))?")
# Groups of radio buttons and ticks have no id of their own to jump to: their first choice takes the focus.
_FIRST = {
    "base": f"base-{next(iter(Base))}",
    "degrees": f"degree-{next(iter(Scope))}-{next(iter(Degree))}",
    "share": "generated_pct",
    "realistic": "realistic-yes",
}


def field_of(path: str) -> str:
    """The form's name for the place where the answer at `path` is written."""
    if path in _WHOLE:
        return _WHOLE[path]
    row = _ROW.match(path)
    if row:
        name = row[3] or "name"
        return f"{row[1]}-{row[2]}-{_OF_PERSON.get(name, name)}"
    part = _PART.match(path)
    if part is None:
        return "main"
    return f"degree-{part[2]}" if part[1] == "degrees" and part[2] else _OF_PART.get(part[1], "main")


def anchor_of(field: str) -> str:
    """The id on the page to which a complaint about a field leads."""
    if field.startswith("degree-"):
        return f"{field}-{next(iter(Degree))}"
    if field.startswith("tools-") and field.endswith("-scopes"):
        return f"{field}-{next(iter(Scope))}"
    if field.endswith("-likeness"):
        return f"{field}-{next(iter(Likeness))}"
    return _FIRST.get(field, field)
