"""The shapes of the forms about cohorts, students, teams and guardians."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, ValidationError
from wtforms.validators import Optional

from portal import clock
from portal.i18n import N_, translate
from portal.school.models import Cohort, Enrolment, Team
from portal.school.roster import Student
from portal.school.service import CohortDraft, ListWords
from portal.web.forms import AtMost, Between, EmailAddress, Form, Line, Required
from portal.web.forms import Day as DayOrNothing

NEW_CALL = "new"


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


class BornOn(DayOrNothing):
    """A day of birth, or nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, wrong=N_("Write the day of birth as 2012-03-05."), **kwargs)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        super().post_validate(form, validation_stopped)
        if self.data and not 1900 <= date.fromisoformat(self.data).year <= clock.now().year:
            raise ValidationError(translate(N_("Write the day of birth as 2012-03-05.")))


class NamesAndDays(Form):
    """What a class is called and how long it lasts."""

    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    starts_on = Day()
    ends_on = Day()


class CohortForm(NamesAndDays):
    """A new class, of a call that there is or of one made with it."""

    call = SelectField()
    slug = Line(validators=[AtMost(40)])

    def validate_slug(self, field: Line) -> None:
        """The address that a new call needs."""
        text = field.data or ""
        if self.call.data != NEW_CALL:
            return
        if not (text.isascii() and text.replace("-", "a").isalnum() and text == text.lower()):
            raise ValidationError(translate(N_("Use small letters, digits and hyphens.")))


class SettingsForm(NamesAndDays):
    """What a class goes by."""

    team_limit = IntegerField(validators=[Between(1, 30)])
    votes_each = IntegerField(validators=[Between(0, 20)])
    minors = BooleanField()
    sign_off = BooleanField()
    rev = IntegerField(validators=[Optional()])

    @classmethod
    def of(cls, cohort: Cohort) -> SettingsForm:
        """The form filled with a class as it stands."""
        return cls(None, obj=cohort)

    def draft(self) -> CohortDraft:
        """What was written; only after the form was found valid."""
        return CohortDraft(
            name_ko=self.name_ko.data or "",
            name_en=self.name_en.data or "",
            starts_on=self.starts_on.day,
            ends_on=self.ends_on.day,
            team_limit=self.team_limit.data or 0,
            votes_each=self.votes_each.data or 0,
            minors=self.minors.data,
            sign_off=self.sign_off.data,
        )


class MentorForm(Form):
    """Somebody to mentor a class."""

    name = Line(validators=[Required(), AtMost(200)])
    email = Line(validators=[Required(), AtMost(254), EmailAddress()])


class StudentForm(Form):
    """One student more; the office's whole list comes as a file."""

    student_name = Line(validators=[Required(), AtMost(200)])
    student_email = Line(validators=[Required(), AtMost(254), EmailAddress()])
    latin_family = Line(validators=[AtMost(100)])
    latin_given = Line(validators=[AtMost(100)])
    number = Line(validators=[AtMost(40)])
    team = Line(validators=[AtMost(200)])
    born_on = BornOn()

    def student(self) -> Student:
        """What was written; only after the form was found valid."""
        return Student(
            email=(self.student_email.data or "").lower(),
            native_name=self.student_name.data or "",
            latin_family=self.latin_family.data or "",
            latin_given=self.latin_given.data or "",
            number=self.number.data or "",
            team=self.team.data or "",
            born_on=self.born_on.day,
        )


class PlaceForm(Form):
    """What the class list says of a student."""

    number = Line(validators=[AtMost(40)])
    born_on = BornOn()
    guardian = Line(validators=[AtMost(200)])
    guardian_email = Line(validators=[Optional(), AtMost(254), EmailAddress()])
    seen = Line()

    def words(self) -> ListWords:
        """What was written; only after the form was found valid."""
        email = (self.guardian_email.data or "").lower()
        return ListWords(self.number.data or "", self.born_on.day, self.guardian.data or "", email)

    @classmethod
    def of(cls, place: Enrolment) -> PlaceForm:
        """The form filled with a student's place as it stands."""
        known = {"number": place.student_number, "guardian": place.guardian_name}
        born_on = place.born_on.isoformat() if place.born_on else ""
        return cls(None, data={**known, "born_on": born_on, "guardian_email": place.guardian_email})


class GuardianForm(Form):
    """Whom to ask for consent."""

    ask_name = Line(validators=[Required(), AtMost(200)])
    ask_email = Line(validators=[Required(), AtMost(254), EmailAddress()])
    ask_language = RadioField(choices=["ko", "en"], default="ko")


class PaperForm(Form):
    """A signed paper that the office has seen."""

    paper_name = Line(validators=[Required(N_("Write the name as it is signed.")), AtMost(200)])
    paper_note = Line(validators=[Required(N_("Write where the paper is kept.")), AtMost(500)])


class SignForm(Form):
    """A guardian's name, typed to sign."""

    signed_name = Line(validators=[Required(N_("Type your name to sign.")), AtMost(200)])


class TeamForm(Form):
    """What a team is called and who leads it, and what the form showed of both."""

    name = Line(validators=[Required(), AtMost(200)])
    leader = SelectField(coerce=int, default=0)
    was_name = Line()
    was_leader = IntegerField(validators=[Optional()], default=0)

    @classmethod
    def of(cls, team: Team) -> TeamForm:
        """The form filled with a team as it stands."""
        leader = team.leader_id or 0
        return cls(None, data={"name": team.name, "leader": leader, "was_name": team.name, "was_leader": leader})


class NewTeamForm(Form):
    """A team more."""

    team_name = Line(validators=[Required(), AtMost(200)])
