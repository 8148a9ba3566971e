"""An edition's words as their reader would get them, filled with a sample's values."""

from __future__ import annotations

from typing import Any

from portal import i18n
from portal.links import Links
from portal.mail.outbox import Recipient
from portal.mail.render import Rendered, Words, render
from portal.mail.wordings import samples
from portal.mail.wordings.placeholders import EDITABLE
from portal.mail.wordings.queries import Chosen
from portal.mail.wordings.samples import Sample
from portal.mail.wordings.service import Texts

_READER = "reader@pan.example"


def shown(kind: str, texts: Texts, sample: Sample, language: str, *, links: Links, words: Chosen) -> Rendered:
    """A mail of the kind in one language; `words` names the festival."""
    with i18n.using(language):
        context = _context(kind, sample, links, words)
        own = {"ko": Words(texts.subject_ko, texts.body_ko), "en": Words(texts.subject_en, texts.body_en)}
        return render(kind, links.base_url, context, own[language])


def values(kind: str, sample: Sample, *, links: Links, words: Chosen) -> dict[str, str]:
    """What each placeholder of the kind becomes, in the language in use."""
    context = _context(kind, sample, links, words)
    return {name: value(context) for name, value in EDITABLE[kind].values.items()}


def _context(kind: str, sample: Sample, links: Links, words: Chosen) -> dict[str, Any]:
    to = Recipient(_READER, i18n.language(), "")
    return samples.context(kind, sample, links=links, to=to, festival=words.festival)
