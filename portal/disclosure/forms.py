"""The shapes of what a person answers behind a consent's link."""

from __future__ import annotations

from datetime import date

from wtforms import SelectMultipleField, ValidationError

from portal.disclosure.codes import Medium
from portal.i18n import N_, translate
from portal.web.forms import AtMost, Form, Line, Words


class SignForm(Form):
    """A signature: the uses, limits in the person's words, a last day, the name as typed."""

    media = SelectMultipleField(choices=[medium.value for medium in Medium])
    limits = Words(validators=[AtMost(2000)])
    chain = Words(validators=[AtMost(2000)])
    ends_on = Line(validators=[AtMost(10)])
    signer_name = Line(validators=[AtMost(200)])

    def validate_ends_on(self, field: Line) -> None:
        try:
            self.last_day()
        except ValueError as error:
            raise ValidationError(translate(N_("Write the date like 2027-02-19."))) from error

    def last_day(self) -> date | None:
        """The last day of the consent; None without one."""
        return date.fromisoformat(self.ends_on.data) if self.ends_on.data else None


class ReasonForm(Form):
    """A refusal or withdrawal, with a reason if the person likes to give it."""

    reason = Words(validators=[AtMost(1000)])
