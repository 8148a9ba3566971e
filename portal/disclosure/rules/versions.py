"""A category's rules on AI use as numbered versions: published with a reason, never changed, one after the other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.accounts.models import Person
from portal.calls.models import Category, RuleVersion
from portal.disclosure.rules.fields import MOST_RULES
from portal.disclosure.rules.policies import Policy, read_policies
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.policies import Actor

Rules = tuple[Policy, ...]


def publish(
    session: Session, category: Category, rules: Sequence[dict[str, Any]], *, reason: str, seen: int, by: Actor
) -> RuleVersion:
    """Put the next version in force; the policies in force once more are the version in force.

    Raises Invalid for policies that cannot be read or a missing reason, and Stale where another version was published
    since `seen`, the version the author started from.
    """
    _check(rules, reason)
    session.refresh(category, attribute_names=["ai_rules", "rules_version"], with_for_update=True)
    if read_policies(category.ai_rules) == read_policies(rules):
        return version(session, category.id, category.rules_version)
    if category.rules_version != seen:
        raise Stale(theirs={"rules": category.ai_rules})
    category.ai_rules, category.rules_version = list(rules), seen + 1
    made = RuleVersion(
        category_id=category.id,
        version=category.rules_version,
        rules=category.ai_rules,
        reason=reason,
        person_id=by.person_id,
        published_at=clock.now(),
    )
    session.add(made)
    session.flush()
    told = {"category": category.id, "version": made.version, "reason": reason, "rules": made.rules}
    audit.record(session, by, "rules.published", made, **told)
    return made


def _check(rules: Sequence[dict[str, Any]], reason: str) -> None:
    if len(rules) > MOST_RULES:
        raise Invalid("new", N_("A category takes at most {most} rules."), most=MOST_RULES)
    read_policies(rules)
    if not reason:
        raise Invalid("reason", N_("Say why the rules change; the makers will read it."))


def version(session: Session, category_id: int, number: int) -> RuleVersion:
    """One published version."""
    wanted = sa.select(RuleVersion).where(RuleVersion.category_id == category_id, RuleVersion.version == number)
    return session.scalars(wanted).one()


def versions(session: Session, category_id: int) -> Sequence[sa.Row[RuleVersion, str]]:
    """All published versions with the name of who published each, newest first."""
    wanted = sa.select(RuleVersion, Person.native_name.label("published_by"))
    wanted = wanted.outerjoin(Person, Person.id == RuleVersion.person_id).where(RuleVersion.category_id == category_id)
    return session.execute(wanted.order_by(RuleVersion.version.desc())).all()


def rules_of(session: Session, category: Category, number: int | None) -> Rules:
    """The policies of a version; of the one in force, which needs no question, for None."""
    if number is None or number == category.rules_version:
        return read_policies(category.ai_rules)
    return read_policies(version(session, category.id, number).rules)


def rules_by_version(session: Session, category: Category, numbers: Collection[int | None]) -> dict[int | None, Rules]:
    """The same for several versions, in at most one statement."""
    in_force = read_policies(category.ai_rules)
    found: dict[int | None, Rules] = {None: in_force, category.rules_version: in_force}
    missing = [number for number in numbers if number is not None and number not in found]
    if missing:
        wanted = sa.select(RuleVersion.version, RuleVersion.rules)
        wanted = wanted.where(RuleVersion.category_id == category.id, RuleVersion.version.in_(missing))
        found |= {row.version: read_policies(row.rules) for row in session.execute(wanted)}
    return found
