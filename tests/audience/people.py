"""Who books in the tests of quotas, groups, guests and moves."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.audience import service
from portal.audience.models import Booking, Group, Proof, Quota
from portal.audience.service import groups, quotas
from portal.calls.models import Edition
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM, VISITOR
from portal.programme.models import Screening


def ask(name: str, party: int = 1, *links: str, vouched: bool = True) -> service.Ask:
    return service.Ask(name, f"{name}@example.test", party, vouched=vouched, links=links)


def book(session: Session, screening: Screening, name: str, party: int = 1, *links: str) -> Booking:
    return service.book(session, screening, ask(name, party, *links), may_wait=True, by=VISITOR)


def group(session: Session, screening: Screening, name: str = "연수생", proof: Proof = Proof.LINK) -> Group:
    edition = session.get_one(Edition, screening.edition_id)
    return groups.add(session, edition, groups.GroupDraft(name, f"{name} (en)", proof), by=SYSTEM)


def quota(session: Session, screening: Screening, seats: int, of: Group | None, *, hours: int | None = None) -> Quota:
    at = clock.now() + timedelta(hours=hours) if hours else None
    draft = quotas.QuotaDraft(seats, of, "" if of else "후원사", at)
    return quotas.add(session, screening, draft, by=SYSTEM)


def counts(session: Session, screening: Screening) -> tuple[int, int]:
    """Seats given away and seats kept."""
    session.refresh(screening)
    return screening.taken, screening.held


def mails(session: Session, kind: str) -> list[str]:
    query = sa.select(OutgoingMail.recipient).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id)
    return list(session.scalars(query))
