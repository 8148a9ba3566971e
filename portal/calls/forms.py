"""Forms of calls, categories and regulations."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from wtforms import IntegerField, SelectField, ValidationError
from wtforms.validators import InputRequired, Optional

from portal import i18n
from portal.calls.models import Call, CallKind, Category, Gel
from portal.calls.service import CallDraft, CategoryDraft
from portal.i18n import N_, translate
from portal.policies import TEAM
from portal.web.forms import AtMost, Between, EmailAddress, Form, Line, Required, Words

ZONE = ZoneInfo(i18n.SEOUL)


class Day(Line):
    """A date as 2027-02-19."""

    def pre_validate(self, form: Form) -> None:
        _read(self.data, "%Y-%m-%d", N_("Write a date like 2027-02-19."))


class Time(Line):
    """A time of day as 15:30."""

    def pre_validate(self, form: Form) -> None:
        _read(self.data, "%H:%M", N_("Write a time like 15:30."))


def _read(text: str | None, pattern: str, sentence: str) -> datetime:
    try:
        return datetime.strptime(text or "", pattern).replace(tzinfo=ZONE)
    except ValueError:
        raise ValidationError(translate(sentence)) from None


class ShortName(Line):
    """A word for addresses: small letters, digits and hyphens."""

    def pre_validate(self, form: Form) -> None:
        text = self.data or ""
        if not (text.isascii() and text.replace("-", "a").replace("_", "a").isalnum() and text == text.lower()):
            raise ValidationError(translate(N_("Use small letters, digits and hyphens.")))


class CallForm(Form):
    """A call's names, dates and limits; dates are Korean time."""

    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    intro_ko = Words(validators=[AtMost(3000)])
    intro_en = Words(validators=[AtMost(3000)])
    opens_on = Day(validators=[Required()])
    opens_time = Time(validators=[Required()])
    closes_on = Day(validators=[Required()])
    closes_time = Time(validators=[Required()])
    grace_minutes = IntegerField(default=120, validators=[Between(0, 1440)])
    entry_limit = IntegerField(default=3, validators=[Between(1, 50)])
    rev = IntegerField(validators=[Optional()])

    @classmethod
    def of(cls, call: Call) -> CallForm:
        """The form filled with a call as it stands."""
        opens, closes = call.opens_at.astimezone(ZONE), call.closes_at.astimezone(ZONE)
        days = {"opens_on": f"{opens:%Y-%m-%d}", "closes_on": f"{closes:%Y-%m-%d}"}
        return cls(None, obj=call, data={**days, "opens_time": f"{opens:%H:%M}", "closes_time": f"{closes:%H:%M}"})

    def draft(self) -> CallDraft:
        """What was written; only after the form was found valid."""
        return CallDraft(
            name_ko=self.name_ko.data,
            name_en=self.name_en.data,
            intro_ko=self.intro_ko.data,
            intro_en=self.intro_en.data,
            opens_at=_moment(self.opens_on.data, self.opens_time.data),
            closes_at=_moment(self.closes_on.data, self.closes_time.data),
            grace_minutes=self.grace_minutes.data,
            entry_limit=self.entry_limit.data,
        )


def _moment(day: str, time: str) -> datetime:
    return datetime.strptime(f"{day} {time}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


class NewCallForm(CallForm):
    """A call that is not there yet."""

    slug = ShortName(validators=[Required(), AtMost(40)])
    kind = SelectField(choices=[kind.value for kind in CallKind], default=CallKind.FESTIVAL.value)


class CategoryForm(Form):
    """A category's names and what a film must be like."""

    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    about_ko = Words(validators=[AtMost(1000)])
    about_en = Words(validators=[AtMost(1000)])
    gel = SelectField(choices=[gel.value for gel in Gel], default=Gel.AI.value)
    min_seconds = IntegerField(default=0, validators=[Between(0, 86_400)])
    max_seconds = IntegerField(default=1200, validators=[InputRequired(), Between(1, 86_400)])
    min_height = IntegerField(default=720, validators=[Between(0, 4320)])

    @classmethod
    def of(cls, category: Category) -> CategoryForm:
        """The form filled with a category as it stands."""
        return cls(None, obj=category)

    def draft(self) -> CategoryDraft:
        """What was written."""
        return CategoryDraft(
            name_ko=self.name_ko.data,
            name_en=self.name_en.data,
            about_ko=self.about_ko.data,
            about_en=self.about_en.data,
            gel=Gel(self.gel.data),
            min_seconds=self.min_seconds.data,
            max_seconds=self.max_seconds.data,
            min_height=self.min_height.data,
        )


class NewCategoryForm(CategoryForm):
    """A category that is not there yet."""

    code = ShortName(validators=[Required(), AtMost(24)])


class RegulationsForm(Form):
    """The next version of a call's rules."""

    text_ko = Words(validators=[Required(), AtMost(60_000)])
    text_en = Words(validators=[Required(), AtMost(60_000)])
    change_note = Line(validators=[AtMost(500)])


class InviteForm(Form):
    """Offers somebody a role on the desk."""

    email = Line(validators=[Required(N_("Write their e-mail address.")), AtMost(254), EmailAddress()])
    name = Line(validators=[Required(N_("Write their name.")), AtMost(200)])
    language = SelectField(choices=list(i18n.LANGUAGES))
    role = SelectField(choices=[role.value for role in TEAM])
