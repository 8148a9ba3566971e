"""Commands on a disclosure: keep the answers, freeze them into a chained revision, and what follows a new film."""

from __future__ import annotations

import dataclasses
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.disclosure import queries
from portal.disclosure.answers import ATTESTATION, Answers, Merged, PersonShown, merged, stamp
from portal.disclosure.codes import ConsentStatus, PerformerKind
from portal.disclosure.figures import measure
from portal.disclosure.ledger import Ledger
from portal.disclosure.models import Disclosure, DisclosureRevision, Performer
from portal.disclosure.problems import Facts, Problem
from portal.disclosure.revisions import drafts, history
from portal.disclosure.revisions.changes import Declared
from portal.disclosure.revisions.history import declared_in
from portal.disclosure.rows import answers_of, ledger_from, living_consent, proof_of, stored_from
from portal.lifecycles import DisclosureState, advance
from portal.policies import Actor

_S = DisclosureState
# In what part somebody hands in a revision.
MAKER, PERFORMER, OFFICE = "maker", "performer", "office"
_AFTER_FREEZING = {_S.DRAFT: _S.SUBMITTED, _S.QUERIED: _S.CORRECTED, _S.STALE: _S.CORRECTED}


def of_entry(session: Session, entry_id: int) -> Disclosure:
    """The entry's disclosure with performers and consents, made on first use, once for two tabs that ask at a time."""
    found = queries.disclosure_of(session, entry_id)
    if found is None:
        values = {"entry_id": entry_id, "state": _S.DRAFT, "ledger": {}, "phases": {}, "badges": [], "rev": 1}
        values |= {"generated_bp": 0, "altered_bp": 0, "human_statement": "", "updated_at": clock.now()}
        first = db.insert(session, Disclosure).values(values)
        session.execute(first.on_conflict_do_nothing(index_elements=["entry_id"]))
        found = queries.disclosure_of(session, entry_id)
    assert found is not None
    return found


def save_draft(
    session: Session,
    disclosure: Disclosure,
    data: Answers,
    *,
    rev: str,
    by: Actor,
    film_sha256: str | None = None,
    film: str = "",
) -> None:
    """Keep the answers, finished or not; raises Stale with the other side's where both changed the same section.

    `rev` is the stamp of the answers the form was drawn from; `film_sha256` is the file the creator signs for; `film`
    is the code of the film of an omnibus they are about.
    """
    locked(session, disclosure)
    if disclosure.amendment is not None:
        _amend(session, disclosure, data, rev=rev, by=by, film_sha256=film_sha256, film=film)
        return
    kept = merged(data, answers_of(disclosure, film), rev)
    _sign(session, disclosure, kept.answers.attested, film_sha256 if data.attested else None, by=by)
    if kept.changed:
        _store(session, disclosure, kept, film, by=by)


def _amend(
    session: Session, disclosure: Disclosure, data: Answers, *, rev: str, by: Actor, film_sha256: str | None, film: str
) -> None:
    """The same for a disclosure that was handed in and is being amended: what counts stays untouched."""
    kept = drafts.keep(disclosure, data, rev=rev, film_sha256=film_sha256 if data.attested else None, film=film)
    session.flush()
    if kept.changed:
        audit.record(session, by, "amendment.edited", disclosure, sections=list(kept.changed))


def locked(session: Session, disclosure: Disclosure) -> None:
    """Wait for whoever changes the disclosure now, and see what they left, performers and consents included."""
    session.flush()
    session.execute(sa.select(Disclosure.id).where(Disclosure.id == disclosure.id).with_for_update())
    queries.refreshed(session, disclosure)


