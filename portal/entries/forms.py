"""The shapes of the forms around an entry."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import BooleanField, FileField, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired

from portal import i18n
from portal.accounts.addresses import normal_email
from portal.disclosure.codes import Medium, SignerCapacity
from portal.disclosure.consent.papers import Reading
from portal.disclosure.packs.service import PackDraft
from portal.disclosure.phrases import choices, name_of
from portal.entries import fields
from portal.entries.checklist import TITLES
from portal.entries.models import VerdictOutcome
from portal.i18n import N_, translate
from portal.web.forms import AtMost, EmailAddress, Form, Line, Required, Words

DECLARATIONS = {
    "rules": N_("I have read the regulations and accept them."),
    "true": N_("What I wrote is complete and true. I will tell the festival if anything changes."),
    "consent": N_("Everybody named or recognisable in the film knows of this entry."),
}
PERMISSIONS = {
    "archive": N_("The festival may keep a copy of the film in its archive."),
    "excerpt": N_("The festival may show up to 30 seconds of the film to announce it."),
}


def _translated(names: Any) -> list[tuple[str, str]]:
    return [(str(code), translate(name)) for code, name in names.items()]


class InfoForm(Form):
    """The texts of an entry; anything may still be empty."""

    title_ko = Line(N_("Title in Korean"), [AtMost(fields.LIMITS["title_ko"])])
    title_en = Line(N_("Title in English"), [AtMost(fields.LIMITS["title_en"])])
    logline_ko = Line(N_("Logline in Korean"), [AtMost(fields.LIMITS["logline_ko"])])
    logline_en = Line(N_("Logline in English"), [AtMost(fields.LIMITS["logline_en"])])
    synopsis_ko = Words(N_("Synopsis in Korean"), [AtMost(fields.LIMITS["synopsis_ko"])])
    synopsis_en = Words(N_("Synopsis in English"), [AtMost(fields.LIMITS["synopsis_en"])])
    statement = Words(N_("Maker's statement"), [AtMost(fields.LIMITS["statement"])])
    country = SelectField(N_("Country"))
    spoken_language = SelectField(N_("Language spoken in the film"))
    genre = SelectField(N_("Genre"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = fields.countries(i18n.language())
        self.spoken_language.choices = _translated(fields.SPOKEN)
        self.genre.choices = [("", translate(N_("Choose one"))), *_translated(fields.GENRES)]

    def sound(self) -> dict[str, str]:
        """The texts whose shape is right, as they are to be stored."""
        return {name: self[name].data or "" for name in fields.LIMITS if not self[name].errors}


class RightsForm(Form):
    """What the makers say about rights."""

    music_cleared = BooleanField()
    fonts_cleared = BooleanField()


class InviteForm(Form):
    """Somebody to work on the entry."""

    name = Line(N_("Name"), [Required(), AtMost(200)])
    email = Line(N_("E-mail"), [Required(), AtMost(254), EmailAddress()])


class AltForm(Form):
    """What a picture shows, in both languages."""

    alt_ko = Line(N_("What the picture shows, in Korean"), [AtMost(300)])
    alt_en = Line(N_("What the picture shows, in English"), [AtMost(300)])


class SubmitForm(Form):
    """The declarations: all required ones ticked, the permissions freely given or not."""

    declarations = SelectMultipleField()
    permissions = SelectMultipleField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.declarations.choices = _translated(DECLARATIONS)
        self.permissions.choices = _translated(PERMISSIONS)

    def validate_declarations(self, field: SelectMultipleField) -> None:
        """All of them are required."""
        if set(field.data or ()) != set(DECLARATIONS):
            raise ValidationError(translate(N_("Tick all required declarations.")))

    @property
    def given(self) -> list[str]:
        """Everything declared and allowed, in the order of the form."""
        ticked = {*(self.declarations.data or ()), *(self.permissions.data or ())}
        return [name for name in (*DECLARATIONS, *PERMISSIONS) if name in ticked]


class ReasonForm(Form):
    """A withdrawal, with a reason if one likes to give it."""

    reason = Words(N_("Reason"), [AtMost(1000)])


class CutForm(Form):
    """The request for a new cut."""

    reason = Words(N_("What is different, and why"), [Required(), AtMost(2000)])
    same_ai = BooleanField()

    def validate_same_ai(self, field: BooleanField) -> None:
        """The disclosure goes over to the new cut only with its makers' word."""
        if not field.data:
            raise ValidationError(translate(N_("Confirm that the disclosure holds for the new cut too.")))


class VerdictForm(Form):
    """The desk's word on an entry."""

    outcome = SelectField(choices=[one.value for one in VerdictOutcome if one is not VerdictOutcome.NEEDS_FIX])
    reason = Words(N_("Reason"), [AtMost(2000)])


