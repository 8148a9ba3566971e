"""The revisions of a disclosure: read in their order and told apart field by field.

A revision's body holds all that is hashed: what is declared, and its own number, reason, role, moment and the digest
of the one before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import i18n
from portal.accounts.models import Person
from portal.disclosure.canonical import GENESIS, canonical, fingerprint, normal
from portal.disclosure.figures import Tier, measure
from portal.disclosure.models import Disclosure, DisclosureRevision
from portal.disclosure.phrases import TIERS
from portal.disclosure.revisions.changes import Change, Declared, changes
from portal.disclosure.serial import from_json, to_json
from portal.i18n import translate
from portal.policies import Actor

DECLARED = ("ledger", "human_statement", "film_sha256")
_MOST = 20


def heading(made: DisclosureRevision) -> dict[str, Any]:
    """What a revision says of itself, besides what it declares."""
    moment = made.created_at.astimezone(UTC).isoformat(timespec="microseconds")
    number = {"revision": made.revision, "previous": made.previous}
    return {**number, "reason": made.reason, "role": made.role, "at": moment}


def declared_in(body: str) -> dict[str, Any]:
    """What a stored body declares, as plain JSON values."""
    stored = json.loads(body)
    return {name: stored.get(name) for name in DECLARED}


def declaration(body: str) -> Declared:
    """The same as a ledger with the statement of what people did."""
    stored = json.loads(body)
    return Declared(from_json(stored["ledger"]), stored.get("human_statement", ""))


def content(disclosure: Disclosure, declared: Declared) -> dict[str, Any]:
    """What a revision of these words would declare, as plain JSON values."""
    said = to_json(declared.ledger), declared.statement, disclosure.film_sha256
    plain: dict[str, Any] = normal(dict(zip(DECLARED, said, strict=True)))
    return plain


def revision_of(
    disclosure: Disclosure,
    last: DisclosureRevision | None,
    declared: Declared,
    *,
    by: Actor,
    reason: str,
    role: str,
    at: datetime,
) -> DisclosureRevision:
    """A revision that says this, chained to the last one; for the caller to store."""
    made = DisclosureRevision(
        disclosure_id=disclosure.id,
        revision=last.revision + 1 if last else 1,
        previous=last.digest if last else GENESIS,
        reason=reason,
        role=role,
        tier=int(measure(declared.ledger).tier),
        person_id=by.person_id,
        created_at=at,
    )
    body = canonical({**content(disclosure, declared), **heading(made)})
    made.body, made.digest = body.decode(), fingerprint(body)
    return made


@dataclass(frozen=True, slots=True)
class Step:
    """One revision, who handed it in and what it changed, here and in the other language; the first changes nothing."""

    revision: int
    at: datetime
    reason: str
    role: str
    who: str
    tier: int | None
    digest: str
    changes: list[Change]
    elsewhere: list[Change]


def steps(session: Session, entry_id: int) -> list[Step]:
    """The newest revisions of an entry's disclosure with their differences in the language in use, newest first."""
    wanted = (
        sa.select(DisclosureRevision, Person.native_name)
        .join(Disclosure, Disclosure.id == DisclosureRevision.disclosure_id)
        .outerjoin(Person, Person.id == DisclosureRevision.person_id)
        .where(Disclosure.entry_id == entry_id)
        .order_by(DisclosureRevision.revision.desc())
        .limit(_MOST)
    )
    rows = session.execute(wanted).all()
    said = [declaration(row.DisclosureRevision.body) for row in rows]
    differs = [in_both(said[at + 1], said[at]) if at + 1 < len(said) else ([], []) for at in range(len(said))]
    return [_step(row[0], row.native_name or "", *found) for row, found in zip(rows, differs, strict=True)]


def _step(made: DisclosureRevision, who: str, differs: list[Change], elsewhere: list[Change]) -> Step:
    told = made.revision, made.created_at, made.reason, made.role, who, made.tier, made.digest
    return Step(*told, differs, elsewhere)


def in_both(before: Declared, after: Declared) -> tuple[list[Change], list[Change]]:
    """What differs, in the language in use and in the other one."""
    here = changes(before, after)
    with i18n.using(i18n.other()):
        return here, changes(before, after)


def since(session: Session, entry_id: int, moment: datetime) -> list[Change]:
    """What the disclosure says otherwise than at a moment, naming nobody: for jurors who scored before.

    Consents alone are no news to them.
    """
    mine = sa.select(DisclosureRevision.body).join(Disclosure, Disclosure.id == DisclosureRevision.disclosure_id)
    mine = mine.where(Disclosure.entry_id == entry_id).order_by(DisclosureRevision.revision.desc()).limit(1)
    now = session.scalar(mine.where(DisclosureRevision.created_at > moment))
    if now is None:
        return []
    then = session.scalar(mine.where(DisclosureRevision.created_at <= moment))
    if then is None:
        return []
    return [one for one in changes(declaration(then), declaration(now)) if one.public and not one.of_consent]


def levels(session: Session, entry_id: int) -> list[tuple[str, datetime]]:
    """What the public may see of the past: the label's levels in the language in use, each with the moment it began."""
    wanted = (
        sa.select(DisclosureRevision.tier, DisclosureRevision.created_at)
        .join(Disclosure, Disclosure.id == DisclosureRevision.disclosure_id)
        .where(Disclosure.entry_id == entry_id, DisclosureRevision.tier.is_not(None))
        .order_by(DisclosureRevision.revision)
    )
    begun = [next(rows) for _tier, rows in groupby(session.execute(wanted).all(), key=lambda row: row.tier)]
    return [(translate(TIERS[Tier(row.tier)]), row.created_at) for row in begun]
