"""The mail that asks jurors for their conflicts before films are given out."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.letters import addressed
from portal.jury.conflicts import queries
from portal.jury.models import Round
from portal.mail import outbox


def ask_to_declare(session: Session, round_: Round) -> int:
    """Write to every juror who has not said yet that no other conflict is known; how many mails are new.

    On one day nobody gets two.
    """
    zone = session.info["settings"].zone
    today = clock.now().astimezone(zone).date()
    sent = 0
    for juror, person in queries.seats_to_ask(session, round_.id):
        to = addressed(person)
        sent += len(
            outbox.queue_all(
                session,
                "jury_declaration",
                [outbox.Letter(to)],
                about=juror,
                transition=f"declare.{today.isoformat()}",
                edition_id=round_.edition_id,
                judging=round_,
            )
        )
    return sent
