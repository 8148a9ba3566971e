"""The mails around a guardian's consent: the question with its link, the signer's copy, a no for the office."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.accounts.letters import addressed
from portal.accounts.models import Person
from portal.mail import outbox
from portal.school.guardians.models import GuardianConsent
from portal.school.guardians.queries import Student


def ask(session: Session, consent: GuardianConsent, student: Student, transition: str = "asked") -> None:
    """Mail the link."""
    _to_guardian(session, "guardian_request", consent, student, transition)


def send_copy(session: Session, consent: GuardianConsent, student: Student) -> None:
    """Mail what was signed, with the link that takes it back; nobody who was asked on paper alone has an address."""
    if consent.guardian_email:
        _to_guardian(session, "guardian_copy", consent, student, "signed")


def _to_guardian(session: Session, kind: str, consent: GuardianConsent, student: Student, transition: str) -> None:
    outbox.queue(
        session,
        kind,
        to=outbox.Recipient(consent.guardian_email, consent.language, consent.guardian_name),
        about=consent,
        transition=transition,
        edition_id=student.cohort.edition_id,
        consent=consent,
        student=student.person.native_name,
        cohort=student.cohort,
    )


def tell_office(session: Session, consent: GuardianConsent, student: Student) -> None:
    """Mail whoever asked that a guardian said no or took the consent back."""
    asker = session.get(Person, consent.asked_by_id) if consent.asked_by_id else None
    if asker is None:
        return
    outbox.queue(
        session,
        "guardian_answered",
        to=addressed(asker),
        about=consent,
        transition=consent.state.value,
        edition_id=student.cohort.edition_id,
        student=student.person.native_name,
        cohort=student.cohort,
        answer=consent.state.value,
    )
