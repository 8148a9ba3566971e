"""Every mail about an entry, in both languages: whole sentences, the right link, nothing of the other language."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.entries import mails
from portal.entries.models import Receipt, Replacement
from portal.mail.models import OutgoingMail
from tests import builders
from tests.entries import made

RECEIPT = Receipt(number="P-1", digest="d" * 64, film_sha256="f" * 64)
KINDS: dict[str, dict[str, Any]] = {
    "receipt": {"receipt": RECEIPT, "handed_in_at": clock.now()},
    "cut_asked": {"asked": Replacement(reason="NOTE", answer="")},
    "cut_granted": {"asked": Replacement(reason="", answer="NOTE"), "receipt": RECEIPT},
    "cut_declined": {"asked": Replacement(reason="", answer="NOTE")},
    "mentor_review": {},
    "returned": {"note": "NOTE", "mentor": "MENTOR"},
    "withdrawn": {},
    "eligible": {"reason": ""},
    "ineligible": {"reason": "NOTE"},
    "disqualified": {"reason": "NOTE"},
    "needs_fix": {"note": "NOTE", "parts": ["About the film"], "due_at": clock.now()},
}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_mail_speaks_its_readers_language(session: Session, kind: str, language: str) -> None:
    person = builders.person(session, language=language)
    call = builders.call(session, builders.edition(session))
    entry = made.found(session, builders.entry(session, call, person, title_ko="편지", title_en="Letter").number)
    mails.send(session, kind, entry, [person], "tested", **KINDS[kind])
    mail = session.scalars(sa.select(OutgoingMail)).one()
    assert mail.language == language
    assert ("편지" if language == "ko" else "Letter") in mail.subject
    assert f"http://portal.test/{language}/" in mail.text
    for face in (mail.subject, mail.text, mail.html):
        assert "{" not in face
        assert bool(re.search("[가-힣]", face)) == (language == "ko")
    for value in KINDS[kind].values():
        if isinstance(value, str):
            assert value in mail.text
            assert value in mail.html
