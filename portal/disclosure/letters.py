"""The mails around a consent: the request with its link, the signer's copy, the answer for the maker."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import i18n
from portal.accounts.models import Person
from portal.disclosure.codes import Medium, SignerCapacity
from portal.disclosure.models import Consent
from portal.disclosure.offers import Offer
from portal.disclosure.phrases import name_of
from portal.mail import outbox


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
        to=outbox.Recipient(asker.email, asker.language, asker.shown_in(asker.language), asker.id),
        about=consent,
        transition=consent.state.value,
        offer=Offer.from_json(consent.offer),
        answer=consent.state.value,
    )
