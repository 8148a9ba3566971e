"""Commands on guardians' consents: ask by a mailed link, the answer behind it, a paper noted by the office.

One that is asked for or given stands for a student at a time; asking somebody else takes an open question back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import audit, clock
from portal.errors import Invalid
from portal.i18n import N_, korean_day
from portal.lifecycles import GuardianState, advance
from portal.policies import Actor
from portal.school import queries as school
from portal.school.guardians import letters, queries
from portal.school.guardians.models import GuardianConsent
from portal.school.guardians.queries import Student
from portal.school.guardians.words import consent_text
from portal.school.models import Cohort, Enrolment

REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Guardian:
    """Whom to ask, in which language."""

    name: str
    email: str
    language: str = "ko"


@dataclass(frozen=True, slots=True)
class Asked:
    """How many were asked, and how many could not be, because no address is known."""

    asked: int
    unreachable: int


def ask(session: Session, place: Enrolment, guardian: Guardian, *, by: Actor) -> GuardianConsent:
    """Mail a guardian the link to consent; the same guardian asked twice is asked once.

    The class list remembers who was asked. Raises Invalid where a consent stands already.
    """
    if not guardian.name or not guardian.email:
        raise Invalid("guardian_email", N_("Write the guardian's name and e-mail address."))
    place = _held(session, place.id)
    standing = queries.standing_consent(session, place)
    if standing is not None and standing.state is not GuardianState.ASKED:
        raise Invalid("main", N_("A guardian has consented already."))
    if standing is not None:
        if (standing.guardian_name, standing.guardian_email) == (guardian.name, guardian.email):
            return standing
        advance(session, standing, GuardianState.REVOKED, by=by, reason=REPLACED)
        session.flush()
    place.guardian_name, place.guardian_email = guardian.name, guardian.email
    consent = _made(session, place, guardian, by=by)
    letters.ask(session, consent, Student(place.person, place.cohort))
    return consent


def ask_missing(session: Session, cohort: Cohort, *, language: str, by: Actor) -> Asked:
    """Mail every guardian who is needed, was not asked yet and whose address the class list knows."""
    places = _places(session, [one.enrolment_id for one in queries.missing(session, cohort.id)])
    open_now = {one.person_id for one in queries.standing_consents(session, cohort.id)}
    waiting = [place for place in places if place.person_id not in open_now]
    reachable = [place for place in waiting if place.guardian_name and place.guardian_email]
    for place in reachable:
        ask(session, place, Guardian(place.guardian_name, place.guardian_email, language), by=by)
    return Asked(len(reachable), len(waiting) - len(reachable))


def remind(session: Session, cohort: Cohort, *, by: Actor) -> int:
    """Mail those who were asked and have not answered once more, each at most once a day; tells how many they are."""
    day = korean_day(clock.now())
    waiting = [one for one in queries.standing_consents(session, cohort.id) if one.state is GuardianState.ASKED]
    for consent in waiting:
        letters.ask(session, consent, queries.student_of(session, consent), f"reminded:{day}")
    if waiting:
        audit.record(session, by, "guardians.reminded", cohort, guardians=len(waiting))
    return len(waiting)


def note_paper(session: Session, place: Enrolment, *, name: str, note: str, by: Actor) -> GuardianConsent:
    """Keep that the office has seen a signed paper: whose it is, and where it is kept."""
    if not name:
        raise Invalid("paper_name", N_("Write the name as it is signed."))
    if not note:
        raise Invalid("paper_note", N_("Write where the paper is kept."))
    place = _held(session, place.id)
    standing = queries.standing_consent(session, place)
    if standing is not None and standing.state is not GuardianState.ASKED:
        if standing.state is GuardianState.PAPER and standing.signed_name == name:
            return standing
        raise Invalid("main", N_("A guardian has consented already."))
    place.guardian_name = place.guardian_name or name
    consent = standing or _made(session, place, Guardian(name, ""), by=by)
    consent.signed_name, consent.note, consent.answered_at = name, note, clock.now()
    advance(session, consent, GuardianState.PAPER, by=by, note=note)
    return consent


def sign(session: Session, consent: GuardianConsent, name: str, *, by: Actor) -> None:
    """Agree by typing one's name; signed twice, it is signed once."""
    _refresh(session, consent)
    if consent.state is GuardianState.SIGNED:
        return
    _require_open(consent)
    if not name:
        raise Invalid("signed_name", N_("Type your name to sign."))
    consent.signed_name, consent.answered_at = name, clock.now()
    advance(session, consent, GuardianState.SIGNED, by=by)
    letters.send_copy(session, consent, queries.student_of(session, consent))


def refuse(session: Session, consent: GuardianConsent, *, by: Actor) -> None:
    """Say no; the office is told."""
    _refresh(session, consent)
    if consent.state is GuardianState.REFUSED:
        return
    _require_open(consent)
    _close(session, consent, GuardianState.REFUSED, by=by)


def revoke(session: Session, consent: GuardianConsent, *, by: Actor) -> None:
    """Take a consent back, by the link or, for a paper, by the office; the office is told."""
    _refresh(session, consent)
    if consent.state is GuardianState.REVOKED:
        return
    if consent.state not in queries.GIVEN:
        raise Invalid("main", N_("There is no consent to take back."))
    _close(session, consent, GuardianState.REVOKED, by=by)


def _close(session: Session, consent: GuardianConsent, state: GuardianState, *, by: Actor) -> None:
    consent.answered_at = clock.now()
    advance(session, consent, state, by=by)
    letters.tell_office(session, consent, queries.student_of(session, consent))


def _require_open(consent: GuardianConsent) -> None:
    if consent.state is not GuardianState.ASKED:
        raise Invalid("main", N_("This has been answered already."))


def _refresh(session: Session, consent: GuardianConsent) -> None:
    session.refresh(consent, with_for_update=True)


def _held(session: Session, enrolment_id: int) -> Enrolment:
    """The student's place, locked, with person and cohort: one question at a time."""
    session.get_one(Enrolment, enrolment_id, with_for_update=True)
    return _places(session, [enrolment_id])[0]


def _places(session: Session, ids: Collection[int]) -> list[Enrolment]:
    loaded = (joinedload(Enrolment.person), joinedload(Enrolment.cohort))
    wanted = sa.select(Enrolment).options(*loaded).where(Enrolment.id.in_(ids)).order_by(Enrolment.id)
    return list(session.scalars(wanted.execution_options(populate_existing=True)))


def _made(session: Session, place: Enrolment, guardian: Guardian, *, by: Actor) -> GuardianConsent:
    edition = school.edition_of(session, place.cohort)
    consent = GuardianConsent(
        cohort_id=place.cohort_id,
        person_id=place.person_id,
        guardian_name=guardian.name,
        guardian_email=guardian.email,
        language=guardian.language,
        text=consent_text(place.person.native_name, place.cohort, edition),
        asked_by_id=by.person_id,
    )
    session.add(consent)
    session.flush()
    audit.record(session, by, "guardian.asked", consent, enrolment=place.id)
    return consent
