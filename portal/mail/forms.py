"""Forms of the mail rooms: an edition's own words."""

from __future__ import annotations

from portal.mail.wordings.service import BODY_MOST, SUBJECT_MOST, Texts
from portal.web.forms import AtMost, Form, Line, Words


class WordingForm(Form):
    """Subject and words of a kind in both languages; a draft may lack some of them."""

    subject_ko = Line(validators=[AtMost(SUBJECT_MOST)])
    subject_en = Line(validators=[AtMost(SUBJECT_MOST)])
    body_ko = Words(validators=[AtMost(BODY_MOST)])
    body_en = Words(validators=[AtMost(BODY_MOST)])

    @classmethod
    def of(cls, texts: Texts) -> WordingForm:
        """The form with these texts in it."""
        return cls(formdata=None, obj=texts)

    def texts(self) -> Texts:
        """What was written."""
        return Texts(*(self[name].data or "" for name in ("subject_ko", "subject_en", "body_ko", "body_en")))
