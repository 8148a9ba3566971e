"""What the tasks are judged by, gathered from the entry and the rows known of it."""

from __future__ import annotations

from portal.disclosure import queries as disclosures
from portal.disclosure.places import anchor_of, field_of
from portal.disclosure.problems import Facts, Problem
from portal.entries import fields
from portal.entries.checklist import Film, Gap, Material
from portal.entries.models import CreditRole, Entry
from portal.entries.queries.known import Known
from portal.lifecycles import AssetState
from portal.media.models import Asset, Slot
from portal.media.queries import standing

_SETTLED = (AssetState.PLAYABLE, AssetState.REFUSED)


def material(entry: Entry, known: Known) -> Material:
    """Everything `checklist.assess` asks for."""
    film = film_of(known.assets)
    pictures = [asset for asset in known.assets if asset.slot in (Slot.POSTER, Slot.STILL)]
    ready = [asset for asset in pictures if asset.state == AssetState.PLAYABLE]
    declared = disclosures.readiness_of(known.disclosure, facts_of(entry, film))
    return Material(
        texts=fields.texts_of(entry),
        directors=sum(credit.role == CreditRole.DIRECTOR for credit in known.credits),
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
        unlicensed=known.unlicensed,
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


def film_of(assets: list[Asset]) -> Asset | None:
    """The film that counts: one on its way before all, else the playable one, else the newest refused one."""
    films = [asset for asset in assets if asset.slot == Slot.FILM]
    moving = [asset for asset in films if asset.state not in _SETTLED]
    playable = [asset for asset in films if asset.state == AssetState.PLAYABLE]
    counted = moving or playable or films
    return counted[-1] if counted else None


def percent_of(asset: Asset) -> int:
    """How much has arrived or been made, in whole percent; 0 where nobody knows."""
    return int(100 * (standing(asset).fraction or 0))
