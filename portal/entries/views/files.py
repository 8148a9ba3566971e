"""What every task with files shares: the box that takes them, how a file stands in words, and its own address."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO

from flask import flash, request

from portal import i18n
from portal.entries import service
from portal.entries.checklist import Task
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import N_, translate
from portal.lifecycles import AssetState
from portal.media import queries as media
from portal.media import reel, tickets, tus
from portal.media import service as files
from portal.media.checks import Rule
from portal.media.models import Asset, RenditionKind, Slot
from portal.media.reel import Reel
from portal.media.tickets import UploadTicket
from portal.web import current
from portal.web.access import require

_ = translate
_FILMS = "video/*,.mp4,.mov,.m4v,.mkv,.webm,.mxf,.mpg,.mpeg,.avi"
_NO_FILM = N_("This file is not a film we can open. Choose an MP4 or MOV.")
_NO_IMAGE = N_("This file is not an image we can open. Choose a JPEG, PNG or WebP.")
_CLIPS = f"{_FILMS},image/jpeg,image/png,image/webp,audio/*,.m4a,.wav,.mp3"
_NO_CLIP = N_("We can't open this clip. Upload the file as the AI tool gave it to you.")
_NO_PAPER = N_("Choose a PDF or a photo of the paper.")
_TEXTS: Mapping[Slot, tuple[str, str, str]] = {
    Slot.FILM: (N_("Film file"), _FILMS, _NO_FILM),
    Slot.REPLACEMENT: (N_("New cut"), _FILMS, _NO_FILM),
    Slot.TRAILER: (N_("Trailer"), _FILMS, _NO_FILM),
    Slot.POSTER: (N_("Poster"), "image/jpeg,image/png,image/webp", _NO_IMAGE),
    Slot.STILL: (N_("Still"), "image/jpeg,image/png,image/webp", _NO_IMAGE),
    Slot.SUBTITLE: (
        N_("Subtitles"),
        ".srt,.vtt",
        N_("These are not subtitles we can read. Choose an SRT or VTT file."),
    ),
    Slot.CONSENT: (N_("Consent paper"), "application/pdf,image/jpeg,image/png,image/webp", _NO_PAPER),
    Slot.EVIDENCE: (N_("Evidence clip"), _CLIPS, _NO_CLIP),
}
_LOOKS = {
    AssetState.AWAITED: "queued",
    AssetState.UPLOADING: "queued",
    AssetState.RECEIVED: "queued",
    AssetState.PROBING: "checking",
    AssetState.TRANSCODING: "making",
    AssetState.PLAYABLE: "ready",
    AssetState.REFUSED: "refused",
}


@dataclass(frozen=True, slots=True)
class Box:
    """Everything the uploader of one slot needs."""

    slot: str
    entry: str
    label: str
    accept: str
    wrong: str
    ticket: str
    limit: int
    limit_text: str


@dataclass(frozen=True, slots=True)
class Pile:
    """The files of one slot, each with where it stands and the address of the file itself, and the box for more."""

    slot: str
    name: str
    box: Box
    files: Sequence[tuple[Asset, Status, str | None]]
    editable: bool

    @property
    def busy(self) -> bool:
        """Whether one of them is still being looked at."""
        return any(not status.settled for _asset, status, _href in self.files)


@dataclass(frozen=True, slots=True)
class Status:
    """Where a file stands, in words; `percent` where somebody knows it."""

    look: str
    title: str
    percent: int | None
    judged: bool
    verdict: str
    lines: list[tuple[str, str]]
    settled: bool

    @property
    def sentences(self) -> list[str]:
        """What was found, without its weight."""
        return [sentence for _severity, sentence in self.lines]


def label_of(slot: Slot) -> str:
    """What a slot is called, in the language in use."""
    return _(_TEXTS[slot][0])


def box(entry: Entry, slot: Slot) -> Box:
    """The permission to bring a file for a slot, and the words around it."""
    label, accept, wrong = _TEXTS[slot]
    ticket = ticket_for(entry, slot)
    sealed = tickets.issue_upload(current.settings().secret_key, ticket)
    return Box(slot.value, entry.number, _(label), accept, _(wrong), sealed, _most_bytes(slot), size_in_words(slot))


def ticket_for(entry: Entry, slot: Slot) -> UploadTicket:
    """The permission to bring one file, with the rule of the entry's category for films that are judged."""
    person_id = current.actor().person_id
    assert person_id is not None
    category = entry.category
    judged = slot in (Slot.FILM, Slot.REPLACEMENT)
    rule = Rule(category.max_seconds, category.min_seconds, category.min_height) if judged else Rule()
    return UploadTicket(person_id, entry.id, slot, rule)


