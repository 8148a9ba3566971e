"""Where on the form a complaint belongs: from a path in the ledger's JSON to the id of a field."""

from __future__ import annotations

import re

from portal.disclosure.codes import Base, Degree, Likeness, Scope

_WHOLE = {
    "parts": "length",
    "picture_s": "length",
    "realistic": "realistic",
    "attestation": "attested",
    "audience_disclosure": "audience_disclosure",
    "human_statement": "human_statement",
}
_SAME = ("base", "degrees", "share", "tools", "sources", "authorship")
_OF_PART = {"picture_s": "length", **{name: name for name in _SAME}}
_OF_PERSON = {"role": "part", "appear_s": "appear", "synth_s": "synth", "consent": "name", "terms": "name"}
_ROW = re.compile(r"(tools|performers|sources)\.(\d+)(?:\.(\w+))?")
_PART = re.compile(r"(\w+)(?:\.(\w+))?")
# Groups of radio buttons and ticks have no id of their own to jump to: their first choice takes the focus.
_FIRST = {
    "base": f"base-{next(iter(Base))}",
    "degrees": f"degree-{next(iter(Scope))}-{next(iter(Degree))}",
    "share": "generated_pct",
    "authorship": "authorship-h",
    "realistic": "realistic-yes",
}


def field_of(path: str, place: int = 0) -> str:
    """The form's name for where the answer at `path` is written; `place` is the film whose form it is."""
    if path in _WHOLE:
        return _WHOLE[path]
    here = f"parts.{place}"
    if path == here:
        return "length"
    return _of_film(path.removeprefix(f"{here}.")) if path.startswith(f"{here}.") else "main"


def _of_film(path: str) -> str:
    row = _ROW.match(path)
    if row:
        name = row[3] or ("kind" if row[1] == "sources" else "name")
        return f"{row[1]}-{row[2]}-{_OF_PERSON.get(name, name)}"
    part = _PART.match(path)
    if part is None:
        return "main"
    if part[1] == "share" and part[2] == "segments":
        return "shots"
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
