"""Letters for tests of notices: queued as features queue them, of kinds with and without a topic."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.mail import outbox
from portal.mail.models import OutgoingMail

CATEGORY = SimpleNamespace(name_ko="단편", name_en="Short film")


def write(
    session: Session, to: Person, name: str = "first", kind: str = "mentor_review", **values: Any
) -> OutgoingMail:
    """A letter on a film called `name`; of the school's topic unless another kind is asked for. Committed."""
    recipient = outbox.Recipient(to.email, to.language, to.native_name, to.id, to.timezone)
    film = {"title_ko": name, "title_en": name, "number": "PAN27-1", "category": CATEGORY}
    mail = outbox.queue(session, kind, to=recipient, about=to, transition=name, **film, **values)
    session.commit()
    return mail
