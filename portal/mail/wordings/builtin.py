"""The portal's own words of a kind, written with placeholders as an edition would write them."""

from __future__ import annotations

from portal import i18n
from portal.i18n import LANGUAGES
from portal.links import Links
from portal.mail.outbox import Recipient
from portal.mail.render import own_words
from portal.mail.wordings import samples
from portal.mail.wordings.placeholders import EDITABLE, as_written
from portal.mail.wordings.service import Texts


def texts(kind: str, links: Links) -> Texts:
    """What the kind's templates say in both languages, its values turned back into placeholders."""
    made = {}
    for language in LANGUAGES:
        with i18n.using(language):
            to = Recipient(f"reader@{kind}.example", language, "")
            context = samples.context(kind, samples.Sample.USUAL, links=links, to=to, festival="")
            words = own_words(kind, links.base_url, context)
            made[f"subject_{language}"] = as_written(EDITABLE[kind], words.subject, context)
            made[f"body_{language}"] = as_written(EDITABLE[kind], words.body, context)
    return Texts(**made)
