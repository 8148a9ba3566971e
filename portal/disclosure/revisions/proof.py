"""Proof that the revisions of all disclosures are what they were: each chain, and one digest of all of them a day.

The digest goes into the audit trail, whose own chain covers it; so not even a whole chain can be written anew unseen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, i18n
from portal.audit import AuditRecord
from portal.disclosure.canonical import Revision, canonical, first_break
from portal.disclosure.models import Disclosure, DisclosureRevision
from portal.disclosure.revisions.history import heading
from portal.policies import SYSTEM

SEALED = "disclosures.sealed"
# A day is sealed once every transaction that began in it has ended.
_SETTLED = timedelta(minutes=15)


class Break(NamedTuple):
    """A revision that does not follow from the one before it."""

    entry_id: int
    revision: int


_IN_ORDER = (
    sa.select(Disclosure.entry_id, DisclosureRevision)
    .join(Disclosure, Disclosure.id == DisclosureRevision.disclosure_id)
    .order_by(DisclosureRevision.disclosure_id, DisclosureRevision.revision)
    .execution_options(yield_per=200)
)


def breaks(session: Session) -> Iterator[Break]:
    """Every disclosure whose chain does not hold, at the first revision where it breaks."""
    for _disclosure, rows in groupby(session.execute(_IN_ORDER), key=lambda row: row.DisclosureRevision.disclosure_id):
        chain = [(row.entry_id, row.DisclosureRevision) for row in rows]
        place = _first_break([made for _entry, made in chain])
        if place is not None:
            yield Break(chain[place][0], chain[place][1].revision)


def _first_break(chain: Sequence[DisclosureRevision]) -> int | None:
    numbered = next((n for n, made in enumerate(chain) if made.revision != n + 1 or not _says_so(made)), None)
    linked = first_break(Revision(made.body.encode(), made.digest, made.previous) for made in chain)
    found = [place for place in (numbered, linked) if place is not None]
    return min(found, default=None)


def _says_so(made: DisclosureRevision) -> bool:
    """Whether the columns beside the body are those the body was hashed with."""
    try:
        content = json.loads(made.body)
        return all(content[name] == value for name, value in heading(made).items())
    except (ValueError, KeyError, TypeError):
        return False


def head(session: Session, up_to: int) -> tuple[int, str]:
    """How many revisions there are up to an id, and one digest of all of theirs."""
    wanted = sa.select(DisclosureRevision.id, DisclosureRevision.digest).where(DisclosureRevision.id <= up_to)
    rows = session.execute(wanted.order_by(DisclosureRevision.id)).all()
    return len(rows), hashlib.sha256(canonical([[row.id, row.digest] for row in rows])).hexdigest()


def seal(session: Session, *, at: datetime) -> bool:
    """Write the head of all chains, as it was when the day before began, into the trail; once a day. Whether it did."""
    zone = ZoneInfo(i18n.SEOUL)
    day = i18n.korean_day(at - _SETTLED)
    if (last := last_seal(session)) is not None and last["day"] >= day.isoformat():
        return False
    midnight = datetime.combine(day, time(), zone)
    newest = sa.select(sa.func.max(DisclosureRevision.id)).where(DisclosureRevision.created_at < midnight)
    up_to = session.scalar(newest) or 0
    n, digest = head(session, up_to)
    told = {"day": day.isoformat(), "up_to": up_to, "revisions": n, "sha256": digest}
    audit.record(session, SYSTEM, SEALED, Disclosure.__tablename__, **told)
    return True


def last_seal(session: Session) -> dict[str, Any] | None:
    """What the trail says of the last sealed day."""
    wanted = sa.select(AuditRecord.detail).where(AuditRecord.verb == SEALED).order_by(AuditRecord.seq.desc()).limit(1)
    return session.scalar(wanted)


def broken_seal(session: Session) -> date | None:
    """The last sealed day, where the revisions it was made of are no longer what they were."""
    last = last_seal(session)
    if last is None or head(session, last["up_to"]) == (last["revisions"], last["sha256"]):
        return None
    return date.fromisoformat(last["day"])
