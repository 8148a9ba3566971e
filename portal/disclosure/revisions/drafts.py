"""The working copy of an amendment: what the form shows and keeps while the disclosure stays as it was handed in.

The copy is a Disclosure with performers that no session knows, made of the JSON an amendment stores; so everything
that reads answers from a disclosure reads them from the copy as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from portal import clock
from portal.disclosure.answers import Answers, Merged, PersonShown, merged
from portal.disclosure.codes import ConsentStatus, PerformerKind
from portal.disclosure.models import Amendment, Disclosure, Performer
from portal.disclosure.rows import answers_of, living_consent, proof_of, stored_from
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import AmendmentState

_PERSON = tuple(field.name for field in fields(PersonShown))


def working(disclosure: Disclosure) -> Disclosure:
    """The disclosure as its form shows it: itself, or the working copy of the amendment under way."""
    if disclosure.amendment is None:
        return disclosure
    return copy_of(disclosure, disclosure.amendment.answers)


def copy_of(disclosure: Disclosure, kept: Mapping[str, Any]) -> Disclosure:
    """A disclosure apart from every session, with the answers an amendment keeps and the consents there are."""
    signed = kept.get("attested_at")
    copied = Disclosure(
        id=disclosure.id,
        entry_id=disclosure.entry_id,
        state=disclosure.state,
        ledger=dict(kept["ledger"]),
        human_statement=kept["human_statement"],
        attested_at=datetime.fromisoformat(signed) if signed else None,
        film_sha256=kept.get("film_sha256"),
    )
    rows = {row.code: row for row in disclosure.performers}
    people = [_performer(person, rows.get(person["code"])) for person in kept["performers"]]
    set_committed_value(copied, "performers", people)
    set_committed_value(copied, "amendment", disclosure.amendment)
    return copied


def _performer(person: Mapping[str, Any], row: Performer | None) -> Performer:
    made = Performer(**person)
    made.kind = PerformerKind(person["kind"])
    set_committed_value(made, "consents", list(row.consents) if row else [])
    consent = living_consent(made)
    same = row is not None and (row.kind, row.name) == (made.kind, made.name)
    if made.kind is PerformerKind.SYN:
        made.consent_status = ConsentStatus.NOT_REQ
    elif row is not None and same:
        made.consent_status = row.consent_status
    else:
        made.consent_status = proof_of(consent) if consent else ConsentStatus.PENDING
    return made


def copied(disclosure: Disclosure) -> dict[str, Any]:
    """What an amendment starts from: the answers as they were handed in, to be signed anew."""
    ledger = {key: value for key, value in disclosure.ledger.items() if key != "attestation"}
    return _kept(disclosure, ledger, disclosure.human_statement, None, None)


def _kept(
    disclosure: Disclosure, ledger: Mapping[str, Any], statement: str, signed: datetime | None, film: str | None
) -> dict[str, Any]:
    return {
        "ledger": dict(ledger),
        "human_statement": statement,
        "performers": [_person(row) for row in disclosure.performers],
        "attested_at": signed.isoformat() if signed else None,
        "film_sha256": film,
    }


def _person(row: Performer) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _PERSON}
    return {**values, "kind": str(row.kind), "likeness": [str(one) for one in row.likeness], "film": row.film}


def keep(disclosure: Disclosure, data: Answers, *, rev: str, film_sha256: str | None, film: str = "") -> Merged:
    """Keep answers in the amendment under way; raises Stale as any form does, Invalid once it waits for an answer."""
    amendment = disclosure.amendment
    assert amendment is not None
    _require_open(amendment)
    copy = working(disclosure)
    found = merged(data, answers_of(copy, film), rev)
    _write(copy, found.answers, film)
    signed = (copy.attested_at or clock.now()) if found.answers.attested else None
    signed_for = (film_sha256 or copy.film_sha256) if found.answers.attested else None
    amendment.answers = _kept(copy, copy.ledger, copy.human_statement, signed, signed_for)
    return found


def _require_open(amendment: Amendment) -> None:
    if amendment.state is not AmendmentState.OPEN:
        raise Invalid("main", N_("This change waits for the festival office. Take it back first to go on writing."))


def _write(copy: Disclosure, answers: Answers, film: str) -> None:
    copy.ledger = stored_from(answers, copy.ledger, film)
    copy.human_statement = answers.human_statement
    others = [row for row in copy.performers if row.film != film]
    mine = {row.code: row for row in copy.performers if row.film == film}
    shown = [_performer({**_json(person), "film": film}, mine.get(person.code)) for person in answers.performers]
    set_committed_value(copy, "performers", [*others, *shown])


def _json(person: PersonShown) -> dict[str, Any]:
    return {**asdict(person), "kind": person.kind.value, "likeness": [one.value for one in person.likeness]}
