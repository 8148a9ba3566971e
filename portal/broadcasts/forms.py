"""The form of a letter to many."""

from __future__ import annotations

from wtforms import IntegerField, SelectField
from wtforms.validators import Optional

from portal.broadcasts.audiences import AUDIENCES
from portal.broadcasts.models import Broadcast
from portal.broadcasts.service import Draft
from portal.i18n import N_
from portal.mail.models import Topic
from portal.web.forms import AtMost, Form, Line, Required, Words

LONGEST_SUBJECT, LONGEST_LETTER = 120, 5000


class LetterForm(Form):
    """Who gets it, what about, and its words in both languages."""

    name = Line(validators=[Required(N_("Give the letter a name for the office.")), AtMost(200)])
    topic = SelectField(choices=[topic.value for topic in Topic], default=Topic.NEWS.value)
    audience = SelectField(choices=list(AUDIENCES), default="handed_in")
    place = Line(validators=[AtMost(40)])
    subject_ko = Line(validators=[AtMost(LONGEST_SUBJECT)])
    subject_en = Line(validators=[AtMost(LONGEST_SUBJECT)])
    body_ko = Words(validators=[AtMost(LONGEST_LETTER)])
    body_en = Words(validators=[AtMost(LONGEST_LETTER)])
    rev = IntegerField(validators=[Optional()])

    @classmethod
    def of(cls, broadcast: Broadcast) -> LetterForm:
        """The form filled with a letter as it stands."""
        return cls(None, obj=broadcast, data={"topic": broadcast.topic.value})

    def draft(self) -> Draft:
        """What was written; only after the form was found valid."""
        texts = (self.subject_ko.data, self.subject_en.data, self.body_ko.data, self.body_en.data)
        return Draft(self.name.data, Topic(self.topic.data), self.audience.data, self.place.data, *texts)
