"""Uploads from their first request to the whole file; quota and size are settled before the first byte."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, doorbell, i18n, signing
from portal.db import one_at_a_time
from portal.errors import Denied, Invalid
from portal.i18n import N_
from portal.lifecycles import AssetState, advance
from portal.media import openings, queries, storage
from portal.media.contract import Source, StorageFull
from portal.media.findings import SENTENCES, Finding
from portal.media.models import Asset, Slot, Upload
from portal.media.service.notes import FirstNotes
from portal.media.tickets import ENDS_WITHIN, MOST_FILES, UploadTicket
from portal.media.tus import Creation
from portal.policies import Actor

# An entry has several of these side by side; of everything else the file chosen last is meant.
SIDE_BY_SIDE = (Slot.STILL, Slot.CONSENT, Slot.EVIDENCE)
_RECEIVED = (
    sa.update(Upload)
    .where(Upload.id == sa.bindparam("upload"), Upload.finished_at.is_(None))
    .values(received=sa.bindparam("received"))
    .execution_options(synchronize_session=False)
)
_PROGRESS = (
    sa.update(Asset)
    .where(Asset.id == sa.bindparam("asset"), Asset.state == AssetState.UPLOADING)
    .values(progress_bp=sa.bindparam("progress"))
    .execution_options(synchronize_session=False)
)


def start_upload(session: Session, ticket: UploadTicket, wanted: Creation, *, by: Actor) -> Upload:
    """Makes room for a file of `wanted.length` bytes; raises Invalid, or StorageFull, before anything is stored.

    An unfinished upload of the same person for the same slot gives way: its file was chosen again.
    """
    frozen_at = queries.frozen_at(session, ticket.entry_id)
    if frozen_at is not None and ticket.issued_at <= frozen_at:
        raise Invalid("file", N_("This film has been handed in. Open its page again to see what can be changed."))
    for earlier in queries.running_uploads(session, ticket.entry_id):
        same = (earlier.person_id, earlier.asset.slot) == (ticket.person_id, ticket.slot)
        if same and ticket.slot not in SIDE_BY_SIDE:
            discard(session, earlier)
    _require_place(session, ticket)
    _require_room(session, ticket, wanted.length)
    asset = Asset(
        entry_id=ticket.entry_id,
        slot=ticket.slot,
        state=AssetState.AWAITED,
        uploaded_by_id=by.person_id,
        file_name=wanted.name,
        size=wanted.length,
        storage_key=storage.of(session).new_upload(),
        probe={"rule": ticket.rule.to_json(), "claimed_sha256": wanted.sha256},
    )
    upload = Upload(
        code=signing.random_token(),
        asset=asset,
        person_id=ticket.person_id,
        length=wanted.length,
        expires_at=clock.now() + ENDS_WITHIN,
    )
    session.add(upload)
    session.flush()
    return upload


def note_received(session: Session, upload: Upload, offset: int, *, by: Actor) -> None:
    """Keeps how far the upload is; with its last byte the file is received and its examination is rung for.

    Raises Denied when the upload was taken back in the meantime.
    """
    if offset < upload.length and upload.asset.state == AssetState.UPLOADING:
        _note_piece(session, upload, offset)
        return
    opening = _sealed(session, upload) if offset == upload.length else b""
    held = session.get(Upload, upload.id, with_for_update=True, populate_existing=True)
    asset = session.get(Asset, upload.asset_id, populate_existing=True)
    if held is None or asset is None:
        raise Denied
    if held.finished_at is not None:
        return
    held.received = offset
    asset.progress_bp = offset * 10_000 // held.length
    if asset.state == AssetState.AWAITED:
        advance(session, asset, AssetState.UPLOADING, by=by)
    if offset == held.length:
        held.finished_at = clock.now()
        _receive_whole(session, asset, opening, by=by)
    session.flush()


def receive(session: Session, ticket: UploadTicket, name: str, source: Source, length: int, *, by: Actor) -> Asset:
    """Takes a small file in one go, as a plain form sends it; the same rules as for an upload in pieces."""
    upload = start_upload(session, ticket, Creation(length, name, "", has_body=True), by=by)
    asset = upload.asset
    with storage.of(session).writing(asset.storage_key or "", FirstNotes(upload)) as writing:
        writing.append(source, length)
        offset = writing.offset
    if offset < length:
        raise Invalid("file", N_("The file did not arrive whole. Upload it once more."))
    note_received(session, upload, offset, by=by)
    return asset


def discard(session: Session, upload: Upload) -> None:
    """Forgets an unfinished upload; tidying up frees its bytes within the hour, the storage's `delete` at once."""
    session.delete(upload)
    session.delete(upload.asset)
    session.flush()


