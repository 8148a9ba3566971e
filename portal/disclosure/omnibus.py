"""Commands on the films of an omnibus: add one, name it, move it, take it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal import audit, clock, signing
from portal.disclosure import films, queries, service
from portal.disclosure.films import Head
from portal.disclosure.models import Disclosure
from portal.disclosure.rows import ledger_from
from portal.errors import Invalid
from portal.i18n import N_
from portal.policies import Actor

Change = Callable[[Mapping[str, Any]], dict[str, Any]]


def add_film(session: Session, disclosure: Disclosure, head: Head, *, by: Actor) -> None:
    """One more film, under the code that was drawn with its form: sent twice, it is one film.

    A film alone becomes the first of the omnibus, with its answers and its people.
    """
    service.locked(session, disclosure)
    if head.code in [one.code for one in films.heads(disclosure.ledger)]:
        return
    _require_title(head)
    first = signing.random_code()
    _unsign(disclosure)
    _change(session, disclosure, lambda stored: films.added(stored, head, first), by=by)


def name_film(session: Session, disclosure: Disclosure, head: Head, *, by: Actor) -> None:
    """Give a film its titles and directors."""
    _require_title(head)
    service.locked(session, disclosure)
    _change(session, disclosure, lambda stored: films.named(stored, head), by=by)


def move_film(session: Session, disclosure: Disclosure, code: str, step: int, *, by: Actor) -> None:
    """Put a film one place up (-1) or down (1)."""
    service.locked(session, disclosure)
    _change(session, disclosure, lambda stored: films.moved(stored, code, step), by=by)


def drop_film(session: Session, disclosure: Disclosure, code: str, *, by: Actor) -> None:
    """Take a film out, with its answers and the people in it; the last one left is a film alone again."""
    service.locked(session, disclosure)
    if code not in [one.code for one in films.heads(disclosure.ledger)]:
        return
    service.reconcile(session, disclosure, (), code, by=by)
    _unsign(disclosure)
    _change(session, disclosure, lambda stored: films.without(stored, code), by=by)


def _require_title(head: Head) -> None:
    if not (head.title or head.title_en):
        raise Invalid("title", N_("Give the film a title, in one language at least."))


def _unsign(disclosure: Disclosure) -> None:
    """What was signed was another work: the creator confirms the answers once more."""
    disclosure.attested_at = disclosure.film_sha256 = None
    disclosure.ledger = {key: value for key, value in disclosure.ledger.items() if key != "attestation"}


def _change(session: Session, disclosure: Disclosure, change: Change, *, by: Actor) -> None:
    if disclosure.amendment is not None:
        raise Invalid("title", N_("The films of a work that was handed in stay what they are."))
    disclosure.ledger = change(disclosure.ledger)
    codes = [part.get("code", "") for part in films.parts_of(disclosure.ledger)]
    for row in disclosure.performers:
        row.film = row.film if row.film in codes else codes[0]
    disclosure.updated_at = clock.now()
    service.recompute(disclosure, ledger_from(disclosure.ledger, disclosure.performers))
    session.flush()
    audit.record(session, by, queries.EDITED, disclosure, sections=["films"], films=codes)
