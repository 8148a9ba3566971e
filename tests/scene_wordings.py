"""Words of the edition's own: two versions of what a film that needs a change is told, and a draft of the third."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from portal.calls.queries import current_edition
from portal.mail.wordings import service
from portal.mail.wordings.service import Seen, Texts
from portal.policies import Actor

KIND = "needs_fix"
TEXTS = Texts(
    "{day}까지 부탁드려요 — {film}",
    "Please mend your entry by {day} — {film}",
    "{name} 님, 출품해 주셔서 고마워요. 아래 부분을 고쳐 주세요.\n\n{reason}\n\n어려우면 사무국에 알려 주세요.",
    "Dear {name}, thank you for your film. Please change the parts below.\n\n{reason}\n\nTell us if that is difficult.",
)
SECOND = replace(TEXTS, body_ko=TEXTS.body_ko.replace("고쳐 주세요", "다시 봐 주세요"), subject_en="Please mend {film}")


def with_words(session: Session, by: Actor) -> None:
    """Publish two versions and start the third from the first."""
    edition = current_edition(session)
    assert edition is not None
    for texts in (TEXTS, SECOND):
        draft = service.save(session, edition.id, KIND, texts, seen=Seen(), by=by)
        service.publish(session, edition.id, KIND, seen=Seen.of(draft), by=by)
    service.start_over(session, edition.id, KIND, TEXTS, source="1", by=by)