def expire(session: Session, *, by: Actor) -> int:
    """Ends uploads that ran out: those whose last byte had come are received after all. Tells how many."""
    ended = queries.expired_uploads(session)
    for upload in ended:
        if _is_whole(session, upload):
            note_received(session, upload, upload.length, by=by)
        else:
            discard(session, upload)
    return len(ended)


def _require_place(session: Session, ticket: UploadTicket) -> None:
    most = MOST_FILES.get(ticket.slot)
    if most is None:
        return
    one_at_a_time(session, f"files:{ticket.entry_id}")
    if queries.taken_places(session, ticket.entry_id, ticket.slot) >= most:
        raise Invalid("file", N_("An entry has at most {n} such files. Remove one first."), n=most)


def _require_room(session: Session, ticket: UploadTicket, length: int) -> None:
    if length == 0:
        raise Invalid("file", SENTENCES["empty"])
    if length > ticket.most_bytes:
        sentence = N_("This file is {size}. Files here may be up to {limit}. Export a smaller one.")
        raise Invalid("file", sentence, size=i18n.file_size(length), limit=i18n.file_size(ticket.most_bytes))
    quota, used = session.info["settings"].quota_bytes, queries.bytes_of(session, ticket.person_id)
    if used + length > quota:
        sentence = N_("Your files already take {used} of {quota}. Remove an old one, or ask us for more room.")
        raise Invalid("file", sentence, used=i18n.file_size(used), quota=i18n.file_size(quota))
    if not storage.of(session).room_for(length):
        raise StorageFull


def _note_piece(session: Session, upload: Upload, offset: int) -> None:
    """A piece in the middle, of which a film has hundreds, moves two numbers, and these from percent to percent.

    Whoever needs the exact offset asks the storage.
    """
    if offset * 100 // upload.length == upload.received * 100 // upload.length:
        return
    numbers = {"upload": upload.id, "asset": upload.asset_id, "received": offset}
    if not session.execute(_RECEIVED, numbers).rowcount:  # type: ignore[attr-defined]
        raise Denied
    session.execute(_PROGRESS, numbers | {"progress": offset * 10_000 // upload.length})


def _is_whole(session: Session, upload: Upload) -> bool:
    try:
        return queries.arrived(session, upload) == upload.length
    except FileNotFoundError:
        return False


def _sealed(session: Session, upload: Upload) -> bytes:
    """Makes the file safe, which takes its time, before any row is held; gives its first bytes."""
    store, key = storage.of(session), upload.asset.storage_key or ""
    store.seal(key, upload.parts)
    return store.head(key)


def _receive_whole(session: Session, asset: Asset, opening: bytes, *, by: Actor) -> None:
    asset.received_at = clock.now()
    asset.progress_bp = 0
    if problem := openings.refusal(asset.slot, opening):
        asset.findings = [Finding(problem).to_json()]
        asset.settled_at = clock.now()
        advance(session, asset, AssetState.REFUSED, by=by, reason=problem)
        return
    advance(session, asset, AssetState.RECEIVED, by=by)
    doorbell.after_commit(session, "probe.asset", asset.id)
