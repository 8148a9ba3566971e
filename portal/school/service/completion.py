"""Commands on certificates: who has completed a class gets a number by which anybody can check it."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, signing
from portal.policies import Actor
from portal.school.models import Cohort, Enrolment
from portal.school.service.cohorts import held

NUMBER_LENGTH = 12


def complete(session: Session, cohort: Cohort, person_ids: Collection[int], *, by: Actor) -> int:
    """Give these students their certificates; who has one keeps its number. Tells how many are new."""
    held(session, cohort.id)
    wanted = sa.select(Enrolment).where(
        Enrolment.cohort_id == cohort.id, Enrolment.person_id.in_(person_ids), Enrolment.certificate.is_(None)
    )
    new = session.scalars(wanted.execution_options(populate_existing=True)).all()
    for place in new:
        place.certificate = signing.random_code(NUMBER_LENGTH)
        place.completed_at, place.completed_by_id = clock.now(), by.person_id
        audit.record(session, by, "student.completed", place, certificate=place.certificate)
    session.flush()
    return len(new)


def take_back(session: Session, place: Enrolment, *, by: Actor) -> None:
    """Void a certificate; its number is known no longer. Done twice, it is done once."""
    held(session, place.cohort_id)
    session.refresh(place)
    if place.certificate is None:
        return
    audit.record(session, by, "student.certificate_voided", place, certificate=place.certificate)
    place.certificate = place.completed_at = place.completed_by_id = None
    session.flush()
