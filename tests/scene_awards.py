"""An award on the stage: announced as provisional, with an objection that nobody has answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.jury.awards.models import Award, AwardGrant, Objection
from portal.jury.decisions.models import Decision
from portal.lifecycles import DecisionState, EntryState


def with_an_award(session: Session) -> None:
    """The first prize, given to a film of the early selection by the organizer; a maker objects to it."""
    shown = sa.select(Decision.entry_id).where(Decision.state == DecisionState.ANNOUNCED).order_by(Decision.entry_id)
    award = session.scalars(sa.select(Award).order_by(Award.id)).first()
    organizers = session.scalars(sa.select(Person.id).where(Person.email.like("organizer%")).order_by(Person.email))
    giver, announcer = organizers.all()[:2]
    assert award is not None
    now = clock.now()
    grant = AwardGrant(
        award_id=award.id,
        entry_id=session.scalars(shown).first(),
        given_by_id=giver,
        given_reason="심사위원이 한마음으로 골랐어요.",
        announced_by_id=announcer,
        announced_at=now,
        objections_until=now + timedelta(days=7),
    )
    session.add(grant)
    session.flush()
    rival = sa.select(Entry.owner_id).where(Entry.state == EntryState.ELIGIBLE, Entry.id != grant.entry_id)
    person = session.scalars(rival.order_by(Entry.id.desc())).first()
    session.add(Objection(grant_id=grant.id, person_id=person, text="이 작품은 다른 영화제에서 상을 받았어요."))
    session.flush()


def things(session: Session) -> dict[str, Any]:
    """What addresses ask for."""
    grant = session.scalars(sa.select(AwardGrant).order_by(AwardGrant.id)).one()
    return {
        "award": grant.award_id,
        "award_grant": grant.code,
        "objection": session.scalars(sa.select(Objection.code)).first(),
    }
