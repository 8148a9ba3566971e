"""Between the stored rows, the answers of the form and the neutral ledger; pure: the rows come loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.disclosure.answers import ATTESTATION, Answers, PersonShown, SharePicked, ToolUse
from portal.disclosure.codes import (
    Base,
    ConsentStatus,
    Degree,
    Likeness,
    PerformerKind,
    Scope,
    ShareMethod,
    SignerCapacity,
)
from portal.disclosure.ledger import Ledger
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.disclosure.offers import Offer
from portal.disclosure.people_rules import HEIRS, WORLD
from portal.disclosure.serial import from_json
from portal.lifecycles import ConsentState

LIVING = (ConsentState.REQUESTED, ConsentState.OPENED, ConsentState.SIGNED)


def ledger_from(stored: Mapping[str, Any], performers: Sequence[Performer]) -> Ledger:
    """The whole ledger: the stored one with its performers put back into the first part."""
    parts = [*stored.get("parts", ())] or [{}]
    people = [performer_json(row) for row in performers]
    return from_json({**stored, "parts": [{**parts[0], "performers": people}, *parts[1:]]})


def ledger_shown(answers: Answers, disclosure: Disclosure | None) -> Ledger:
    """The ledger that answers would make: new performers have not been asked yet."""
    rows = {row.code: row for row in disclosure.performers} if disclosure else {}
    stored = stored_from(answers, disclosure.ledger if disclosure else {})
    people = [_shown(person, rows.get(person.code)) for person in answers.performers]
    first, *others = stored["parts"]
    return from_json({**stored, "parts": [{**first, "performers": people}, *others]})


def _shown(person: PersonShown, row: Performer | None) -> dict[str, Any]:
    synthetic = person.kind is PerformerKind.SYN
    asked = row.consent_status if row and row.kind is not PerformerKind.SYN else ConsentStatus.PENDING
    return {
        "kind": person.kind.value,
        "name": person.name,
        "likeness": list(person.likeness),
        "appear_s": person.appear_s or None,
        "synth_s": person.synth_s if person.appear_s else None,
        "minor": person.minor,
        "deceased": person.deceased,
        "consent": (ConsentStatus.NOT_REQ if synthetic else asked).value,
        "public_credit": person.public_credit,
    }


def performer_json(row: Performer) -> dict[str, Any]:
    """A performer's row as the ledger writes it; the consent's terms come from its newest living request."""
    consent = living_consent(row)
    return {
        "kind": row.kind.value,
        "name": row.name,
        "role": row.part,
        "likeness": list(row.likeness),
        "appear_s": row.appear_s or None,
        "synth_s": row.synth_s if row.appear_s else None,
        "minor": row.minor,
        "deceased": row.deceased,
        "consent": row.consent_status.value,
        "terms": _terms(consent) if consent else None,
        "public_credit": row.public_credit and row.kind is not PerformerKind.SYN,
    }


def living_consent(row: Performer) -> Consent | None:
    """The newest request that waits for an answer or was signed, and asks for what the row says now."""
    return next((one for one in reversed(row.consents) if one.state in LIVING and covers(one, row)), None)


def covers(consent: Consent, row: Performer) -> bool:
    """Whether what the person was asked for is still what the film does; another use needs another consent."""
    asked = Offer.from_json(consent.offer)
    same = (asked.kind, asked.name, asked.minor, asked.deceased) == (row.kind, row.name, row.minor, row.deceased)
    return same and set(asked.likeness) >= set(row.likeness)


def proof_of(consent: Consent) -> ConsentStatus:
    """How far a request proves a consent: confirmed once signed, by the person or by who holds the rights."""
    if consent.state is not ConsentState.SIGNED:
        return ConsentStatus.PENDING
    return ConsentStatus.ESTATE if SignerCapacity(consent.signer_capacity) in HEIRS else ConsentStatus.VERIFIED


def _terms(consent: Consent) -> dict[str, Any]:
    signed = consent.state is ConsentState.SIGNED
    return {
        "signer_name": consent.signer_name,
        "signer_capacity": consent.signer_capacity,
        "scope_text": consent.scope_text,
        "media": list(consent.media) if signed else list(Offer.from_json(consent.offer).media),
        "territory": [WORLD],
        "ends": consent.ends_on.isoformat() if consent.ends_on else None,
    }


def answers_of(disclosure: Disclosure) -> Answers:
    """What the form shows: the stored answers of the first part."""
    stored = disclosure.ledger
    part: Mapping[str, Any] = next(iter(stored.get("parts", ())), {})
    return Answers(
        base=tuple(Base(code) for code in part.get("base", ())),
        degrees={Scope(scope): Degree(code) for scope, code in part.get("degrees", {}).items()},
        picture_s=part.get("picture_s"),
        share=_share(part.get("share") or {}),
        tools=tuple(_tool(tool) for tool in part.get("tools", ())),
        performers=tuple(_person(row) for row in disclosure.performers),
        realistic=stored.get("realistic"),
        audience_disclosure=stored.get("audience_disclosure", ""),
        human_statement=disclosure.human_statement,
        attested=disclosure.attested_at is not None,
    )


def _share(stored: Mapping[str, Any]) -> SharePicked:
    method = ShareMethod(stored.get("method", ShareMethod.SLIDER))
    unit = "pct" if method is ShareMethod.SLIDER else "s"
    return SharePicked(method, stored.get(f"generated_{unit}") or 0, stored.get(f"altered_{unit}") or 0)


def _tool(stored: Mapping[str, Any]) -> ToolUse:
    scopes = tuple(scope for scope in Scope if scope in stored.get("scopes", ()))
    return ToolUse(stored.get("name", ""), stored.get("version", ""), scopes)


def _person(row: Performer) -> PersonShown:
    return PersonShown(
        code=row.code,
        kind=row.kind,
        name=row.name,
        part=row.part,
        likeness=tuple(Likeness(code) for code in row.likeness),
        appear_s=row.appear_s,
        synth_s=row.synth_s,
        minor=row.minor,
        deceased=row.deceased,
        public_credit=row.public_credit,
    )


def stored_from(answers: Answers, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The ledger to store: the answers over what the form does not ask (title, sources, authorship)."""
    parts = [*kept.get("parts", ())] or [{}]
    first = {**parts[0], **_part(answers)}
    whole = {
        **kept,
        "realistic": answers.realistic,
        "audience_disclosure": answers.audience_disclosure,
        "attestation": ATTESTATION if answers.attested else "",
        "parts": [{key: value for key, value in first.items() if value is not None}, *parts[1:]],
    }
    return {key: value for key, value in whole.items() if value not in (None, "")}


def _part(answers: Answers) -> dict[str, Any]:
    return {
        "picture_s": answers.picture_s,
        "base": [base.value for base in answers.base],
        "degrees": {scope.value: degree.value for scope, degree in answers.degrees.items()},
        "share": _share_json(answers.share),
        "tools": [
            {"name": tool.name, "version": tool.version, "scopes": [scope.value for scope in tool.scopes]}
            for tool in answers.tools
        ],
    }


def _share_json(share: SharePicked) -> dict[str, Any] | None:
    # An estimate of nothing is no share: the label of a film without AI names no method.
    if share.method is ShareMethod.SLIDER:
        untouched = not (share.generated or share.altered)
        return None if untouched else _shares(share, "pct")
    return _shares(share, "s")


def _shares(share: SharePicked, unit: str) -> dict[str, Any]:
    method = {"method": share.method.value}
    return {**method, f"generated_{unit}": share.generated, f"altered_{unit}": share.altered}
