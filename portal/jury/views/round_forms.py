"""Forms of a round's set-up. What is typed into the tables of panels and criteria is read here, too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import IntegerField, SelectField, SelectMultipleField
from wtforms.validators import Optional

from portal import i18n
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.models import Criterion, Hidden, Round, RoundKind, Visibility
from portal.jury.rounds import anchor_lines
from portal.jury.rounds.criteria import CriterionDraft
from portal.jury.rounds.panels import PanelDraft
from portal.web import current
from portal.web.forms import AtMost, Between, Day, Form, Line, Required, Words, tidy

ZONE = ZoneInfo(i18n.SEOUL)
_LAST_MINUTE = timedelta(hours=23, minutes=59)
# Shares are kept in hundredths of a percent and typed in percent.
PERCENT = 100
_SHARES = {"band": "band_bp", "floor": "floor_bp", "kappa": "kappa_bp"}


class NamesForm(Form):
    """What may change at any time."""

    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    due_on = Day(validators=[Required()])
    rev = IntegerField(validators=[Optional()])

    @classmethod
    def of(cls, round_: Round) -> NamesForm:
        """The form filled with a round as it stands."""
        return cls(None, obj=round_, data={"due_on": f"{round_.due_at.astimezone(ZONE):%Y-%m-%d}"})

    def values(self, round_: Round) -> dict[str, Any]:
        """The columns as they were typed; a due day that was left alone keeps its minute."""
        day = last_minute(self.due_on)
        due = round_.due_at if day.date() == round_.due_at.astimezone(ZONE).date() else day
        return {"name_ko": self.name_ko.data, "name_en": self.name_en.data, "due_at": due}


class RoundForm(NamesForm):
    """Everything but panels and films."""

    kind = SelectField(choices=[kind.value for kind in RoundKind])
    hidden = SelectMultipleField(choices=[one.value for one in Hidden])
    visibility = SelectField(choices=[one.value for one in Visibility])
    band = IntegerField(validators=[Between(0, 100)])
    floor = IntegerField(validators=[Between(0, 100)])
    kappa = IntegerField(validators=[Between(0, 1000)])
    places = IntegerField(validators=[Between(1, 10_000)])
    seed = IntegerField(validators=[Between(0, 2**31 - 1)])

    @classmethod
    def of(cls, round_: Round) -> RoundForm:
        """The form filled with a round as it stands."""
        shares = {name: getattr(round_, column) // PERCENT for name, column in _SHARES.items()}
        words = {"kind": round_.kind.value, "visibility": round_.visibility.value, "hidden": round_.hidden}
        due = f"{round_.due_at.astimezone(ZONE):%Y-%m-%d}"
        numbers = {"places": round_.places, "seed": round_.seed, "rev": round_.rev}
        names = {"name_ko": round_.name_ko, "name_en": round_.name_en, "due_on": due}
        return cls(None, data={**names, **shares, **words, **numbers})

    def values(self, round_: Round) -> dict[str, Any]:
        """The columns as they were typed."""
        hidden = [one.value for one in Hidden if one.value in (self.hidden.data or [])]
        return {
            **super().values(round_),
            "kind": RoundKind(self.kind.data),
            "hidden": hidden,
            "visibility": Visibility(self.visibility.data),
            **{column: getattr(self, name).data * PERCENT for name, column in _SHARES.items()},
            "places": self.places.data,
            "seed": self.seed.data,
        }


class CriterionForm(Form):
    """A criterion's names, question and anchors."""

    code = Line(validators=[Required(), AtMost(24)])
    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    question_ko = Line(validators=[Required(), AtMost(200)])
    question_en = Line(validators=[Required(), AtMost(200)])
    anchors_ko = Words(validators=[AtMost(3000)])
    anchors_en = Words(validators=[AtMost(3000)])
    rev = IntegerField(validators=[Optional()])

    @classmethod
    def of(cls, criterion: Criterion) -> CriterionForm:
        """The form filled with a criterion as it stands."""
        lines = {f"anchors_{one}": anchor_lines.written(criterion.anchors, one) for one in ("ko", "en")}
        return cls(None, obj=criterion, data=lines)

    def draft(self) -> CriterionDraft:
        """What was typed."""
        return CriterionDraft(**{name: getattr(self, name).data for name in CriterionDraft.__slots__})


class NewCriterionForm(CriterionForm):
    """A criterion that is not there yet."""

    weight = IntegerField(default=20, validators=[Between(1, 99)])


class NewPanelForm(Form):
    """A panel that is not there yet."""

    code = Line(validators=[Required(), AtMost(24)])
    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    weight = IntegerField(default=20, validators=[Between(1, 99)])
    demand = IntegerField(default=1, validators=[Between(1, 9)])
    rev = IntegerField(validators=[Optional()])

    def draft(self) -> PanelDraft:
        """What was typed."""
        return PanelDraft(self.name_ko.data, self.name_en.data, self.weight.data, self.demand.data)


class FollowingForm(Form):
    """The round that follows: its names, its due date, and the plan it is a stage of."""

    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    due_on = Day(validators=[Required()])
    plan = IntegerField(validators=[Between(0, 100)])


def last_minute(field: Day) -> datetime:
    """When sheets of a round due on this day are handed in at the latest; only after the form was found valid."""
    day = field.day
    assert day is not None
    return datetime(day.year, day.month, day.day, tzinfo=ZONE) + _LAST_MINUTE


def due(text: str) -> datetime:
    """The last minute of a day as it was typed; raises Invalid where it is none."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=current.settings().zone)
    except ValueError as error:
        raise Invalid("due_on", N_("Write the date like 2027-02-19.")) from error
    return day + _LAST_MINUTE


def whole(text: str | None) -> int:
    """A whole number as a form sends it; 0, which is no row and no place, where it is none."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def number(text: str | None) -> int | None:
    """A whole number as it was typed; None where it is none."""
    found = (text or "").strip()
    return int(found) if found.isascii() and found.isdecimal() and len(found) < 10 else None


def panel_drafts(sent: Mapping[str, str], ids: list[int]) -> dict[int, PanelDraft]:
    """What was typed about each panel of the table."""
    return {
        key: PanelDraft(
            _line(sent.get(f"panel-{key}-name_ko")),
            _line(sent.get(f"panel-{key}-name_en")),
            number(sent.get(f"panel-{key}-weight")),
            number(sent.get(f"panel-{key}-demand")),
        )
        for key in ids
    }


def criterion_weights(sent: Mapping[str, str], ids: list[int]) -> dict[int, int | None]:
    """What was typed about the weight of each criterion of the table."""
    return {key: number(sent.get(f"criterion-{key}-weight")) for key in ids}


def _line(text: str | None) -> str:
    return tidy(text).replace("\n", " ")
