"""Commands on consents: ask a person by a mailed link, and the person's answer behind it.

The link is answered once, within fourteen days; the same link then shows what was signed and lets the person withdraw.
Whoever answers is known by the link alone, so every answer notes the fingerprint of the text it was given to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal import audit, clock, signing
from portal.disclosure import service
from portal.disclosure.codes import Channel, ConsentStatus, Medium, PerformerKind, SignerCapacity
from portal.disclosure.consent import holds, letters, offers
from portal.disclosure.consent.offers import Offer
from portal.disclosure.consent.public_view import PROVEN
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.disclosure.people_rules import LEAST_SCOPE_TEXT, same_name
from portal.disclosure.queries import with_disclosure
from portal.disclosure.rows import covers, proof_of
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import ConsentState, advance, advance_all
from portal.policies import Actor

LINK_LASTS = timedelta(days=14)
MOST_REQUESTS_A_DAY = 5
LEAST_CHAIN = 20
OPEN = (ConsentState.REQUESTED, ConsentState.OPENED)
ANSWERED = N_("This has been answered already.")


@dataclass(frozen=True, slots=True)
class Film:
    """The film as the person reads of it, and the edition its mails belong to."""

    number: str
    title_ko: str
    title_en: str
    maker: str
    edition_id: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom to ask in what capacity, for which uses, and what is made of the person in the maker's words."""

    email: str
    language: str
    capacity: SignerCapacity
    media: tuple[Medium, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person signs: the name as typed, the uses, limits in their words, and a last day if there is one."""

    signer_name: str
    media: tuple[Medium, ...]
    limits: str = ""
    ends_on: date | None = None
    chain: str = ""


class Answering(Protocol):
    """Refusing or withdrawing, with a reason if one likes to give it."""

    def __call__(self, session: Session, consent: Consent, *, reason: str, at: datetime, by: Actor) -> None: ...


def capacities(performer: Performer) -> tuple[SignerCapacity, ...]:
    """Who may sign for this performer."""
    if performer.deceased or performer.kind is PerformerKind.REP_DEC:
        return (SignerCapacity.ESTATE, SignerCapacity.LICENSEE)
    if performer.minor:
        return (SignerCapacity.GUARDIAN,)
    return (SignerCapacity.SELF, SignerCapacity.AGENT, SignerCapacity.LICENSEE)


def request(
    session: Session, disclosure: Disclosure, performer: Performer, wish: Wish, *, film: Film, seen: int, by: Actor
) -> Consent:
    """Mail the person a link to sign with; an earlier open link no longer works.

    `seen` is the newest request the form knew of (0: none): the same form sent twice asks once.
    """
    service.locked(session, disclosure)
    newest = performer.consents[-1] if performer.consents else None
    if newest is not None and newest.id != seen:
        return newest
    require_offerable(performer, wish)
    _require_patience(performer)
    for earlier in performer.consents:
        if earlier.state in OPEN and earlier.channel is Channel.LINK:
            advance(session, earlier, ConsentState.EXPIRED, by=by, reason="replaced")
    token = signing.random_token()
    consent = _asked(session, performer, wish, film, token, by=by)
    if performer.consent_status is not ConsentStatus.DECLARED:
        performer.consent_status = ConsentStatus.PENDING
    service.refresh_consents(session, disclosure, by=by)
    letters.ask(session, consent, language=wish.language, token=token, edition_id=film.edition_id)
    return consent


def require_offerable(performer: Performer, wish: Wish) -> None:
    """Raises Invalid where this person need not or cannot be asked for this, by link or on paper."""
    if performer.kind is PerformerKind.SYN:
        raise Invalid("email", N_("Nobody real can be recognised here, so nobody has to agree."))
    if not performer.name or not performer.likeness:
        raise Invalid("email", N_("First give the name of the person, and what was used of them."))
    if wish.capacity not in capacities(performer):
        raise Invalid("capacity", N_("Choose who signs."))
    if len(wish.text) < LEAST_SCOPE_TEXT:
        sentence = N_("Describe in at least {least} characters what was made, and from what.")
        raise Invalid("text", sentence, least=LEAST_SCOPE_TEXT)
    if Medium.FESTIVAL not in wish.media:
        raise Invalid("media", N_("Ask at least for festival screenings."))


def _require_patience(performer: Performer) -> None:
    since = clock.now() - timedelta(days=1)
    if sum(earlier.created_at > since for earlier in performer.consents) >= MOST_REQUESTS_A_DAY:
        raise Invalid("email", N_("This person got {n} requests today. Wait until tomorrow."), n=MOST_REQUESTS_A_DAY)


def _asked(session: Session, performer: Performer, wish: Wish, film: Film, token: str, *, by: Actor) -> Consent:
    now = clock.now()
    consent = Consent(
        digest=signing.digest(token),
        email=wish.email,
        signer_capacity=wish.capacity.value,
        scope_text=wish.text,
        text_version=offers.VERSION,
        offer=offer_of(performer, wish, film).to_json(),
        created_at=now,
        expires_at=now + LINK_LASTS,
        asked_by_id=by.person_id,
    )
    performer.consents.append(consent)
    session.flush()
    document = Offer.from_json(consent.offer).fingerprint()
    audit.record(session, by, "consent.requested", consent, performer=performer.id, document=document)
    return consent


def offer_of(performer: Performer, wish: Wish, film: Film) -> Offer:
    """What this person would be asked for."""
    return Offer.from_json(
        {
            "number": film.number,
            "title_ko": film.title_ko,
            "title_en": film.title_en,
            "maker": film.maker,
            "name": performer.name,
            "part": performer.part,
            "kind": performer.kind.value,
            "likeness": list(performer.likeness),
            "appear_s": performer.appear_s,
            "synth_s": performer.synth_s,
            "minor": performer.minor,
            "deceased": performer.deceased,
            "media": [medium.value for medium in wish.media],
            "text": wish.text,
        }
    )


def declare(session: Session, disclosure: Disclosure, performer: Performer, *, by: Actor) -> None:
    """The maker says that the person has agreed: a declaration, no proof. Said twice, it is said once."""
    service.locked(session, disclosure)
    if performer.consent_status is not ConsentStatus.PENDING:
        return
    performer.consent_status = ConsentStatus.DECLARED
    audit.record(session, by, "consent.declared", performer)
    service.refresh_consents(session, disclosure, by=by)


def usable(consent: Consent, *, at: datetime) -> bool:
    """Whether the link still takes an answer."""
    return consent.state in OPEN and at < consent.expires_at


def expire(session: Session, *, at: datetime, by: Actor) -> int:
    """Close the links nobody answered in time, so that their makers are asked to send new ones; how many."""
    overdue = (Consent.state.in_(OPEN), Consent.channel == Channel.LINK, Consent.expires_at <= at)
    if session.scalar(sa.select(sa.exists().where(*overdue))) is not True:
        return 0
    return advance_all(session, Consent, ConsentState.EXPIRED, *overdue, by=by)


def note_opened(session: Session, consent: Consent, *, at: datetime, by: Actor) -> None:
    """Note that the link was looked at."""
    if consent.state is ConsentState.REQUESTED and at < consent.expires_at:
        advance(session, consent, ConsentState.OPENED, by=by)


def sign(session: Session, consent: Consent, grant: Grant, *, token: str, at: datetime, by: Actor) -> None:
    """The person agrees; signed twice with the same name it is signed once. A copy goes out by mail."""
    performer = locked_performer(session, consent)
    if consent.state is ConsentState.SIGNED and same_name(consent.signer_name, grant.signer_name):
        return
    _require_open(consent, at)
    _require_sound(consent, grant, at)
    consent.signer_name, consent.limits, consent.ends_on = grant.signer_name, grant.limits, grant.ends_on
    consent.media, consent.chain = [medium.value for medium in grant.media], grant.chain
    _answer(session, consent, performer, ConsentState.SIGNED, at=at, by=by)
    letters.send_copy(session, consent, token=token)


def _require_open(consent: Consent, at: datetime) -> None:
    if not usable(consent, at=at):
        expired = consent.state in OPEN
        raise Invalid("main", N_("This link has expired. Ask for a new one.") if expired else ANSWERED)


def _require_sound(consent: Consent, grant: Grant, at: datetime) -> None:
    offer = Offer.from_json(consent.offer)
    for_self = consent.signer_capacity == SignerCapacity.SELF
    if not grant.signer_name:
        raise Invalid("signer_name", N_("Type your name to sign."))
    if for_self and not same_name(grant.signer_name, offer.name):
        raise Invalid("signer_name", N_("Type your name as it stands here: {name}"), name=offer.name)
    require_chain(SignerCapacity(consent.signer_capacity), grant.chain)
    if Medium.FESTIVAL not in grant.media:
        raise Invalid("media", N_("Tick festival screenings, or say below that you do not agree."))
    if not set(grant.media) <= set(offer.media):
        raise Invalid("media", N_("Tick only what you were asked for."))
    if grant.ends_on is not None and grant.ends_on <= at.date():
        raise Invalid("ends_on", N_("Choose a day to come."))


def require_chain(capacity: SignerCapacity, chain: str) -> None:
    """Raises Invalid where a licensee does not say from whom the rights came."""
    if capacity is SignerCapacity.LICENSEE and len(chain) < LEAST_CHAIN:
        raise Invalid("chain", N_("Say who gave you the licence, when, and whether it may be passed on."))


def refuse(session: Session, consent: Consent, *, reason: str, at: datetime, by: Actor) -> None:
    """The person does not agree: the film stays out of public view. Done twice, it is done once."""
    performer = locked_performer(session, consent)
    if consent.state is ConsentState.REFUSED:
        return
    _require_open(consent, at)
    consent.limits = reason
    _answer(session, consent, performer, ConsentState.REFUSED, at=at, by=by, told=reason)


def revoke(session: Session, consent: Consent, *, reason: str, at: datetime, by: Actor) -> None:
    """The person withdraws a signed consent: the film leaves public view at once, wherever it was entered.

    Done twice, it is done once.
    """
    performer = locked_performer(session, consent)
    if consent.state is ConsentState.REVOKED:
        return
    if consent.state is not ConsentState.SIGNED:
        raise Invalid("main", N_("Nothing was signed here that could be withdrawn."))
    if reason:
        consent.limits = f"{consent.limits}\n{reason}".strip()
    _answer(session, consent, performer, ConsentState.REVOKED, at=at, by=by, told=reason)
    for carried in _carried(session, consent):
        revoke(session, carried, reason=reason, at=at, by=by)


def _carried(session: Session, consent: Consent) -> Sequence[Consent]:
    """What stands for the same film in other calls by this very signature."""
    wanted = sa.select(Consent).where(Consent.carried_from_id == consent.id, Consent.state == ConsentState.SIGNED)
    return session.scalars(wanted.options(with_disclosure()).order_by(Consent.id)).all()


def locked_performer(session: Session, consent: Consent) -> Performer:
    """The performer, once nobody else is answering; reading anew forgets the ways back from the request."""
    performer = consent.performer
    disclosure = performer.disclosure
    service.locked(session, disclosure)
    set_committed_value(performer, "disclosure", disclosure)
    return performer


def _answer(
    session: Session,
    consent: Consent,
    performer: Performer,
    to: ConsentState,
    *,
    at: datetime,
    by: Actor,
    told: str = "",
) -> None:
    disclosure = performer.disclosure
    consent.answered_at = at
    document = Offer.from_json(consent.offer).fingerprint()
    advance(session, consent, to, by=by, performer=performer.id, document=document, media=consent.media)
    if covers(consent, performer):
        performer.consent_status = _status_after(consent)
        audit.record(session, by, "performer.consent", performer, status=performer.consent_status)
        if performer.consent_status in PROVEN:
            holds.lift_returned(session, performer, by=by)
    if to is not ConsentState.SIGNED:
        holds.place(session, consent, performer, disclosure.entry_id, told=told, by=by)
    service.refresh_consents(session, disclosure, by=by)
    letters.tell_maker(session, consent)


def _status_after(consent: Consent) -> ConsentStatus:
    refused = {ConsentState.REFUSED: ConsentStatus.NONE, ConsentState.REVOKED: ConsentStatus.REVOKED}
    return refused.get(consent.state) or proof_of(consent)
