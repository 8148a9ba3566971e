"""Forms of the audience."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, IntegerField

from portal.audience.service import Ask
from portal.audience.terms import LARGEST_PARTY
from portal.i18n import N_
from portal.web.forms import AtMost, Between, EmailAddress, Form, Line, Required


class BookingForm(Form):
    """Seats for a party; `once` makes the same form recognisable, `waitlist` agrees to wait."""

    name = Line(validators=[Required(N_("Write your name.")), AtMost(100)])
    email = Line(validators=[Required(N_("Write your e-mail address.")), AtMost(254), EmailAddress()])
    party = IntegerField(default=1, validators=[Between(1, LARGEST_PARTY)])
    access_needs = Line(validators=[AtMost(300)])
    consent = BooleanField(validators=[Required(N_("Tick this so that we may keep your name and address."))])
    waitlist = BooleanField()
    once = HiddenField()

    def ask(self, language: str, person_id: int | None) -> Ask:
        """What the visitor wants."""
        return Ask(self.name.data, self.email.data, self.party.data, language, self.access_needs.data or "", person_id)


class CheckInForm(Form):
    """A search at the door."""

    q = Line(validators=[AtMost(100)])
