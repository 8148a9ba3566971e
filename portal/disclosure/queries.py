"""Reads of disclosures, their public labels, their performers and consents."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from portal import signing
from portal.accounts.models import Person
from portal.audit import AuditRecord
from portal.disclosure import readiness as checks
from portal.disclosure.label import CardLabel
from portal.disclosure.label import card_label as _card_label
from portal.disclosure.ledger import Ledger
from portal.disclosure.models import Consent, Disclosure, DisclosureRevision, Performer
from portal.disclosure.problems import Facts
from portal.disclosure.readiness import Readiness
from portal.disclosure.rows import by_part, ledger_from

EDITED = "disclosure.edited"

# The columns of a list from which `card` makes the short label.
CARD_COLUMNS = (Disclosure.tier, Disclosure.phases, Disclosure.badges)


def disclosure_of(session: Session, entry_id: int) -> Disclosure | None:
    """An entry's disclosure with its performers and their consents: three statements."""
    return session.scalar(_with_people().where(Disclosure.entry_id == entry_id))


def _with_people() -> sa.Select[Disclosure]:
    people = selectinload(Disclosure.performers).selectinload(Performer.consents)
    return sa.select(Disclosure).options(people, joinedload(Disclosure.amendment))


def refreshed(session: Session, disclosure: Disclosure) -> None:
    """Read a disclosure, its performers and consents anew into the objects at hand."""
    wanted = _with_people().where(Disclosure.id == disclosure.id)
    session.scalars(wanted.execution_options(populate_existing=True)).one()


def ledger_of(session: Session, disclosure: Disclosure) -> Ledger:
    """The ledger as it stands now, performers and their consents included."""
    return ledger_from(disclosure.ledger, performers_of(session, disclosure.id))


def performers_of(session: Session, disclosure_id: int) -> list[Performer]:
    """The performers of a disclosure with their consents, in the order of the form."""
    wanted = sa.select(Performer).where(Performer.disclosure_id == disclosure_id).order_by(Performer.id)
    return list(session.scalars(wanted.options(selectinload(Performer.consents))))


def latest_revision(session: Session, disclosure_id: int) -> DisclosureRevision | None:
    """The state that was submitted last."""
    return session.scalar(_revisions(Disclosure.id == disclosure_id).limit(1))


def _revisions(condition: sa.ColumnElement[bool]) -> sa.Select[DisclosureRevision]:
    return (
        sa.select(DisclosureRevision)
        .join(Disclosure, Disclosure.id == DisclosureRevision.disclosure_id)
        .where(condition)
        .order_by(DisclosureRevision.revision.desc())
    )


def card(row: Any) -> CardLabel | None:
    """The short label of a list's row that holds CARD_COLUMNS; None where nothing was declared."""
    return None if row.tier is None else _card_label(row.tier, row.phases, row.badges)


def readiness(session: Session, entry_id: int, facts: Facts) -> Readiness:
    """What is missing in an entry's disclosure and consents, for its list of tasks."""
    return readiness_of(disclosure_of(session, entry_id), facts)


def readiness_of(disclosure: Disclosure | None, facts: Facts) -> Readiness:
    """The same for a disclosure that is loaded with its performers and consents, or for none."""
    if disclosure is None:
        return Readiness(begun=False, form=(), consents=())
    people = disclosure.performers
    ledger = ledger_from(disclosure.ledger, people)
    facts = replace(facts, disclosed_sha256=disclosure.film_sha256)
    begun = bool(disclosure.ledger or people or disclosure.human_statement)
    by_film = by_part(disclosure.ledger, people)
    return checks.assess(ledger, disclosure.human_statement, by_film, facts, begun=begun)


def last_edit(session: Session, disclosure_id: int) -> tuple[Person | None, datetime] | None:
    """Who changed the answers last, and when."""
    wanted = (
        sa.select(Person, AuditRecord.at)
        .select_from(AuditRecord)
        .outerjoin(Person, Person.id == AuditRecord.actor_id)
        .where(
            AuditRecord.subject_kind == Disclosure.__tablename__,
            AuditRecord.subject_id == disclosure_id,
            AuditRecord.verb == EDITED,
        )
        .order_by(AuditRecord.seq.desc())
        .limit(1)
    )
    found = session.execute(wanted).first()
    return (found[0], found[1]) if found else None


def consent_behind(session: Session, token: str) -> Consent | None:
    """The request behind a mailed link, with its performer and disclosure; expired and answered ones too."""
    wanted = sa.select(Consent).where(Consent.digest == signing.digest(token))
    return session.scalar(wanted.options(with_disclosure()))


def with_disclosure() -> ORMOption:
    """Loads a consent together with its performer and their disclosure, as every answer to it needs them."""
    return joinedload(Consent.performer).joinedload(Performer.disclosure)
