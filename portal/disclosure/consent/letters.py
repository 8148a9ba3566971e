"""The mails around a consent: the request with its link, the signer's copy, the answer for the maker."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import i18n
from portal.accounts import queries as accounts
from portal.accounts.letters import addressed
from portal.accounts.models import Person
from portal.disclosure.codes import Medium, SignerCapacity
from portal.disclosure.consent.offers import Offer
from portal.disclosure.models import Consent, Hold
from portal.disclosure.phrases import name_of
from portal.lifecycles import EntryState
from portal.mail import outbox
from portal.policies import Role, Scope

# Entries are a later feature: of theirs only this is asked, to know whose desk it is and whether it is on one.
_ENTRIES = sa.table("entries", sa.column("id"), sa.column("edition_id"), sa.column("state"))


def ask(session: Session, consent: Consent, *, language: str, token: str, edition_id: int | None) -> None:
    """Mail the link; only the performers themselves are addressed by name, it being the one the maker gave."""
    offer = Offer.from_json(consent.offer)
    for_self = consent.signer_capacity == SignerCapacity.SELF
    outbox.queue(
        session,
        "consent_request",
        to=outbox.Recipient(consent.email, language, offer.name if for_self else ""),
        about=consent,
        transition="requested",
        edition_id=edition_id,
        token=token,
        offer=offer,
        for_self=for_self,
        until=consent.expires_at,
    )


def send_copy(session: Session, consent: Consent, *, token: str) -> None:
    """Mail what was signed, with the link that withdraws it."""
    outbox.queue(
        session,
        "consent_copy",
        to=outbox.Recipient(consent.email, i18n.language(), consent.signer_name),
        about=consent,
        transition="signed",
        token=token,
        offer=Offer.from_json(consent.offer),
        consent=consent,
        uses=", ".join(name_of(Medium(code)) for code in consent.media),
    )


def tell_maker(session: Session, consent: Consent) -> None:
    """Mail the answer, without its reasons, to whoever asked."""
    asker = session.get(Person, consent.asked_by_id) if consent.asked_by_id else None
    if asker is None:
        return
    outbox.queue(
        session,
        "consent_answered",
        to=addressed(asker),
        about=consent,
        transition=consent.state.value,
        offer=Offer.from_json(consent.offer),
        answer=consent.state.value,
        verdict=consent.verdict,
    )


def tell_office(session: Session, hold: Hold, consent: Consent) -> None:
    """Mail every organizer of the edition that a film has left public view; a draft is its maker's own business."""
    entry = session.execute(sa.select(_ENTRIES).where(_ENTRIES.c.id == hold.entry_id)).one()
    if entry.state in (EntryState.DRAFT, EntryState.MENTOR_REVIEW):
        return
    staff = accounts.holders(session, Scope.EDITION, entry.edition_id)
    people = [grant.person for grant in staff if grant.role == Role.ORGANIZER]
    outbox.queue_all(
        session,
        "film_held",
        [outbox.Letter(addressed(person)) for person in people],
        about=hold,
        transition="placed",
        edition_id=entry.edition_id,
        offer=Offer.from_json(consent.offer),
        cause=hold.cause.value,
        since=hold.since,
        told=hold.told,
    )
