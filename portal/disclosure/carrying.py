"""A disclosure that was handed in, for the same film in another call: answers, performers, and consents that stand.

A person who signed for this film at the festival need not sign twice. The link stays the one they have: withdrawing by
it ends what was carried as well (see consent.requests).
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import audit, signing
from portal.disclosure import service
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.disclosure.rows import ledger_from
from portal.lifecycles import ConsentState
from portal.policies import Actor

_ANSWERS = ("ledger", "human_statement", "attested_at", "film_sha256")
_PERSON = (
    *("kind", "name", "part", "film", "likeness", "appear_s", "synth_s", "minor", "deceased", "public_credit"),
    "consent_status",
)
_GIVEN = (
    *("state", "email", "signer_name", "signer_capacity", "scope_text", "offer", "media", "ends_on", "limits", "chain"),
    *("created_at", "expires_at", "answered_at", "asked_by_id", "channel", "text_version", "paper_sha256"),
    *("officer_id", "verdict"),
)


def carry(session: Session, source: Disclosure, entry_id: int, *, by: Actor) -> Disclosure:
    """The same declaration as a draft of another entry; it is read whole, with performers and consents.

    A request that nobody has answered is not carried: the person is asked anew, for the new entry.
    """
    made = service.of_entry(session, entry_id)
    for name in _ANSWERS:
        setattr(made, name, getattr(source, name))
    made.performers = [_performer(row) for row in source.performers]
    session.flush()
    service.recompute(made, ledger_from(made.ledger, made.performers))
    session.flush()
    consents = [one.id for row in made.performers for one in row.consents]
    audit.record(session, by, "disclosure.carried", made, source=source.id, consents=consents)
    return made


def _performer(row: Performer) -> Performer:
    values = {name: getattr(row, name) for name in _PERSON}
    signed = [one for one in row.consents if one.state is ConsentState.SIGNED]
    return Performer(code=signing.random_code(), consents=[_consent(one) for one in signed], **values)


def _consent(one: Consent) -> Consent:
    # Nobody knows the word behind this digest: there is one link, and it is the source's.
    values = {name: getattr(one, name) for name in _GIVEN}
    return Consent(digest=signing.digest(signing.random_token()), carried_from_id=one.id, **values)
