"""Forms of sign-in, names, profile and password."""

from __future__ import annotations

from zoneinfo import available_timezones

from wtforms import HiddenField, IntegerField, PasswordField, SelectField, ValidationError
from wtforms.fields import Field
from wtforms.validators import Optional, Regexp

from portal import i18n
from portal.accounts.addresses import normal_email, own_path
from portal.accounts.service import Names
from portal.i18n import N_, translate
from portal.web.forms import AtMost, EmailAddress, Form, Line, Required

ZONES = (
    *("Asia/Seoul", "Asia/Tokyo", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Ho_Chi_Minh", "Asia/Bangkok"),
    *("Asia/Singapore", "Asia/Kolkata", "Asia/Dubai", "Africa/Cairo", "Africa/Lagos", "Europe/Istanbul"),
    *("Europe/Athens", "Europe/Berlin", "Europe/Paris", "Europe/London", "America/Sao_Paulo", "America/New_York"),
    *("America/Chicago", "America/Denver", "America/Los_Angeles", "Australia/Sydney", "Pacific/Auckland", "UTC"),
)


class Latin(Regexp):
    """Latin letters as passports and festival programmes print them."""

    def __init__(self) -> None:
        super().__init__(r"^[A-Za-zÀ-ɏḀ-ỿ' .\-]*$")

    def __call__(self, form: Form, field: Field, message: str | None = None) -> None:
        if not self.regex.match(field.data or ""):
            raise ValidationError(translate(N_("Use Latin letters, as in a passport.")))


class Address(Line):
    """An e-mail address in its stored form."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = normal_email(self.data or "")


class LinkForm(Form):
    """Asks for a sign-in link."""

    email = Address(validators=[Required(N_("Write your e-mail address.")), AtMost(254), EmailAddress()])
    next = HiddenField(filters=[own_path])


class PasswordForm(LinkForm):
    """Signs in with a password."""

    password = PasswordField(validators=[Required(N_("Write your password.")), AtMost(200)])


class NamesForm(Form):
    """How a newcomer is called."""

    native_name = Line(validators=[Required(N_("Write your name.")), AtMost(200)])
    latin_family = Line(validators=[AtMost(100), Latin()])
    latin_given = Line(validators=[AtMost(100), Latin()])

    def names(self) -> Names:
        """The names, for a reader of the page's language."""
        return Names(self.native_name.data, self.latin_family.data, self.latin_given.data, i18n.language())


class ProfileForm(NamesForm):
    """The own profile."""

    language = SelectField(choices=list(i18n.LANGUAGES))
    timezone = SelectField(validate_choice=False)
    rev = IntegerField(validators=[Optional()])

    def validate_timezone(self, field: Field) -> None:
        """Any zone the server knows, so that an unusual one set earlier stays valid."""
        if field.data not in available_timezones():
            raise ValidationError(translate(N_("Choose a time zone from the list.")))


class NewPasswordForm(Form):
    """A new password, with the current one where there is one."""

    current_password = PasswordField(validators=[AtMost(200)])
    new_password = PasswordField(validators=[Required(N_("Write the new password."))])


class CodeForm(Form):
    """A code of the second step; `secret` is the signed offer of a new one."""

    code = Line(validators=[Required(N_("Write the six digits.")), AtMost(12)])
    secret = HiddenField()