def _sign(session: Session, disclosure: Disclosure, attested: bool, film_sha256: str | None, *, by: Actor) -> None:
    """Note when the creator signed and for which film; a box that stays ticked is signed again for a new film."""
    another = film_sha256 is not None and film_sha256 != disclosure.film_sha256
    if not attested:
        disclosure.attested_at = disclosure.film_sha256 = None
    elif disclosure.attested_at is None or another:
        disclosure.attested_at, disclosure.film_sha256 = clock.now(), film_sha256
        audit.record(session, by, "disclosure.signed", disclosure, attestation=ATTESTATION, film_sha256=film_sha256)


def _store(session: Session, disclosure: Disclosure, kept: Merged, film: str, *, by: Actor) -> None:
    disclosure.ledger = stored_from(kept.answers, disclosure.ledger, film)
    disclosure.human_statement = kept.answers.human_statement
    if "performers" in kept.changed:
        reconcile(session, disclosure, kept.answers.performers, film, by=by)
    disclosure.updated_at = clock.now()
    recompute(disclosure, ledger_from(disclosure.ledger, disclosure.performers))
    session.flush()
    audit.record(session, by, queries.EDITED, disclosure, sections=list(kept.changed), stamp=stamp(kept.answers))


def reconcile(
    session: Session, disclosure: Disclosure, people: tuple[PersonShown, ...], film: str, *, by: Actor
) -> None:
    """Make the performers of one film those of its form; the other films of an omnibus keep theirs."""
    others = [row for row in disclosure.performers if row.film != film]
    rows = {row.code: row for row in disclosure.performers if row.film == film}
    wanted = {person.code: person for person in people}
    for code, row in rows.items():
        if code not in wanted:
            audit.record(session, by, "disclosure.performer_removed", disclosure, performer=row.id, kind=row.kind)
    disclosure.performers = [*others, *(_row(person, rows.get(code), film) for code, person in wanted.items())]
    session.flush()


def _row(person: PersonShown, row: Performer | None, film: str) -> Performer:
    row = row or Performer(code=person.code, film=film, consents=[])
    before = _identity(row)
    for field in dataclasses.fields(person):
        setattr(row, field.name, getattr(person, field.name))
    row.likeness = [part.value for part in person.likeness]
    if _identity(row) != before:
        row.consent_status = _status_of(row)
    return row


def _identity(row: Performer) -> tuple[Any, ...]:
    return row.kind, row.name, frozenset(row.likeness or ()), row.minor, row.deceased


def _status_of(row: Performer) -> ConsentStatus:
    """What a changed performer starts from: a consent given for somebody or something else does not count."""
    if row.kind is PerformerKind.SYN:
        return ConsentStatus.NOT_REQ
    consent = living_consent(row)
    return proof_of(consent) if consent else ConsentStatus.PENDING


def recompute(disclosure: Disclosure, ledger: Ledger) -> None:
    """Bring what lists show (tier, moons, badges, shares) up to date; a grid with gaps has no tier yet."""
    figures = measure(ledger)
    disclosure.tier = int(figures.tier) if ledger.is_complete else None
    disclosure.phases = {craft.value: n for craft, n in figures.phases.items()}
    disclosure.badges = [badge.value for badge in figures.badges]
    disclosure.generated_bp, disclosure.altered_bp = figures.generated.hi, figures.altered.hi


def problems(session: Session, disclosure: Disclosure, facts: Facts) -> list[Problem]:
    """Everything that is wrong or missing, blocking or not, in the language in use."""
    found = queries.readiness_of(disclosure, facts)
    return [*found.form, *found.consents]


def freeze(
    session: Session, disclosure: Disclosure, *, by: Actor, reason: str, title: str = "", role: str = MAKER
) -> DisclosureRevision:
    """Submit the answers as they stand: a new revision chained to the one before, or that one if nothing changed."""
    locked(session, disclosure)
    last = queries.latest_revision(session, disclosure.id)
    made = freeze_held(session, disclosure, last, by=by, reason=reason, title=title, role=role)
    session.flush()
    return made


