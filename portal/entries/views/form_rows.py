"""The rows and fields of the disclosure's form: lengths, percentages, tools, people, sources, and who did what."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms import Form as Row

from portal.disclosure.codes import Basis, Contribution, Degree, Likeness, PerformerKind, Scope, SourceKind
from portal.i18n import N_, translate
from portal.web.forms import AtMost, Line, tidy

MOST_SECONDS = 24 * 3600
MOST_LINE = 140


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


class SourceRow(Row):
    """One existing work, or body of data, that the film builds on."""

    kind = SelectField(choices=["", *(kind.value for kind in SourceKind)])
    title = Line(validators=[AtMost(200)])
    holder = Line(validators=[AtMost(200)])
    licence = Line(validators=[AtMost(200)])
    basis = SelectField(choices=["", *(basis.value for basis in Basis)])

    def validate_kind(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError(translate(N_("Choose what it is.")))


class HumanRows(Row):
    """What people gave to each scope: ticks, and a line in their words."""


for _scope in Scope:
    _ticks = SelectMultipleField(choices=[contribution.value for contribution in Contribution])
    setattr(HumanRows, f"{_scope}_by", _ticks)
    setattr(HumanRows, f"{_scope}_text", Line(validators=[AtMost(MOST_LINE)]))
