"""The shapes of the disclosure with its rows, and of the request for a consent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms import Form as Row
from wtforms.validators import InputRequired

from portal.disclosure.answers import SECTIONS, Answers, taken
from portal.disclosure.codes import (
    Base,
    Degree,
    Likeness,
    Medium,
    PerformerKind,
    Scope,
    ShareMethod,
    SignerCapacity,
)
from portal.disclosure.form_data import READERS, shown
from portal.disclosure.phrases import choices, name_of
from portal.disclosure.readiness import MOST_STATEMENT
from portal.i18n import LANGUAGES, N_, NAMES, translate
from portal.web.forms import AtMost, EmailAddress, Form, Line, Required, Words, tidy

MOST_SECONDS = 24 * 3600
MOST_ROWS = 40
_KEY = re.compile(r"(tools|performers)-(\d{1,4})-(\w+)")
_TELLING = {"tools": ("name", "version", "scopes"), "performers": ("kind", "name", "part", "likeness")}


class Length(StringField):
    """A length as minutes and seconds, 6:50; also with hours, or as plain seconds."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = tidy(valuelist[0]) if valuelist else ""
        self.data = None
        if not text:
            return
        parts = text.split(":")
        if len(parts) > 3 or not all(part.strip().isdecimal() and len(part) < 6 for part in parts):
            raise ValueError(translate(N_("Write the length as minutes and seconds, like 6:50.")))
        seconds = sum(int(part) * 60**power for power, part in enumerate(reversed(parts)))
        if seconds > MOST_SECONDS:
            raise ValueError(translate(N_("This is longer than a day. Write minutes and seconds, like 6:50.")))
        self.data = seconds

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data // 60}:{self.data % 60:02}" if self.data else ""


class Percent(StringField):
    """A whole percent from 0 to 100; empty is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = tidy(valuelist[0]) if valuelist else ""
        if text and not (text.isdecimal() and int(text[:4]) <= 100):
            raise ValueError(translate(N_("Write a number from 0 to 100.")))
        self.data = int(text or 0)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else str(self.data or 0)


class GridRow(Row):
    """The degree of AI in each scope; a scope without an answer stays open."""


for _scope in Scope:
    setattr(GridRow, _scope.value, RadioField(choices=[degree.value for degree in Degree], validate_choice=False))


class ToolRow(Row):
    """One tool."""

    name = Line(validators=[AtMost(200)])
    version = Line(validators=[AtMost(60)])
    scopes = SelectMultipleField(choices=[scope.value for scope in Scope])


class PersonRow(Row):
    """One performer; the code is drawn with the row."""

    code = Line()
    kind = SelectField(choices=["", *(kind.value for kind in PerformerKind)])
    name = Line(validators=[AtMost(200)])
    part = Line(validators=[AtMost(200)])
    likeness = SelectMultipleField(choices=[likeness.value for likeness in Likeness])
    appear = Length()
    synth = Length()
    minor = BooleanField()
    deceased = BooleanField()
    public_credit = BooleanField()

    def validate_kind(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError(translate(N_("Choose what was made of the person.")))

    def validate_synth(self, field: Length) -> None:
        """The stored row cannot hold more AI-made time than screen time."""
        if (field.data or 0) > (self.appear.data or 0):
            sentence = N_("The AI-made screen time is longer than the screen time. Correct one of the two.")
            raise ValidationError(translate(sentence))


_FIELDS: Mapping[str, tuple[str, ...]] = {
    "base": ("base",),
    "degrees": ("degree",),
    "picture_s": ("length",),
    "share": ("generated_pct", "altered_pct", "generated", "altered"),
    "tools": ("tools",),
    "performers": ("performers",),
    "realistic": ("realistic",),
    "audience_disclosure": ("audience_disclosure",),
    "human_statement": ("human_statement",),
    "attested": ("attested",),
}


class DisclosureForm(Form):
    """Everything a film says about AI; any part may still be empty or wrong."""

    base = SelectMultipleField(choices=[base.value for base in Base])
    degree = FormField(GridRow)
    length = Length()
    method = RadioField(choices=[method.value for method in ShareMethod], validate_choice=False)
    generated_pct = Percent()
    altered_pct = Percent()
    generated = Length()
    altered = Length()
    tools = FieldList(FormField(ToolRow), max_entries=MOST_ROWS)
    performers = FieldList(FormField(PersonRow), max_entries=MOST_ROWS)
    realistic = RadioField(choices=["yes", "no"], validate_choice=False)
    audience_disclosure = Words(validators=[AtMost(1000)])
    human_statement = Words(validators=[AtMost(MOST_STATEMENT)])
    attested = BooleanField()

    @classmethod
    def showing(cls, answers: Answers) -> DisclosureForm:
        """The form as it shows stored answers."""
        return cls(formdata=None, data=shown(answers))

    @classmethod
    def posted(cls, formdata: MultiDict[str, str]) -> DisclosureForm:
        """The form as it was sent, without empty rows and the one to be dropped."""
        return cls(formdata=_renumbered(formdata))

    def sound(self) -> tuple[str, ...]:
        """The sections of the right shape, after `validate()`."""
        return tuple(section for section in SECTIONS if not any(self[name].errors for name in _FIELDS[section]))

    def answers(self, stored: Answers) -> Answers:
        """What was sent, after `validate()`; a section of the wrong shape keeps what is stored."""
        read = {section: READERS[section](self) for section in self.sound()}
        return taken(Answers(**read), self.sound(), over=stored)

    def wrong_shapes(self) -> dict[str, str]:
        """The first sentence about each field whose shape is wrong, rows included."""
        return dict(_sentences(self, ""))


def _sentences(form: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in form._fields.items():
        if isinstance(field, FieldList):
            for entry in field.entries:
                yield from _sentences(entry.form, f"{entry.name}-")
        elif isinstance(field, FormField):
            yield from _sentences(field.form, f"{prefix}{name}-")
        elif field.errors:
            yield f"{prefix}{name}", str(field.errors[0])


def _renumbered(formdata: MultiDict[str, str]) -> MultiDict[str, str]:
    dropped = formdata.get("drop", "")
    rows: dict[tuple[str, int], dict[str, list[str]]] = {}
    made: MultiDict[str, str] = MultiDict()
    for key, values in formdata.lists():
        found = _KEY.fullmatch(key)
        if found is None:
            made.setlist(key, values)
        elif f"{found[1]}-{found[2]}" != dropped:
            rows.setdefault((found[1], int(found[2])), {})[found[3]] = values
    counts = {"tools": 0, "performers": 0}
    for kind, number in sorted(rows):
        row = rows[kind, number]
        if any(tidy(value) for name in _TELLING[kind] for value in row.get(name, ())):
            for name, values in row.items():
                made.setlist(f"{kind}-{counts[kind]}-{name}", values)
            counts[kind] += 1
    return made


class RequestForm(Form):
    """Whom to ask for a consent, in what capacity, for what."""

    email = Line(validators=[Required(N_("Write the e-mail address of who signs.")), AtMost(254), EmailAddress()])
    language = SelectField()
    capacity = RadioField(validators=[InputRequired(N_("Choose who signs."))])
    media = SelectMultipleField()
    text = Words(validators=[Required(N_("Describe what was made, and from what.")), AtMost(2000)])
    seen = Line()

    def __init__(self, capacities: tuple[SignerCapacity, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.language.choices = [(code, NAMES[code]) for code in LANGUAGES]
        self.capacity.choices = [(capacity.value, name_of(capacity)) for capacity in capacities]
        self.media.choices = choices(Medium)
