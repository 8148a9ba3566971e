"""People as readers of mails."""

from __future__ import annotations

from portal.accounts.models import Person
from portal.mail.outbox import Recipient


def addressed(person: Person) -> Recipient:
    """A person as the recipient of a mail, in their language and daytime."""
    shown = person.shown_in(person.language)
    return Recipient(person.email, person.language, shown, person.id, person.timezone)
