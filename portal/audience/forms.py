"""Forms of the audience and of the desks that seat it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, ValidationError

from portal.audience import lists
from portal.audience.models import Group, Proof, Quota
from portal.audience.service import Ask
from portal.audience.service.groups import GroupDraft
from portal.audience.service.quotas import QuotaDraft, Terms
from portal.audience.terms import LARGEST_PARTY
from portal.i18n import N_, SEOUL, pick, translate
from portal.programme.models import Screening
from portal.school import roster
from portal.school.models import Cohort
from portal.school.roster import Mistake
from portal.web.forms import AtMost, Between, Day, EmailAddress, Form, Line, Required, Words

ZONE = ZoneInfo(SEOUL)
MIDNIGHT = time(0)
STALE = N_("Somebody changed this meanwhile. What you typed stands below; save again to keep it.")
PROOFS = {
    Proof.LINK: N_("By a secret link"),
    Proof.ROSTER: N_("By an address on a list"),
    Proof.COHORT: N_("As students of a class"),
}


class BookingForm(Form):
    """Seats for a party; `once` makes the same form recognisable, `waitlist` agrees to wait."""

    name = Line(validators=[Required(N_("Write your name.")), AtMost(100)])
    email = Line(validators=[Required(N_("Write your e-mail address.")), AtMost(254), EmailAddress()])
    party = IntegerField(default=1)
    access_needs = Line(validators=[AtMost(300)])
    consent = BooleanField(validators=[Required(N_("Tick this so that we may keep your name and address."))])
    waitlist = BooleanField()
    once = HiddenField()

    def __init__(self, *args: Any, largest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.party.validators = [Between(1, largest)]

    def ask(self, language: str, person_id: int | None, *, own: str | None, links: Collection[str]) -> Ask:
        """What the visitor wants; `own` is the address they signed in with."""
        return Ask(
            self.name.data,
            self.email.data,
            self.party.data,
            language,
            self.access_needs.data or "",
            person_id,
            vouched=own is not None and own.lower() == self.email.data.lower(),
            links=tuple(links),
        )


class CheckInForm(Form):
    """A search at the door."""

    q = Line(validators=[AtMost(100)])


class Hour(Line):
    """A time of day written 18:30, or nothing."""

    @property
    def time(self) -> time | None:
        """The time of day; only after the form was found valid."""
        return time.fromisoformat(f"{self.data:0>5}") if self.data else None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if validation_stopped:
            return
        try:
            _ = self.time
        except ValueError as error:
            raise ValidationError(translate(N_("Write a time like 15:30."))) from error


def _moment(day: Day, hour: Hour) -> datetime | None:
    """The moment in Korea that two fields name together; a day without an hour begins at midnight."""
    return datetime.combine(day.day, hour.time or MIDNIGHT, ZONE) if day.day else None


def written(at: datetime | None) -> tuple[str, str]:
    """A moment as the two fields show it."""
    here = at.astimezone(ZONE) if at else None
    return (f"{here:%Y-%m-%d}", f"{here:%H:%M}") if here else ("", "")


class QuotaForm(Form):
    """Seats kept for a group, or for the house under a name; `rev` is the revision that was seen."""

    seats = IntegerField(validators=[Between(1, 9999)])
    group = SelectField(choices=[], default="", validate_choice=True)
    label = Line(validators=[AtMost(200)])
    releases_on = Day()
    releases_time = Hour()
    rev = IntegerField(default=0)

    def offer(self, groups: Sequence[Group]) -> QuotaForm:
        """The form with the groups of the edition to choose from."""
        named = [(group.code, pick(group.name_ko, group.name_en)) for group in groups]
        self.group.choices = [("", translate(N_("No group: a hold of the house"))), *named]
        return self

    @classmethod
    def of(cls, quota: Quota) -> QuotaForm:
        """The form filled with a quota as it stands."""
        day, hour = written(quota.releases_at)
        values = {"seats": quota.seats, "label": quota.label, "rev": quota.rev}
        return cls(formdata=None, data={**values, "releases_on": day, "releases_time": hour})

    def draft(self, groups: Sequence[Group]) -> QuotaDraft:
        """What was written; only after the form was found valid."""
        group = next((one for one in groups if one.code == self.group.data), None)
        releases_at = _moment(self.releases_on, self.releases_time)
        return QuotaDraft(self.seats.data, group, "" if group else self.label.data or "", releases_at)

    def of_same(self, quota: Quota) -> QuotaDraft:
        """What was written about a quota, whose group stays what it is."""
        label = "" if quota.group else self.label.data or ""
        return QuotaDraft(self.seats.data, quota.group, label, _moment(self.releases_on, self.releases_time))


class TermsForm(Form):
    """The largest party, when booking opens and closes by itself, and whether seats are numbered."""

    largest_party = IntegerField(validators=[Between(1, LARGEST_PARTY)])
    opens_on = Day()
    opens_time = Hour()
    closes_on = Day()
    closes_time = Hour()
    seated = BooleanField()
    rev = IntegerField(default=0)

    @classmethod
    def of(cls, screening: Screening) -> TermsForm:
        """The form filled with a screening as it stands."""
        opens, closes = written(screening.booking_opens_at), written(screening.booking_closes_at)
        hours = {"opens_on": opens[0], "opens_time": opens[1], "closes_on": closes[0], "closes_time": closes[1]}
        values = {"largest_party": screening.largest_party, "seated": screening.seated, "rev": screening.rev}
        return cls(formdata=None, data={**values, **hours})

    def terms(self) -> Terms:
        """What was written; only after the form was found valid."""
        opens = _moment(self.opens_on, self.opens_time)
        return Terms(self.largest_party.data, opens, _moment(self.closes_on, self.closes_time), self.seated.data)


class GroupForm(Form):
    """A group's names and the proof it asks for."""

    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    proof = SelectField(choices=[], default=Proof.LINK.value)
    cohort = SelectField(choices=[], default="")
    rev = IntegerField(default=0)

    def offer(self, cohorts: Sequence[Cohort]) -> GroupForm:
        """The form with its choices."""
        self.proof.choices = [(proof.value, translate(text)) for proof, text in PROOFS.items()]
        named = [(cohort.code, pick(cohort.name_ko, cohort.name_en)) for cohort in cohorts]
        self.cohort.choices = [("", translate(N_("No class"))), *named]
        return self

    @classmethod
    def of(cls, group: Group, cohorts: Sequence[Cohort]) -> GroupForm:
        """The form filled with a group as it stands."""
        cohort = next((one.code for one in cohorts if one.id == group.cohort_id), "")
        names = {"name_ko": group.name_ko, "name_en": group.name_en, "rev": group.rev}
        return cls(formdata=None, data={**names, "proof": group.proof.value, "cohort": cohort})

    def draft(self, cohorts: Sequence[Cohort]) -> GroupDraft:
        """What was written; only after the form was found valid."""
        cohort = next((one for one in cohorts if one.code == self.cohort.data), None)
        return GroupDraft(self.name_ko.data, self.name_en.data, Proof(self.proof.data), cohort)


class ListForm(Form):
    """A list of people, pasted or uploaded; `sure` says that its preview was looked through."""

    people = Words(validators=[AtMost(200_000)])
    source = Line(validators=[AtMost(24)])
    sure = BooleanField()
    once = HiddenField()

    def read(self, *, needs_address: bool) -> lists.People:
        """The people and the mistakes of the list; an uploaded file counts more than what was pasted."""
        sent = request.files.get("file")
        text = self.people.data or ""
        if sent is not None and sent.filename:
            with sent.stream as stream:
                decoded = roster.decoded(stream.read())
            if decoded is None:
                return lists.People((), (Mistake(0, N_("Save the list as CSV in UTF-8.")),))
            text = decoded
        return lists.read(text, needs_address=needs_address)
