"""Amendments: a disclosure that was handed in is changed by a new revision, for a reason, and never in place.

What is written meanwhile stands in the amendment alone (see its `drafts`). The caller knows the deadline and says
whether declaring less AI may count at once.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.disclosure import queries, service
from portal.disclosure.models import UNDER_WAY, Amendment, Disclosure, DisclosureRevision
from portal.disclosure.problems import Facts
from portal.disclosure.readiness import assess
from portal.disclosure.revisions import changes, drafts, history
from portal.disclosure.revisions.changes import Change, Declared
from portal.disclosure.rows import answers_of, ledger_from
from portal.errors import Invalid, InvalidMany
from portal.i18n import N_, translate
from portal.lifecycles import AmendmentState, advance
from portal.policies import Actor

_P = AmendmentState
MOST_WORDS = 2000


class Reason(StrEnum):
    """Why a disclosure is changed after it was handed in."""

    TYPO = "TYPO"
    NEW_CUT = "NEW_CUT"
    TOOL_ADDED = "TOOL_ADDED"
    SHARE_CHANGED = "SHARE_CHANGED"
    CONSENT_UPDATE = "CONSENT_UPDATE"
    ORGANIZER_REQUEST = "ORGANIZER_REQUEST"
    CROSSCHECK = "CROSSCHECK"
    LEGAL = "LEGAL"


REASONS = {
    Reason.TYPO: N_("A slip of the pen"),
    Reason.NEW_CUT: N_("There is a new cut"),
    Reason.TOOL_ADDED: N_("A tool was missing"),
    Reason.SHARE_CHANGED: N_("The share was wrong"),
    Reason.CONSENT_UPDATE: N_("A consent changed"),
    Reason.ORGANIZER_REQUEST: N_("The festival office asked"),
    Reason.CROSSCHECK: N_("The files say something else"),
    Reason.LEGAL: N_("For legal reasons"),
}
# What a revision says beside these: how it came about without an amendment.
_OTHERS = {"SUBMITTED": N_("Handed in")}


def reasons() -> list[tuple[str, str]]:
    """What makers may choose from."""
    return [(reason.value, translate(text)) for reason, text in REASONS.items()]


def reason_in_words(code: str) -> str:
    """The reason of a revision, in the language in use."""
    known = {**{reason.value: text for reason, text in REASONS.items()}, **_OTHERS}
    return translate(known.get(code, code))


def start(session: Session, disclosure: Disclosure, reason: str, note: str, *, by: Actor) -> Amendment:
    """Open what was handed in to a change; where one is under way, that one."""
    service.locked(session, disclosure)
    if disclosure.amendment is not None:
        return disclosure.amendment
    if reason not in set(Reason):
        raise Invalid("reason", N_("Choose why you change it."))
    last = queries.latest_revision(session, disclosure.id)
    if last is None:  # what was brought in from elsewhere has no revision yet, and must not be lost
        service.freeze_held(session, disclosure, last, by=by, reason="SUBMITTED")
    made = Amendment(
        disclosure_id=disclosure.id,
        state=_P.OPEN,
        reason=reason,
        note=note[:MOST_WORDS],
        answers=drafts.copied(disclosure),
        person_id=by.person_id,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    audit.record(session, by, "amendment.open", made, disclosure=disclosure.id, reason=reason)
    session.refresh(disclosure, attribute_names=["amendment"])
    return made


def differences(session: Session, disclosure: Disclosure) -> tuple[list[Change], list[Change]]:
    """What the amendment under way would change of what was handed in last, here and in the other language."""
    return history.in_both(*_sides(session, disclosure))


def _sides(session: Session, disclosure: Disclosure) -> tuple[Declared, Declared]:
    last = queries.latest_revision(session, disclosure.id)
    assert last is not None
    return history.declaration(last.body), _declared(drafts.working(disclosure))


def _declared(disclosure: Disclosure) -> Declared:
    return Declared(ledger_from(disclosure.ledger, disclosure.performers), disclosure.human_statement)


def hand_in(
    session: Session, disclosure: Disclosure, facts: Facts, *, less_counts: bool, by: Actor
) -> DisclosureRevision | None:
    """Make the amendment count; None where it declares less AI and has to wait for an organizer.

    `less_counts` says whether declaring less may count at once. Handed in twice, it is handed in once. Raises Invalid
    where nothing changed, InvalidMany where answers are missing.
    """
    service.locked(session, disclosure)
    amendment = disclosure.amendment
    if amendment is None:
        return queries.latest_revision(session, disclosure.id)
    if amendment.state is _P.PROPOSED:
        return None
    _require_whole(disclosure, facts)
    found = changes.changes(*_sides(session, disclosure))
    if not found:
        raise Invalid("main", N_("Nothing is different yet. Change an answer first, or drop the change."))
    fewer = [change.field for change in found if change.lowered]
    if fewer and not less_counts:
        advance(session, amendment, _P.PROPOSED, by=by, lowered=fewer)
        session.flush()
        return None
    return _apply(session, disclosure, amendment, role=service.MAKER, by=by)


def _require_whole(disclosure: Disclosure, facts: Facts) -> None:
    """The answers have to be whole and signed; consents may still be asked for, and keep the film from the public."""
    copy = drafts.working(disclosure)
    said, facts = _declared(copy), replace(facts, disclosed_sha256=copy.film_sha256)
    found = assess(said.ledger, said.statement, (), facts, begun=True).form
    blocking = [problem for problem in found if problem.blocking]
    if blocking:
        raise InvalidMany([Invalid(problem.field, problem.message) for problem in blocking])


def _apply(
    session: Session, disclosure: Disclosure, amendment: Amendment, *, role: str, by: Actor
) -> DisclosureRevision:
    _write(session, disclosure, by=by)
    last = queries.latest_revision(session, disclosure.id)
    made = service.freeze_held(session, disclosure, last, by=by, reason=amendment.reason, role=role)
    _end(session, disclosure, amendment, _P.APPLIED, by=by, revision=made.revision)
    return made


def _write(session: Session, disclosure: Disclosure, *, by: Actor) -> None:
    """Put the working copy in the place of what was handed in."""
    copy = drafts.working(disclosure)
    for film in {row.film for row in (*disclosure.performers, *copy.performers)}:
        service.reconcile(session, disclosure, answers_of(copy, film).performers, film, by=by)
    disclosure.ledger, disclosure.human_statement = copy.ledger, copy.human_statement
    disclosure.attested_at, disclosure.film_sha256 = copy.attested_at, copy.film_sha256 or disclosure.film_sha256
    disclosure.updated_at = clock.now()
    session.flush()


def _end(
    session: Session, disclosure: Disclosure, amendment: Amendment, to: AmendmentState, *, by: Actor, **detail: object
) -> None:
    advance(session, amendment, to, by=by, **detail)
    session.flush()
    session.refresh(disclosure, attribute_names=["amendment"])


def fold_in(session: Session, disclosure: Disclosure, *, by: Actor) -> None:
    """The disclosure is open to its makers anyway: what they wrote of an amendment becomes part of its answers."""
    service.locked(session, disclosure)
    if disclosure.amendment is not None:
        _write(session, disclosure, by=by)
        _end(session, disclosure, disclosure.amendment, _P.DROPPED, by=by, folded=True)


def approve(session: Session, amendment: Amendment, disclosure: Disclosure, *, by: Actor) -> DisclosureRevision | None:
    """An organizer lets a change that declares less AI count; None where it was settled before."""
    service.locked(session, disclosure)
    if disclosure.amendment is None or amendment.state is not _P.PROPOSED:
        return None
    amendment.decided_by_id, amendment.decided_at = by.person_id, clock.now()
    return _apply(session, disclosure, amendment, role=service.OFFICE, by=by)


def send_back(session: Session, disclosure: Disclosure, answer: str, *, by: Actor) -> None:
    """An organizer does not let it count, and says why; the makers may write on, or drop it."""
    service.locked(session, disclosure)
    amendment = disclosure.amendment
    if amendment is None or amendment.state is not _P.PROPOSED:
        return
    if not answer:
        raise Invalid("answer", N_("Give the reason; the makers will read it."))
    amendment.answer = answer[:MOST_WORDS]
    amendment.decided_by_id, amendment.decided_at = by.person_id, clock.now()
    advance(session, amendment, _P.OPEN, by=by, answer=amendment.answer)
    session.flush()


def take_back(session: Session, disclosure: Disclosure, *, by: Actor) -> None:
    """The makers go on writing what waits for an answer."""
    service.locked(session, disclosure)
    if disclosure.amendment is not None and disclosure.amendment.state is _P.PROPOSED:
        advance(session, disclosure.amendment, _P.OPEN, by=by)
        session.flush()


def drop(session: Session, disclosure: Disclosure, *, by: Actor) -> None:
    """What was handed in stays as it is. Dropped twice, it is dropped once."""
    service.locked(session, disclosure)
    if disclosure.amendment is not None:
        _end(session, disclosure, disclosure.amendment, _P.DROPPED, by=by)


def under_way(session: Session, entry_id: int) -> bool:
    """Whether an entry's disclosure is being amended."""
    wanted = sa.select(Amendment.id).join(Disclosure, Disclosure.id == Amendment.disclosure_id)
    found = wanted.where(Disclosure.entry_id == entry_id, Amendment.state.in_(UNDER_WAY))
    return session.scalar(found) is not None
