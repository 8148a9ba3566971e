"""Between the stored rows, the answers of the form and the neutral ledger; pure: the rows come loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from portal.disclosure import films
from portal.disclosure.answers import ATTESTATION, Answers, HumanPart, PersonShown, SharePicked, ToolUse
from portal.disclosure.codes import (
    Base,
    Basis,
    Channel,
    ConsentStatus,
    Contribution,
    Degree,
    Likeness,
    PerformerKind,
    Scope,
    ShareMethod,
    SignerCapacity,
    SourceKind,
)
from portal.disclosure.consent.offers import Offer
from portal.disclosure.ledger import Ledger, Segment, Source
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.disclosure.people_rules import HEIRS, WORLD
from portal.disclosure.serial import from_json
from portal.lifecycles import ConsentState

LIVING = (ConsentState.REQUESTED, ConsentState.OPENED, ConsentState.SIGNED)


def ledger_from(stored: Mapping[str, Any], performers: Sequence[Performer]) -> Ledger:
    """The whole ledger: the stored one with its performers put back into the films they are in."""
    parts = films.parts_of(stored)
    people = by_part(stored, performers)
    peopled = [{**part, "performers": [*map(performer_json, rows)]} for part, rows in zip(parts, people, strict=True)]
    return from_json({**stored, "parts": peopled})


def by_part(stored: Mapping[str, Any], performers: Sequence[Performer]) -> list[list[Performer]]:
    """The performers' rows of each part; a row of a film that is gone counts to the first."""
    codes = [part.get("code", "") for part in films.parts_of(stored)]
    sorted_out: list[list[Performer]] = [[] for _code in codes]
    for row in performers:
        sorted_out[codes.index(row.film) if row.film in codes else 0].append(row)
    return sorted_out


def ledger_shown(answers: Answers, disclosure: Disclosure | None, film: str = "") -> Ledger:
    """The ledger that answers about one film would make: new performers have not been asked yet."""
    known = disclosure.performers if disclosure else []
    rows = {row.code: row for row in known}
    stored = stored_from(answers, disclosure.ledger if disclosure else {}, film)
    here = films.place_of(stored, film) if film or not films.heads(stored) else None
    peopled = []
    for place, (part, others) in enumerate(zip(films.parts_of(stored), by_part(stored, known), strict=True)):
        shown = [_shown(person, rows.get(person.code)) for person in answers.performers]
        peopled.append({**part, "performers": shown if place == here else [*map(performer_json, others)]})
    return from_json({**stored, "parts": peopled})


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
    """How far a request proves a consent: confirmed once signed; a sound paper is a document until it is read."""
    if consent.channel is Channel.PAPER and consent.state is ConsentState.OPENED:
        return ConsentStatus.DOC
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


def answers_of(disclosure: Disclosure, film: str = "") -> Answers:
    """What the form of a film shows; for the whole of an omnibus, which has no film of its own, only what is common."""
    stored = disclosure.ledger
    whole = Answers(
        realistic=stored.get("realistic"),
        audience_disclosure=stored.get("audience_disclosure", ""),
        human_statement=disclosure.human_statement,
        attested=disclosure.attested_at is not None,
    )
    if not film and films.heads(stored):
        return whole
    rows = by_part(stored, disclosure.performers)[films.place_of(stored, film)]
    return _of_film(films.part_of(stored, film), rows, whole)


def _of_film(part: Mapping[str, Any], performers: Sequence[Performer], whole: Answers) -> Answers:
    return replace(
        whole,
        base=tuple(Base(code) for code in part.get("base", ())),
        degrees={Scope(scope): Degree(code) for scope, code in part.get("degrees", {}).items()},
        picture_s=part.get("picture_s"),
        share=_share(part.get("share") or {}),
        tools=tuple(_tool(tool) for tool in part.get("tools", ())),
        performers=tuple(_person(row) for row in performers),
        sources=tuple(_source(source) for source in part.get("sources", ())),
        authorship=tuple(_human(entry) for entry in part.get("authorship", ())),
    )


def _share(stored: Mapping[str, Any]) -> SharePicked:
    method = ShareMethod(stored.get("method", ShareMethod.SLIDER))
    unit = "pct" if method is ShareMethod.SLIDER else "s"
    shots = tuple(_shot(shot) for shot in stored.get("segments", ()))
    return SharePicked(method, stored.get(f"generated_{unit}") or 0, stored.get(f"altered_{unit}") or 0, shots)


def _shot(stored: Mapping[str, Any]) -> Segment:
    return Segment(stored["in_s"], stored["out_s"], Degree(stored["degree"]), stored.get("note", ""))


def _source(stored: Mapping[str, Any]) -> Source:
    basis = Basis(stored["basis"]) if stored.get("basis") else None
    title, holder, licence = (stored.get(name, "") for name in ("title", "holder", "licence"))
    return Source(SourceKind(stored["kind"]), title, holder, licence, basis)


def _human(stored: Mapping[str, Any]) -> HumanPart:
    given = tuple(one for one in Contribution if one in stored.get("contributions", ()))
    return HumanPart(Scope(stored["scope"]), given, stored.get("text", ""))


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


def stored_from(answers: Answers, kept: Mapping[str, Any], film: str = "") -> dict[str, Any]:
    """The ledger to store: the answers about one film and the whole over what the form does not ask (titles)."""
    whole = {
        **kept,
        "realistic": answers.realistic,
        "audience_disclosure": answers.audience_disclosure,
        "attestation": ATTESTATION if answers.attested else "",
        "parts": films.parts_of(kept),
    }
    if film or not films.heads(kept):
        part = {**films.part_of(kept, film), **_part(answers)}
        whole["parts"] = films.with_part(kept, film, {key: value for key, value in part.items() if value is not None})
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
        "sources": [_filled(asdict(source)) for source in answers.sources] or None,
        "authorship": [_filled(asdict(entry)) for entry in answers.authorship] or None,
    }


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of these values, as plain JSON."""
    plain = {key: [*value] if isinstance(value, tuple) else value for key, value in values.items()}
    return {key: value for key, value in plain.items() if value not in (None, "", [])}


def _share_json(share: SharePicked) -> dict[str, Any] | None:
    # An estimate of nothing is no share: the label of a film without AI names no method.
    if share.method is ShareMethod.SLIDER:
        untouched = not (share.generated or share.altered)
        return None if untouched else _shares(share, "pct")
    if share.shots:
        shots = [_filled(asdict(shot)) for shot in share.shots]
        return {"method": share.method.value, "segments": shots}
    return _shares(share, "s")


def _shares(share: SharePicked, unit: str) -> dict[str, Any]:
    method = {"method": share.method.value}
    return {**method, f"generated_{unit}": share.generated, f"altered_{unit}": share.altered}
