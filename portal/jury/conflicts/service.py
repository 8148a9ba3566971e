"""Conflicts of interest: declared by jurors and entrants, computed from what the portal knows, settled by the chair.

A hinted conflict keeps juror and film apart until somebody dismisses it with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.accounts.models import Person, RoleGrant
from portal.disclosure.packs.models import Pack
from portal.entries.models import Credit, Entry, Member
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury import queries
from portal.jury.conflicts.models import Conflict, ConflictSource, ConflictState
from portal.jury.models import Juror, Round
from portal.policies import Actor, Role, Scope

PUBLIC_MAIL_DOMAINS = frozenset(
    {"gmail.com", "naver.com", "daum.net", "hanmail.net", "kakao.com", "outlook.com", "hotmail.com", "icloud.com"}
)


@dataclass(frozen=True)
class Hint:
    """A computed reason to keep a juror away from a film."""

    juror_id: int
    entry_id: int
    source: ConflictSource
    reason: str
    status: ConflictState = ConflictState.HINTED


def domain(email: str) -> str | None:
    """The mail domain that tells an employer or school, none for public providers."""
    found = email.rpartition("@")[2].lower()
    return None if found in PUBLIC_MAIL_DOMAINS else found


def compute(session: Session, round_: Round, *, by: Actor) -> int:
    """Note every conflict the portal can see by itself; those already noted stay as they were settled."""
    known = set(
        session.execute(
            sa.select(Conflict.juror_id, Conflict.entry_id, Conflict.source)
            .join(Juror, Juror.id == Conflict.juror_id)
            .where(Juror.round_id == round_.id)
        )
    )
    fresh = {(h.juror_id, h.entry_id, h.source): h for h in _hints(session, round_)}
    rows = [
        {
            "juror_id": hint.juror_id,
            "entry_id": hint.entry_id,
            "source": hint.source,
            "reason": hint.reason,
            "status": hint.status,
        }
        for key, hint in fresh.items()
        if key not in known
    ]
    if rows:
        session.execute(sa.insert(Conflict), rows)
    audit.record(session, by, "conflicts.computed", round_, found=len(rows))
    return len(rows)


def _hints(session: Session, round_: Round) -> Iterator[Hint]:
    jurors = session.execute(
        sa.select(Juror.id, Person.id, Person.email, Person.native_name)
        .join(Person, Person.id == Juror.person_id)
        .where(Juror.round_id == round_.id, Juror.ended_at.is_(None))
    ).all()
    makers = _makers(session, round_)
    named = _credited(session, round_)
    for juror_id, person_id, email, name in jurors:
        own = domain(email)
        for entry_id, people in makers.items():
            if any(person_id == maker for maker, _ in people):
                yield Hint(juror_id, entry_id, ConflictSource.COMPUTED, "same person")
            elif own and any(domain(address) == own for _, address in people):
                yield Hint(juror_id, entry_id, ConflictSource.COMPUTED, f"mail domain {own}")
        for entry_id in named.get(name, ()):
            yield Hint(juror_id, entry_id, ConflictSource.COMPUTED, "named in the credits")
    yield from _ip_owners(session, round_, {juror_id: email for juror_id, _, email, _ in jurors})
    yield from _mentors(session, round_, {person_id: juror_id for juror_id, person_id, _, _ in jurors})


def _makers(session: Session, round_: Round) -> dict[int, list[tuple[int, str]]]:
    judged = queries.judged_entries(round_).subquery()
    owners = sa.select(judged.c.id, Person.id, Person.email).join(Person, Person.id == judged.c.owner_id)
    members = (
        sa.select(judged.c.id, Person.id, Person.email)
        .join(Member, Member.entry_id == judged.c.id)
        .join(Person, Person.id == Member.person_id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for entry_id, person_id, email in session.execute(sa.union_all(owners, members)):
        found.setdefault(entry_id, []).append((person_id, email))
    return found


def _credited(session: Session, round_: Round) -> dict[str, set[int]]:
    judged = queries.judged_entries(round_).subquery()
    found: dict[str, set[int]] = {}
    for name, entry_id in session.execute(
        sa.select(Credit.native_name, Credit.entry_id).join(judged, judged.c.id == Credit.entry_id)
    ):
        found.setdefault(name, set()).add(entry_id)
    return found


def _mentors(session: Session, round_: Round, jurors: dict[int, int]) -> Iterable[Hint]:
    judged = queries.judged_entries(round_).subquery()
    rows = session.execute(
        sa.select(RoleGrant.person_id, judged.c.id)
        .join(judged, judged.c.cohort_id == RoleGrant.scope_id)
        .where(
            RoleGrant.role == Role.MENTOR,
            RoleGrant.scope == Scope.COHORT,
            RoleGrant.ended_at.is_(None),
            RoleGrant.person_id.in_(jurors),
        )
    )
    return [Hint(jurors[person_id], entry_id, ConflictSource.MENTOR, "mentor") for person_id, entry_id in rows]


def _ip_owners(session: Session, round_: Round, jurors: dict[int, str]) -> Iterator[Hint]:
    """Who works for the owner of a category's material judges none of its films; nobody has to confirm that."""
    judged = queries.judged_entries(round_).subquery()
    wanted = sa.select(judged.c.id, Pack.owner, Pack.domains, Pack.people)
    for entry_id, owner, domains, people in session.execute(
        wanted.join(Pack, Pack.category_id == judged.c.category_id)
    ):
        for juror_id, email in jurors.items():
            if email in people or email.rpartition("@")[2].lower() in domains:
                reason = f"works for {owner}, whose material the film uses"[:200]
                yield Hint(juror_id, entry_id, ConflictSource.IP_OWNER, reason, ConflictState.CONFIRMED)


def declare(session: Session, juror: Juror, entry: Entry, *, source: ConflictSource, reason: str, by: Actor) -> None:
    """Note a conflict somebody tells of; the same one told twice is one row."""
    if not reason:
        raise Invalid("reason", N_("Say in a few words what connects you with this film."))
    found = session.scalar(
        sa.select(Conflict).where(
            Conflict.juror_id == juror.id, Conflict.entry_id == entry.id, Conflict.source == source
        )
    )
    if found is None:
        found = Conflict(juror_id=juror.id, entry_id=entry.id, source=source, reason="")
        session.add(found)
    found.status, found.reason, found.noted_by_id = ConflictState.CONFIRMED, reason[:200], by.person_id
    audit.record(session, by, "conflict.declared", entry, juror=juror.label, reason=reason)


def settle(session: Session, conflict: Conflict, *, confirmed: bool, reason: str, by: Actor) -> None:
    """The chair's word on a hint; dismissing needs a reason."""
    if not confirmed and not reason:
        raise Invalid("reason", N_("Say why this is no conflict."))
    conflict.status = ConflictState.CONFIRMED if confirmed else ConflictState.DISMISSED
    conflict.reason = reason[:200] or conflict.reason
    conflict.noted_by_id = by.person_id
    audit.record(session, by, f"conflict.{conflict.status}", conflict, reason=reason)
