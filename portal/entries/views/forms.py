"""The shapes of the disclosure with its rows, and of the request for a consent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, FormField, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired

from portal.disclosure.answers import SECTIONS, Answers, taken
from portal.disclosure.codes import Base, Medium, ShareMethod, SignerCapacity
from portal.disclosure.films import Head
from portal.disclosure.form_data import CODE, READERS, shown
from portal.disclosure.phrases import choices, name_of
from portal.disclosure.readiness import MOST_STATEMENT
from portal.disclosure.shots import Complaint, Shots
from portal.disclosure.shots import read as read_shots
from portal.entries.views.form_rows import GridRow, HumanRows, Length, Percent, PersonRow, SourceRow, ToolRow
from portal.i18n import LANGUAGES, N_, NAMES
from portal.i18n import translate as _
from portal.web.forms import AtMost, EmailAddress, Form, Line, Required, Words, tidy

MOST_ROWS = 40
MOST_SHOT_LETTERS = 60_000
MOST_COMPLAINTS = 8
_KEY = re.compile(r"(tools|performers|sources)-(\d{1,4})-(\w+)")
_TELLING = {
    "tools": ("name", "version", "scopes"),
    "performers": ("kind", "name", "part", "likeness"),
    "sources": ("kind", "title", "holder"),
}


_FIELDS: Mapping[str, tuple[str, ...]] = {
    "base": ("base",),
    "degrees": ("degree",),
    "picture_s": ("length",),
    "share": ("generated_pct", "altered_pct", "generated", "altered", "shots"),
    "tools": ("tools",),
    "performers": ("performers",),
    "sources": ("sources",),
    "authorship": ("authorship",),
    "realistic": ("realistic",),
    "audience_disclosure": ("audience_disclosure",),
    "human_statement": ("human_statement",),
    "attested": ("attested",),
}


@dataclass(frozen=True, slots=True)
class Timing:
    """What a list of shots is read with: the film's frame rate and length, where they are known."""

    fps: Fraction | None = None
    length_s: int | None = None


class DisclosureForm(Form):
    """Everything a film says about AI; any part may still be empty or wrong."""

    base = SelectMultipleField(choices=[base.value for base in Base])
    degree = FormField(GridRow)
    length = Length()
    method = RadioField(choices=[method.value for method in ShareMethod], validate_choice=False)
    generated_pct = Percent()
    altered_pct = Percent()
    generated = Length()
    altered = Length()
    shots = Words(validators=[AtMost(MOST_SHOT_LETTERS)])
    tools = FieldList(FormField(ToolRow), max_entries=MOST_ROWS)
    performers = FieldList(FormField(PersonRow), max_entries=MOST_ROWS)
    sources = FieldList(FormField(SourceRow), max_entries=MOST_ROWS)
    authorship = FormField(HumanRows)
    realistic = RadioField(choices=["yes", "no"], validate_choice=False)
    audience_disclosure = Words(validators=[AtMost(1000)])
    human_statement = Words(validators=[AtMost(MOST_STATEMENT)])
    attested = BooleanField()

    sections: tuple[str, ...] = SECTIONS
    timing = Timing()

    @classmethod
    def showing(cls, answers: Answers, sections: tuple[str, ...] = SECTIONS) -> DisclosureForm:
        """The form as it shows stored answers."""
        form = cls(formdata=None, data=shown(answers))
        form.sections = sections
        return form

    @classmethod
    def posted(
        cls, formdata: MultiDict[str, str], sections: tuple[str, ...] = SECTIONS, timing: Timing = Timing()
    ) -> DisclosureForm:
        """The form as it was sent, without empty rows and the one to be dropped."""
        form = cls(formdata=_renumbered(formdata))
        form.sections, form.timing = sections, timing
        return form

    def shots_read(self) -> Shots:
        """The list of shots that was pasted, with what is wrong in it."""
        return read_shots(self.shots.data or "", fps=self.timing.fps, length_s=self.timing.length_s)

    def validate_shots(self, field: Words) -> None:
        """The first lines that cannot be read; a list counts only where the share comes from time-codes."""
        if self.method.data != ShareMethod.TIMECODES:
            return
        told = [_("Line {line}: {problem}").format(line=one.line, problem=one.message) for one in self._complaints()]
        if told:
            raise ValidationError("\n".join(told))

    def _complaints(self) -> tuple[Complaint, ...]:
        return self.shots_read().complaints[:MOST_COMPLAINTS]

    def sound(self) -> tuple[str, ...]:
        """The sections of the right shape, after `validate()`."""
        return tuple(one for one in self.sections if not any(self[name].errors for name in _FIELDS[one]))

    def answers(self, stored: Answers) -> Answers:
        """What was sent, after `validate()`; a section of the wrong shape keeps what is stored."""
        read = {section: READERS[section](self) for section in self.sound()}
        return taken(Answers(**read), self.sound(), over=stored)

    def wrong_shapes(self) -> dict[str, str]:
        """The first sentence about each field whose shape is wrong, rows included."""
        return dict(_sentences(self, ""))


