"""What is known about uploads, assets and renditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, load_only, selectinload

from portal import claims, clock
from portal.disclosure.packs.models import PackFile
from portal.i18n import N_, translate
from portal.lifecycles import AssetState
from portal.media import storage
from portal.media.findings import Finding, verdict
from portal.media.inspection import Facts
from portal.media.models import Asset, Fingerprint, Likeness, Rendition, RenditionKind, Slot, Upload
from portal.media.probe import Film
from portal.media.tickets import PlaybackTicket

_STEPS = {
    AssetState.AWAITED: N_("Waiting for the file"),
    AssetState.UPLOADING: N_("Uploading"),
    AssetState.RECEIVED: N_("Received. We check it next."),
    AssetState.PROBING: N_("Checking the file"),
    AssetState.TRANSCODING: N_("Making the review copy"),
    AssetState.PLAYABLE: N_("Ready to play"),
    AssetState.REFUSED: N_("We can't take this file"),
}
COMPARABLE = (
    Asset.state == AssetState.PLAYABLE,
    Asset.compared_at.is_(None),
    sa.exists().where(Fingerprint.asset_id == Asset.id),
)
# What `last_error` says of a job that found no room on our side.
NO_ROOM = "no room"
_NO_ROOM = N_("We have no room for it at the moment. We go on by ourselves as soon as there is.")
_SETTLED = (AssetState.PLAYABLE, AssetState.REFUSED)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a file stands, as a page shows it; `fraction` is None for a step whose length nobody knows.

    `verdict` is `ok`, `notice`, `fix` or `refuse` from the moment there is one, long before the review copy is made.
    """

    state: AssetState
    sentence: str
    fraction: float | None
    findings: tuple[Finding, ...]
    settled: bool
    verdict: str = ""


def standing(asset: Asset) -> Standing:
    """The honest progress of an asset, in the language in use."""
    measured = asset.state in (AssetState.UPLOADING, AssetState.TRANSCODING)
    settled = asset.state in _SETTLED
    findings = tuple(Finding.from_json(kept) for kept in asset.findings)
    return Standing(
        asset.state,
        translate(_NO_ROOM if asset.last_error == NO_ROOM and not settled else _STEPS[asset.state]),
        asset.progress_bp / 10_000 if measured else None,
        findings,
        settled,
        verdict(findings) if asset.judged_at or settled else "",
    )


def film_of(asset: Asset) -> Film | None:
    """The facts of an examined film."""
    kept = asset.probe.get("film")
    return Film.from_json(kept) if kept else None


def facts_of(asset: Asset) -> Facts | None:
    """Everything the examination of a film found."""
    return Facts.from_json(asset.probe) if "film" in asset.probe else None


def flaws_of(asset: Asset) -> list[Finding] | None:
    """What only the look at every picture found in a film; None before anybody looked."""
    kept = asset.probe.get("flaws")
    return None if kept is None else [Finding.from_json(one) for one in kept]


def credits_from(asset: Asset) -> float | None:
    """The second at which the closing credits begin, where the maker said so."""
    return None if asset.credits_from_ms is None else asset.credits_from_ms / 1000


def made_of(asset: Asset, *kinds: RenditionKind, name: str | None = None) -> Rendition | None:
    """The asset's rendition of the first of these kinds it has; of a kind with several files, the one of that name."""
    by_kind = {made.kind: made for made in asset.renditions if name is None or made.name == name}
    return next((by_kind[kind] for kind in kinds if kind in by_kind), None)


def asset(session: Session, code: str) -> Asset | None:
    """An asset by its public code, with its renditions."""
    return session.scalar(_assets().where(Asset.code == code))


def current_asset(session: Session, entry_id: int, slot: Slot) -> Asset | None:
    """What an entry shows in a slot: the newest playable file, else the newest of all."""
    return current_assets(session, [entry_id], slot).get(entry_id)


def current_assets(session: Session, entry_ids: Iterable[int], slot: Slot) -> dict[int, Asset]:
    """The same for many entries in one go; entries without a file are left out."""
    return current_by_slot(session, entry_ids, slot)[slot]


def current_by_slot(session: Session, entry_ids: Iterable[int], *slots: Slot) -> dict[Slot, dict[int, Asset]]:
    """The same for several slots, still in one go."""
    return by_slot(session.scalars(_living(entry_ids, *slots).order_by(Asset.id)))


