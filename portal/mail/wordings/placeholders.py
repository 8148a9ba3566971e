"""What may stand in braces in an edition's own words, for each kind of mail. Pure.

The list is closed: a placeholder is a function of the kind's context that gives plain text. A name that is not in the
list is refused when it is written, so nothing in braces ever looks anything up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.i18n import N_, clock_time, day, duration, moment, ngettext, number, pick

Context = Mapping[str, Any]
Value = Callable[[Context], str]

MEANINGS: dict[str, str] = {
    "award": N_("Name of the award"),
    "call": N_("Name of the call"),
    "category": N_("Name of the category"),
    "class": N_("Name of the class"),
    "code": N_("Code of the booking"),
    "day": N_("The day it is about"),
    "deadline": N_("Until when, with the hour"),
    "doors": N_("When the doors open"),
    "festival": N_("Name of the festival"),
    "film": N_("Title of the film"),
    "films": N_("How many films, with the word"),
    "length": N_("How long the films are"),
    "mentor": N_("Name of the mentor"),
    "name": N_("Name of the reader"),
    "number": N_("Number of the entry"),
    "place": N_("Where"),
    "reason": N_("What the office or the mentor wrote"),
    "receipt": N_("Number of the receipt"),
    "received": N_("When the entry arrived"),
    "round": N_("Name of the judging round"),
    "screening": N_("Name of the screening"),
    "seats": N_("How many seats, with the word"),
    "when": N_("When it begins"),
}
"""What each placeholder stands for, as the desk reads it."""

_BRACES = re.compile(r"\{([^{}\n]*)\}")
_PARAGRAPHS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its values; `quoted` is what somebody else wrote, shown as theirs with its own line breaks."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Editable:
    """A kind whose words an edition may choose: its placeholders, and those its words cannot do without."""

    values: Mapping[str, Value]
    needed: tuple[str, ...] = ()
    quoted: frozenset[str] = field(default=frozenset({"reason"}))

    def unknown(self, text: str) -> list[str]:
        """What stands in braces and is not in the list, as it was written."""
        return list(dict.fromkeys(f"{{{name}}}" for name in _BRACES.findall(text) if name not in self.values))

    def lacking(self, text: str) -> list[str]:
        """The placeholders the words need and do not have."""
        return [f"{{{name}}}" for name in self.needed if name not in _BRACES.findall(text)]

    def line(self, text: str, context: Context) -> str:
        """One line with its values."""
        return _BRACES.sub(lambda found: self._value(found, context), text)

    def paragraphs(self, text: str, context: Context) -> list[Paragraph]:
        """The words, split at blank lines, with their values; a paragraph of nothing is left out."""
        made = [self._paragraph(part.strip(), context) for part in _PARAGRAPHS.split(text)]
        return [one for one in made if one.text.strip()]

    def _paragraph(self, text: str, context: Context) -> Paragraph:
        alone = _BRACES.fullmatch(text)
        if alone and alone.group(1) in self.quoted & self.values.keys():
            return Paragraph(self.values[alone.group(1)](context), quoted=True)
        return Paragraph(self.line(text, context))

    def _value(self, found: re.Match[str], context: Context) -> str:
        value = self.values.get(found.group(1))
        return " ".join(value(context).split()) if value else found.group()


def _both(thing: str, name: str = "name") -> Value:
    def value(context: Context) -> str:
        return pick(getattr(context[thing], f"{name}_ko"), getattr(context[thing], f"{name}_en"))

    return value


def _moment(name: str) -> Value:
    return lambda context: f"{moment(context[name], year=True)} KST"


def _day(name: str) -> Value:
    return lambda context: day(context[name])


def _plain(name: str) -> Value:
    return lambda context: str(context[name] or "")


_EVERYWHERE: dict[str, Value] = {
    "name": lambda context: context["recipient"].name,
    "festival": lambda context: context["festival"],
}
_ENTRY: dict[str, Value] = {
    **_EVERYWHERE,
    "film": lambda context: pick(context["title_ko"], context["title_en"]),
    "number": _plain("number"),
    "call": _both("call"),
    "category": _both("category"),
}
_DECISION: dict[str, Value] = {
    **_EVERYWHERE,
    "film": _both("entry", "title"),
    "number": lambda context: context["entry"].number,
}
_JURY: dict[str, Value] = {
    **_EVERYWHERE,
    "round": _both("judging"),
    "films": lambda context: ngettext("{n} film", "{n} films", context["films"]).format(n=number(context["films"])),
    "length": lambda context: duration(context["seconds"]),
    "deadline": _moment("due_at"),
    "day": _day("due_at"),
}
_TALK: dict[str, Value] = {
    **_EVERYWHERE,
    "name": _plain("name"),
    "screening": _plain("title"),
    "place": _plain("place"),
    "when": _moment("talk_at"),
    "deadline": _moment("answer_by"),
    "day": _day("talk_at"),
}
_SEAT: dict[str, Value] = {
    **_EVERYWHERE,
    "name": _plain("name"),
    "screening": lambda context: context["showing"].title,
    "place": lambda context: f"{context['showing'].venue} · {context['showing'].hall}",
    "when": lambda context: f"{moment(context['showing'].starts_at, year=True)} KST",
    "day": lambda context: day(context["showing"].starts_at),
    "doors": lambda context: clock_time(context["doors"]),
    "seats": lambda context: ngettext("{n} seat", "{n} seats", context["party"]).format(n=number(context["party"])),
    "code": _plain("code"),
}
_TO_FIX: dict[str, Value] = {
    **_ENTRY,
    "reason": _plain("note"),
    "deadline": _moment("due_at"),
    "day": _day("due_at"),
}
_RECEIVED: dict[str, Value] = {
    **_ENTRY,
    "receipt": lambda context: context["receipt"].number,
    "received": _moment("handed_in_at"),
}

EDITABLE: dict[str, Editable] = {
    "receipt": Editable(_RECEIVED),
    "needs_fix": Editable(_TO_FIX, needed=("reason",)),
    "eligible": Editable(_ENTRY),
    "ineligible": Editable({**_ENTRY, "reason": _plain("reason")}, needed=("reason",)),
    "returned": Editable({**_ENTRY, "mentor": _plain("mentor"), "reason": _plain("note")}, needed=("mentor", "reason")),
    "decision_selected": Editable({**_DECISION, "deadline": _moment("answer_by"), "day": _day("answer_by")}),
    "decision_selected_again": Editable(_DECISION),
    "decision_reserve": Editable(_DECISION),
    "decision_not_selected": Editable(_DECISION),
    "award_final": Editable({**_DECISION, "award": _both("award")}),
    "enrolled": Editable({**_EVERYWHERE, "class": lambda context: pick(context["name_ko"], context["name_en"])}),
    "jury_published": Editable(_JURY, needed=("round",)),
    "jury_nudge": Editable(_JURY, needed=("round",)),
    "qa_invitation": Editable(_TALK, needed=("name",)),
    "ticket": Editable(_SEAT),
}
"""The kinds whose words may be chosen, in the order the desk lists them."""


def as_written(rules: Editable, text: str, context: Context) -> str:
    """The text with its placeholders instead of this context's values; what is longer goes first."""
    values = {name: value(context) for name, value in rules.values.items()}
    for name in sorted(values, key=lambda one: len(values[one]), reverse=True):
        if values[name]:
            text = text.replace(values[name], f"{{{name}}}")
    return text
