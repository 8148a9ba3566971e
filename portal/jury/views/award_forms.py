"""The shapes of the forms around awards."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, IntegerField, SelectField

from portal.i18n import N_, pick, translate
from portal.jury.awards.models import Award
from portal.jury.awards.service import LEAST_DAYS, MOST_DAYS, AwardDraft, Giving
from portal.web.forms import AtMost, Between, Form, Line, Required, Words


class AwardForm(Form):
    """A prize: its names, its category, its place in the list, whether it goes to a film without another award only."""

    name_ko = Line(validators=[Required(), AtMost(200)])
    name_en = Line(validators=[Required(), AtMost(200)])
    category_id = SelectField(coerce=int, default=0)
    position = IntegerField(default=0, validators=[Between(0, 999)])
    exclusive = BooleanField()

    def __init__(self, categories: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(row.id, pick(row.name_ko, row.name_en)) for row in categories]
        self.category_id.choices = [(0, translate(N_("All categories"))), *names]

    @classmethod
    def of(cls, award: Award, categories: Any) -> AwardForm:
        """The form filled with a prize as it stands."""
        return cls(categories, None, obj=award, data={"category_id": award.category_id or 0})

    def draft(self) -> AwardDraft:
        """What was written; only after the form was found valid."""
        return AwardDraft(
            name_ko=self.name_ko.data or "",
            name_en=self.name_en.data or "",
            category_id=self.category_id.data or None,
            exclusive=bool(self.exclusive.data),
            position=self.position.data or 0,
        )


class GiveForm(Form):
    """To which film, after which ranking or why, with which words, and how long one may object."""

    number = Line(validators=[Required(), AtMost(20)])
    round = Line(validators=[AtMost(24)])
    given_reason = Words(validators=[AtMost(1000)])
    citation_ko = Words(validators=[AtMost(600)])
    citation_en = Words(validators=[AtMost(600)])
    days = IntegerField(default=7, validators=[Between(LEAST_DAYS, MOST_DAYS)])

    def giving(self, round_id: int | None) -> Giving:
        """What was written; only after the form was found valid."""
        return Giving(
            round_id=round_id,
            reason=self.given_reason.data or "",
            days=self.days.data or 0,
            citation_ko=self.citation_ko.data or "",
            citation_en=self.citation_en.data or "",
        )