def receive_file(entry: Entry, task: Task, slot: Slot, name: str) -> Asset:
    """Take a file from a plain form, by the same rules as an upload in pieces."""
    service.hold_for(current.session(), entry, task, at=current.arrived_at())
    return taken(entry, slot, name)


def taken(entry: Entry, slot: Slot, name: str) -> Asset:
    """The file of a form's field, received for a slot."""
    with sent(name) as (file_name, stream, length):
        return files.receive(current.session(), ticket_for(entry, slot), file_name, stream, length, by=current.actor())


@contextmanager
def sent(name: str) -> Iterator[tuple[str, IO[bytes], int]]:
    """The name, bytes and length of the file in a form's field; raises Invalid where none was chosen."""
    found = request.files.get(name)
    if found is None or not found.filename:
        raise Invalid("file", N_("Choose a file."))
    # A large file lies on the disk twice until the form's own copy is closed.
    with closing(found):
        length = found.stream.seek(0, 2)
        found.stream.seek(0)
        yield tus.file_name(found.filename), found.stream, length


def own_file(entry: Entry, code: str, slots: Container[Slot]) -> Asset:
    """The entry's file behind a code, in one of these slots; any other does not exist."""
    asset = media.asset(current.session(), code)
    require(asset is not None and asset.entry_id == entry.id and asset.slot in slots)
    assert asset is not None
    return asset


def remove(entry: Entry, asset: Asset, task: Task) -> None:
    """Take a file away, while its task is open to changes."""
    session = current.session()
    service.hold_for(session, entry, task, at=current.arrived_at())
    files.remove(session, asset, by=current.actor())
    flash(_("Removed."), "success")


def status_of(asset: Asset) -> Status:
    """A file's state and the verdict on it, in words; the verdict stands long before the review copy is made."""
    found = media.standing(asset)
    percent = None if found.fraction is None else round(100 * found.fraction)
    lines = [(finding.severity.value, finding.sentence) for finding in found.findings]
    verdict = found.verdict
    if verdict == "refuse" or (found.state == AssetState.REFUSED and verdict != "fix"):
        verdict = "fix"
    elif verdict == "fix" and found.state != AssetState.REFUSED:
        verdict = "notice"  # an organizer took it all the same
    return Status(_LOOKS[found.state], found.sentence, percent, bool(verdict), verdict, lines, found.settled)


def playback(asset: Asset, *kinds: RenditionKind) -> str | None:
    """The address of a rendition for the person at this page."""
    rendition = media.made_of(asset, *kinds)
    if rendition is None:
        return None
    secret = current.settings().secret_key
    return tickets.playback_path(secret, rendition, viewer=current.actor(), minutes=reel.MINUTES)


def original(asset: Asset) -> str | None:
    """The address of the very file that came, to save; None until it has been looked at."""
    if asset.state != AssetState.PLAYABLE:
        return None
    secret = current.settings().secret_key
    return tickets.playback_path(secret, asset, viewer=current.actor(), minutes=reel.MINUTES)


def reel_of(entry: Entry) -> Reel | None:
    """The film that counts, with its captions, for the person at this page."""
    return reel.of_entry(current.session(), entry.id, viewer=current.actor())


def size_in_words(slot: Slot) -> str:
    """The largest file of a slot."""
    return i18n.file_size(_most_bytes(slot))


def _most_bytes(slot: Slot) -> int:
    # What is larger than all the room a person has here would be refused after it was chosen.
    return min(tickets.MOST_BYTES[slot], current.settings().quota_bytes)
