"""Setting and removing a round's quotas."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.decisions.models import Quota, QuotaKind
from portal.jury.models import Round
from portal.policies import Actor

MOST = 99_999


def set_quota(
    session: Session,
    round_: Round,
    kind: QuotaKind,
    key: str,
    *,
    at_least: int | None,
    at_most: int | None,
    by: Actor,
) -> Quota:
    """Set what a round should have of something; asked again, it replaces what was set."""
    if at_least is None and at_most is None:
        raise Invalid("at_least", N_("Give a least or a most number."))
    if at_least is not None and at_most is not None and at_least > at_most:
        raise Invalid("at_most", N_("The most must not be smaller than the least."))
    wanted = (Quota.round_id == round_.id, Quota.kind == kind, Quota.key == key)
    found = session.scalar(sa.select(Quota).where(*wanted))
    if found is None:
        found = Quota(round_id=round_.id, kind=kind, key=key)
        session.add(found)
    found.at_least, found.at_most = at_least, at_most
    session.flush()
    audit.record(session, by, "quota.set", found, kind=str(kind), key=key, at_least=at_least, at_most=at_most)
    return found


def remove_quota(session: Session, quota: Quota, *, by: Actor) -> None:
    """Take a quota away."""
    audit.record(session, by, "quota.remove", quota, kind=str(quota.kind), key=quota.key)
    session.delete(quota)
    session.flush()
