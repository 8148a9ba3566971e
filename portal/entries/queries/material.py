"""What the tasks are judged by, gathered from the entry, its files and its disclosure."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure import queries as disclosures
from portal.disclosure.models import Disclosure
from portal.disclosure.places import anchor_of, field_of
from portal.disclosure.problems import Facts, Problem
from portal.entries import fields
from portal.entries.checklist import Film, Gap, Material
from portal.entries.deadline import FilmOnItsWay
from portal.entries.models import Credit, CreditRole, Entry
from portal.lifecycles import AssetState
from portal.media.models import Asset, Slot
from portal.media.queries import standing

_SETTLED = (AssetState.PLAYABLE, AssetState.REFUSED)


@dataclass(slots=True)
class Known:
    """The rows most tasks look at: the entry's files, and its disclosure with performers and consents."""

    assets: list[Asset]
    disclosure: Disclosure | None


def known_of(session: Session, entry: Entry) -> Known:
    """These rows, loaded once for everybody on a page."""
    return Known(living_assets(session, entry.id), disclosures.disclosure_of(session, entry.id))


def material(session: Session, entry: Entry, known: Known | None = None) -> Material:
    """Everything `checklist.assess` asks for; a page that has loaded the rows already hands them over."""
    known = known or known_of(session, entry)
    film = film_of(known.assets)
    pictures = [asset for asset in known.assets if asset.slot in (Slot.POSTER, Slot.STILL)]
    ready = [asset for asset in pictures if asset.state == AssetState.PLAYABLE]
    declared = disclosures.readiness_of(known.disclosure, facts_of(entry, film))
    return Material(
        texts=fields.texts_of(entry),
        directors=_directors(session, entry.id),
        film=Film(film.state, percent_of(film)) if film else None,
        film_watched=film is not None and film.sha256 is not None and film.sha256 == entry.watched_sha256,
        posters=sum(asset.slot == Slot.POSTER for asset in ready),
        stills=sum(asset.slot == Slot.STILL for asset in ready),
        pictures_without_alt=sum(not (asset.alt_ko or asset.alt_en) for asset in ready),
        pictures_unready=sum(asset.state not in _SETTLED for asset in pictures),
        disclosure_begun=declared.begun,
        disclosure_gaps=_gaps(declared.form),
        consent_gaps=_gaps(declared.consents),
        music_cleared=entry.music_cleared,
        fonts_cleared=entry.fonts_cleared,
    )


def facts_of(entry: Entry, film: Asset | None) -> Facts:
    """What the disclosure's checks may know of the entry and its film."""
    playable = film if film is not None and film.state == AssetState.PLAYABLE else None
    return Facts(
        submitter=entry.owner.native_name,
        probed_s=round(playable.duration_ms / 1000) if playable and playable.duration_ms else None,
        master_sha256=playable.sha256 if playable else None,
        festival_from=entry.call.edition.starts_on,
        festival_until=entry.call.edition.ends_on,
    )


def _gaps(problems: tuple[Problem, ...]) -> tuple[Gap, ...]:
    blocking = (problem for problem in problems if problem.blocking)
    return tuple(Gap(anchor_of(field_of(one.field)), one.message, ready_made=True) for one in blocking)


def living_assets(session: Session, entry_id: int) -> list[Asset]:
    """The files of an entry that nothing replaced, oldest first."""
    wanted = sa.select(Asset).where(Asset.entry_id == entry_id, Asset.superseded_at.is_(None)).order_by(Asset.id)
    return list(session.scalars(wanted))


def film_of(assets: list[Asset]) -> Asset | None:
    """The film that counts: one on its way before all, else the playable one, else the newest refused one."""
    films = [asset for asset in assets if asset.slot == Slot.FILM]
    moving = [asset for asset in films if asset.state not in _SETTLED]
    playable = [asset for asset in films if asset.state == AssetState.PLAYABLE]
    counted = moving or playable or films
    return counted[-1] if counted else None


def film_on_its_way(session: Session, entry_id: int) -> FilmOnItsWay | None:
    """The newest film as the deadline's grace looks at it."""
    wanted = (
        sa.select(Asset.created_at, Asset.settled_at)
        .where(Asset.entry_id == entry_id, Asset.slot == Slot.FILM)
        .order_by(Asset.id.desc())
        .limit(1)
    )
    found = session.execute(wanted).first()
    return FilmOnItsWay(found.created_at, found.settled_at) if found else None


def percent_of(asset: Asset) -> int:
    """How much has arrived or been made, in whole percent; 0 where nobody knows."""
    return int(100 * (standing(asset).fraction or 0))


def _directors(session: Session, entry_id: int) -> int:
    wanted = sa.select(sa.func.count()).where(Credit.entry_id == entry_id, Credit.role == CreditRole.DIRECTOR)
    return session.scalar(wanted) or 0
