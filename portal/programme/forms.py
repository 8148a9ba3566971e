"""Forms of the programme desk and of its guests."""

from __future__ import annotations

from datetime import datetime

from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import Optional

from portal import i18n
from portal.calls.models import Gel
from portal.errors import Invalid
from portal.i18n import N_, translate
from portal.lifecycles import GuestState
from portal.programme import days, seat_plan, zones
from portal.programme.materials.copies import MOST_NOTE, Watched
from portal.programme.materials.models import MaterialKind
from portal.programme.materials.owing import MOST_REASON, MOST_REFERENCE
from portal.programme.models import DAY_MINUTES, GuestRole, InsertKind, PickRule
from portal.programme.placing.models import EngagementRole
from portal.programme.placing.service import LONGEST_TALK as LONGEST_ROOM_FOR_A_TALK
from portal.programme.service import HallDraft, InsertDraft, Invited, PackageDraft, VenueDraft
from portal.programme.service.answers import LONGEST_STATEMENT
from portal.programme.service.screenings import MOST_SEATS
from portal.web.forms import AtMost, Between, Day, EmailAddress, Form, Line, Required, Words


class DayTime(Line):
    """A time of a festival's day, which ends at 29:00: five in the morning after it."""

    def minutes(self, default: int) -> int:
        """Minutes after midnight, or the default for an empty field; only after the form was found valid."""
        return default if not self.data else (days.minutes_of(self.data) or 0)

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        if self.data and not validation_stopped and days.minutes_of(self.data) is None:
            raise ValidationError(translate(N_("Write the time as 09:30; after midnight go on to 29:00.")))


class VenueForm(Form):
    """A venue."""

    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    address_ko = Line(validators=[AtMost(300)])
    address_en = Line(validators=[AtMost(300)])

    def draft(self) -> VenueDraft:
        """What was written."""
        return VenueDraft(self.name_ko.data, self.name_en.data, self.address_ko.data, self.address_en.data)


class HallForm(Form):
    """A hall. Where its seats are written row by row, the numbers may stay empty: the rows are counted."""

    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    seats = IntegerField(validators=[Optional(), Between(1, MOST_SEATS)])
    accessible_seats = IntegerField(validators=[Optional(), Between(0, MOST_SEATS)])
    turnaround_min = IntegerField(default=20, validators=[Optional(), Between(0, 240)])
    opens = DayTime(default="00:00")
    closes = DayTime(default="29:00")
    plan = Words(validators=[AtMost(4000)])
    follow = BooleanField()

    def draft(self) -> HallDraft:
        """What was written; raises Invalid where the plan can't be read, or neither it nor a number says the seats."""
        plan = seat_plan.parsed(self.plan.data or "")
        seats, accessible = self.seats.data, self.accessible_seats.data
        if seats is None:
            seats = seat_plan.seats(plan)
        if not seats:
            raise Invalid("seats", N_("Write how many seats there are, or the plan of the rows."))
        if accessible is None:
            accessible = seat_plan.accessible(plan)
        turnaround = 20 if self.turnaround_min.data is None else self.turnaround_min.data
        hours = (self.opens.minutes(0), self.closes.minutes(DAY_MINUTES))
        return HallDraft(self.name_ko.data, self.name_en.data, seats, accessible, turnaround, *hours, plan)


class PackageForm(Form):
    """A package of films; `films` are the entries a new one begins with."""

    title_ko = Line(validators=[Required(), AtMost(200)])
    title_en = Line(validators=[Required(), AtMost(200)])
    subtitle_ko = Line(validators=[AtMost(200)])
    subtitle_en = Line(validators=[AtMost(200)])
    gel = SelectField(choices=[gel.value for gel in Gel], default=Gel.AI.value)
    least_rating = SelectField(choices=["0", "12", "15", "19"], default="0")
    bumper_s = IntegerField(default=60, validators=[Optional(), Between(0, 14_400)])
    expected = IntegerField(default=0, validators=[Optional(), Between(0, 100_000)])
    rev = IntegerField(default=1, validators=[Optional()])

    def draft(self) -> PackageDraft:
        """What was written."""
        return PackageDraft(
            self.title_ko.data,
            self.title_en.data,
            self.subtitle_ko.data,
            self.subtitle_en.data,
            Gel(self.gel.data),
            int(self.least_rating.data),
            self.bumper_s.data or 0,
            self.expected.data or 0,
        )


class InsertForm(Form):
    """Something between two films: `before` is the place of the film it comes before."""

    kind = SelectField(choices=[kind.value for kind in InsertKind], default=InsertKind.TRAILER.value)
    minutes = IntegerField(default=0, validators=[Optional(), Between(0, 240)])
    seconds = IntegerField(default=0, validators=[Optional(), Between(0, 59)])
    before = IntegerField(default=0, validators=[Optional(), Between(0, 100)])
    note = Line(validators=[AtMost(200)])
    rev = IntegerField(default=1, validators=[Optional()])

    @property
    def length(self) -> int:
        """How long it takes, in seconds."""
        return (self.minutes.data or 0) * 60 + (self.seconds.data or 0)

    def draft(self) -> InsertDraft:
        """What was written."""
        return InsertDraft(InsertKind(self.kind.data), self.length, self.before.data or 0, self.note.data)


class RatingForm(Form):
    """A film's own rating and what its audience should know before."""

    rating = SelectField(choices=["0", "12", "15", "19"], default="0")
    notes_ko = Line(validators=[AtMost(500)])
    notes_en = Line(validators=[AtMost(500)])
    rev = IntegerField(default=1, validators=[Optional()])


