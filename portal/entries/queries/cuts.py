"""The cuts of a film: those that were handed in or asked for, the requests, and the receipts that name them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, load_only, selectinload

from portal.entries.models import Entry, Receipt, Replacement
from portal.entries.queries.entry import parts
from portal.lifecycles import AssetState, EntryState, ReplacementState
from portal.media.models import Asset, Likeness, Slot
from portal.policies import Actor, Role, Scope


def open_replacement(session: Session, entry_id: int) -> Replacement | None:
    """The request that waits for the office."""
    return session.scalar(_asked().where(Replacement.entry_id == entry_id, _OPEN))


def replacements(session: Session, entry_id: int) -> Sequence[Replacement]:
    """All requests of an entry with their cuts, the latest first."""
    return session.scalars(_asked().where(Replacement.entry_id == entry_id).order_by(Replacement.id.desc())).all()


def replacement_by_code(session: Session, code: str) -> Replacement | None:
    """A request with its entry and its cut."""
    wanted = sa.select(Replacement).where(Replacement.code == code)
    cut = joinedload(Replacement.asset).selectinload(Asset.renditions)
    return session.scalar(wanted.options(joinedload(Replacement.entry).options(*parts()), cut))


def open_replacements(session: Session, actor: Actor) -> Sequence[Replacement]:
    """The requests an organizer can decide, the oldest first."""
    editions = actor.places(Scope.EDITION, Role.ORGANIZER)
    wanted = sa.select(Replacement).join(Replacement.entry).where(_OPEN, Entry.edition_id.in_(editions))
    return session.scalars(wanted.options(joinedload(Replacement.entry)).order_by(Replacement.id)).all()


def films_of(session: Session, entry_id: int) -> Sequence[Asset]:
    """Every film and cut that ever arrived for an entry, the latest first, with renditions."""
    wanted = sa.select(Asset).where(Asset.entry_id == entry_id, Asset.slot.in_(_FILMS), Asset.received_at.is_not(None))
    return session.scalars(wanted.options(selectinload(Asset.renditions)).order_by(Asset.id.desc())).all()


def receipts_of(session: Session, entry_id: int) -> Sequence[Receipt]:
    """All receipts of an entry in their order, without the documents behind them."""
    wanted = sa.select(Receipt).where(Receipt.entry_id == entry_id).order_by(Receipt.sequence)
    light = (Receipt.number, Receipt.sequence, Receipt.film_sha256, Receipt.created_at)
    return session.scalars(wanted.options(load_only(*light))).all()


def entry_of_film(session: Session, code: str) -> Entry | None:
    """The entry a film or cut belongs to."""
    wanted = sa.select(Entry).join(Asset, Asset.entry_id == Entry.id)
    return session.scalar(wanted.where(Asset.code == code, Asset.slot.in_(_FILMS)))


def refused_films(session: Session, actor: Actor, *, limit: int = 50) -> Sequence[sa.Row[Asset, str]]:
    """Films that open but break a rule of their category, which an organizer may take all the same; latest first."""
    editions = actor.places(Scope.EDITION, Role.ORGANIZER)
    newer = aliased(Asset)
    later = sa.exists().where(newer.entry_id == Asset.entry_id, newer.slot == Asset.slot, newer.id > Asset.id)
    wanted = (
        sa.select(Asset, Entry.number)
        .join(Entry, Entry.id == Asset.entry_id)
        .where(Entry.edition_id.in_(editions), Entry.state.in_(_AT_WORK))
        .where(Asset.state == AssetState.REFUSED, Asset.duration_ms.is_not(None), Asset.superseded_at.is_(None), ~later)
    )
    return session.execute(wanted.order_by(Asset.id.desc()).limit(limit)).all()


def alike(session: Session, entry_id: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Films of other entries that look or sound like one of this entry, the most alike first; undismissed pairs."""
    mine, other = aliased(Asset), aliased(Asset)
    wanted = (
        sa.select(Likeness, mine.file_name.label("mine"), other.received_at.label("received_at"))
        .add_columns(Entry.number, Entry.title_ko, Entry.title_en, Entry.state, Entry.edition_id)
        .select_from(mine)
        .join(Likeness, sa.or_(Likeness.asset_id == mine.id, Likeness.earlier_id == mine.id))
        .join(other, sa.and_(other.id != mine.id, other.id.in_((Likeness.asset_id, Likeness.earlier_id))))
        .join(Entry, Entry.id == other.entry_id)
        .where(mine.entry_id == entry_id, Likeness.dismissed_at.is_(None), Entry.id != entry_id)
        .order_by((Likeness.picture_bp + Likeness.sound_bp).desc(), Likeness.id)
    )
    return session.execute(wanted).all()


def alike_pairs(session: Session, actor: Actor, *, limit: int = 50) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Received entries with a film that is like somebody else's, the most alike first; one row for each."""
    editions = actor.places(Scope.EDITION, Role.ORGANIZER)
    later, earlier = aliased(Asset), aliased(Asset)
    shares = (sa.func.max(Likeness.picture_bp).label("picture_bp"), sa.func.max(Likeness.sound_bp).label("sound_bp"))
    wanted = (
        sa.select(Entry.number, Entry.title_ko, Entry.title_en, *shares)
        .select_from(Likeness)
        .join(later, later.id == Likeness.asset_id)
        .join(earlier, earlier.id == Likeness.earlier_id)
        .join(Entry, sa.or_(Entry.id == later.entry_id, Entry.id == earlier.entry_id))
        .where(Likeness.dismissed_at.is_(None), Entry.edition_id.in_(editions), Entry.state.not_in(_UNRECEIVED))
        .group_by(Entry.id, Entry.number, Entry.title_ko, Entry.title_en)
        .order_by(sa.func.max(Likeness.picture_bp + Likeness.sound_bp).desc(), Entry.id)
        .limit(limit)
    )
    return session.execute(wanted).all()


_UNRECEIVED = (EntryState.DRAFT, EntryState.MENTOR_REVIEW)
_FILMS = (Slot.FILM, Slot.REPLACEMENT)
_AT_WORK = (EntryState.DRAFT, EntryState.NEEDS_FIX, EntryState.SUBMITTED, EntryState.ELIGIBLE)
_OPEN = Replacement.state == ReplacementState.ASKED


def _asked() -> sa.Select[Replacement]:
    return sa.select(Replacement).options(joinedload(Replacement.asset).selectinload(Asset.renditions))
