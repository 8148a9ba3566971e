"""The shapes of the forms about cohorts."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import SelectField, ValidationError

from portal.i18n import N_, translate
from portal.web.forms import AtMost, EmailAddress, Form, Line, Required


class Day(Line):
    """A day written year-month-day."""

    @property
    def day(self) -> date:
        """The day; only after the form was found valid."""
        return date.fromisoformat(self.data or "")

    def pre_validate(self, form: Any) -> None:
        try:
            date.fromisoformat(self.data or "")
        except ValueError as error:
            raise ValidationError(translate(N_("Write the day as 2027-02-19."))) from error


class CohortForm(Form):
    """A new class."""

    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    call = SelectField()
    starts_on = Day()
    ends_on = Day()


class MentorForm(Form):
    """Somebody to mentor a class."""

    name = Line(validators=[Required(), AtMost(200)])
    email = Line(validators=[Required(), AtMost(254), EmailAddress()])
