"""Commands on consent papers: a signed paper for one performer, instead of the link, read by a consent officer.

A paper proves nothing until its file has arrived and is sound (DOC), and confirms the consent once an officer has
matched it with the person (VERIFIED or ESTATE). A refusal or withdrawal by the person stays until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, signing
from portal.accounts.models import Person
from portal.disclosure import queries, service
from portal.disclosure.codes import Channel, ConsentStatus, Medium, SignerCapacity
from portal.disclosure.consent import holds, letters, offers
from portal.disclosure.consent import requests as consents
from portal.disclosure.consent.offers import Offer
from portal.disclosure.consent.requests import Film, Wish
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.disclosure.people_rules import same_name
from portal.disclosure.rows import covers, proof_of
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import ConsentState, advance
from portal.policies import Actor

UNSOUND = "UNSOUND"
_UNPROVEN = (ConsentStatus.PENDING, ConsentStatus.DECLARED)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an officer read on a paper: who signed in what capacity, for which uses, with which limits, until when."""

    signer_name: str
    capacity: SignerCapacity
    media: tuple[Medium, ...]
    limits: str = ""
    ends_on: date | None = None
    chain: str = ""


def bring(
    session: Session, disclosure: Disclosure, performer: Performer, asset_id: int, wish: Wish, *, film: Film, by: Actor
) -> Consent:
    """Note a paper that is on its way through its examination; nothing is proven yet."""
    service.locked(session, disclosure)
    now = clock.now()
    consent = Consent(
        digest=signing.digest(signing.random_token()),
        email="",
        channel=Channel.PAPER,
        text_version=offers.VERSION,
        asset_id=asset_id,
        signer_capacity=wish.capacity.value,
        scope_text=wish.text,
        offer=consents.offer_of(performer, wish, film).to_json(),
        media=[medium.value for medium in wish.media],
        created_at=now,
        expires_at=now,
        asked_by_id=by.person_id,
    )
    performer.consents.append(consent)
    session.flush()
    audit.record(session, by, "paper.brought", consent, performer=performer.id, asset=asset_id)
    return consent


def arrive(session: Session, asset_id: int, sha256: str, *, by: Actor) -> None:
    """The file is sound and sealed: the paper waits for an officer, and counts as a document until then."""
    held = _held(session, asset_id)
    if held is None or held[0].state is not ConsentState.REQUESTED:
        return
    consent, performer = held
    consent.paper_sha256 = sha256
    advance(session, consent, ConsentState.OPENED, by=by, sha256=sha256)
    if performer.consent_status in _UNPROVEN and covers(consent, performer):
        _move(session, performer, ConsentStatus.DOC, by=by)


def give_up(session: Session, asset_id: int, *, by: Actor) -> None:
    """The file was no readable paper."""
    held = _held(session, asset_id)
    if held is not None and held[0].state is ConsentState.REQUESTED:
        held[0].verdict = UNSOUND
        advance(session, held[0], ConsentState.EXPIRED, by=by, reason=UNSOUND)


def match(session: Session, consent: Consent, reading: Reading, *, at: datetime, by: Actor) -> None:
    """An officer found that the paper is this person's consent; done twice it is done once."""
    performer = _waiting(session, consent, done=ConsentState.SIGNED)
    if performer is None:
        return
    _require_sound(session, consent, performer, reading)
    consent.signer_name, consent.signer_capacity = reading.signer_name, reading.capacity.value
    consent.media = [medium.value for medium in reading.media]
    consent.limits, consent.ends_on, consent.chain = reading.limits, reading.ends_on, reading.chain
    consent.officer_id, consent.answered_at = by.person_id, at
    document = Offer.from_json(consent.offer).fingerprint()
    advance(session, consent, ConsentState.SIGNED, by=by, performer=performer.id, document=document)
    holds.lift_returned(session, performer, by=by)
    _move(session, performer, proof_of(consent), by=by)
    letters.tell_maker(session, consent)


def refuse(session: Session, consent: Consent, reason: str, *, at: datetime, by: Actor) -> None:
    """An officer found that the paper does not prove the consent; the maker is told why and may bring another."""
    if not reason:
        raise Invalid("verdict", N_("Say what is wrong with the paper; the maker reads it."))
    performer = _waiting(session, consent, done=ConsentState.EXPIRED)
    if performer is None:
        return
    consent.verdict, consent.officer_id, consent.answered_at = reason, by.person_id, at
    advance(session, consent, ConsentState.EXPIRED, by=by, reason=reason)
    if performer.consent_status is ConsentStatus.DOC and not _waits(performer):
        _move(session, performer, ConsentStatus.PENDING, by=by)
    letters.tell_maker(session, consent)


def confirm_guardian(session: Session, consent: Consent, *, by: Actor) -> None:
    """An officer has checked a guardian's signature by link; without that a minor's film does not become public."""
    consents.locked_performer(session, consent)
    if consent.state is not ConsentState.SIGNED or consent.signer_capacity != SignerCapacity.GUARDIAN:
        raise Invalid("main", N_("Somebody else has settled this paper. Look at it again."))
    if consent.officer_id is None:
        consent.officer_id = by.person_id
        session.flush()
        audit.record(session, by, "consent.guardian_checked", consent, performer=consent.performer_id)


def _waiting(session: Session, consent: Consent, *, done: ConsentState) -> Performer | None:
    """The performer of a paper that waits for an officer; None where it was settled the same way already."""
    performer = consents.locked_performer(session, consent)
    if consent.state is done and consent.officer_id is not None:
        return None
    if consent.state is not ConsentState.OPENED:
        raise Invalid("main", N_("Somebody else has settled this paper. Look at it again."))
    return performer


def _waits(performer: Performer) -> bool:
    papers = (one for one in performer.consents if one.channel is Channel.PAPER)
    return any(one.state is ConsentState.OPENED and covers(one, performer) for one in papers)


def _require_sound(session: Session, consent: Consent, performer: Performer, reading: Reading) -> None:
    if not covers(consent, performer):
        sentence = N_("The disclosure has changed since: the paper is for another person or another use. Refuse it.")
        raise Invalid("main", sentence)
    if reading.capacity not in consents.capacities(performer):
        raise Invalid("capacity", N_("Choose who signs."))
    consents.require_chain(reading.capacity, reading.chain)
    if not reading.signer_name:
        raise Invalid("signer_name", N_("Write the name as it is signed."))
    own = same_name(reading.signer_name, performer.name)
    if reading.capacity is SignerCapacity.SELF and not own:
        raise Invalid("signer_name", N_("The person signs with their own name: {name}"), name=performer.name)
    bringer = session.get(Person, consent.asked_by_id) if consent.asked_by_id else None
    if bringer is not None and not own and same_name(reading.signer_name, bringer.native_name):
        raise Invalid("signer_name", N_("The maker signed for somebody else. That proves nothing."))
    if Medium.FESTIVAL not in reading.media:
        raise Invalid("media", N_("A paper that does not allow festival screenings does not help. Refuse it."))


def _move(session: Session, performer: Performer, status: ConsentStatus, *, by: Actor) -> None:
    performer.consent_status = status
    audit.record(session, by, "performer.consent", performer, status=status)
    service.refresh_consents(session, performer.disclosure, by=by)


def _held(session: Session, asset_id: int) -> tuple[Consent, Performer] | None:
    """The paper whose file this is and its performer, with the disclosure locked and read anew."""
    wanted = sa.select(Consent).where(Consent.asset_id == asset_id).options(queries.with_disclosure())
    consent = session.scalar(wanted.execution_options(populate_existing=True))
    return None if consent is None else (consent, consents.locked_performer(session, consent))