class FixForm(Form):
    """What should be fixed until when."""

    items = SelectMultipleField()
    note = Words(N_("What should be changed"), [AtMost(2000)])
    due_on = Line(N_("Until"), [Required()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items.choices = [(task.value, translate(TITLES[task])) for task in fields.FIXABLE]

    def validate_due_on(self, field: Line) -> None:
        """A day that exists, written year-month-day."""
        try:
            date.fromisoformat(field.data or "")
        except ValueError as error:
            raise ValidationError(translate(N_("Write the day as 2027-02-19."))) from error

    def due_at(self, zone: ZoneInfo) -> datetime:
        """The end of that day."""
        return datetime.combine(date.fromisoformat(self.due_on.data), time(23, 59, 59), zone)


class NoteForm(Form):
    """A mentor's notes."""

    note = Words(N_("Notes"), [AtMost(4000)])


class PeerNoteForm(Form):
    """A note to the makers of a classmate's film."""

    text = Words(N_("Your note"), [Required(N_("Write what you would like to tell them.")), AtMost(1000)])


class PromptForm(Form):
    """One line of a prompt log."""

    tool = Line(N_("Tool"), [AtMost(120)])
    prompt = Words(N_("Prompt"), [Required(N_("Write the prompt.")), AtMost(4000)])
    outcome = Words(N_("Result of the prompt"), [AtMost(500)])


class PromptListForm(Form):
    """Many lines of a prompt log at once; the tool is for what names none."""

    tool = Line(N_("Tool"), [AtMost(120)])
    lines = Words(N_("Prompts"), [AtMost(500_000)])


class HoldForm(Form):
    """Why a film is held, or why the hold of this code ends."""

    hold = Line(validators=[AtMost(24)])
    reason = Words(validators=[AtMost(1000)])


class PaperForm(Form):
    """A signed paper for one person: who signed, what for, and what was made; the file comes beside it."""

    capacity = RadioField(validators=[InputRequired(N_("Choose who signs."))])
    media = SelectMultipleField()
    text = Words(validators=[Required(N_("Describe what was made, and from what.")), AtMost(2000)])
    paper = FileField()

    def __init__(self, capacities: tuple[SignerCapacity, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.capacity.choices = [(capacity.value, name_of(capacity)) for capacity in capacities]
        self.media.choices = choices(Medium)


class ReadingForm(PaperForm):
    """What a consent officer read on a paper, or why it proves nothing."""

    text = Words(validators=[AtMost(2000)])
    signer_name = Line(validators=[AtMost(200)])
    chain = Words(validators=[AtMost(2000)])
    ends_on = Line(validators=[AtMost(10)])
    verdict = Words(validators=[AtMost(1000)])

    def validate_ends_on(self, field: Line) -> None:
        try:
            date.fromisoformat(field.data or "2027-01-01")
        except ValueError as error:
            raise ValidationError(translate(N_("Write the date like 2027-02-19."))) from error

    def reading(self) -> Reading:
        """The paper's words, after `validate()`."""
        return Reading(
            signer_name=self.signer_name.data,
            capacity=SignerCapacity(self.capacity.data),
            media=tuple(Medium(code) for code in self.media.data),
            limits=self.text.data,
            ends_on=date.fromisoformat(self.ends_on.data) if self.ends_on.data else None,
            chain=self.chain.data or "",
        )


class PackForm(Form):
    """What an owner lends to a category, until when, and who works for them."""

    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    owner = Line(validators=[Required(), AtMost(200)])
    ends_on = Line(validators=[Required(), AtMost(10)])
    domains = Words(validators=[AtMost(2000)])
    people = Words(validators=[AtMost(5000)])

    def validate_ends_on(self, field: Line) -> None:
        try:
            date.fromisoformat(field.data)
        except ValueError as error:
            raise ValidationError(translate(N_("Write the date like 2027-02-19."))) from error

    def draft(self) -> PackDraft:
        """What was written, after `validate()`."""
        return PackDraft(
            name_ko=self.name_ko.data,
            name_en=self.name_en.data,
            owner=self.owner.data,
            ends_on=date.fromisoformat(self.ends_on.data),
            domains=tuple(word.lower().lstrip("@") for word in (self.domains.data or "").split()),
            people=tuple(normal_email(word) for word in (self.people.data or "").split()),
        )


class LicenceForm(Form):
    """The licence's words in both languages."""

    text_ko = Words(validators=[Required(), AtMost(60_000)])
    text_en = Words(validators=[Required(), AtMost(60_000)])


class AcceptForm(Form):
    """A team's owner accepts the version they read."""

    version = Line(validators=[AtMost(9)])
    accepted = BooleanField(validators=[Required(N_("Tick the box to accept the licence."))])
