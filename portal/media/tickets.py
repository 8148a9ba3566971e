"""Signed capabilities: the view that asked the policy issues them, the media endpoints check nothing else.

An upload ticket lets one person bring one file for one slot of one entry. A playback ticket lets one person see one
file until a moment. A picture ticket lets everybody see one picture and never ends: it is only for pages that all may
read, and its address stays the same so that browsers keep the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from portal import clock, signing
from portal.media.checks import Rule
from portal.media.models import Asset, Rendition, Slot
from portal.signing import BadToken

_UPLOAD, _PLAYBACK, _PICTURE = "media.upload", "media.playback", "media.picture"
UPLOAD_MAY_START_WITHIN = timedelta(hours=12)
_LONGEST_PLAYBACK = timedelta(days=1)
MOST_BYTES: Mapping[Slot, int] = {
    Slot.FILM: 64 * 1024**3,
    Slot.POSTER: 50 * 1024**2,
    Slot.STILL: 50 * 1024**2,
    Slot.SUBTITLE: 2 * 1024**2,
}


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """Who may bring what for which entry, and the category's rule it will be held against."""

    person_id: int
    entry_id: int
    slot: Slot
    rule: Rule = Rule()

    @property
    def most_bytes(self) -> int:
        """The largest file this slot takes."""
        return MOST_BYTES[self.slot]


@dataclass(frozen=True, slots=True)
class PlaybackTicket:
    """One file for one person: a rendition, or the asset's own file to save."""

    person_id: int
    rendition_id: int | None
    asset_id: int | None


def issue_upload(secret_key: str, ticket: UploadTicket) -> str:
    """The token the uploader sends as `ticket` in its metadata."""
    payload = [ticket.person_id, ticket.entry_id, ticket.slot.value, ticket.rule.to_json()]
    return signing.sign(secret_key, _UPLOAD, payload)


def read_upload(secret_key: str, token: str) -> UploadTicket:
    """The ticket behind a token; raises BadToken."""
    person_id, entry_id, slot, rule = signing.unsign(secret_key, _UPLOAD, token, UPLOAD_MAY_START_WITHIN)
    return UploadTicket(person_id, entry_id, Slot(slot), Rule(**rule))


def playback_path(secret_key: str, what: Rendition | Asset, *, person_id: int, minutes: int) -> str:
    """The address of a file for one person; a rendition plays in the page, an asset's own file is saved."""
    until = clock.now() + timedelta(minutes=minutes)
    kind = "r" if isinstance(what, Rendition) else "a"
    payload = {kind: what.id, "p": person_id, "u": int(until.timestamp())}
    return f"/media/{signing.sign(secret_key, _PLAYBACK, payload)}"


def read_playback(secret_key: str, token: str, *, now: datetime) -> PlaybackTicket:
    """The ticket behind a token; raises BadToken."""
    payload: dict[str, Any] = signing.unsign(secret_key, _PLAYBACK, token, _LONGEST_PLAYBACK)
    if payload["u"] < now.timestamp():
        raise BadToken(_PLAYBACK)
    return PlaybackTicket(payload["p"], payload.get("r"), payload.get("a"))


def picture_path(secret_key: str, picture: Rendition) -> str:
    """The lasting public address of a picture; issue it only on pages that everybody may read."""
    return f"/pictures/{URLSafeSerializer(secret_key, salt=_PICTURE).dumps(picture.code)}.webp"


def read_picture(secret_key: str, token: str) -> str:
    """The code of the rendition behind a picture's address; raises BadToken."""
    try:
        return str(URLSafeSerializer(secret_key, salt=_PICTURE).loads(token))
    except BadSignature as error:
        raise BadToken(_PICTURE) from error