def current_pictures(session: Session, entry_ids: Iterable[int], *slots: Slot) -> dict[Slot, dict[int, Asset]]:
    """The same in one statement, with nothing but what shows a file as a picture."""
    wanted = sa.select(Asset).where(*_lives(entry_ids, *slots)).options(*_SHOWN)
    return by_slot(session.scalars(wanted.order_by(Asset.id)).unique())


_SHOWN = (
    load_only(Asset.entry_id, Asset.slot, Asset.state, Asset.alt_ko, Asset.alt_en, raiseload=True),
    joinedload(Asset.renditions).load_only(Rendition.kind, Rendition.code, Rendition.width, raiseload=True),
)


def by_slot(files: Iterable[Asset]) -> dict[Slot, dict[int, Asset]]:
    """What counts among unreplaced files, given oldest first: the newest playable one, else the newest of all."""
    found: dict[Slot, dict[int, Asset]] = defaultdict(dict)
    for row in files:
        held = found[row.slot].get(row.entry_id)
        if held is None or row.state == AssetState.PLAYABLE or held.state != AssetState.PLAYABLE:
            found[row.slot][row.entry_id] = row
    return found


def latest_asset(session: Session, entry_id: int, slot: Slot) -> Asset | None:
    """The newest attempt in a slot, whatever became of it: what the uploader's own page tells about."""
    return session.scalars(_living([entry_id], slot).order_by(Asset.id.desc()).limit(1)).first()


def stills(session: Session, entry_id: int) -> Sequence[Asset]:
    """All stills of an entry, oldest first, with their renditions."""
    return session.scalars(_living([entry_id], Slot.STILL).order_by(Asset.id)).all()


def living_assets(session: Session, entry_id: int) -> list[Asset]:
    """The files of an entry that nothing replaced, oldest first."""
    wanted = sa.select(Asset).where(Asset.entry_id == entry_id, Asset.superseded_at.is_(None)).order_by(Asset.id)
    return list(session.scalars(wanted))


def living(session: Session, entry_id: int, *slots: Slot) -> Sequence[Asset]:
    """The files of some slots that nothing replaced, oldest first, with their renditions."""
    return session.scalars(_living([entry_id], *slots).order_by(Asset.id)).all()


def in_motion(session: Session, entry_id: int, *, settled_after: datetime) -> Sequence[Asset]:
    """Files of an entry that have arrived and are being looked at, or were settled since that moment."""
    at_work = Asset.state.in_((AssetState.RECEIVED, AssetState.PROBING, AssetState.TRANSCODING))
    fresh = sa.and_(Asset.received_at.is_not(None), Asset.settled_at > settled_after)
    wanted = sa.select(Asset).where(Asset.entry_id == entry_id, sa.or_(at_work, fresh))
    return session.scalars(wanted.where(Asset.superseded_at.is_(None)).order_by(Asset.id)).all()


def taken_places(session: Session, entry_id: int, slot: Slot) -> int:
    """How many files of a slot an entry has or has begun to bring, refused ones aside."""
    taken = sa.select(sa.func.count()).where(*_lives([entry_id], slot), Asset.state != AssetState.REFUSED)
    return session.scalar(taken.select_from(Asset)) or 0


def frozen_at(session: Session, entry_id: int) -> datetime | None:
    """When the entry's files were last handed in; tickets and uploads from before that moment are void."""
    handed_in = sa.select(sa.func.max(Asset.frozen_at))
    return session.scalar(handed_in.where(Asset.entry_id == entry_id, Asset.superseded_at.is_(None)))


def running_uploads(session: Session, entry_id: int) -> Sequence[Upload]:
    """Uploads of an entry that have not arrived whole."""
    wanted = sa.select(Upload).join(Upload.asset).where(Asset.entry_id == entry_id, Upload.finished_at.is_(None))
    return session.scalars(wanted.options(joinedload(Upload.asset)).order_by(Upload.id)).all()


def upload(session: Session, code: str, person_id: int | None) -> Upload | None:
    """A person's own upload that has not run out; anybody else's does not exist."""
    wanted = sa.select(Upload).where(
        Upload.code == code, Upload.person_id == person_id, Upload.expires_at > clock.now()
    )
    return session.scalar(wanted.options(joinedload(Upload.asset)))


def arrived(session: Session, upload: Upload) -> int:
    """How many bytes of an unfinished upload are safe; raises FileNotFoundError when none are left."""
    return storage.of(session).size(upload.asset.storage_key or "", upload.parts)


