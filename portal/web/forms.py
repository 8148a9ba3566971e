"""Forms: shape is checked here (422 with the form's own words), meaning in the services.

Every text is trimmed and brought to NFC on the way in; every sentence goes through gettext.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field, StringField, ValidationError
from wtforms.validators import Email, InputRequired, Length, NumberRange, StopValidation

from portal.errors import Invalid, InvalidMany
from portal.i18n import N_, translate


def tidy(text: str | None) -> str:
    """NFC, trimmed, without control characters other than line breaks and tabs."""
    normal = unicodedata.normalize("NFC", text or "").replace("\r\n", "\n").strip()
    return "".join(char for char in normal if char in "\n\t" or unicodedata.category(char) != "Cc")


class Required(InputRequired):
    """The field must be filled; the sentence says with what."""

    def __init__(self, message: str = N_("Fill this in.")) -> None:
        super().__init__(message)

    def __call__(self, form: Any, field: Field) -> None:
        if not tidy(field.raw_data[0] if field.raw_data else ""):
            raise StopHere(translate(str(self.message)))


class StopHere(StopValidation):
    """One problem a field is enough."""


class AtMost(Length):
    """No more than `limit` characters."""

    def __init__(self, limit: int) -> None:
        super().__init__(max=limit)

    def __call__(self, form: Any, field: Field) -> None:
        length = len(field.data or "")
        if length > self.max:
            sentence = translate(N_("Shorten this to {limit} characters; it has {length} now."))
            raise ValidationError(sentence.format(limit=self.max, length=length))


class Between(NumberRange):
    """A whole number between two others; the sentence says which."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.data is None or not self.min <= field.data <= self.max:
            sentence = translate(N_("Write a number from {least} to {most}."))
            field.errors = []
            raise ValidationError(sentence.format(least=self.min, most=self.max))


class EmailAddress(Email):
    """A deliverable-looking address."""

    def __call__(self, form: Any, field: Field) -> None:
        try:
            super().__call__(form, field)
        except ValidationError as error:
            raise ValidationError(translate(N_("Write an address like name@example.com."))) from error


class Line(StringField):
    """One line of text, tidied."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = tidy(valuelist[0]).replace("\n", " ") if valuelist else ""


class Words(StringField):
    """Several lines of text, tidied."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = tidy(valuelist[0]) if valuelist else ""


# What lies beyond is a slip, and no moment in another zone.
YEARS = range(1900, 2200)


class Day(Line):
    """A day written year-month-day, or nothing; `wrong` is the sentence where it is neither."""

    def __init__(self, *args: Any, wrong: str = N_("Write the day as 2027-02-19."), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wrong = wrong

    @property
    def day(self) -> date | None:
        """The day; only after the form was found valid. Raises ValueError for no day of these centuries."""
        found = date.fromisoformat(self.data) if self.data else None
        if found is not None and not 1900 <= found.year < 2200:
            raise ValueError("too far away to reckon with")
        return found

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if validation_stopped:
            return
        try:
            sound = self.day is None or self.day.year in YEARS
        except ValueError:
            sound = False
        if not sound:
            raise ValidationError(translate(self._wrong))


def row_id(text: str) -> int:
    """The number of a row as a form or an address sends it; raises ValueError for what no database could hold."""
    found = int(text)
    if not 0 < found < 2**31:
        raise ValueError("no number of a row")
    return found


class Form(FlaskForm):
    """Base of all forms; CSRF is checked once for the whole application, before any view."""

    class Meta:
        csrf = False

    def sent_and_valid(self) -> bool:
        """Whether this is a POST whose fields have the right shape."""
        return request.method == "POST" and bool(self.validate())

    def blame(self, problem: Invalid | InvalidMany) -> None:
        """Show what a service refused beside the fields it named."""
        problems = problem.problems if isinstance(problem, InvalidMany) else [problem]
        for one in problems:
            if one.field in self._fields:
                found = self._fields[one.field]
                found.errors = [*found.errors, one.message]
            else:
                self.form_errors.append(one.message)

    def problems(self) -> list[tuple[str, str]]:
        """(field id, sentence) for the error summary at the top of the page."""
        listed = [(name, str(field.errors[0])) for name, field in self._fields.items() if field.errors]
        return listed + [("main", str(sentence)) for sentence in self.form_errors]

    def error(self, name: str) -> str | None:
        """The first sentence about one field."""
        errors = self._fields[name].errors
        return str(errors[0]) if errors else None
