"""The mails about awards, to everybody who made the film or who objected, each in their own language."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.letters import addressed
from portal.accounts.models import Person
from portal.entries.models import Entry, Member
from portal.jury.awards.models import Award, AwardGrant, Objection
from portal.mail import outbox


def tell_makers(session: Session, kind: str, grant: AwardGrant, **context: Any) -> None:
    """Tell the owner and the team of the film."""
    joined = sa.select(Member.person_id).where(Member.entry_id == grant.entry_id, Member.person_id.is_not(None))
    mine = sa.or_(Person.id == grant.entry.owner_id, Person.id.in_(joined))
    people = session.scalars(sa.select(Person).where(mine).order_by(Person.id)).all()
    letters = [outbox.Letter(addressed(person)) for person in people]
    outbox.queue_all(session, kind, letters, about=grant, transition=str(grant.state), **_known(grant), **context)


def tell_objector(session: Session, objection: Objection) -> None:
    """Tell whoever objected what the office answered."""
    person = session.get(Person, objection.person_id) if objection.person_id is not None else None
    if person is None:
        return
    outbox.queue(
        session,
        "award_objection_answered",
        to=addressed(person),
        about=objection,
        transition="answered",
        answer=objection.answer,
        upheld=objection.upheld,
        **_known(objection.grant),
    )


def _known(grant: AwardGrant) -> dict[str, Any]:
    award: Award = grant.award
    entry: Entry = grant.entry
    return {"edition_id": award.edition_id, "award": award, "entry": entry}
