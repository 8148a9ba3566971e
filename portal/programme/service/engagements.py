"""Where people have to be besides the stage: noted, and taken off again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.accounts.models import Person
from portal.calls.models import Edition
from portal.errors import Invalid
from portal.i18n import N_
from portal.policies import Actor
from portal.programme.models import Screening
from portal.programme.placing.models import Engagement, EngagementRole

LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Engaging:
    """Who is engaged as what: in a screening, or from `starts_at` to `ends_at`."""

    name: str
    email: str
    role: EngagementRole
    what: str = ""
    screening: Screening | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def engage(session: Session, edition: Edition, one: Engaging, *, by: Actor) -> Engagement:
    """Note an engagement; the same person in the same screening, or from the same time, is the same. Raises Invalid."""
    _check(edition, one)
    email = one.email.lower()
    same = (
        Engagement.screening_id == one.screening.id
        if one.screening is not None
        else Engagement.starts_at == one.starts_at
    )
    session.execute(sa.select(Edition.id).where(Edition.id == edition.id).with_for_update())
    found = session.scalar(sa.select(Engagement).where(Engagement.email == email, same))
    if found is not None:
        return found
    made = Engagement(
        edition_id=edition.id,
        person_id=session.scalar(sa.select(Person.id).where(Person.email == email)),
        email=email,
        name=one.name,
        role=one.role,
        what=one.what,
        screening_id=one.screening.id if one.screening is not None else None,
        starts_at=None if one.screening is not None else one.starts_at,
        ends_at=None if one.screening is not None else one.ends_at,
    )
    session.add(made)
    session.flush()
    audit.record(session, by, "engagement.noted", made, screening=made.screening_id, starts_at=made.starts_at)
    return made


def _check(edition: Edition, one: Engaging) -> None:
    if one.screening is not None:
        if one.screening.edition_id != edition.id:
            raise Invalid("screening", N_("Choose a screening of this edition."))
        return
    if one.starts_at is None or one.ends_at is None:
        raise Invalid("start", N_("Choose a screening, or write a day with start and end."))
    if not one.what:
        raise Invalid("what", N_("Say what it is."))
    if one.ends_at <= one.starts_at:
        raise Invalid("end", N_("The end comes after the start."))
    if one.ends_at - one.starts_at > LONGEST:
        raise Invalid("end", N_("An engagement lasts at most a day."))


def disengage(session: Session, engagement: Engagement, *, by: Actor) -> None:
    """Take an engagement off the plan."""
    audit.record(
        session,
        by,
        "engagement.removed",
        "engagements",
        code=engagement.code,
        screening=engagement.screening_id,
        starts_at=engagement.starts_at,
    )
    session.delete(engagement)
    session.flush()