class DueForm(Form):
    """Another due day for ticked things of ticked films."""

    due = Day(validators=[Required(N_("Write the day."))])
    kind = SelectMultipleField(choices=[kind.value for kind in MaterialKind])
    film = SelectMultipleField(coerce=int, validate_choice=False)


class SettleForm(Form):
    """What becomes of a thing that a film owes."""

    how = Line(validators=[AtMost(20)])
    reason = Words(validators=[AtMost(MOST_REASON)])
    rev = IntegerField(default=1, validators=[Optional()])


class ReferenceForm(Form):
    """Where a copy is that travels otherwise."""

    reference = Line(validators=[AtMost(MOST_REFERENCE)])


class TestPlayForm(Form):
    """What somebody saw who watched a copy in the hall."""

    __test__ = False

    film = IntegerField(validators=[Required()])
    sha256 = Line(validators=[Required(), AtMost(64)])
    verdict = RadioField(choices=["passed", "fault"], validate_choice=False)
    note = Words(validators=[AtMost(MOST_NOTE)])

    def seen(self) -> Watched:
        """What was said."""
        return Watched(self.sha256.data, self.verdict.data == "passed", self.note.data or "")


class PlaceForm(Form):
    """A hall and a time of day for a package, or for a screening that moves."""

    id = Line(validators=[Required()])
    hall = IntegerField(validators=[Required()])
    start = Line(validators=[Required(), AtMost(5)])
    rev = IntegerField(validators=[Optional()])


class TalkForm(Form):
    """A talk after a screening."""

    minutes = IntegerField(default=25, validators=[Required(), Between(5, 180)])
    moderator = Line(validators=[AtMost(200)])
    note = Words(validators=[AtMost(2000)])
    remote_url = Line(validators=[AtMost(300)])
    pick_rule = SelectField(choices=[rule.value for rule in PickRule], default=PickRule.EACH_FILM.value)
    rev = IntegerField(validators=[Optional()])


class GuestForm(Form):
    """Somebody to invite who is not among the films' directors."""

    name = Line(validators=[Required(N_("Write the name.")), AtMost(200)])
    email = Line(validators=[Required(N_("Write the e-mail address.")), AtMost(254), EmailAddress()])
    language = SelectField(choices=list(i18n.LANGUAGES), default="ko")
    timezone = SelectField(choices=list(zones.COMMON), default=i18n.SEOUL)
    role = SelectField(choices=[role.value for role in GuestRole], default=GuestRole.GUEST.value)
    interprets = Line(validators=[AtMost(60)])

    def invited(self) -> Invited:
        """Who was named."""
        return Invited(
            self.name.data,
            self.email.data,
            self.language.data,
            self.timezone.data,
            role=GuestRole(self.role.data),
            interprets=self.interprets.data or "",
        )


class AnswerForm(Form):
    """A guest's answer."""

    answer = RadioField(choices=[GuestState.ACCEPTED.value, GuestState.REMOTE.value, GuestState.DECLINED.value])


class StatementForm(Form):
    """What somebody who cannot come would say."""

    statement = Words(validators=[AtMost(LONGEST_STATEMENT)])


class SlotsForm(Form):
    """Parts of a talk, all of one length."""

    count = IntegerField(default=5, validators=[Required(), Between(1, 30)])
    minutes = IntegerField(default=5, validators=[Required(), Between(1, 180)])
    seen = IntegerField(validators=[Optional()])


class SlotForm(Form):
    """One part of a talk."""

    starts_after = IntegerField(validators=[Required(), Between(0, 180)])
    minutes = IntegerField(validators=[Required(), Between(1, 180)])
    rev = IntegerField(validators=[Required()])


class LiftForm(Form):
    """The version whose embargo ends now."""

    version = IntegerField(validators=[Optional()])


class ReleaseForm(Form):
    """Publishing: the version it builds on, whether booking opens with it, and until when nobody reads it."""

    base = IntegerField(validators=[Optional()])
    open_booking = BooleanField()
    accept_conflicts = BooleanField()
    embargo_on = Day(validators=[AtMost(10)])
    embargo_at = DayTime(default="09:00", validators=[AtMost(5)])

    def embargo_until(self) -> datetime | None:
        """The moment in Korean time, None for at once; only after the form was found valid."""
        if (day := self.embargo_on.day) is None:
            return None
        return days.moment_of(day, self.embargo_at.minutes(9 * 60))


class PlacingForm(Form):
    """Days to be filled from the tray, and minutes to keep for a talk after each package."""

    days = SelectMultipleField(choices=[], validate_choice=False)
    talk_min = IntegerField(default=20, validators=[Optional(), Between(0, LONGEST_ROOM_FOR_A_TALK)])


class EngagementForm(Form):
    """Where else somebody has to be: in a screening, or from one time to another of a day."""

    name = Line(validators=[Required(N_("Write the name.")), AtMost(200)])
    email = Line(validators=[Required(N_("Write the e-mail address.")), AtMost(254), EmailAddress()])
    role = SelectField(choices=[role.value for role in EngagementRole], default=EngagementRole.JUROR.value)
    what = Line(validators=[AtMost(200)])
    screening = Line(validators=[AtMost(24)])
    day = Day()
    start = Line(validators=[AtMost(5)])
    end = Line(validators=[AtMost(5)])
