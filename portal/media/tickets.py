"""Signed capabilities: the view that asked the policy issues them, the media endpoints check nothing else.

An upload ticket lets one person bring one file for one slot of one entry. A playback ticket lets one person see one
file until a moment. A picture ticket lets everybody see one picture and never ends: it is only for pages that all may
read, and its address stays the same so that browsers keep the picture.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from portal import clock, signing
from portal.media.checks import Rule
from portal.media.models import Asset, Rendition, Slot
from portal.policies import Actor
from portal.signing import BadToken

_UPLOAD, _PLAYBACK, _PICTURE = "media.upload", "media.playback", "media.picture"
STARTS_WITHIN = timedelta(hours=12)
ENDS_WITHIN = timedelta(days=7)
_LONGEST_PLAYBACK = timedelta(days=1)
_MB, _GB = 10**6, 10**9
MOST_BYTES: Mapping[Slot, int] = {
    Slot.FILM: 64 * _GB,
    Slot.REPLACEMENT: 64 * _GB,
    Slot.TRAILER: 4 * _GB,
    Slot.EVIDENCE: 50 * _MB,
    Slot.POSTER: 50 * _MB,
    Slot.STILL: 50 * _MB,
    Slot.CONSENT: 20 * _MB,
    Slot.SUBTITLE: 2 * _MB,
}
# Clips are evidence by their credentials: a few, as they came out of the generator.
MOST_FILES: Mapping[Slot, int] = {Slot.EVIDENCE: 5}


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """Who may bring what for which entry, and the category's rule it will be held against."""

    person_id: int
    entry_id: int
    slot: Slot
    rule: Rule = field(default_factory=Rule)
    issued_at: datetime = field(default_factory=clock.now)

    @property
    def most_bytes(self) -> int:
        """The largest file this slot takes."""
        return MOST_BYTES[self.slot]


@dataclass(frozen=True, slots=True)
class PlaybackTicket:
    """One file: a rendition, or the asset's own file to save; `under` names the right it was issued under, if any."""

    code: str
    original: bool
    under: str = ""


def issue_upload(secret_key: str, ticket: UploadTicket) -> str:
    """The token the uploader sends as `X-Upload-Ticket`; sealed, for a row's number tells how many rows there are."""
    payload = [
        ticket.person_id,
        ticket.entry_id,
        ticket.slot.value,
        ticket.rule.to_json(),
        ticket.issued_at.timestamp(),
    ]
    return signing.seal(secret_key, _UPLOAD, payload)


def read_upload(secret_key: str, token: str, within: timedelta) -> UploadTicket:
    """The ticket behind a token not older than `within`; raises BadToken."""
    person_id, entry_id, slot, rule, issued = signing.unseal(secret_key, _UPLOAD, token, within)
    return UploadTicket(person_id, entry_id, Slot(slot), Rule(**rule), datetime.fromtimestamp(issued, UTC))


def playback_path(secret_key: str, what: Rendition | Asset, *, viewer: Actor, minutes: int, under: str = "") -> str:
    """The address of a file for one person; a rendition plays in the page, an asset's own file is saved.

    It ends with its minutes, and at once when the viewer signs out or loses or gains a role, or when the right `under`
    which it was issued ends (see admission).
    """
    until = clock.now() + timedelta(minutes=minutes)
    kind = "rendition" if isinstance(what, Rendition) else "asset"
    payload = [kind, what.code, _mark(secret_key, viewer), int(until.timestamp()), under]
    return f"/media/{signing.sign(secret_key, _PLAYBACK, payload)}"


def read_playback(secret_key: str, token: str, viewer: Actor) -> PlaybackTicket:
    """The viewer's ticket behind a token whose moment has not passed; raises BadToken."""
    kind, code, mark, until, *under = signing.unsign(secret_key, _PLAYBACK, token, _LONGEST_PLAYBACK)
    if until < clock.now().timestamp() or not hmac.compare_digest(mark, _mark(secret_key, viewer)):
        raise BadToken(_PLAYBACK)
    return PlaybackTicket(code, kind == "asset", *under)


def picture_path(secret_key: str, picture: Rendition) -> str:
    """The lasting public address of a picture; issue it only on pages that everybody may read."""
    return f"/pictures/{URLSafeSerializer(secret_key, salt=_PICTURE).dumps(picture.code)}.webp"


def read_picture(secret_key: str, token: str) -> str:
    """The code of the rendition behind a picture's address; raises BadToken."""
    try:
        return str(URLSafeSerializer(secret_key, salt=_PICTURE).loads(token))
    except BadSignature as error:
        raise BadToken(_PICTURE) from error


def _mark(secret_key: str, viewer: Actor) -> str:
    # Roles are part of it, so that a juror whose role ended holds a dead ticket at once.
    grants = sorted(f"{grant.role} {grant.scope} {grant.scope_id}" for grant in viewer.grants)
    text = f"media.viewer {viewer.person_id} {grants}"
    return hmac.digest(secret_key.encode(), text.encode(), "sha256").hex()[:20]
