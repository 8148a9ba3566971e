"""What of a disclosure is public: the revision handed in last with its label, or the draft while there is none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import i18n
from portal.disclosure.crosscheck.queries import verified_clips
from portal.disclosure.figures import Badge, Figures, measure
from portal.disclosure.label import Declaration, PublicLabel, public_label
from portal.disclosure.ledger import Ledger
from portal.disclosure.models import Disclosure, DisclosureRevision
from portal.disclosure.phrases import BADGE_SENTENCES
from portal.disclosure.queries import performers_of
from portal.disclosure.rows import ledger_from
from portal.disclosure.serial import from_json
from portal.disclosure.shot_map import ShotMap, shot_maps
from portal.i18n import translate


@dataclass(frozen=True)
class Publication:
    """A declared ledger; `declaration` and `sha256` are those of its revision, None and empty for a draft."""

    ledger: Ledger
    statement: str = ""
    declaration: Declaration | None = None
    sha256: str = ""

    @cached_property
    def figures(self) -> Figures:
        """The shares, tier and badges."""
        return measure(self.ledger)

    @property
    def label(self) -> PublicLabel:
        """The label in the language in use."""
        return public_label(self.figures, self.declaration)

    def label_in(self, language: str) -> PublicLabel:
        """The label in another language."""
        with i18n.using(language):
            return self.label

    @property
    def maps(self) -> list[ShotMap]:
        """The shot map of each film that lists its shots."""
        return shot_maps(self.ledger)

    @property
    def warning(self) -> str | None:
        """What its viewers have to know before it plays: that scenes look real and are not."""
        return translate(BADGE_SENTENCES[Badge.REALISTIC]) if Badge.REALISTIC in self.figures.badges else None


_WANTED = (
    sa.select(
        Disclosure.id,
        Disclosure.tier,
        Disclosure.ledger,
        Disclosure.human_statement,
        DisclosureRevision.revision,
        DisclosureRevision.body,
        DisclosureRevision.digest,
        DisclosureRevision.created_at,
        verified_clips(sa.bindparam("entry")).label("verified_clips"),
    )
    .outerjoin(DisclosureRevision, DisclosureRevision.disclosure_id == Disclosure.id)
    .where(Disclosure.entry_id == sa.bindparam("entry"))
    .order_by(DisclosureRevision.revision.desc())
    .limit(1)
)


def published(session: Session, entry_id: int) -> Publication | None:
    """What the audience and the jury read of an entry; None where nothing was declared."""
    found = session.execute(_WANTED, {"entry": entry_id}).first()
    if found is None:
        return None
    if found.revision is not None:
        return of_revision(found)
    return None if found.tier is None else _of_draft(session, found)


def of_revision(row: Any) -> Publication:
    """What a row with a revision's number, body, digest and moment makes public."""
    body = json.loads(row.body)
    on = i18n.korean_day(row.created_at)
    declaration = Declaration(row.revision, on, row.verified_clips)
    return Publication(from_json(body["ledger"]), body["human_statement"], declaration, row.digest)


def _of_draft(session: Session, row: Any) -> Publication:
    return Publication(ledger_from(row.ledger, performers_of(session, row.id)), row.human_statement)