def freeze_held(
    session: Session,
    disclosure: Disclosure,
    last: DisclosureRevision | None,
    *,
    by: Actor,
    reason: str,
    title: str = "",
    role: str = MAKER,
) -> DisclosureRevision:
    """The same for a disclosure that the caller has locked and read whole, and for the caller to flush."""
    if title:
        disclosure.ledger = {**disclosure.ledger, "title": title}
    ledger = ledger_from(disclosure.ledger, disclosure.performers)
    recompute(disclosure, ledger)
    declared = Declared(ledger, disclosure.human_statement)
    made = _revised(session, disclosure, last, declared, by=by, reason=reason, role=role)
    after = _AFTER_FREEZING.get(disclosure.state)
    if after is not None:
        advance(session, disclosure, after, by=by, reason=reason, **_told(made))
    elif made is not last:
        audit.record(session, by, "disclosure.revised", disclosure, reason=reason, **_told(made))
    return made


def refresh_consents(session: Session, disclosure: Disclosure, *, by: Actor) -> DisclosureRevision | None:
    """After a consent changed: the label of lists, and a revision that differs from the last in the consents alone.

    Answers that are being corrected stay unsubmitted; None where nothing was submitted yet.
    """
    locked(session, disclosure)
    recompute(disclosure, ledger_from(disclosure.ledger, disclosure.performers))
    last = queries.latest_revision(session, disclosure.id)
    if last is None:
        return None
    handed_in = history.declaration(last.body)
    ledger = _with_consents(handed_in.ledger, ledger_from({}, disclosure.performers))
    declared = Declared(ledger, handed_in.statement)
    made = _revised(session, disclosure, last, declared, by=by, reason="CONSENT_UPDATE", role=PERFORMER)
    if made is not last:
        audit.record(session, by, "disclosure.revised", disclosure, reason=made.reason, **_told(made))
    session.flush()
    return made


def _with_consents(submitted: Ledger, now: Ledger) -> Ledger:
    known = {(person.kind, person.name, person.role): person for person in now.performers}
    parts = []
    for part in submitted.parts:
        people = [(person, known.get((person.kind, person.name, person.role), person)) for person in part.performers]
        shown = (dataclasses.replace(old, consent=new.consent, terms=new.terms) for old, new in people)
        parts.append(dataclasses.replace(part, performers=tuple(shown)))
    return dataclasses.replace(submitted, parts=tuple(parts))


def _revised(
    session: Session,
    disclosure: Disclosure,
    last: DisclosureRevision | None,
    declared: Declared,
    *,
    by: Actor,
    reason: str,
    role: str,
) -> DisclosureRevision:
    """The revision that says this: the last one where nothing changed, else a new one chained to it."""
    if last is not None and history.content(disclosure, declared) == declared_in(last.body):
        return last
    made = history.revision_of(disclosure, last, declared, by=by, reason=reason, role=role, at=clock.now())
    session.add(made)
    return made


def _told(made: DisclosureRevision) -> dict[str, Any]:
    return {"revision": made.revision, "sha256": made.digest}


def query(session: Session, disclosure: Disclosure, *, by: Actor, reason: str) -> None:
    """The office asks for corrections; the submitted revision stays what everybody reads until the next one."""
    if disclosure.state in (_S.SUBMITTED, _S.CORRECTED, _S.ACCEPTED):
        advance(session, disclosure, _S.QUERIED, by=by, reason=reason)


def stale(session: Session, disclosure: Disclosure, *, by: Actor, reason: str = "NEW_CUT") -> None:
    """The film was replaced: what was submitted speaks of another one and has to be signed again."""
    if disclosure.state in (_S.SUBMITTED, _S.CORRECTED, _S.ACCEPTED):
        advance(session, disclosure, _S.STALE, by=by, reason=reason)


def reopen(session: Session, disclosure: Disclosure, *, by: Actor) -> None:
    """The entry is a draft again, and so is its disclosure; a disclosure already open stays as it is."""
    if disclosure.state is _S.SUBMITTED:
        advance(session, disclosure, _S.DRAFT, by=by)
