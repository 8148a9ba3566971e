"""Waivers: an organizer lets one policy go for one film, with a reason that its makers read."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.accounts.models import Person
from portal.disclosure.models import Disclosure, RuleWaiver
from portal.disclosure.rules.policies import DEFINITIONS, Waiver
from portal.errors import Invalid
from portal.i18n import N_
from portal.policies import Actor


def of_disclosure(session: Session, disclosure_id: int) -> list[Waiver]:
    """The waivers of a film."""
    return waivers_of(session, RuleWaiver.disclosure_id == disclosure_id).get(disclosure_id, [])


def waivers_of(session: Session, *conditions: sa.ColumnElement[bool]) -> dict[int, list[Waiver]]:
    """Waivers by the id of their disclosure; one statement."""
    wanted = sa.select(RuleWaiver, Person.native_name).outerjoin(Person, Person.id == RuleWaiver.person_id)
    found: dict[int, list[Waiver]] = {}
    for row, name in session.execute(wanted.where(*conditions).order_by(RuleWaiver.code)):
        given = Waiver(row.code, name or "", row.reason, row.granted_at)
        found.setdefault(row.disclosure_id, []).append(given)
    return found


def grant(session: Session, disclosure: Disclosure, code: str, reason: str, *, by: Actor) -> RuleWaiver:
    """Let a policy go; granted already, the first waiver and its reason stand."""
    if code not in DEFINITIONS:
        raise Invalid("code", N_("There is no such policy. Choose P01 to P17."))
    if not reason:
        raise Invalid("reason", N_("Give the reason; the makers will read it."))
    session.execute(sa.select(Disclosure.id).where(Disclosure.id == disclosure.id).with_for_update())
    held = _held(session, disclosure, code)
    if held is not None:
        return held
    made = RuleWaiver(disclosure_id=disclosure.id, code=code, reason=reason, person_id=by.person_id)
    made.granted_at = clock.now()
    session.add(made)
    session.flush()
    audit.record(session, by, "rules.waived", disclosure, code=code, reason=reason)
    return made


def take_back(session: Session, disclosure: Disclosure, code: str, *, by: Actor) -> None:
    """The policy holds again; taken back twice, it is taken back once."""
    session.execute(sa.select(Disclosure.id).where(Disclosure.id == disclosure.id).with_for_update())
    held = _held(session, disclosure, code)
    if held is None:
        return
    session.delete(held)
    session.flush()
    audit.record(session, by, "rules.unwaived", disclosure, code=code, reason=held.reason)


def _held(session: Session, disclosure: Disclosure, code: str) -> RuleWaiver | None:
    wanted = sa.select(RuleWaiver).where(RuleWaiver.disclosure_id == disclosure.id, RuleWaiver.code == code)
    return session.scalar(wanted)