def expired_uploads(session: Session, limit: int = 100) -> Sequence[Upload]:
    """Uploads that ran out before they were whole."""
    wanted = sa.select(Upload).where(Upload.finished_at.is_(None), Upload.expires_at <= clock.now())
    return session.scalars(wanted.options(joinedload(Upload.asset)).limit(limit)).all()


def bytes_of(session: Session, person_id: int) -> int:
    """The room a person's files take or have been promised; what was carried over takes none, as long as both are."""
    own = (Asset.uploaded_by_id == person_id, Asset.carried_from_id.is_(None))
    return int(session.scalar(sa.select(sa.func.coalesce(sa.func.sum(Asset.size), 0)).where(*own)) or 0)


def keys_in_use(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the keys that a row still names."""
    columns = (Asset.storage_key, Rendition.storage_key, PackFile.storage_key)
    return {key for column in columns for key in session.scalars(sa.select(column).where(column.in_(keys))) if key}


def rendition(session: Session, code: str) -> Rendition | None:
    """A rendition by its public code."""
    return session.scalar(sa.select(Rendition).where(Rendition.code == code))


def played(session: Session, ticket: PlaybackTicket) -> Rendition | Asset | None:
    """The file a playback ticket speaks of."""
    if ticket.original:
        return session.scalar(sa.select(Asset).where(Asset.code == ticket.code))
    return rendition(session, ticket.code)


def streamed(session: Session, ticket: PlaybackTicket, name: str) -> Rendition | None:
    """A file of the stream that a ticket for any one of its files speaks of."""
    one = aliased(Rendition)
    wanted = sa.select(Rendition).join(one, one.asset_id == Rendition.asset_id).where(one.code == ticket.code)
    both = (one.kind == RenditionKind.STREAM, Rendition.kind == RenditionKind.STREAM, Rendition.name == name)
    return None if ticket.original else session.scalar(wanted.where(*both))


def captions_beside(session: Session, made: Rendition) -> Rendition | None:
    """The captions that belong to the film of which this was made, if its entry has any now."""
    entry = sa.select(Asset.entry_id).where(Asset.id == made.asset_id).scalar_subquery()
    current = (Asset.slot == Slot.SUBTITLE, Asset.state == AssetState.PLAYABLE, Asset.superseded_at.is_(None))
    wanted = sa.select(Rendition).join(Rendition.asset).where(Asset.entry_id == entry, *current)
    newest = wanted.where(Rendition.kind == RenditionKind.CAPTIONS).order_by(Rendition.id.desc()).limit(1)
    return session.scalar(newest)


def to_examine(session: Session) -> Sequence[int]:
    """Received files nobody is looking at: what the sweep rings `probe.asset` for."""
    return claims.waiting(session, Asset, Asset.state.in_((AssetState.RECEIVED, AssetState.PROBING)))


def to_transcode(session: Session) -> Sequence[int]:
    """Examined films nobody is working on: what the sweep rings `media.transcode` for."""
    return claims.waiting(session, Asset, Asset.state == AssetState.TRANSCODING)


def to_compare(session: Session) -> Sequence[int]:
    """Playable films that nobody has held against the others: what the sweep rings `probe.compare` for."""
    return claims.waiting(session, Asset, *COMPARABLE)


def likenesses(session: Session, *entry_ids: int) -> Sequence[Likeness]:
    """What films of these entries have in common with films of others, undismissed, the most alike first."""
    own = sa.select(Asset.id).where(Asset.entry_id.in_(entry_ids))
    about = sa.or_(Likeness.asset_id.in_(own), Likeness.earlier_id.in_(own))
    alike = Likeness.picture_bp + Likeness.sound_bp
    wanted = sa.select(Likeness).where(about, Likeness.dismissed_at.is_(None))
    return session.scalars(wanted.order_by(alike.desc(), Likeness.id)).all()


def _assets() -> sa.Select[Asset]:
    return sa.select(Asset).options(selectinload(Asset.renditions))


def _living(entry_ids: Iterable[int], *slots: Slot) -> sa.Select[Asset]:
    return _assets().where(*_lives(entry_ids, *slots))


def _lives(entry_ids: Iterable[int], *slots: Slot) -> tuple[sa.ColumnElement[bool], ...]:
    return Asset.entry_id.in_(entry_ids), Asset.slot.in_(slots), Asset.superseded_at.is_(None)
