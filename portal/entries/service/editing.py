"""Changes of an entry beside its texts: credits, rights, pictures' descriptions, the film watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit
from portal.entries import merge, queries
from portal.entries.checklist import Task
from portal.entries.models import Credit, CreditRole, Entry
from portal.entries.service.drafts import require_editable
from portal.entries.service.locking import locked, touch
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import AssetState
from portal.media import service as files
from portal.media.models import Asset
from portal.policies import Actor

Line = tuple[CreditRole, str, str]


def credit_lines(session: Session, entry_id: int) -> list[Line]:
    """The credits as they are stored, in their order."""
    wanted = sa.select(Credit).where(Credit.entry_id == entry_id).order_by(Credit.position)
    return [(credit.role, credit.native_name, credit.latin_name) for credit in session.scalars(wanted)]


def credits_stamp(lines: Sequence[Line]) -> str:
    """What a form of credits carries to tell whether somebody else changed them."""
    return merge.stamp({"credits": "\n".join("\t".join(line) for line in lines)})


def save_credits(session: Session, entry: Entry, lines: Sequence[Line], *, seen: str, by: Actor, at: datetime) -> None:
    """Write all credits anew; raises Stale when somebody else changed them since the form was drawn."""
    locked(session, entry)
    require_editable(session, entry, Task.CREDITS, at=at)
    current = credit_lines(session, entry.id)
    if list(lines) == current:
        return
    if credits_stamp(current) != seen:
        raise Stale(theirs={"credits": current})
    session.execute(sa.delete(Credit).where(Credit.entry_id == entry.id))
    session.add_all(
        Credit(entry_id=entry.id, position=n, role=role, native_name=native, latin_name=latin)
        for n, (role, native, latin) in enumerate(lines)
    )
    touch(session, entry)
    audit.record(session, by, queries.EDITED, entry, before={"credits": current}, after={"credits": list(lines)})


def rights_of(entry: Entry) -> dict[str, bool]:
    """Which rights the makers say they have."""
    return {"music_cleared": entry.music_cleared, "fonts_cleared": entry.fonts_cleared}


def rights_stamp(entry: Entry) -> str:
    """What a form of the rights carries, so that two tabs do not take back each other's ticks."""
    return merge.stamp(_as_texts(rights_of(entry)))


def rights_restamp(ticks: Mapping[str, bool], seen: str) -> str:
    """The same for a form that stays open after a save."""
    return merge.restamp(_as_texts(ticks), seen)


def _as_texts(ticks: Mapping[str, bool]) -> dict[str, str]:
    return {name: "1" if ticked else "" for name, ticked in ticks.items()}


def save_rights(
    session: Session, entry: Entry, ticks: Mapping[str, bool], *, seen: str, by: Actor, at: datetime
) -> None:
    """Write down the ticks this person changed; raises Stale for a form that does not say what it was drawn from."""
    locked(session, entry)
    require_editable(session, entry, Task.RIGHTS, at=at)
    before = rights_of(entry)
    merged = merge.merge(_as_texts(ticks), _as_texts(before), seen)
    if merged.clashes:
        raise Stale
    if not merged.changes:
        return
    for name in merged.changes:
        setattr(entry, name, ticks[name])
    touch(session, entry)
    audit.record(session, by, queries.EDITED, entry, before=before, after=rights_of(entry))


def tell_watched(session: Session, entry: Entry, sha256: str, *, by: Actor, at: datetime) -> None:
    """The makers played the review copy of the film with this digest and found it right."""
    locked(session, entry)
    require_editable(session, entry, Task.FILM, at=at)
    film = queries.film_of(queries.living_assets(session, entry.id))
    if film is None or film.state != AssetState.PLAYABLE or film.sha256 != sha256:
        raise Invalid("watched", N_("The film has changed. Play the new copy once more."))
    if entry.watched_sha256 == sha256:
        return
    entry.watched_sha256 = sha256
    touch(session, entry)
    audit.record(session, by, "entry.watched", entry, sha256=sha256)


def describe_picture(
    session: Session, entry: Entry, asset: Asset, *, korean: str, english: str, by: Actor, at: datetime
) -> None:
    """Write what a picture shows, for people who cannot see it."""
    locked(session, entry)
    require_editable(session, entry, Task.IMAGES, at=at)
    files.hold(session, asset)
    before = {"alt_ko": asset.alt_ko, "alt_en": asset.alt_en}
    after = {"alt_ko": korean, "alt_en": english}
    if before == after:
        return
    asset.alt_ko, asset.alt_en = korean, english
    touch(session, entry)
    audit.record(session, by, queries.EDITED, entry, before=before, after=after)
