"""Forms of the hall: a question from the floor, a move of the moderator, an answer in writing."""

from __future__ import annotations

from wtforms import HiddenField, IntegerField

from portal.i18n import N_
from portal.live.questions.asking import Asked
from portal.web.forms import AtMost, Form, Line, Required, Words


class QuestionForm(Form):
    """A question; `once` makes the same form recognisable, `film` is a film's number or nothing."""

    text = Line(validators=[Required(N_("Write your question."))])
    name = Line(validators=[AtMost(60)])
    film = Line(validators=[AtMost(24)])
    once = HiddenField()

    def asked(self, language: str, code: str, films: dict[str, int]) -> Asked:
        """What somebody wants to know; a film that is not shown here is none."""
        film = films.get(self.film.data or "")
        return Asked(self.text.data or "", self.name.data or "", film, language, code)


class MoveForm(Form):
    """One press of a button on the board; what a move does not need stays empty."""

    move = Line()
    rev = IntegerField(default=0)
    seen = Line()
    into = Line()
    theme = Line()
    preset = Line()
    reason = Words()


class AnswerForm(Form):
    """An answer in writing, in one language or in both."""

    answer_ko = Words()
    answer_en = Words()
    rev = IntegerField(default=0)