def _sentences(form: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in form._fields.items():
        if isinstance(field, FieldList):
            for entry in field.entries:
                yield from _sentences(entry.form, f"{entry.name}-")
        elif isinstance(field, FormField):
            yield from _sentences(field.form, f"{prefix}{name}-")
        elif field.errors:
            yield f"{prefix}{name}", str(field.errors[0])


def _renumbered(formdata: MultiDict[str, str]) -> MultiDict[str, str]:
    dropped = formdata.get("drop", "")
    rows: dict[tuple[str, int], dict[str, list[str]]] = {}
    made: MultiDict[str, str] = MultiDict()
    for key, values in formdata.lists():
        found = _KEY.fullmatch(key)
        if found is None:
            made.setlist(key, values)
        elif f"{found[1]}-{found[2]}" != dropped:
            rows.setdefault((found[1], int(found[2])), {})[found[3]] = values
    counts = dict.fromkeys(_TELLING, 0)
    for kind, number in sorted(rows):
        row = rows[kind, number]
        if any(tidy(value) for name in _TELLING[kind] for value in row.get(name, ())):
            for name, values in row.items():
                made.setlist(f"{kind}-{counts[kind]}-{name}", values)
            counts[kind] += 1
    return made


class FilmForm(Form):
    """A film of an omnibus: the code drawn with its form, titles, and directors one to a line."""

    code = Line()
    title = Line(validators=[AtMost(200)])
    title_en = Line(validators=[AtMost(200)])
    directors = Words(validators=[AtMost(1000)])

    @classmethod
    def of(cls, head: Head) -> FilmForm:
        """The form as it shows a film."""
        names = {"title": head.title, "title_en": head.title_en, "directors": "\n".join(head.directors)}
        return cls(formdata=None, data={"code": head.code, **names})

    def validate_code(self, field: Line) -> None:
        """A code the page did not draw is no film's."""
        if not CODE.fullmatch(field.data or ""):
            raise ValidationError(_("This film is no longer part of the work."))

    def validate_directors(self, field: Words) -> None:
        """A name is a line of its own."""
        if any(len(name) > 200 for name in self._names()):
            raise ValidationError(_("Write one name to a line."))

    def head(self) -> Head:
        """What the film is called."""
        return Head(self.code.data or "", self.title.data or "", self.title_en.data or "", self._names())

    def _names(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in (self.directors.data or "").split("\n") if name.strip())


class RequestForm(Form):
    """Whom to ask for a consent, in what capacity, for what."""

    email = Line(validators=[Required(N_("Write the e-mail address of who signs.")), AtMost(254), EmailAddress()])
    language = SelectField()
    capacity = RadioField(validators=[InputRequired(N_("Choose who signs."))])
    media = SelectMultipleField()
    text = Words(validators=[Required(N_("Describe what was made, and from what.")), AtMost(2000)])
    seen = Line()

    def __init__(self, capacities: tuple[SignerCapacity, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.language.choices = [(code, NAMES[code]) for code in LANGUAGES]
        self.capacity.choices = [(capacity.value, name_of(capacity)) for capacity in capacities]
        self.media.choices = choices(Medium)
