"""The disclosure's share in handing in: frozen with the entry, open again with it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.disclosure import service as disclosures
from portal.disclosure.models import DisclosureRevision
from portal.disclosure.revisions import amendments
from portal.entries.models import Entry
from portal.entries.queries import Before
from portal.policies import Actor


def freeze(session: Session, entry: Entry, before: Before, *, by: Actor) -> DisclosureRevision:
    """The disclosure as it is handed in with the entry: a revision of its own, chained to the one before."""
    disclosure = before.known.disclosure or disclosures.of_entry(session, entry.id)
    title = entry.title_en or entry.title_ko
    return disclosures.freeze_held(session, disclosure, before.revision, by=by, reason="SUBMITTED", title=title)


def carry_over(session: Session, entry: Entry, before: Before, film_sha256: str, *, by: Actor) -> DisclosureRevision:
    """The same disclosure for another film: a revision that differs in the film alone."""
    disclosure = before.known.disclosure or disclosures.of_entry(session, entry.id)
    disclosure.film_sha256 = film_sha256
    office = disclosures.OFFICE
    return disclosures.freeze_held(session, disclosure, before.revision, by=by, reason="NEW_CUT", role=office)


def reopen(session: Session, entry: Entry, *, by: Actor) -> None:
    """Let its makers correct the disclosure together with the entry."""
    disclosure = disclosures.of_entry(session, entry.id)
    amendments.fold_in(session, disclosure, by=by)
    disclosures.reopen(session, disclosure, by=by)


def query(session: Session, entry: Entry, reason: str, *, by: Actor) -> None:
    """Ask for corrections of the disclosure; what was handed in counts until they come."""
    disclosure = disclosures.of_entry(session, entry.id)
    amendments.fold_in(session, disclosure, by=by)
    disclosures.query(session, disclosure, by=by, reason=reason)
