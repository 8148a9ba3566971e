"""The rows most tasks look at, and those a submission looks at besides; each in one statement.

An entry's credits, files and disclosure are tables of their own that multiply when joined. Here they stand under one
another instead: a row of `part` for each of them, and every table joined to its own part alone. So the number of rows
is the sum of theirs, and all of them are from one moment.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from portal import clock, i18n
from portal.calls.models import Regulations
from portal.disclosure.models import Consent, Disclosure, DisclosureRevision, Performer
from portal.disclosure.packs.models import Pack
from portal.disclosure.packs.queries import licensed
from portal.entries.deadline import FilmOnItsWay
from portal.entries.models import Credit, Entry, Receipt
from portal.entries.queries.limits import counted
from portal.media.models import Asset, Slot, Upload


@dataclass(slots=True)
class Known:
    """An entry's credits in order, its living files, its disclosure with performers and consents.

    `unlicensed` says that its category lends an owner's material and the team holds no living licence.
    """

    credits: list[Credit]
    assets: list[Asset]
    disclosure: Disclosure | None
    unlicensed: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """What came before a submission: besides `known` what is on its way, and what it continues or counts against.

    `film` is the newest film as the deadline's grace looks at it. `entered` tells for each of the makers the entries
    they have handed in to the call, apart from this one; `receipts` and `regulations` are the highest numbers so far,
    0 for none.
    """

    known: Known
    uploads: list[Upload]
    film: FilmOnItsWay | None
    revision: DisclosureRevision | None
    entered: dict[int, int]
    receipts: int
    regulations: int


def newest_film(entry_id: Any) -> sa.Select[datetime, datetime | None]:
    """When the newest film of an entry, of a value or of a parameter for it, began its way and ended it."""
    wanted = sa.select(Asset.created_at, Asset.settled_at).where(Asset.entry_id == entry_id, Asset.slot == Slot.FILM)
    return wanted.order_by(Asset.id.desc()).limit(1)


_CREDITS, _FILES, _DISCLOSURE, _REVISION, _LIMITS, _UNDER_WAY = range(6)
_PART = sa.union_all(*(sa.select(sa.literal_column(str(n)).label("n")) for n in range(6))).subquery("part")
_ENTRY = sa.bindparam("entry_id", type_=sa.Integer)
_CALL = sa.bindparam("call_id", type_=sa.Integer)


def _in(part: int, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.and_(_PART.c.n == part, *conditions)


_TODAY = sa.bindparam("today", type_=sa.Date)
_UNLICENSED = sa.exists().where(
    Entry.id == _ENTRY,
    Pack.category_id == Entry.category_id,
    Pack.published_at.is_not(None),
    ~licensed(_ENTRY, _TODAY),
)
_KNOWN = (
    sa.select(Credit, Asset, Disclosure, sa.select(_UNLICENSED).scalar_subquery().label("unlicensed"))
    .select_from(_PART)
    .outerjoin(Credit, _in(_CREDITS, Credit.entry_id == _ENTRY))
    .outerjoin(Asset, _in(_FILES, Asset.entry_id == _ENTRY, Asset.superseded_at.is_(None)))
    .outerjoin(Disclosure, _in(_DISCLOSURE, Disclosure.entry_id == _ENTRY))
    .outerjoin(Disclosure.amendment)
    .outerjoin(Performer, Performer.disclosure_id == Disclosure.id)
    .outerjoin(Consent, Consent.performer_id == Performer.id)
    .options(contains_eager(Disclosure.performers).contains_eager(Performer.consents))
    .options(contains_eager(Disclosure.amendment))
    .order_by(_PART.c.n, Credit.position, Asset.id, Performer.id, Consent.id)
)
_LAST = (
    sa.select(DisclosureRevision.id)
    .join(Disclosure, Disclosure.id == DisclosureRevision.disclosure_id)
    .where(Disclosure.entry_id == _ENTRY)
    .order_by(DisclosureRevision.revision.desc())
    .limit(1)
)
_RECEIPTS = sa.select(sa.func.max(Receipt.sequence)).where(Receipt.entry_id == _ENTRY)
_RULES = sa.select(sa.func.max(Regulations.version)).where(Regulations.call_id == _CALL)
_FILM = newest_film(_ENTRY).subquery("film")
_COUNTED = counted(_CALL, sa.bindparam("people", expanding=True), but=_ENTRY).subquery("counted")
_BEFORE = (
    _KNOWN.add_columns(
        Upload,
        DisclosureRevision,
        _COUNTED.c.person_id,
        _COUNTED.c.n,
        _FILM.c.created_at,
        _FILM.c.settled_at,
        _RECEIPTS.scalar_subquery().label("receipts"),
        _RULES.scalar_subquery().label("rules"),
    )
    .outerjoin(Upload, sa.and_(Upload.asset_id == Asset.id, Upload.finished_at.is_(None)))
    .outerjoin(DisclosureRevision, _in(_REVISION, DisclosureRevision.id == _LAST.scalar_subquery()))
    .outerjoin(_COUNTED, _PART.c.n == _LIMITS)
    .outerjoin(_FILM, _PART.c.n == _UNDER_WAY)
    .execution_options(populate_existing=True)
)


def film_on_its_way(session: Session, entry_id: int) -> FilmOnItsWay | None:
    """The newest film as the deadline's grace looks at it."""
    found = session.execute(newest_film(entry_id)).first()
    return FilmOnItsWay(found.created_at, found.settled_at) if found else None


def today() -> date:
    """The day it is in Seoul."""
    return i18n.korean_day(clock.now())


def known_of(session: Session, entry: Entry) -> Known:
    """These rows, loaded once for everybody on a page."""
    return _known(session.execute(_KNOWN, {"entry_id": entry.id, "today": today()}).unique().all())


def _known(rows: Sequence[Any]) -> Known:
    disclosures = [row.Disclosure for row in rows if row.Disclosure is not None]
    return Known(
        [row.Credit for row in rows if row.Credit is not None],
        [row.Asset for row in rows if row.Asset is not None],
        disclosures[0] if disclosures else None,
        bool(rows[0].unlicensed),
    )


def before_submission(session: Session, entry: Entry, people: Collection[int]) -> Before:
    """All that `submit` has to know; the caller holds the entry, so that it stays true."""
    values = {"entry_id": entry.id, "today": today(), "call_id": entry.call_id, "people": list(people)}
    rows = session.execute(_BEFORE, values).unique().all()
    films = [FilmOnItsWay(row.created_at, row.settled_at) for row in rows if row.created_at is not None]
    revisions = [row.DisclosureRevision for row in rows if row.DisclosureRevision is not None]
    return Before(
        known=_known(rows),
        uploads=[row.Upload for row in rows if row.Upload is not None],
        film=films[0] if films else None,
        revision=revisions[0] if revisions else None,
        entered={row.person_id: row.n for row in rows if row.person_id is not None},
        receipts=rows[0].receipts or 0,
        regulations=rows[0].rules or 0,
    )
