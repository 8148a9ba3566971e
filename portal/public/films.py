"""The films the public may see: selected, on the list that was shown, every person in them in agreement.

A film that was public and is no longer (withdrawn, disqualified, a consent taken back) is gone: its page says so
without a reason, and no list, count or search knows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from portal.calls.models import Category
from portal.disclosure.consent.public_view import kept_back
from portal.disclosure.models import Disclosure
from portal.disclosure.queries import CARD_COLUMNS
from portal.entries.models import Credit, CreditRole, Entry
from portal.entries.search import pattern
from portal.jury.decisions.listing import on_the_list
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Round
from portal.lifecycles import EntryState


class Level(StrEnum):
    """How much AI, as the public list filters it."""

    NONE = "none"
    ASSISTED = "assisted"
    GENERATED = "generated"

    @property
    def tiers(self) -> tuple[int, ...]:
        """The label's tiers that belong to it."""
        return {Level.NONE: (0,), Level.ASSISTED: (1,), Level.GENERATED: (2, 3, 4)}[self]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor looks for."""

    words: str = ""
    category: str = ""
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Film:
    """A film's page: the film, or the notice that it is gone."""

    entry: Entry
    gone: bool


def listed_rounds(session: Session, edition_id: int) -> Sequence[int]:
    """Rounds of an edition whose public list was shown: not before everybody was told, nor before the embargo's end."""
    wanted = sa.select(Round.id).where(Round.edition_id == edition_id, Round.listed_at.is_not(None))
    return session.scalars(wanted.order_by(Round.id)).all()


def _chosen(rounds: Any) -> sa.ColumnElement[bool]:
    """Selected by the last decision on it that a public list shows."""
    later = aliased(Decision)
    overruled = sa.exists().where(
        later.entry_id == Decision.entry_id,
        later.round_id > Decision.round_id,
        later.round_id.in_(rounds),
        on_the_list(later),
        later.outcome != Outcome.SELECTED,
    )
    return sa.exists().where(
        Decision.entry_id == Entry.id,
        Decision.round_id.in_(rounds),
        on_the_list(Decision),
        Decision.outcome == Outcome.SELECTED,
        ~overruled,
    )


def public(edition_id: Any, rounds: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """Says of an entry that everybody may see it; takes values or parameters for them."""
    return (Entry.edition_id == edition_id, Entry.state == EntryState.ELIGIBLE, _chosen(rounds), ~kept_back(Entry.id))


def listed(edition_id: Any, rounds: Any, wanted: Wanted = Wanted()) -> sa.Select[*tuple[Any, ...]]:
    """The films a visitor looks for, by category and title."""
    columns = (Entry.id, Entry.number, Entry.title_ko, Entry.title_en, Entry.runtime_s)
    more = (Entry.country, Entry.declarations)
    section = (Category.name_ko.label("section_ko"), Category.name_en.label("section_en"), Category.gel)
    return (
        sa.select(*columns, *more, *section, *CARD_COLUMNS)
        .join(Category, Category.id == Entry.category_id)
        .outerjoin(Disclosure, Disclosure.entry_id == Entry.id)
        .where(*public(edition_id, rounds), *_matching(wanted))
        .order_by(Category.position, Entry.title_ko, Entry.id)
    )


def _matching(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.category:
        found.append(Category.code == wanted.category)
    if wanted.level is not None:
        found.append(Disclosure.tier.in_(wanted.level.tiers))
    if wanted.words:
        credited = sa.exists().where(
            Credit.entry_id == Entry.id, sa.or_(*_like(wanted.words, Credit.native_name, Credit.latin_name))
        )
        found.append(sa.or_(*_like(wanted.words, Entry.title_ko, Entry.title_en), credited))
    return found


def _like(words: str, *columns: Any) -> list[sa.ColumnElement[bool]]:
    """Only what the page shows is searched: the desk's own search text also knows addresses."""
    return [sa.func.replace(sa.func.lower(column), " ", "").like(pattern(words), escape="\\") for column in columns]


# The front page asks this every time; built once, it costs the half.
_FIRST = (
    listed(sa.bindparam("edition_id"), sa.bindparam("rounds", expanding=True))
    .add_columns(sa.func.count().over().label("total"))
    .limit(sa.bindparam("size"))
)


def first(session: Session, edition_id: int, rounds: Sequence[int], size: int) -> tuple[Sequence[sa.Row[Any]], int]:
    """The first films of the list, and how many there are, in one statement."""
    rows = session.execute(_FIRST, {"edition_id": edition_id, "rounds": rounds, "size": size}).all()
    return rows, rows[0].total if rows else 0


def sections(session: Session, edition_id: int, rounds: Sequence[int]) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """The categories that have public films, with their number."""
    columns = (Category.code, Category.name_ko, Category.name_en, Category.gel, Category.position)
    counted = sa.select(*columns, sa.func.count().label("films")).join(Entry, Entry.category_id == Category.id)
    grouped = counted.where(*public(edition_id, rounds)).group_by(Category.id, *columns)
    return session.execute(grouped.order_by(Category.position, Category.id)).all()


def directors(session: Session, entry_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """(native, Latin) names of the directors of films."""
    wanted = sa.select(Credit.entry_id, Credit.native_name, Credit.latin_name).where(
        Credit.entry_id.in_(entry_ids), Credit.role == CreditRole.DIRECTOR
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in session.execute(wanted.order_by(Credit.position, Credit.id)):
        found.setdefault(row.entry_id, []).append((row.native_name, row.latin_name))
    return found


# Whether a film was ever chosen, and whether it may be seen now; built once, for building it costs more than asking.
_STANDING = sa.select(
    _chosen(sa.bindparam("rounds", expanding=True)).label("chosen"),
    sa.and_(*public(sa.bindparam("edition_id"), sa.bindparam("rounds", expanding=True))).label("shown"),
).where(Entry.id == sa.bindparam("entry_id"))


def film(session: Session, number: str) -> Film | None:
    """The film of a page; None unless it is public or once was."""
    loaded = (joinedload(Entry.category), selectinload(Entry.credits))
    entry = session.scalar(sa.select(Entry).where(Entry.number == number).options(*loaded))
    if entry is None:
        return None
    rounds = listed_rounds(session, entry.edition_id)
    values = {"entry_id": entry.id, "edition_id": entry.edition_id, "rounds": rounds}
    standing = session.execute(_STANDING, values).one()
    return Film(entry, gone=not standing.shown) if standing.chosen else None
